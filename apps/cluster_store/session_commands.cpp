#include <cluster_store/apps/cluster_store/commands.hpp>

#include <cstring>
#include <memory>
#include <vector>

#include <unistd.h>

#include <cluster_store/apps/cluster_store/pipe/answer.hpp>
#include <cluster_store/apps/support/duration.hpp>
#include <cluster_store/apps/support/option_checks.hpp>
#include <cluster_store/apps/support/terminal/input.hpp>

namespace cluster_store::apps {

namespace {

struct session_flags : common_flags {
  std::string id;
  std::optional<std::string> new_id; ///< Of regenerate.
  std::string data = "-";
  std::string ttl;
  std::optional<std::uint64_t> if_version;
  std::optional<std::uint64_t> seen;

  /// Connects, unless an id makes no sense to any store.
  result<client> open() const {
    return check_id(id, {})
        .and_then([this] { return new_id ? check_id(*new_id, {}) : result<void>{}; })
        .and_then([this] { return where.open(); });
  }

  result<std::optional<time_to_live>> read_ttl() const {
    if (ttl.empty())
      return std::nullopt;
    return parse_duration(ttl).map([](auto time) { return std::optional{time}; });
  }
};

/// Adds a command on one session: its ID, the connection and `--json`.
std::pair<CLI::App&, std::shared_ptr<session_flags>> add_session_command(command_table& table,
                                                                         const std::string& name,
                                                                         const std::string& description,
                                                                         const std::string& examples) {
  auto& command = table.add(name, description, examples);
  auto flags = std::make_shared<session_flags>();
  command.add_option("id", flags->id, "id of the session")->required()->type_name("ID")->configurable(false);
  return {command, std::move(flags)};
}

void finish_command(CLI::App& command, session_flags& flags) {
  flags.where.add_to(command);
  add_json_flag(command, flags.json);
}

/// Prints the last text of a command on one session. @param exists whether there was such a session.
exit_code print_outcome(std::string_view text, bool json, bool exists) {
  const auto end = print_last(text, exists ? exit_code::done : exit_code::not_found);
  if (end == exit_code::not_found && !json)
    note("there is no such session");
  return end;
}

/// Reads all of stdin, but no more than a store could take.
result<std::string> read_input(std::size_t bytes_max) {
  const input from{STDIN_FILENO};
  std::string data;
  std::vector<char> block(64 * 1024);
  for (;;) {
    const auto count = from.read(block);
    if (!count)
      return fail(errc::io_error, std::string{"cannot read the data from the standard input: "}
                                      + std::strerror(count.error()));
    if (*count == 0)
      return data;
    data.append(block.data(), *count);
    if (data.size() > bytes_max)
      return fail(errc::too_large, "the data on the standard input has more than " + std::to_string(bytes_max)
                                       + " bytes, which is the most that any store allows");
  }
}

result<version_number> set_session(const session_flags& flags) {
  constexpr std::size_t largest_limit = 16 * 1024 * 1024; // of session_limits::data_bytes_max
  auto ttl = flags.read_ttl();
  if (!ttl)
    return tl::unexpected{ttl.error()};
  auto store = flags.open();
  if (!store)
    return tl::unexpected{store.error()};
  auto data = flags.data == "-" ? read_input(largest_limit) : result<std::string>{flags.data};
  if (!data)
    return tl::unexpected{data.error()};
  auto version = store->set(flags.id, *data, {*ttl, flags.seen, flags.if_version});
  store->close();
  return version;
}

exit_code run_set(const session_flags& flags) {
  const auto version = set_session(flags);
  if (!version)
    return report(version.error());
  std::string out;
  if (flags.json)
    append_answer(out, {}, *version, "version");
  else
    out = std::to_string(*version) + "\n";
  return print_last(out);
}

exit_code run_get(const session_flags& flags) {
  auto found = flags.open().and_then([&](client store) {
    auto outcome = store.get(flags.id);
    store.close();
    return outcome;
  });
  if (!found)
    return report(found.error());
  const bool exists = found->has_value();
  std::string out;
  if (flags.json)
    append_answer(out, {}, *found);
  else if (*found)
    out = std::move((*found)->data);
  return print_outcome(out, flags.json, exists);
}

/// Runs `operation`, which says whether there was such a session, and prints that as `name`.
template <class F>
exit_code run_change(const session_flags& flags, const char* name, F&& operation) {
  const auto changed = flags.open().and_then([&](client store) {
    result<bool> outcome = operation(store);
    store.close();
    return outcome;
  });
  if (!changed)
    return report(changed.error());
  std::string out;
  if (flags.json)
    append_answer(out, {}, *changed, name);
  return print_outcome(out, flags.json, *changed);
}

exit_code run_touch(const session_flags& flags) {
  const auto ttl = flags.read_ttl();
  if (!ttl)
    return report(ttl.error());
  return run_change(flags, "touched", [&](client& store) { return store.touch(flags.id, *ttl); });
}

exit_code run_destroy(const session_flags& flags) {
  return run_change(flags, "destroyed", [&](client& store) { return store.destroy(flags.id); });
}

exit_code run_regenerate(const session_flags& flags) {
  const auto moved = flags.open().and_then([&](client store) {
    auto outcome = store.regenerate(flags.id, *flags.new_id);
    store.close();
    return outcome;
  });
  if (!moved)
    return report(moved.error());
  std::string out;
  if (flags.json)
    append_answer(out, {}, *moved);
  else if (*moved)
    out = std::to_string(**moved) + "\n";
  return print_outcome(out, flags.json, moved->has_value());
}

void add_set(command_table& table) {
  auto [command, flags] =
      add_session_command(table, "set", "Creates or replaces a session; prints its version",
                          "cluster-store set a1b2 '{\"user\":7}' --ttl 30m\n"
                          "cluster-store set a1b2 < data.bin\n"
                          "cluster-store set a1b2 new --if-version 3");
  command.add_option("data", flags->data, "its data; - or none: all of the standard input")
      ->type_name("DATA|-")
      ->configurable(false);
  command.add_option("--ttl", flags->ttl, "how long it lives, for example 30m (default: as the store says)")
      ->check(read_by(parse_duration))
      ->type_name("DURATION");
  auto* if_version = command.add_option("--if-version", flags->if_version,
                                        "only if this is its version; 0: if there is none");
  if_version->check(whole_number())->type_name("N");
  command
      .add_option("--seen", flags->seen, "only if it still lives and was created at or before this version")
      ->check(whole_number())
      ->type_name("N")
      ->excludes(if_version);
  finish_command(command, *flags);
  table.run(command, [flags = flags] { return run_set(*flags); });
}

} // namespace

void add_session_commands(command_table& table) {
  add_set(table);
  {
    auto [command, flags] = add_session_command(table, "get", "Prints a session's data, byte for byte",
                                                "cluster-store get a1b2\ncluster-store get a1b2 --json");
    finish_command(command, *flags);
    table.run(command, [flags = flags] { return run_get(*flags); });
  }
  {
    auto [command, flags] =
        add_session_command(table, "touch", "Changes when a session expires; never creates one",
                            "cluster-store touch a1b2 --ttl 30m");
    command
        .add_option("--ttl", flags->ttl, "how long it lives from now (default: the time it was last given)")
        ->check(read_by(parse_duration))
        ->type_name("DURATION");
    finish_command(command, *flags);
    table.run(command, [flags = flags] { return run_touch(*flags); });
  }
  {
    auto [command, flags] =
        add_session_command(table, "destroy", "Removes a session", "cluster-store destroy a1b2");
    finish_command(command, *flags);
    table.run(command, [flags = flags] { return run_destroy(*flags); });
  }
  {
    auto [command, flags] =
        add_session_command(table, "regenerate", "Moves a session to a new id, for example after a login",
                            "cluster-store regenerate a1b2 c3d4");
    command.add_option("new_id", flags->new_id, "its new id")
        ->required()
        ->type_name("ID")
        ->configurable(false);
    finish_command(command, *flags);
    table.run(command, [flags = flags] { return run_regenerate(*flags); });
  }
}

} // namespace cluster_store::apps
