#include <cluster_store/backends/contained.hpp>

#include <exception>
#include <utility>

namespace cluster_store::backends {
namespace {

class contained final : public backend {
public:
  explicit contained(std::unique_ptr<backend> inner) : inner_{std::move(inner)} {}

  const backends::traits& traits() const noexcept override { return inner_->traits(); }

  result<void> get(std::span<const std::string_view> ids, reads& out) override {
    return contain([&] { return inner_->get(ids, out); });
  }

  result<std::vector<result<write_outcome>>> apply(const commit& changes) override {
    if (broken())
      return refuse();
    try {
      return inner_->apply(changes);
    } catch (const std::exception& problem) {
      broken_ = true;
      return stopped(errc::outcome_unknown, problem);
    }
  }

  result<page> scan(const scan_request& request) override {
    return contain([&] { return inner_->scan(request); });
  }

  result<std::vector<expiry_row>> due(wall_time now, std::size_t rows_max) override {
    return contain([&] { return inner_->due(now, rows_max); });
  }

  result<std::uint64_t> length() override {
    return contain([&] { return inner_->length(); });
  }

  result<std::vector<client_row>> client_rows() override {
    return contain([&] { return inner_->client_rows(); });
  }

  result<std::vector<system_row>> system_rows(std::string_view first, std::string_view last,
                                              std::size_t rows_max) override {
    return contain([&] { return inner_->system_rows(first, last, rows_max); });
  }

  result<void> sync() override {
    return contain([&] { return inner_->sync(); });
  }

  bool broken() const noexcept override { return broken_ || inner_->broken(); }

private:
  template <class Call>
  auto contain(Call call) const -> decltype(call()) {
    if (broken())
      return refuse();
    try {
      return call();
    } catch (const std::exception& problem) {
      return stopped(errc::io_error, problem);
    }
  }

  tl::unexpected<error> refuse() const {
    return fail(errc::io_error, "the " + std::string{traits().engine}
                                    + " store is broken since an earlier error: restart it");
  }

  tl::unexpected<error> stopped(errc code, const std::exception& problem) const {
    return fail(code, "the " + std::string{traits().engine} + " store was stopped by '" + problem.what()
                          + "': give the process more memory");
  }

  std::unique_ptr<backend> inner_;
  bool broken_ = false;
};

} // namespace

std::unique_ptr<backend> make_contained(std::unique_ptr<backend> inner) {
  return std::make_unique<contained>(std::move(inner));
}

} // namespace cluster_store::backends
