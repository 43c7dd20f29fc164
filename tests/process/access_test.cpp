// SPDX-License-Identifier: Apache-2.0
// Who may kill and arm a real sidecar over TCP.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <outrider/producer.hpp>

#include "process/harness.hpp"

namespace outrider::testing {
namespace {

constexpr const char* anna = "Authorization: Bearer anna-0123456789abcdef";
constexpr const char* bert = "Authorization: Bearer bert-0123456789abcdef";
constexpr const char* body = R"({"reason": "the limits were checked with the desk"})";

struct ControlPort : ::testing::Test {
  TempDirectory directory;
  const int port = free_port();
  const std::string killers = secret("killers", "anna anna-0123456789abcdef\n");
  const std::string armers = secret("armers", "bert bert-0123456789abcdef\n");
  SidecarProcess sidecar{directory.path(),
                         {"--control.listen-address=127.0.0.1:" + std::to_string(port),
                          "--control.killer-tokens=" + killers, "--control.armer-tokens=" + armers,
                          "--config.file=" + configuration("{}")}};

  std::string configuration(const std::string& text) const {
    write_file(directory.path() + "/sidecar.yml", text);
    return directory.path() + "/sidecar.yml";
  }
  std::string secret(const std::string& name, const std::string& text) const {
    const std::string path = directory.path() + "/" + name;
    write_file(path, text);
    ::chmod(path.c_str(), 0600);
    return path;
  }
  /// Status and body; a POST when there is something to send.
  std::string ask(const std::string& path, const std::string& header,
                  const std::string& sent = "") const {
    std::string command = "curl -s -m 10 -w '%{http_code} ' -H '" + header + "' ";
    if (!sent.empty()) command += "-d '" + sent + "' ";
    std::string answer;
    run(command + "http://127.0.0.1:" + std::to_string(port) + path, &answer);
    return answer;
  }
  /// The code alone: a page may have its digits among its numbers.
  std::string status(const std::string& path, const std::string& header,
                     const std::string& sent = "") const {
    const std::string answer = ask(path, header, sent);
    return answer.size() < 4 ? answer : answer.substr(answer.size() - 4, 3);
  }
  const std::string program = std::string{OUTRIDER_BIN_DIR} + "/outrider";
  std::string said;
  int outrider(const std::string& command, const std::string& token_file) {
    return run(program + " " + command + " --control.address=127.0.0.1:" + std::to_string(port) +
                   " --control.token-file=" + token_file + " 2>&1",
               &said);
  }
  [[nodiscard]] std::string journal() const {
    return read_file(directory.path() + "/state/latch.journal");
  }
  /// Refusals are written behind their answer.
  [[nodiscard]] bool journalled(const std::string& text) const {
    return eventually([&] { return journal().find(text) != std::string::npos; });
  }
};

TEST_F(ControlPort, OpensToWhoeverHasTheToken) {
  EXPECT_NE(ask("/api/v1/arm", bert, body).find(R"("ok":true)"), std::string::npos);
  EXPECT_NE(ask("/api/v1/kill", anna, body).find(R"("state":"KILLED")"), std::string::npos);
  EXPECT_NE(ask("/metrics", anna).find("outrider_build_info"), std::string::npos);
}

TEST_F(ControlPort, ShowsAndDoesNothingWithoutOne) {
  EXPECT_EQ(status("/metrics", "X-Nothing: 1"), "401");
  EXPECT_EQ(status("/api/v1/kill", "Authorization: Bearer wrong", body), "401");
  EXPECT_EQ(status("/api/v1/arm", anna, body), "403");
}

TEST_F(ControlPort, ServesTheCommandFromAfar) {
  const std::string anna_file = secret("anna", "anna-0123456789abcdef\n");
  const std::string bert_file = secret("bert", "bert-0123456789abcdef\n");

  EXPECT_EQ(outrider("arm --reason 'the limits were checked with the desk'", bert_file), 0) << said;
  EXPECT_EQ(outrider("halt --scope venue=x --for 10m", anna_file), 0) << said;
  EXPECT_NE(said.find("venue=x is HALTED for 10m"), std::string::npos) << said;
  EXPECT_EQ(outrider("kill --reason 'fills twice'", anna_file), 0) << said;
  EXPECT_NE(said.find("global is KILLED"), std::string::npos) << said;
  EXPECT_EQ(outrider("alerts --json", anna_file), 0) << said;
}

TEST_F(ControlPort, RefusesTheCommandFromAfarWithItsSentence) {
  EXPECT_EQ(outrider("kill", secret("wrong", "wrong-0123456789abcdef")), 3) << said;
  EXPECT_NE(said.find("needed killer"), std::string::npos) << said;
  EXPECT_EQ(outrider("kill", directory.path() + "/nothing"), 4) << said;
  EXPECT_NE(said.find("nothing: found no token; needed a readable file"), std::string::npos)
      << said;
  EXPECT_EQ(run(program + " kill --control.address=127.0.0.1:1", &said), 2) << said;
}

TEST_F(ControlPort, JournalsWhoWasRefused) {
  ask("/api/v1/kill", "Authorization: Bearer wrong", body);
  ask("/api/v1/arm", anna, body);

  EXPECT_TRUE(journalled("somebody at 127.0.0.1"));
  EXPECT_TRUE(journalled("found anna with the role killer; needed armer"));
  EXPECT_EQ(journal().find("0123456789abcdef"), std::string::npos);
}

TEST_F(ControlPort, TakesTwoPersonsToLiftAKillWhereThatIsConfigured) {
  constexpr const char* dora = "Authorization: Bearer dora-0123456789abcdef";
  write_file(armers, "bert bert-0123456789abcdef\ndora dora-0123456789abcdef\n");
  configuration("protection: {second_person: true}\n");
  sidecar.process().signal(SIGHUP);
  ASSERT_TRUE(eventually([&] { return status("/metrics", dora) == "200"; }));
  Producer producer{{.name = "desk", .directory = sidecar.segments()}};
  const Gate gate = producer.gate("orders");
  const std::string scope = R"({"scope": "producer=desk", "reason": "the limits were checked"})";
  ASSERT_TRUE(eventually(
      [&] { return ask("/metrics", anna).find("gate=\"orders\"") != std::string::npos; }));
  ASSERT_EQ(status("/api/v1/kill", anna, scope), "200");
  ASSERT_TRUE(eventually([&] { return gate.state() == GateState::killed; }));

  EXPECT_EQ(status("/api/v1/arm", bert, scope), "202");
  EXPECT_EQ(status("/api/v1/arm", bert, scope), "202") << "one person twice";
  EXPECT_EQ(gate.state(), GateState::killed);
  EXPECT_EQ(status("/api/v1/arm", dora, scope), "200");
  EXPECT_TRUE(eventually([&] { return gate.state() == GateState::unarmed; }))
      << "nobody has armed this host yet";
  EXPECT_NE(journal().find("bert"), std::string::npos);
}

TEST_F(ControlPort, DoesTheSameRequestOnceThoughItComesTwice) {
  const std::string key = std::string(bert) + "' -H 'Idempotency-Key: 4711";
  const std::string first = ask("/api/v1/arm", key, body);

  EXPECT_NE(first.find(R"("ok":true)"), std::string::npos);
  EXPECT_EQ(ask("/api/v1/arm", key, body), first);
}

TEST_F(ControlPort, LetsNewTokensInAndOldOnesOutAfterAReload) {
  write_file(killers, "carl carl-0123456789abcdef\n");
  sidecar.process().signal(SIGHUP);

  EXPECT_TRUE(eventually(
      [&] { return status("/metrics", "Authorization: Bearer carl-0123456789abcdef") == "200"; }));
  EXPECT_EQ(status("/metrics", anna), "401");
}

TEST_F(ControlPort, KeepsTheOldTokensWhenTheNewOnesAreBroken) {
  write_file(killers, "carl short\n");
  sidecar.process().signal(SIGHUP);

  EXPECT_TRUE(eventually(
      [&] { return sidecar.log().find("killers:1: found no token") != std::string::npos; }));
  EXPECT_EQ(status("/metrics", anna), "200");
}

}  // namespace
}  // namespace outrider::testing
