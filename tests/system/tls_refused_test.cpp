#include <cluster_store/tests/system/crew.hpp>
#include <cluster_store/tests/system/tls_files.hpp>

#include <sys/stat.h>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

using words = std::vector<std::string>;

/// Every kind of command that connects is refused at `endpoint` soon, with exit code 4 and what to do.
void expect_refusal(const sandbox& where, const std::string& endpoint, const words& how,
                    const words& mentions) {
  for (words command :
       {words{"get", "a", "--store", "s"}, words{"set", "a", "x", "--store", "s"}, words{"status"}}) {
    command.insert(command.end(), {"--connect", endpoint, "--secret-file", where.secret_file()});
    command.insert(command.end(), how.begin(), how.end());
    const auto started = std::chrono::steady_clock::now();
    const auto done = run(where.cluster_store(command));
    INFO(command[0] << ": " << done.errors);
    CHECK(std::chrono::steady_clock::now() - started < 5s);
    CHECK(done.code == 4);
    CHECK(done.output.empty());
    CHECK(done.errors.find("unauthorized") != std::string::npos);
    for (const auto& each : mentions)
      CHECK(done.errors.find(each) != std::string::npos);
  }
  words lines{"pipe", "--connect", endpoint, "--secret-file", where.secret_file(), "--store",
              "s",    "--timeout", "1s"};
  lines.insert(lines.end(), how.begin(), how.end());
  const auto done = run(where.cluster_store(lines), R"({"seq":1,"op":"get","id":"a"})"
                                                    "\n");
  INFO("pipe: " << done.code << done.output << done.errors);
  CHECK((done.output + done.errors).find("unauthorized") != std::string::npos);
}

words operator+(words front, const words& back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}

} // namespace

TEST_CASE("plain commands at a TLS port, and TLS commands at a plain port, are refused") {
  const sandbox where;
  const tls_files files{where};
  master secured{where, {.listen = "127.0.0.1:0", .more_arguments = files.to_serve()}};
  secured.start();
  expect_refusal(where, secured.endpoint(), {}, {"TLS", "--tls-ca"});
  CHECK(secured.stop() == 0);
  master plain{where, {.listen = "127.0.0.1:0"}};
  plain.start();
  expect_refusal(where, plain.endpoint(), files.to_connect(), {"TLS", "--tls-cert"});
  CHECK(plain.stop() == 0);
}

TEST_CASE("a master with a foreign certificate or for another host is refused") {
  const sandbox where;
  const tls_files files{where};
  const test_authority foreign;
  master server{where, {.listen = "127.0.0.1:0", .more_arguments = files.to_show("server", foreign.issue())}};
  server.start();
  expect_refusal(where, server.endpoint(), files.to_connect(), {where.path("ca.pem")});
  CHECK(server.stop() == 0);
  certificate_wish elsewhere;
  elsewhere.alternative_names = "DNS:elsewhere.example,IP:192.0.2.1";
  master other{where, {.listen = "127.0.0.1:0", .more_arguments = files.to_serve(elsewhere)}};
  other.start();
  expect_refusal(where, other.endpoint(), files.to_connect(), {"'127.0.0.1'", "--tls-server-name"});
  CHECK(run(where.cluster_store(words{"status", "--connect", other.endpoint(), "--secret-file",
                                      where.secret_file(), "--tls-server-name", "elsewhere.example"}
                                + files.to_connect()))
            .code
        == 0);
  CHECK(other.stop() == 0);
}

TEST_CASE("a master whose certificate expires while it runs is refused from then on") {
  const sandbox where;
  const tls_files files{where};
  certificate_wish brief;
  brief.ends = 4s;
  const auto expired = within(5s);
  master server{
      where,
      {.listen = "127.0.0.1:0", .more_arguments = files.to_serve(brief), .to_connect = files.to_connect()}};
  server.start();
  CHECK(server.run({"set", "a", "x"}).code == 0);
  wait_until([] { return false; }, expired);
  expect_refusal(where, server.endpoint(), files.to_connect(), {"expired", "renew"});
  CHECK(server.stop() == 0);
}

TEST_CASE("where workers need certificates, none, a foreign and an expired one are refused") {
  const sandbox where;
  const tls_files files{where};
  master server{where,
                {.listen = "127.0.0.1:0",
                 .more_arguments = files.to_serve() + words{"--tls-ca", where.path("ca.pem")},
                 .to_connect = files.to_connect_as(files.authority().issue(for_worker()))}};
  server.start();
  CHECK(server.run({"set", "a", "x"}).code == 0);
  expect_refusal(where, server.endpoint(), files.to_connect(), {"certificate", "--tls-cert", "--tls-key"});
  expect_refusal(where, server.endpoint(), files.to_connect_as(test_authority{}.issue(for_worker())),
                 {"refused this process's certificate", "--tls-ca"});
  auto old = for_worker();
  old.ends = -10s;
  expect_refusal(where, server.endpoint(), files.to_connect_as(files.authority().issue(old)),
                 {"expired", where.path("client.pem")});
  expect_refusal(where, server.endpoint(), {}, {"TLS", "--tls-ca"});
  CHECK(server.stop() == 0);
}

TEST_CASE("files of TLS that cannot be used are refused before anything is served or connected") {
  const sandbox where;
  const tls_files files{where};
  const auto good = files.to_serve();
  const auto missing = where.path("no-such.pem");
  const auto no_pem = where.write_file("no.pem", "text\n");
  const auto other_key = files.to_show("other", files.authority().issue())[3];
  const auto open_key = where.write_file("open.key", files.authority().issue().key);
  ::chmod(open_key.c_str(), 0644);
  certificate_wish old;
  old.ends = -10s;
  const auto expired = files.to_show("old", files.authority().issue(old));
  struct mistake {
    words how;
    std::string mentions;
    int code = 2;
  };
  for (const auto& [how, mentions, code] :
       {mistake{{"--tls-cert", missing, "--tls-key", good[3]}, missing},
        mistake{{"--tls-cert", good[1]}, "--tls-key"},
        mistake{{"--tls-cert", no_pem, "--tls-key", good[3]}, no_pem},
        mistake{{"--tls-cert", good[1], "--tls-key", other_key}, other_key},
        mistake{{"--tls-cert", good[1], "--tls-key", open_key}, "chmod 600 " + open_key},
        mistake{expired, "expired", 4}, mistake{good + words{"--tls-ca", missing}, missing}}) {
    const auto served = run(where.cluster_store(words{"serve", "--listen", "127.0.0.1:0", "--store",
                                                      "s=memory:", "--secret-file", where.secret_file()}
                                                + how));
    INFO("serve: " << served.errors);
    CHECK(served.code == code);
    CHECK(served.errors.find(mentions) != std::string::npos);
    CHECK(served.output.empty());
    auto to_get = words{"get", "a", "--connect", "127.0.0.1:9", "--secret-file", where.secret_file()} + how;
    if (std::find(how.begin(), how.end(), "--tls-ca") == how.end())
      to_get = to_get + files.to_connect();
    const auto got = run(where.cluster_store(to_get));
    INFO("get: " << got.errors);
    CHECK(got.code == code);
    CHECK(got.errors.find(mentions) != std::string::npos);
  }
}
