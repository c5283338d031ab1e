#include <cluster_store/apps/bench/subject.hpp>

#include <algorithm>
#include <filesystem>

#include <unistd.h>

#include <cluster_store/backends/registry.hpp>

namespace cluster_store::apps {

namespace {

/// What a handle's queue has to hold at least: all that is in flight while measuring or filling.
void allow_in_flight(options& how, const bench_settings& settings) {
  constexpr std::size_t filling = 256;
  constexpr std::size_t overhead_bytes = 64; // of an operation: its id and what frames it
  const auto operations = std::max<std::size_t>(filling, settings.in_flight_max()) + 1;
  how.queue.operations_max = std::max(how.queue.operations_max, operations);
  how.queue.bytes_max =
      std::max(how.queue.bytes_max, operations * (settings.load.value_bytes + overhead_bytes));
  how.calls.timeout = std::chrono::minutes{1}; // thousands of large values wait for each other
}

result<client> open_standalone(const bench_settings& settings) {
  options how;
  how.store.uri = settings.backend;
  allow_in_flight(how, settings);
  return cluster_store::open(how);
}

} // namespace

directory_of_store::directory_of_store(const std::string& backend) {
  std::error_code problem;
  const auto where = backends::parse_uri(backend);
  if (where && !where->path.empty() && !std::filesystem::exists(where->path, problem) && !problem)
    path_ = where->path;
}

directory_of_store::~directory_of_store() {
  std::error_code ignored;
  if (!path_.empty())
    std::filesystem::remove_all(path_, ignored);
}

result<client> open_worker(const bench_settings& settings) {
  options how;
  how.mode = mode::worker;
  how.worker_name = "cluster-store-bench";
  how.store.name = settings.store;
  how.secret_file = settings.secret_file;
  how.tls.authority_file = settings.tls_authority_file;
  allow_in_flight(how, settings);
  auto where = parse_endpoint(settings.connect);
  if (!where)
    return tl::unexpected{where.error()};
  how.where = *std::move(where);
  return cluster_store::open(how);
}

result<subject> open_subject(const bench_settings& settings, std::optional<unsigned> server_processor) {
  subject opened{.directory = directory_of_store{settings.connect.empty() ? settings.backend : "memory:"},
                 .master = {},
                 .where = settings.connect,
                 .workers = {},
                 .holder = {}};
  auto how = settings;
  if (settings.mode == "standalone") {
    opened.holder = ::getpid();
  } else if (settings.connect.empty()) {
    auto master = master_process::start({.store = settings.store + "=" + settings.backend,
                                         .tcp = settings.transport == "tcp",
                                         .log = {},
                                         .processor = server_processor});
    if (!master)
      return tl::unexpected{master.error()};
    opened.master.emplace(*std::move(master));
    opened.holder = opened.master->id();
    opened.where = how.connect = to_string(opened.master->where());
    how.secret_file = opened.master->secret_file();
  }
  if (how.workers > 1) {
    auto workers = crew::start(how);
    if (!workers)
      return tl::unexpected{workers.error()};
    opened.workers = *std::move(workers);
    return opened;
  }
  auto store = how.mode == "standalone" ? open_standalone(how) : open_worker(how);
  if (!store)
    return tl::unexpected{store.error()};
  opened.workers = crew{*std::move(store), how.load};
  return opened;
}

} // namespace cluster_store::apps
