#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/tidy/includes.hpp>
#include <cluster_store/tests/tidy/layers.hpp>

using namespace cluster_store::tidy;

namespace {

/// @returns how many findings a file at `path` with this one include has.
std::size_t findings_for(const std::string& path, const std::string& include) {
  return check_includes({{path, "#pragma once\n#include <" + include + ">\n"}}).size();
}

void check_row(const std::string& path, const std::vector<std::string>& allowed,
               const std::vector<std::string>& refused) {
  for (const auto& include : allowed) {
    INFO(path << " includes " << include);
    CHECK(findings_for(path, include) == 0);
  }
  for (const auto& include : refused) {
    INFO(path << " includes " << include);
    CHECK(findings_for(path, include) == 1);
  }
}

} // namespace

TEST_CASE("includes are found however they are written") {
  CHECK(includes_of(
            "#include <a/b.hpp>\n  #  include \"c.hpp\" // why\n// #include <d>\n#ifdef x\n#include <e>\n")
        == std::vector<include_line>{{1, "a/b.hpp", false}, {2, "c.hpp", true}, {5, "e", false}});
}

TEST_CASE("each file belongs to one layer") {
  CHECK(layer_of("backends/backend.hpp") == layer::backend_interface);
  CHECK(layer_of("backends/record.cpp") == layer::backend_interface);
  CHECK(layer_of("backends/rocksdb/rocksdb.hpp") == layer::backend_interface);
  CHECK(layer_of("backends/rocksdb/settings.cpp") == layer::engine);
  CHECK(layer_of("backends/memory/memory.cpp") == layer::engine);
  CHECK(layer_of("backends/filesystem.cpp") == layer::backend_interface);
  CHECK(layer_of("actors/proxy/core.cpp") == layer::pure);
  CHECK(layer_of("actors/client.hpp") == layer::pure);
  CHECK(layer_of("actors/messages.hpp") == layer::shell);
  CHECK(layer_of("apps/bench/main.cpp") == layer::program);
  CHECK(layer_of("tests/actors/wire/wire_test.cpp") == layer::free);
  CHECK(layer_of("actors/CMakeLists.txt") == layer::free);
}

TEST_CASE("row 1: the backend interface includes std, tl::expected and itself") {
  check_row("backends/backend.hpp",
            {"vector", "cstdint", "sys/stat.h", "tl/expected.hpp", "cluster_store/backends/errc.hpp"},
            {"caf/all.hpp", "rocksdb/db.h", "sqlite3.h", "xxhash.h", "cluster_store/actors/wire/wire.hpp",
             "cluster_store/backends/rocksdb/rocksdb.hpp", "nlohmann/json.hpp"});
  check_row("backends/record.cpp", {"xxhash.h"}, {"rocksdb/db.h", "caf/all.hpp"});
  check_row("backends/registry.cpp", {"cluster_store/backends/rocksdb/rocksdb.hpp"}, {"rocksdb/db.h"});
}

TEST_CASE("row 2: an engine includes the interface and exactly its own library, and only in its source") {
  check_row("backends/rocksdb/rocksdb.cpp",
            {"rocksdb/db.h", "cluster_store/backends/rocksdb/rocksdb.hpp",
             "cluster_store/backends/record.hpp", "thread"},
            {"leveldb/db.h", "hiredis/hiredis.h", "caf/all.hpp", "cluster_store/backends/memory/memory.hpp",
             "cluster_store/actors/wire/wire.hpp"});
  check_row("backends/memory/memory.cpp", {"map", "cluster_store/backends/memory/memory.hpp"},
            {"rocksdb/db.h"});
  check_row("backends/rocksdb/rocksdb.hpp", {"cluster_store/backends/backend.hpp"},
            {"rocksdb/db.h", "cluster_store/backends/memory/memory.hpp"});
}

TEST_CASE("row 3: pure code of actors/ includes no CAF, no thread, no socket, no shell, no engine") {
  check_row("actors/proxy/core.hpp",
            {"deque", "tl/expected.hpp", "cluster_store/backends/backend.hpp",
             "cluster_store/actors/wire/wire.hpp"},
            {"caf/all.hpp", "cluster_store/actors/caf_compat.hpp",
             "cluster_store/backends/rocksdb/rocksdb.hpp", "rocksdb/db.h", "boost/asio.hpp",
             "openssl/hmac.h"});
  check_row("actors/door/trust/authentication.cpp", {"openssl/hmac.h"}, {"caf/all.hpp"});
}

