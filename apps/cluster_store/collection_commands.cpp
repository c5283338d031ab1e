#include <cluster_store/apps/cluster_store/commands.hpp>

#include <algorithm>
#include <memory>

#include <cluster_store/apps/cluster_store/json_text.hpp>
#include <cluster_store/apps/cluster_store/pipe/answer.hpp>
#include <cluster_store/apps/support/duration.hpp>
#include <cluster_store/apps/support/option_checks.hpp>
#include <cluster_store/apps/support/terminal/terminal.hpp>

namespace cluster_store::apps {

namespace {

constexpr std::uint64_t limit_max = 1'000'000'000'000;

struct collection_flags : common_flags {
  std::string prefix;
  std::uint64_t limit = 0; ///< 0 = no limit.
  bool yes = false;
};

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

printed print_page(const listing& page, bool json) {
  std::string out;
  for (const auto& row : page.sessions) {
    if (json) {
      append_session(out, row);
      out += '\n';
    } else {
      append_row(out, row);
    }
  }
  return print(out);
}

/// Prints page after page, until there is no more or nobody reads on.
result<printed> print_pages(client& store, const collection_flags& flags) {
  constexpr std::uint64_t page_rows = 1'000;
  auto outcome = printed::whole;
  if (!flags.json && stdout_is_terminal())
    outcome = print(emphasised("ID\tVERSION\tBYTES\tEXPIRES IN\n"));
  listing_options which{{}, flags.prefix, page_rows};
  auto left = flags.limit == 0 ? std::numeric_limits<std::uint64_t>::max() : flags.limit;
  do {
    which.rows_max = static_cast<std::uint32_t>(std::min(left, page_rows));
    const auto page = store.all(which);
    if (!page)
      return tl::unexpected{page.error()};
    outcome = print_page(*page, flags.json);
    left -= page->sessions.size();
    which.cursor = page->cursor;
  } while (outcome == printed::whole && left > 0 && !which.cursor.empty());
  return outcome;
}

exit_code run_all(const collection_flags& flags) {
  auto store = flags.where.open();
  if (!store)
    return report(store.error());
  const auto outcome = print_pages(*store, flags);
  store->close();
  if (!outcome)
    return report(outcome.error());
  return *outcome == printed::failed ? exit_code::failed : exit_code::done;
}

template <class F>
exit_code run_count(const collection_flags& flags, F&& operation) {
  const auto count = flags.where.open().and_then([&](client store) {
    result<std::uint64_t> outcome = operation(store);
    store.close();
    return outcome;
  });
  if (!count)
    return report(count.error());
  std::string out;
  if (flags.json)
    append_answer(out, {}, *count, "count");
  else
    out = std::to_string(*count) + "\n";
  return print_last(out);
}

exit_code run_clear(const collection_flags& flags) {
  if (!flags.yes)
    return report(
        {errc::invalid_argument, "clear removes every session of the store: say --yes if you mean it"});
  return run_count(flags, [](client& store) { return store.clear(); });
}

std::pair<CLI::App&, std::shared_ptr<collection_flags>> add_collection_command(command_table& table,
                                                                               const std::string& name,
                                                                               const std::string& description,
                                                                               const std::string& examples) {
  auto& command = table.add(name, description, examples);
  auto flags = std::make_shared<collection_flags>();
  flags->where.add_to(command);
  add_json_flag(command, flags->json);
  return {command, std::move(flags)};
}

} // namespace

void add_collection_commands(command_table& table) {
  {
    auto [command, flags] =
        add_collection_command(table, "all", "Lists the live sessions: id, version, bytes, time left",
                               "cluster-store all --prefix user7- --limit 20\n"
                               "cluster-store all --json   (an object a line, with the data)");
    command.add_option("--prefix", flags->prefix, "only ids that start with it")->type_name("P");
    command.add_option("--limit", flags->limit, "at most this many (default: all)")
        ->check(whole_number(1, limit_max))
        ->type_name("N");
    table.run(command, [flags = flags] { return run_all(*flags); });
  }
  {
    auto [command, flags] = add_collection_command(table, "length", "Prints how many live sessions there are",
                                                   "cluster-store length");
    table.run(command,
              [flags = flags] { return run_count(*flags, [](client& store) { return store.length(); }); });
  }
  {
    auto [command, flags] = add_collection_command(
        table, "clear",
        "Removes all sessions; prints how many there were. A late save can bring one back: `serve "
        "--logout-guard` guards only ids that were destroyed",
        "cluster-store clear --yes");
    flags->where.ask_for_admin();
    add_switch(command, "--yes", flags->yes, "yes, all of them")->configurable(false);
    table.run(command, [flags = flags] { return run_clear(*flags); });
  }
}

} // namespace cluster_store::apps
