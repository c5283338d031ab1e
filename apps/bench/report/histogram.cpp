#include <cluster_store/apps/bench/report/histogram.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace cluster_store::apps {

void histogram::add(const histogram& other) {
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket)
    counts_[bucket] += other.counts_[bucket];
  count_ += other.count_;
}

std::chrono::nanoseconds histogram::percentile(double share) const {
  if (count_ == 0)
    return {};
  const auto wanted = std::clamp(static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))),
                                 std::uint64_t{1}, count_);
  std::uint64_t passed = 0;
  std::size_t bucket = 0;
  while ((passed += counts_[bucket]) < wanted)
    ++bucket;
  return std::chrono::nanoseconds{static_cast<std::int64_t>(largest_in(bucket))};
}

std::string histogram::text() const {
  std::string text;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket)
    if (counts_[bucket] > 0)
      text += (text.empty() ? "" : ",") + std::to_string(bucket) + ':' + std::to_string(counts_[bucket]);
  return text.empty() ? "-" : text;
}

bool histogram::parse(std::string_view text, histogram& into) {
  if (text == "-")
    return true;
  const auto* at = text.data();
  const auto* const end = at + text.size();
  for (;;) {
    std::size_t bucket = 0;
    std::uint64_t count = 0;
    auto read = std::from_chars(at, end, bucket);
    if (read.ec != std::errc{} || bucket >= into.counts_.size() || read.ptr == end || *read.ptr != ':')
      return false;
    read = std::from_chars(read.ptr + 1, end, count);
    if (read.ec != std::errc{})
      return false;
    into.counts_[bucket] += count;
    into.count_ += count;
    if (read.ptr == end)
      return true;
    if (*read.ptr != ',')
      return false;
    at = read.ptr + 1;
  }
}

std::uint64_t histogram::largest_in(std::size_t bucket) {
  if (bucket < 2 * sub_buckets)
    return bucket;
  const auto shift = (bucket >> sub_bits) - 1;
  const auto mantissa = (bucket & (sub_buckets - 1)) | sub_buckets;
  return ((mantissa + 1) << shift) - 1;
}

} // namespace cluster_store::apps
