#include <cluster_store/apps/cluster_store/pipe/line_splitter.hpp>

#include <algorithm>

namespace cluster_store::apps {

namespace {

/// A buffer that one long line made larger than this is given back.
constexpr std::size_t idle_bytes_max = 64 * 1024;

} // namespace

void line_splitter::keep(std::string_view text) {
  const auto kept = std::min(text.size(), line_bytes_max_ - start_.size());
  start_.append(text, 0, kept);
  skipped_bytes_ += text.size() - kept;
}

void line_splitter::forget() {
  start_.clear();
  if (start_.capacity() > idle_bytes_max)
    start_.shrink_to_fit();
  skipped_bytes_ = 0;
}

} // namespace cluster_store::apps
