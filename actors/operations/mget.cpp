#include <cluster_store/actors/operations/mget.hpp>

#include <cstddef>
#include <string>

#include <cluster_store/actors/sessions/store_view.hpp>

namespace cluster_store::operations {

result<std::vector<std::optional<session_view>>> perform(const mget_of<std::string_view>& what,
                                                         actors::store_view& in) {
  std::vector<std::optional<session_view>> out;
  out.reserve(what.ids.size());
  std::size_t bytes = 0;
  for (const auto id : what.ids) {
    const auto found = in.read(id);
    if (!found)
      return tl::unexpected{found.error()};
    bytes += *found ? (*found)->data.size() : 0;
    if (bytes > answer_bytes_max)
      return fail(errc::too_large, "the sessions asked for have more than " + std::to_string(answer_bytes_max)
                                       + " bytes of data: ask for fewer at once");
    out.push_back(*found);
  }
  return out;
}

} // namespace cluster_store::operations
