#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <cluster_store/actors/caf_compat.hpp>
#include <cluster_store/backends/result.hpp>

namespace cluster_store::actors {

/// Notices that a server has lost something it cannot do without and that is not started again, because
/// others hold its handle. Without it such a server would live on and serve nobody.
///
/// Threads: any.
class failure_watch : public std::enable_shared_from_this<failure_watch> {
public:
  /// @param failed called once, with the first failure, on the thread that ended the part: does not block.
  explicit failure_watch(std::function<void(const error&)> failed) : failed_(std::move(failed)) {}

  /// From now on the end of `part`, of which messages speak as `name`, is a failure.
  void watch(const caf::actor& part, const std::string& name);

  /// From now on all may end.
  void end();

  /// @returns why the server has failed, if it has.
  std::optional<error> failure() const;

private:
  void ended(const std::string& name, const std::string& why);

  mutable std::mutex mutex_;
  std::function<void(const error&)> failed_; ///< Empty once it was called, and at the end.
  std::optional<error> failure_;
  std::vector<compat::watch> watches_;
};

} // namespace cluster_store::actors