TEST_CASE("row 4: other actors include no engine and no program") {
  check_row("actors/messages.hpp",
            {"caf/all.hpp", "boost/asio.hpp", "openssl/rand.h", "cluster_store/actors/wire/wire.hpp",
             "cluster_store/backends/registry.hpp"},
            {"rocksdb/db.h", "cluster_store/backends/memory/memory.hpp", "CLI/CLI.hpp",
             "cluster_store/apps/demo/demo.hpp"});
}

TEST_CASE("row 5: the facade includes no CAF") {
  check_row("actors/client.hpp", {"future", "cluster_store/actors/options.hpp"}, {"caf/all.hpp"});
  check_row("actors/server.hpp", {"cluster_store/actors/client.hpp"}, {"cluster_store/actors/messages.hpp"});
}

TEST_CASE("row 6: a program includes the public API") {
  check_row("apps/cluster_store/main.cpp",
            {"iostream", "csignal", "unistd.h", "CLI/CLI.hpp", "nlohmann/json.hpp", "toml++/toml.h",
             "cluster_store/actors/client.hpp", "cluster_store/backends/errc.hpp",
             "cluster_store/apps/cluster_store/settings/settings.hpp"},
            {"cluster_store/actors/wire/wire.hpp", "cluster_store/backends/memory/memory.hpp", "rocksdb/db.h",
             "boost/asio.hpp"});
}

TEST_CASE("a program includes an engine library only in the source that measures that engine") {
  check_row(
      "apps/bench/peers/rocksdb_peer.cpp", {"rocksdb/db.h", "cluster_store/apps/bench/peers/peer.hpp"},
      {"hiredis/hiredis.h", "leveldb/db.h", "caf/all.hpp", "cluster_store/backends/rocksdb/rocksdb.hpp"});
  check_row("apps/bench/peers/redis_load_hiredis.cpp", {"hiredis/hiredis.h"}, {"rocksdb/db.h"});
  check_row("apps/bench/peers/rocksdb_peer.hpp", {}, {"rocksdb/db.h"});
  check_row("apps/bench/measure.cpp", {}, {"rocksdb/db.h", "hiredis/hiredis.h"});
}

TEST_CASE("libraries include their own headers as an installed consumer does") {
  const source_file quoting{"actors/wire/wire.cpp", "#include \"wire.hpp\"\n"};
  CHECK(render(check_includes({quoting}))
        == "actors/wire/wire.cpp:1: wire.hpp: write <cluster_store/...>, as an installed consumer does\n");
}

TEST_CASE("a public header includes only what is installed") {
  const source_file good{"actors/client.hpp",
                         "#include <map>\n#include <cluster_store/actors/options.hpp>\n"};
  const source_file bad{"actors/client.hpp", "#include <cluster_store/actors/proxy/core.hpp>\n"};
  const source_file inside{"actors/proxy/actor.hpp", "#include <cluster_store/actors/proxy/core.hpp>\n"};
  CHECK(check_public_headers({good, inside}).empty());
  CHECK(render(check_public_headers({bad}))
        == "actors/client.hpp:1: cluster_store/actors/proxy/core.hpp is not installed: "
           "tests/tidy/layers.cpp\n");
}

TEST_CASE("a source includes its own header first") {
  const source_file header{"backends/record.hpp", "#pragma once\n"};
  const source_file good{"backends/record.cpp",
                         "#include <cluster_store/backends/record.hpp>\n#include <map>\n"};
  const source_file bad{"backends/record.cpp",
                        "#include <map>\n#include <cluster_store/backends/record.hpp>\n"};
  const source_file alone{"backends/other.cpp", "#include <map>\n"};
  CHECK(check_own_header_first({header, good, alone}).empty());
  CHECK(render(check_own_header_first({header, bad}))
        == "backends/record.cpp:1: the first include is <cluster_store/backends/record.hpp>\n");
}
