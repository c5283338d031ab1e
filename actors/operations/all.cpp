#include <cluster_store/actors/operations/all.hpp>

#include <utility>

#include <cluster_store/actors/sessions/store_view.hpp>

namespace cluster_store::operations {

namespace {

constexpr std::size_t page_bytes_max = 512 * 1024;

} // namespace

result<listing> perform(const all_of<std::string_view>& what, actors::store_view& in) {
  auto page = in.engine().scan({what.cursor, what.prefix, what.rows_max, page_bytes_max});
  if (!page)
    return tl::unexpected{page.error()};
  listing out;
  out.cursor = std::move(page->cursor);
  for (auto& row : page->rows) {
    // A row that cannot be read is left out here; reading it by its id says what is wrong with it.
    if (!row.content || (row.content->expires_at && *row.content->expires_at <= in.now()))
      continue;
    out.sessions.push_back(
        {std::move(row.id),
         {std::string{row.content->data}, row.content->version, in.ttl_left(*row.content)}});
  }
  return out;
}

} // namespace cluster_store::operations
