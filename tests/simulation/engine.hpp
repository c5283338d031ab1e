#pragma once

#include <cstdint>
#include <deque>

#include <cluster_store/backends/backend.hpp>
#include <cluster_store/tests/simulation/disk.hpp>
#include <cluster_store/tests/simulation/ledger.hpp>
#include <cluster_store/tests/simulation/profile.hpp>
#include <cluster_store/tests/simulation/random_source.hpp>

namespace cluster_store::simulation {

/// How an engine fails for a while; it is healthy if all numbers are 0.
struct engine_mood {
  unsigned aborts = 0;   ///< Commits in a thousand that fail and apply nothing.
  unsigned doubts = 0;   ///< That the engine cannot tell of, applied or not.
  unsigned breaks = 0;   ///< That break the engine.
  unsigned unread = 0;   ///< Reads in a thousand that fail.
  unsigned slowness = 1; ///< How many times as long commits take.
};

/// What engines of a run share: the data, who watches, and how things are. Lives as long as the run.
struct engine_place {
  disk data;
  engine_mood mood;
  steady_time now{};
  steady_time failed{}; ///< When an engine failed last.
  std::uint64_t failures = 0;
};

/// An engine on the simulated disk. A commit is applied at once, and synced when the shell that waited for it
/// says so.
class engine final : public backends::backend {
public:
  engine(engine_place& where, ledger& watched_by, const profile& how, random_source& random);

  const backends::traits& traits() const noexcept override { return traits_; }
  result<void> get(std::span<const std::string_view> ids, backends::reads& out) override;
  result<std::vector<result<backends::write_outcome>>> apply(const backends::commit& changes) override;
  result<backends::page> scan(const backends::scan_request& request) override;
  result<std::vector<backends::expiry_row>> due(wall_time now, std::size_t rows_max) override;
  result<std::uint64_t> length() override;
  result<std::vector<backends::client_row>> client_rows() override;
  result<std::vector<backends::system_row>> system_rows(std::string_view first, std::string_view last,
                                                        std::size_t rows_max) override;
  result<void> sync() override;
  bool broken() const noexcept override { return broken_; }

private:
  backends::record read(std::string_view id, const disk::row& found);
  const backends::commit& altered(const backends::commit& changes);
  void put(const backends::commit& changes);
  tl::unexpected<error> failed(errc code);

  engine_place& place_;
  ledger& ledger_;
  const profile& how_;
  random_source& random_;
  backends::traits traits_;
  bool broken_ = false;
  backends::commit altered_;
  std::unordered_map<std::string, disk::row> stale_; ///< For `defect::stale_read`.
  std::deque<disk::row> given_;                      ///< What its reads point to.
};

} // namespace cluster_store::simulation
