#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/backends/backend.hpp>

namespace cluster_store::backends {

/// A backend URI, taken apart: `scheme:path?key=value&key=value`, for example
/// `rocksdb:/var/lib/app?sync=never`.
struct uri {
  std::string scheme;
  std::string path; ///< Percent-decoded; may be empty.
  std::map<std::string, std::string, std::less<>> options;

  friend bool operator==(const uri&, const uri&) = default;
};

/// Takes `text` apart. Pure.
/// @errors `invalid_argument` saying what is wrong at which character (no scheme, bad escape, key without
/// value, key
///   twice).
result<uri> parse_uri(std::string_view text);

/// @returns the text that `parse_uri` reads back. Pure.
std::string to_string(const uri& from);

/// Opens a backend from its URI. May block; called where the backend will live. What it throws, whatever the
/// type, and a null pointer are answered as `io_error`; an empty function likewise.
using factory = std::function<result<std::unique_ptr<backend>>(const uri&)>;

/// Makes what a URI names the same whatever directory the process is in later, as `absolute_path` does.
using resolver = std::function<result<uri>(const uri&)>;

/// A `resolver` for engines whose path is one of the file system.
result<uri> resolve_path(const uri& where);

/// Looks whether what a URI names is still there, for an engine that was open and is to be opened again.
using presence_check = std::function<result<void>(const uri&)>;

/// Which scheme is opened by whom. Copyable; const use from many threads is safe.
class registry {
public:
  /// @returns a registry that knows every engine this library was built with.
  static registry with_builtin_engines();

  /// Adds or replaces the engine for `scheme`.
  /// @param resolve none if nothing in its URIs depends on the current directory.
  /// @param check_presence none if there is nothing that could go away.
  void add(std::string scheme, factory open, resolver resolve = {}, presence_check check_presence = {});

  /// @returns `where` with its paths absolute, which is what to keep if it is to be opened again later;
  /// unchanged if its scheme is unknown.
  /// @errors as of `absolute_path`.
  result<uri> resolve(const uri& where) const;

  /// Looks whether the data of `where`, which was open, are still there: opening it again would begin them
  /// anew.
  /// @errors `io_error` saying what is gone.
  result<void> check_presence(const uri& where) const;

  /// Opens `where`, resolved.
  /// @errors `unsupported` for an unknown scheme (naming the known ones), `invalid_argument` for unknown
  /// options,
  ///   and whatever the engine says; `io_error` for a factory that throws or returns a null pointer.
  result<std::unique_ptr<backend>> open(const uri& where) const;
  result<std::unique_ptr<backend>> open(std::string_view text) const;

  /// @returns the known schemes in byte order.
  std::vector<std::string> schemes() const;

private:
  struct entry {
    factory open;
    resolver resolve;
    presence_check check_presence;
  };

  std::map<std::string, entry, std::less<>> engines_;
};

} // namespace cluster_store::backends
