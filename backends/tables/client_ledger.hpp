#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>

#include <cluster_store/backends/backend.hpp>

namespace cluster_store::backends {

/// The client table in memory: a `Value` under each (client, number), made for rows that are added with
/// rising numbers and removed from the lowest on, both O(1).
///
/// Threads: not thread-safe.
template <class Value>
class client_ledger {
public:
  /// Adds the row or replaces its value.
  void put(const client_id& client, std::uint64_t number, Value value) {
    auto& rows = clients_[client];
    const auto where =
        rows.empty() || rows.back().first < number
            ? rows.end()
            : std::lower_bound(rows.begin(), rows.end(), number,
                               [](const row& left, std::uint64_t right) { return left.first < right; });
    if (where != rows.end() && where->first == number)
      where->second = std::move(value);
    else
      rows.emplace(where, number, std::move(value));
  }

  /// Removes the rows of `client` with numbers up to and including `up_to`.
  void erase(const client_id& client, std::uint64_t up_to) {
    const auto found = clients_.find(client);
    if (found == clients_.end())
      return;
    auto& rows = found->second;
    while (!rows.empty() && rows.front().first <= up_to)
      rows.pop_front();
    if (rows.empty())
      clients_.erase(found);
  }

  /// Calls `use(number)` for the rows of `client` with numbers up to and including `up_to`, in order.
  template <class Use>
  void each_number(const client_id& client, std::uint64_t up_to, Use use) const {
    const auto found = clients_.find(client);
    if (found == clients_.end())
      return;
    for (const auto& [number, value] : found->second) {
      if (number > up_to)
        return;
      use(number);
    }
  }

  /// Calls `use(client, number, value)` for every row, in order of client and number.
  template <class Use>
  void each(Use use) const {
    for (const auto& [client, rows] : clients_)
      for (const auto& [number, value] : rows)
        use(client, number, value);
  }

private:
  using row = std::pair<std::uint64_t, Value>;

  std::map<client_id, std::deque<row>> clients_;
};

} // namespace cluster_store::backends
