#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <cluster_store/backends/registry.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

/// What every test of an engine needs: engines to test, and short words for what they are asked.
namespace cluster_store::tests {

/// @returns the name of an engine of the contract suite; the test runs once for each.
std::string any_engine();

/// @returns the value of a result that has to be one; otherwise the test fails with the error's message.
template <class T>
T value_of(result<T> got) {
  if (!got)
    FAIL(to_string(got.error().code) << ": " << got.error().message);
  if constexpr (!std::is_void_v<T>)
    return std::move(*got);
}

/// One engine, open, with a place of its own.
class engine {
public:
  explicit engine(const std::string& name);

  backends::backend* operator->() const noexcept { return backend_.get(); }
  backends::backend& operator*() const noexcept { return *backend_; }

  bool durable() const { return backend_->traits().durable; }

  /// Closes it and opens it again.
  void reopen();

private:
  temporary_directory directory_;
  std::string uri_;
  std::unique_ptr<backends::backend> backend_;
};

/// A record that owns its text.
struct stored {
  backends::record fields; ///< Its views are empty.
  std::string user;
  std::string data;
  std::string extensions;

  explicit stored(const backends::record& from);

  /// @returns the record; valid as long as this object.
  backends::record record() const;

  friend bool operator==(const stored&, const stored&) = default;
};

/// @returns the time `milliseconds` after the epoch.
wall_time at(std::int64_t milliseconds);
backends::expiry_row expiry(std::int64_t milliseconds, std::string id);

backends::record record_of(version_number version, std::string_view data,
                           std::optional<wall_time> expires_at = std::nullopt);
backends::write put(std::string_view id, const backends::record& content, backends::precondition when = {});
backends::write touch(std::string_view id, const backends::record& content);
backends::write erase(std::string_view id, backends::precondition when = {});
backends::precondition absent();
backends::precondition version_is(version_number version);
backends::client_id client(std::uint8_t number);

using outcomes = std::vector<result<backends::write_outcome>>;

/// Applies these writes as one commit, which has to succeed as a whole.
outcomes apply(backends::backend& to, std::vector<backends::write> writes);
outcomes apply(backends::backend& to, const backends::commit& changes);

/// Reads one session, which must not be corrupt.
std::optional<stored> read(backends::backend& from, std::string_view id);
std::optional<std::string> read_data(backends::backend& from, std::string_view id);

/// The ids of all sessions, by as many pages as it takes, in the order they came.
std::vector<std::string> all_ids(backends::backend& from, std::string_view prefix = {},
                                 std::size_t rows_max = 1000);

} // namespace cluster_store::tests
