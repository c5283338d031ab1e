#include <cstdlib>
#include <fstream>
#include <set>
#include <thread>
#include <type_traits>
#include <vector>

#include <sys/stat.h>

#include <cluster_store/tests/support/catch.hpp>

#include <cluster_store/actors/door/trust/auth.hpp>
#include <cluster_store/backends/system/random.hpp>
#include <cluster_store/tests/actors/door/mentions.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

using namespace cluster_store;
using cluster_store::tests::temporary_directory;

namespace {

template <class T>
concept printable = requires(std::ostream& out, const T& what) {
  out << what;
};

std::string write_file(const std::string& path, const std::string& text, mode_t mode = 0600) {
  std::ofstream{path} << text;
  REQUIRE(::chmod(path.c_str(), mode) == 0);
  return path;
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

} // namespace

TEST_CASE("a secret file that only its owner can read is loaded without its newline", "[door][auth]") {
  const temporary_directory place;
  const auto loaded = door::load_secret(write_file(place / "secret", "0123456789abcdef0123\n"));
  REQUIRE(loaded);
  CHECK(loaded->reveal() == "0123456789abcdef0123");
}

TEST_CASE("a secret file that others can use is refused with the command that helps", "[door][auth]") {
  const temporary_directory place;
  for (const mode_t mode : {0640, 0604, 0620, 0602, 0601}) {
    const auto path = write_file(place / "secret", "0123456789abcdef0123", mode);
    const auto loaded = door::load_secret(path);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == errc::invalid_argument);
    CHECK(tests::mentions(loaded.error().message, "chmod 600 " + path));
  }
}

TEST_CASE("empty, short and long secrets are refused, and no message shows them", "[door][auth]") {
  const temporary_directory place;
  for (const auto& text : {std::string{}, std::string{"\n"}, std::string(15, 's'), std::string(1025, 's'),
                           std::string(5000, 's')}) {
    const auto loaded = door::load_secret(write_file(place / "secret", text));
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == errc::invalid_argument);
    CHECK_FALSE(tests::mentions(loaded.error().message, "sss"));
  }
  CHECK(door::load_secret(write_file(place / "secret", std::string(16, 's'))));
  CHECK(door::load_secret(write_file(place / "secret", std::string(1024, 's') + "\n")));
}

TEST_CASE("what is no file is not read as a secret", "[door][auth]") {
  const temporary_directory place;
  CHECK(door::load_secret(place / "missing").error().code == errc::invalid_argument);
  CHECK(door::load_secret(place.path().string()).error().code == errc::invalid_argument);
  REQUIRE(::mkfifo((place / "pipe").c_str(), 0600) == 0);
  CHECK(door::load_secret(place / "pipe").error().code == errc::invalid_argument);
}

TEST_CASE("the first start makes a secret of 64 digits for its owner alone", "[door][auth]") {
  const temporary_directory place;
  const auto path = place / "config/cluster-store/secret";
  const auto made = door::load_or_create_secret(path);
  REQUIRE(made);
  CHECK(made->reveal().size() == 64);
  CHECK(made->reveal().find_first_not_of("0123456789abcdef") == std::string_view::npos);
  CHECK(mode_of(path) == 0600);
  CHECK(mode_of(place / "config/cluster-store") == 0700);
  CHECK(door::load_or_create_secret(path)->reveal() == made->reveal());
  CHECK(std::distance(std::filesystem::directory_iterator{place.path() / "config/cluster-store"}, {}) == 1);
}

TEST_CASE("first starts at the same time get the same secret", "[door][auth]") {
  const temporary_directory place;
  for (int round = 0; round < 20; ++round) {
    const auto path = place / ("secret-" + std::to_string(round));
    std::vector<std::string> seen(8);
    std::vector<std::thread> starts;
    for (auto& mine : seen)
      starts.emplace_back([&mine, &path] {
        if (const auto made = door::load_or_create_secret(path); made)
          mine = made->reveal();
      });
    for (auto& start : starts)
      start.join();
    const std::set<std::string> different{seen.begin(), seen.end()};
    REQUIRE(different.size() == 1);
    REQUIRE(different.begin()->size() == 64);
  }
}

TEST_CASE("a secret cannot be printed", "[door][auth]") {
  STATIC_REQUIRE_FALSE(std::is_convertible_v<door::secret, std::string>);
  STATIC_REQUIRE_FALSE(printable<door::secret>);
  STATIC_REQUIRE(printable<std::string>);
}

TEST_CASE("one secret gives both roles unless the admin has another", "[door][auth]") {
  const auto one = *door::secret::from(std::string(20, 'w'));
  const auto two = *door::secret::from(std::string(20, 'a'));
  const door::secrets neither;
  CHECK(neither.keys().worker.empty());
  CHECK(neither.keys().admin.empty());
  const door::secrets shared{one, {}};
  CHECK(shared.keys().admin == one.reveal());
  const door::secrets separate{one, two};
  CHECK(separate.keys().worker == one.reveal());
  CHECK(separate.keys().admin == two.reveal());
}

TEST_CASE("the default secret file follows XDG_CONFIG_HOME", "[door][auth]") {
  const auto* before = std::getenv("XDG_CONFIG_HOME");
  const std::string saved = before != nullptr ? before : "";
  ::setenv("XDG_CONFIG_HOME", "/somewhere", 1);
  CHECK(door::default_secret_path() == "/somewhere/cluster-store/secret");
  ::unsetenv("XDG_CONFIG_HOME");
  CHECK(door::default_secret_path().ends_with("/.config/cluster-store/secret"));
  if (before != nullptr)
    ::setenv("XDG_CONFIG_HOME", saved.c_str(), 1);
}

TEST_CASE("random bytes do not repeat", "[door][auth]") {
  CHECK(random_array<wire::token>() != random_array<wire::token>());
}
