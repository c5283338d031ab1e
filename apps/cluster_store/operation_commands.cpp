#include <cluster_store/apps/cluster_store/commands.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <type_traits>
#include <vector>

#include <unistd.h>

#include <cluster_store/apps/cluster_store/json_text.hpp>
#include <cluster_store/apps/cluster_store/pipe/answer.hpp>
#include <cluster_store/apps/cluster_store/typed_options.hpp>
#include <cluster_store/apps/support/duration.hpp>
#include <cluster_store/apps/support/terminal/input.hpp>
#include <cluster_store/apps/support/terminal/terminal.hpp>

namespace cluster_store::apps {

namespace {

using operations::field;
using text = std::string;

/// What a command is told: the operation, and how to reach the store.
template <class Operation>
struct operation_flags {
  connection where;
  Operation what;
};

struct listing_flags : operation_flags<operations::all_of<text>> {
  std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
};

struct clear_flags : operation_flags<operations::clear_of<text>> {
  bool yes = false;
};

/// Reads all of stdin, but no more than a store could take.
result<std::string> read_input() {
  constexpr std::size_t bytes_max = 16 * 1024 * 1024; // largest session_limits::data_bytes_max
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

/// Refuses an id that makes no sense to any store.
template <class Operation>
result<void> check_ids(const Operation& what) {
  result<void> outcome;
  Operation::visit(what, [&]<class T>(const field& which, const T& value) {
    if constexpr (std::is_same_v<T, std::string>)
      if (outcome && which.what == field::kind::id)
        outcome = check_id(value, {});
  });
  return outcome;
}

/// What of an operation is read only once there is a store to do it.
template <class Operation>
result<void> complete(Operation&) {
  return {};
}

result<void> complete(operations::set_of<text>& what) {
  if (what.data != "-")
    return {};
  return read_input().map([&](std::string data) { what.data = std::move(data); });
}

template <class Operation>
result<typename Operation::reply> call(const connection& where, Operation& what) {
  return check_ids(what).and_then([&] { return where.open(); }).and_then([&](client store) {
    auto reply = complete(what).and_then([&] { return store.call(what); });
    store.close();
    return reply;
  });
}

/// What a command says of a reply in plain text.
std::string plain_text(bool) {
  return {};
}

std::string plain_text(std::uint64_t number) {
  return std::to_string(number) + "\n";
}

std::string plain_text(std::optional<version_number> moved) {
  return moved ? plain_text(*moved) : std::string{};
}

std::string plain_text(std::optional<session> found) {
  return found ? std::move(found->data) : std::string{};
}

/// Whether there was the session that a reply is about.
template <class Reply>
bool exists(const Reply& reply) {
  return std::is_same_v<Reply, std::uint64_t> || static_cast<bool>(reply);
}

template <class Operation>
exit_code run(operation_flags<Operation>& flags) {
  auto reply = call(flags.where, flags.what);
  if (!reply)
    return report(reply.error());
  const auto code = exists(*reply) ? exit_code::done : exit_code::not_found;
  std::string out;
  if (reports_json())
    append_answer(out, {}, *reply, Operation::is.answers);
  else
    out = plain_text(*std::move(reply));
  const auto end = print_last(out, code);
  if (end == exit_code::not_found && !reports_json())
    note("there is no such session");
  return end;
}

exit_code run_clear(clear_flags& flags) {
  if (!flags.yes)
    return report(
        {errc::invalid_argument, "clear removes every session of the store: say --yes if you mean it"});
  return run(flags);
}

/// One line for people and simple scripts: id, version, bytes, time left, separated by tabs. The id stands
/// there as a JSON string if it has bytes that would break the line or that a terminal would obey.
void append_row(std::string& out, const listed_session& row) {
  std::string id;
  append_json_message(id, row.id);
  out += id.size() == row.id.size() + 2 ? row.id : id;
  out += '\t' + std::to_string(row.content.version);
  out += '\t' + std::to_string(row.content.data.size());
  out += '\t' + (row.content.ttl ? duration_text(*row.content.ttl) : "-") + '\n';
}

printed print_page(const listing& page) {
  std::string out;
  for (const auto& row : page.sessions) {
    if (reports_json()) {
      append_session(out, row);
      out += '\n';
    } else {
      append_row(out, row);
    }
  }
  return print(out);
}

/// Prints page after page, until there is no more or nobody reads on.
result<printed> print_pages(client& store, listing_flags& flags) {
  constexpr std::uint64_t page_rows = 1'000;
  auto outcome = printed::whole;
  if (!reports_json() && stdout_is_terminal())
    outcome = print(emphasised("ID\tVERSION\tBYTES\tEXPIRES IN\n"));
  do {
    flags.what.rows_max = static_cast<std::uint32_t>(std::min(flags.limit, page_rows));
    const auto page = store.all(flags.what);
    if (!page)
      return tl::unexpected{page.error()};
    outcome = print_page(*page);
    flags.limit -= page->sessions.size();
    flags.what.cursor = page->cursor;
  } while (outcome == printed::whole && flags.limit > 0 && !flags.what.cursor.empty());
  return outcome;
}

exit_code run_all(listing_flags& flags) {
  auto store = flags.where.open();
  if (!store)
    return report(store.error());
  const auto outcome = print_pages(*store, flags);
  store->close();
  if (!outcome)
    return report(outcome.error());
  return *outcome == printed::failed ? exit_code::failed : exit_code::done;
}

CLI::Option* add_id(CLI::App& command, const std::string& name, std::string& into, const std::string& about) {
  return command.add_option(name, into, about)->required()->type_name("ID")->configurable(false);
}

/// Adds the command of an operation, with the id of its session if it has one.
/// @param add_more adds what it is told besides how to reach the store.
template <class Flags, class F>
void add_command(command_table& table, exit_code (*run)(Flags&), const std::string& description,
                 const std::string& examples, F&& add_more) {
  const auto flags = std::make_shared<Flags>();
  auto& command = table.add(std::string{decltype(flags->what)::is.name}, description, examples,
                            [flags, run] { return run(*flags); });
  constexpr bool has_id = requires {
    flags->what.id;
  };
  if constexpr (has_id) {
    add_id(command, "id", flags->what.id, "id of the session");
    add_more(command, *flags);
  }
  flags->where.add_to(command);
  add_json_flag(command);
  if constexpr (!has_id)
    add_more(command, *flags);
}

void add_set_flags(CLI::App& command, operation_flags<operations::set_of<text>>& flags) {
  flags.what.data = "-";
  command.add_option("data", flags.what.data, "its data; - or none: all of the standard input")
      ->type_name("DATA|-")
      ->configurable(false);
  auto& how = flags.what.how;
  add_parsed(command, "--ttl", how.ttl, parse_duration, "DURATION",
             "how long it lives, for example 30m (default: as the store says)");
  auto* if_version =
      command.add_option("--if-version", how.if_version, "only if this is its version; 0: if there is none");
  if_version->check(whole_number())->type_name("N");
  command.add_option("--seen", how.seen, "only if it still lives and was created at or before this version")
      ->check(whole_number())
      ->type_name("N")
      ->excludes(if_version);
}

void add_touch_flags(CLI::App& command, operation_flags<operations::touch_of<text>>& flags) {
  add_parsed(command, "--ttl", flags.what.ttl, parse_duration, "DURATION",
             "how long it lives from now (default: the time it was last given)");
}

void add_all_flags(CLI::App& command, listing_flags& flags) {
  constexpr std::uint64_t limit_max = 1'000'000'000'000;
  command.add_option("--prefix", flags.what.prefix, "only ids that start with it")->type_name("P");
  command.add_option("--limit", flags.limit, "at most this many (default: all)")
      ->check(whole_number(1, limit_max))
      ->type_name("N");
}

} // namespace

void add_operation_commands(command_table& table) {
  const auto nothing = [](CLI::App&, auto&) {};
  add_command(table, run<operations::set_of<text>>, "Creates or replaces a session; prints its version",
              "cluster-store set a1b2 '{\"user\":7}' --ttl 30m\n"
              "cluster-store set a1b2 < data.bin\n"
              "cluster-store set a1b2 new --if-version 3",
              add_set_flags);
  add_command(table, run<operations::get_of<text>>, "Prints a session's data, byte for byte",
              "cluster-store get a1b2\ncluster-store get a1b2 --json", nothing);
  add_command(table, run<operations::touch_of<text>>, "Changes when a session expires; never creates one",
              "cluster-store touch a1b2 --ttl 30m", add_touch_flags);
  add_command(table, run<operations::destroy_of<text>>, "Removes a session", "cluster-store destroy a1b2",
              nothing);
  add_command(
      table, run<operations::regenerate_of<text>>, "Moves a session to a new id, for example after a login",
      "cluster-store regenerate a1b2 c3d4",
      [](CLI::App& command, auto& flags) { add_id(command, "new_id", flags.what.new_id, "its new id"); });
  add_command(table, run_all, "Lists the live sessions: id, version, bytes, time left",
              "cluster-store all --prefix user7- --limit 20\n"
              "cluster-store all --json   (an object a line, with the data)",
              add_all_flags);
  add_command(table, run<operations::length_of<text>>, "Prints how many live sessions there are",
              "cluster-store length", nothing);
  add_command(table, run_clear,
              "Removes all sessions; prints how many there were. A late save can bring one back: `serve "
              "--logout-guard` guards only ids that were destroyed",
              "cluster-store clear --yes", [](CLI::App& command, clear_flags& flags) {
                flags.where.ask_for_admin();
                add_switch(command, "--yes", flags.yes, "yes, all of them")->configurable(false);
              });
}

} // namespace cluster_store::apps
