#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <cluster_store/tests/backends/engines.hpp>

namespace cluster_store::tests {

/// What an engine has to be like: the interface's words in the plainest code.
class model {
public:
  outcomes apply(const backends::commit& changes);

  const std::map<std::string, stored>& sessions() const noexcept { return sessions_; }

  /// Fails the test unless `other` answers every question as this does.
  void compare(backends::backend& other) const;

private:
  backends::write_outcome apply(const backends::write& change);
  void compare_sessions(backends::backend& other) const;
  void compare_due(backends::backend& other) const;

  std::map<std::string, stored> sessions_;
  std::map<std::pair<backends::client_id, std::uint64_t>, std::string> clients_;
  std::map<std::string, std::string> system_;
};

} // namespace cluster_store::tests
