#include <cluster_store/backends/contained.hpp>

#include <string>
#include <utility>

#include <cluster_store/backends/user_code.hpp>

namespace cluster_store::backends {
namespace {

class contained final : public backend {
public:
  explicit contained(std::unique_ptr<backend> inner) : inner_{std::move(inner)} {}

  const backends::traits& traits() const noexcept override { return inner_->traits(); }

  result<void> get(std::span<const std::string_view> ids, reads& out) override {
    const auto bytes_max = out.bytes_max;
    const auto done = contain([&] { return inner_->get(ids, out); });
    const bool is_beginning = !out.rows.empty() && out.rows.size() < ids.size() && bytes_max != SIZE_MAX;
    if (!done || out.rows.size() == ids.size() || is_beginning)
      return done;
    return nonsense(errc::io_error, out.rows.size(), "answers to a read of", ids.size());
  }

  result<std::vector<result<write_outcome>>> apply(const commit& changes) override {
    if (broken())
      return refuse();
    auto outcomes =
        call_user_code([&] { return inner_->apply(changes); },
                       [&](const std::string& thrown) -> result<std::vector<result<write_outcome>>> {
                         broken_ = true;
                         return stopped(errc::outcome_unknown, thrown);
                       });
    if (!outcomes || outcomes->size() == changes.writes.size())
      return outcomes;
    broken_ = true;
    return nonsense(errc::outcome_unknown, outcomes->size(), "outcomes for", changes.writes.size());
  }

  result<page> scan(const scan_request& request) override {
    auto found = contain([&] { return inner_->scan(request); });
    if (!found || found->rows.size() <= request.rows_max)
      return found;
    return nonsense(errc::io_error, found->rows.size(), "rows on a page of", request.rows_max);
  }

  result<std::vector<expiry_row>> due(wall_time now, std::size_t rows_max) override {
    auto found = contain([&] { return inner_->due(now, rows_max); });
    if (!found || found->size() <= rows_max)
      return found;
    return nonsense(errc::io_error, found->size(), "due rows instead of", rows_max);
  }

  result<std::uint64_t> length() override {
    return contain([&] { return inner_->length(); });
  }

  result<std::vector<client_row>> client_rows() override {
    return contain([&] { return inner_->client_rows(); });
  }

  result<std::vector<system_row>> system_rows(std::string_view first, std::string_view last,
                                              std::size_t rows_max) override {
    auto found = contain([&] { return inner_->system_rows(first, last, rows_max); });
    if (!found || found->size() <= rows_max)
      return found;
    return nonsense(errc::io_error, found->size(), "system rows instead of", rows_max);
  }

  result<void> sync() override {
    return contain([&] { return inner_->sync(); });
  }

  bool broken() const noexcept override { return broken_ || inner_->broken(); }

private:
  template <class Call>
  auto contain(Call call) const -> decltype(call()) {
    using answer = decltype(call());
    if (broken())
      return refuse();
    return call_user_code(
        call, [this](const std::string& thrown) -> answer { return stopped(errc::io_error, thrown); });
  }

  std::string name() const { return "the " + std::string{traits().engine} + " store "; }

  tl::unexpected<error> refuse() const {
    return fail(errc::io_error, name() + "is broken since an earlier error: restart it");
  }

  tl::unexpected<error> stopped(errc code, const std::string& thrown) const {
    return fail(code,
                name() + "was stopped by '" + thrown + "': give the process more memory, or mend the engine");
  }

  tl::unexpected<error> nonsense(errc code, std::size_t given, const char* what, std::size_t wanted) const {
    return fail(code, name() + "gave " + std::to_string(given) + ' ' + what + ' ' + std::to_string(wanted)
                          + ": mend the engine");
  }

  std::unique_ptr<backend> inner_;
  bool broken_ = false;
};

} // namespace

std::unique_ptr<backend> make_contained(std::unique_ptr<backend> inner) {
  if (dynamic_cast<const contained*>(inner.get()) != nullptr)
    return inner;
  return std::make_unique<contained>(std::move(inner));
}

result<std::unique_ptr<backend>> open_contained(const factory& open, const uri& where) {
  const auto refuse = [&](const std::string& why) {
    return fail(errc::io_error, "the factory of the backend '" + where.scheme + ":' " + why + ": mend it");
  };
  using opened = result<std::unique_ptr<backend>>;
  auto made =
      call_user_code([&] { return open(where); },
                     [&](const std::string& thrown) -> opened { return refuse("threw '" + thrown + "'"); });
  if (!made)
    return made;
  if (!*made)
    return refuse("returned no backend");
  return make_contained(std::move(*made));
}

} // namespace cluster_store::backends
