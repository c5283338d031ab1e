#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include <cluster_store/actors/client.hpp>
#include <cluster_store/apps/cluster_store/exit_code.hpp>

namespace cluster_store::apps {

/// How a command reaches its store: what its flags say.
class connection {
public:
  /// Adds `--connect --secret-file --tls-… --timeout` and, if the command speaks to one store, `--store` to
  /// `command`.
  /// @pre this object outlives the parsing.
  void add_to(CLI::App& command, bool one_store = true);

  /// @returns options for a worker handle as the flags say.
  options worker_options() const;

  /// Connects.
  /// @errors as of `cluster_store::open` in worker mode.
  result<client> open() const;

  /// @returns an error of connecting, with what helps to find the master if it was not named.
  error explain(error problem) const;

  /// Tells the user of a command that waits for its master if that was not named and is not there.
  void note_absence() const;

  /// From now on the flags mean a connection in the role admin.
  void ask_for_admin() { how_.admin = true; }

  /// Adds `--automatic`, for a command that lives as long as its program.
  void add_automatic_flag(CLI::App& command);

  /// Adds `--admin`, for a command that needs that role only sometimes.
  void add_admin_flag(CLI::App& command);

private:
  void add_tls_flags(CLI::App& command);
  bool lacks_master() const;

  options how_;
  std::string automatic_;         ///< Of mode automatic: where the store is kept; empty in mode worker.
  std::optional<endpoint> named_; ///< None: `how_` has the user's own socket.
};

/// Adds `--json` to `command`. @param for_errors_only since its output is what it is.
void add_json_flag(CLI::App& command, bool for_errors_only = false);

/// From now on errors are reported as JSON, or in words.
void report_as_json(bool json);

/// @returns whether they are, and with them all that the command prints.
bool reports_json();

/// Tells the user on stderr that something failed: in words or as `{"ok":false,…}`.
/// @returns how the command ends.
exit_code report(const error& problem);

/// Tells the user on stderr what happens and is no failure: in words or as `{"message":…}`. From any thread.
void note(const std::string& message);

/// @returns what to tell of the role that this process has from now on at `where`, in mode automatic.
std::string role_text(mode role, const std::string& where);

/// What became of a text for stdout.
enum class printed : std::uint8_t {
  whole,
  unread, ///< Nobody reads it any more: there is nothing left to do for the command, and nothing to say.
  failed, ///< That was said on stderr.
};

/// Writes all of `text` to stdout.
printed print(std::string_view text);

/// Prints the last text of a command. @returns how the command ends: by `code` if the text was written, by
/// `done` if nobody reads it.
exit_code print_last(std::string_view text, exit_code code = exit_code::done);

} // namespace cluster_store::apps
