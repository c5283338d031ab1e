#include <cluster_store/apps/cluster_store/settings/file.hpp>

#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

using namespace cluster_store;
using namespace cluster_store::apps;

namespace {

/// @returns the texts of `key` at the top; what is wrong with the file if it is no TOML.
std::vector<std::string> texts_of(const std::string& text, const std::string& key) {
  const auto read = parse_settings_file(text, "FILE");
  if (!read)
    return {read.error().message};
  for (const auto& setting : *read)
    if (setting.command.empty() && setting.key == key)
      return setting.texts;
  return {};
}

std::string refusal(const std::string& text) {
  const auto read = parse_settings_file(text, "FILE");
  if (!read)
    CHECK(read.error().code == errc::invalid_argument);
  return read ? "" : read.error().message;
}

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("the settings file is TOML in all its forms") {
  CHECK(texts_of("a = \"x # y\" # z\n", "a") == texts{"x # y"});
  CHECK(texts_of("a = 'C:\\x'", "a") == texts{"C:\\x"});
  CHECK(texts_of("a = \"\"\"\none\\\n   two\"\"\"\n", "a") == texts{"onetwo"});
  CHECK(texts_of("a = [\n  \"one\", # 1\n\n  'two',\n]\n", "a") == texts{"one", "two"});
  CHECK(texts_of("\"a\" = \"\\u00e9\\\"\"", "a") == texts{"\u00e9\""});
  CHECK(texts_of("a = true\r\nb = \"x\"\r\n", "b") == texts{"x"});
  CHECK(texts_of("\xEF\xBB\xBF"
                 "a = 17",
                 "a")
        == texts{"17"});
  CHECK(parse_settings_file("", "FILE")->empty());
  CHECK(parse_settings_file("# nothing\n\n", "FILE")->empty());
}

TEST_CASE("a key in a section has its command, spelt either way") {
  for (const std::string text :
       {"[get]\nconnect = \"x\"\n", "get.connect = \"x\"\n", "get = {connect = \"x\"}\n"}) {
    INFO(text);
    const auto read = parse_settings_file(text, "FILE");
    REQUIRE(read);
    REQUIRE(read->size() == 2); // the section itself, too
    CHECK(read->at(1).command == "get");
    CHECK(read->at(1).key == "connect");
    CHECK(read->at(1).place.find("FILE:") == 0);
  }
}

TEST_CASE("an integer is given as it stands in the file") {
  for (const std::string number :
       {"5", "0", "-5", "+5", "1_000", "0x10", "0o7", "0b1", "9223372036854775807"}) {
    CHECK(texts_of("a = " + number, "a") == texts{number});
    CHECK(texts_of("\"\u00e9\" = 1\n\ta=" + number + " # five\r\n", "a") == texts{number});
    CHECK(texts_of("\"\u00e9\".\"\u00fc\" = " + number + "\na = " + number, "a") == texts{number});
  }
}

TEST_CASE("what is no TOML is refused with file, line and column") {
  CHECK(refusal("a = 1\nb = \n").find("FILE:2:") == 0);
  CHECK(refusal("a = 1\na = 2\n").find("FILE:2:") == 0);
  CHECK(refusal("[a]\n[b]\n[a]\n").find("FILE:3:") == 0);
  CHECK(refusal("a = \"\xFF\"\n").find("FILE:1:") == 0);
  CHECK(refusal("a = \"x\n").find("FILE:1:") == 0);
  CHECK(refusal("a = [\n\"x\"\n\"y\"]\n").find("FILE:3:") == 0);
  for (const std::string text : {"a", "a b = 1", "= 1", "a = 1 b = 2", "[a", "a = [", "a = 01", "a = 1__0",
                                 "a: 1", "; a", "a = 1\rb = 2", "\xFE\xFF", "a = \"\\q\""}) {
    INFO(text);
    CHECK(refusal(text).find("FILE:") == 0);
  }
  CHECK(refusal(std::string{"a = 1\n\0", 7}).find("FILE:2:") == 0);
}

TEST_CASE("text that has no quotes is refused with how to write it") {
  for (const std::string value :
       {"5s", "30m", "unix:/run/app.sock", "127.0.0.1:7401", "yes", "memory:", "1h30m", "on"})
    CHECK(refusal("timeout = " + value + " # so\n").find("text goes in quotes: timeout = \"" + value + "\"")
          != std::string::npos);
  for (const std::string list : {"[unix:/a, \"b\"]", "[\n  unix:/a,\n]", "[one, two]"})
    CHECK(refusal("listen = " + list + "\n").find("text goes in quotes: [\"one\", \"two\"]")
          != std::string::npos);
  for (const std::string other : {"a = 1\na = 2\n", "a\nb\n", "\xFF", "a = \"x\n"})
    CHECK(refusal(other).find("quotes") == std::string::npos);
}

TEST_CASE("a file that nests as deep as it can is refused or read, and nothing else") {
  std::string dots = "a";
  while (dots.size() + 6 < settings_file_bytes_max)
    dots += ".a";
  const auto nested = parse_settings_file(dots + " = 1\n", "FILE");
  CHECK((!nested || nested->size() == 2));
  CHECK_FALSE(refusal("a = " + std::string(settings_file_bytes_max, '[')).empty());
}

TEST_CASE("what cannot be read as a file is refused with the reason") {
  const tests::temporary_directory where;
  const auto reason = [](const std::string& path) {
    const auto read = read_settings_file(path);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == errc::invalid_argument);
    CHECK(read.error().message.find(path) != std::string::npos);
    return read.error().message;
  };
  CHECK(reason(where / "missing").find("No such file") != std::string::npos);
  CHECK(reason(where / "").find("directory") != std::string::npos);
  std::ofstream{where / "file"} << "a = 1\n";
  CHECK(reason(where / "file/below").find("Not a directory") != std::string::npos);
  CHECK(reason("/dev/zero").find("more than") != std::string::npos);
  std::ofstream{where / "large"} << std::string(settings_file_bytes_max + 1, '#');
  CHECK(reason(where / "large").find("more than") != std::string::npos);
  REQUIRE(::mkfifo((where / "pipe").c_str(), 0600) == 0);
  CHECK(reason(where / "pipe").find("nothing was written") != std::string::npos);
  CHECK(read_settings_file("/dev/null")->empty());
  CHECK(read_settings_file(where / "file")->size() == 1);
}

TEST_CASE("a pipe with a writer is read to its end") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(::write(ends[1], "a = 1\nb = 2\n", 12) == 12);
  ::close(ends[1]);
  CHECK(read_settings_file("/dev/fd/" + std::to_string(ends[0]))->size() == 2);
  ::close(ends[0]);
}
