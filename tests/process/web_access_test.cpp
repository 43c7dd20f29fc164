// SPDX-License-Identifier: Apache-2.0
// Who may read the pages of a real sidecar: by a token, and by address.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process/harness.hpp"

namespace outrider::testing {
namespace {

constexpr const char* right = "prometheus-0123456789abcdef";
constexpr const char* other = "grafana-0123456789abcdef";

class ChecklistR107 : public ::testing::Test {
 protected:
  ChecklistR107() { write_tokens(std::string{"prometheus "} + right + "\n"); }

  [[nodiscard]] std::string path(const std::string& name) const {
    return directory_.path() + "/" + name;
  }
  void write_tokens(const std::string& text, mode_t mode = 0600) const {
    write_file(path("viewers"), text);
    ::chmod(path("viewers").c_str(), mode);
  }
  void write_settings(const std::string& web) const {
    write_file(path("sidecar.yml"), "web: {" + web + "}\n");
  }
  void start(const std::string& web) {
    write_settings(web);
    sidecar_.emplace(directory_.path(),
                     std::vector<std::string>{"--config.file=" + path("sidecar.yml")});
  }
  /// What it says to a GET, by status: with a token, from an address of this machine.
  [[nodiscard]] std::string status(const std::string& page, const std::string& token = {},
                                   const std::string& from = "127.0.0.1") const {
    std::string command = "curl -s -m 10 -o /dev/null -w '%{http_code}' --interface " + from;
    if (!token.empty()) command += " -H 'Authorization: Bearer " + token + "'";
    std::string answer;
    run(command + " http://127.0.0.1:" + std::to_string(sidecar_->port()) + page, &answer);
    return answer;
  }
  /// By the control socket, which asks nobody for a token.
  [[nodiscard]] bool counts(const std::string& series) const {
    return eventually([&] {
      std::string page;
      run("curl -s -m 10 --unix-socket " + path("control.sock") + " http://localhost/metrics",
          &page);
      return page.find("\n" + series + "\n") != std::string::npos;
    });
  }
  [[nodiscard]] bool says(const std::string& text) const {
    return eventually([&] { return sidecar_->log().find(text) != std::string::npos; });
  }
  [[nodiscard]] std::string check() const {
    std::string said;
    run(std::string{OUTRIDER_BIN_DIR} + "/outrider check config " + path("sidecar.yml"), &said);
    return said;
  }

  TempDirectory directory_;
  std::optional<SidecarProcess> sidecar_;
};

// Breaks it: sidecar/web_api.cpp: `if (verdict == Verdict::may_read) return` -> `if (verdict !=
// Verdict::outside) return`
TEST_F(ChecklistR107, AsksForATokenOnEveryPageButThoseThatSayWhetherItLives) {
  start("viewer-tokens: viewers");

  for (const char* page : {"/metrics", "/", "/health", "/api/v1/status", "/api/v1/alerts",
                           "/api/v1/query?query=up", "/api/v1/rules", "/nothing", "//metrics"}) {
    EXPECT_EQ(status(page), "401") << page;
    EXPECT_EQ(status(page, other), "401") << page;
  }
  for (const char* page : {"/metrics", "/", "/health", "/api/v1/status"})
    EXPECT_EQ(status(page, right), "200") << page;
  for (const char* page : {"/-/healthy", "/-/ready", "/healthz", "/readyz"})
    EXPECT_EQ(status(page), "200") << page;
  EXPECT_TRUE(counts("outrider_web_requests_refused_total{reason=\"token\"} 18"));
  EXPECT_TRUE(says("a reader was refused: it has no token of web.viewer-tokens"));
  EXPECT_EQ(sidecar_->log().find("0123456789abcdef"), std::string::npos);
}

// Breaks it: tools/cli/query_command.cpp: `.token_file = options.token_file}` -> `.token_file =
// ""}`
TEST_F(ChecklistR107, ServesTheCommandThatAsksThereWithItsToken) {
  start("viewer-tokens: viewers");
  write_file(path("token"), std::string{right} + "\n");
  std::string said;
  const auto query = [&](const std::string& more) {
    said.clear();
    return run(std::string{OUTRIDER_BIN_DIR} + "/outrider query 'vector(4711)' " + more +
                   " --web.listen-address=127.0.0.1:" + std::to_string(sidecar_->port()),
               &said);
  };
  EXPECT_EQ(query("--web.token-file=" + path("token")), 0) << said;
  EXPECT_NE(said.find("4711"), std::string::npos) << said;
  EXPECT_EQ(query(""), 3) << said;
  EXPECT_NE(said.find("give its file by --web.token-file"), std::string::npos) << said;
  EXPECT_EQ(query("--web.token-file=" + path("nothing")), 2) << said;
  EXPECT_NE(said.find("nothing: found no token"), std::string::npos) << said;
}

// Breaks it: sidecar/outputs/readers.cpp: `return Verdict::outside;` -> `return Verdict::may_read;`
TEST_F(ChecklistR107, RefusesWhoeverComesFromElsewhereAndCountsIt) {
  start("allow: [127.0.0.1, 10.0.0.0/8, \"fd00::/8\"], viewer-tokens: viewers");

  for (const char* page : {"/metrics", "/-/healthy", "/nothing"})
    EXPECT_EQ(status(page, right, "127.0.0.2"), "403") << page;
  EXPECT_EQ(status("/metrics", right), "200");
  EXPECT_EQ(status("/metrics"), "401");
  EXPECT_TRUE(counts("outrider_web_requests_refused_total{reason=\"address\"} 3"));
  EXPECT_TRUE(says("its address is in no block of web.allow\" remote=127.0.0.2"));
}

// Breaks it: sidecar/web_api.cpp: `named = "one of many";` -> `named = remote;`
TEST_F(ChecklistR107, NamesOnlySoManyOfThoseItRefuses) {
  start("allow: [127.0.0.1]");

  run("for i in $(seq 40); do curl -s -m 10 -o /dev/null --interface 127.0.1.$i http://127.0.0.1:" +
      std::to_string(sidecar_->port()) + "/metrics; done");

  EXPECT_TRUE(counts("outrider_web_requests_refused_total{reason=\"address\"} 40"));
  EXPECT_TRUE(says("remote=127.0.1.32"));
  EXPECT_TRUE(says("remote=\"one of many\""));
  EXPECT_EQ(sidecar_->log().find("remote=127.0.1.33"), std::string::npos);
}

// Breaks it: sidecar/sidecar.cpp: `web_api_->replace_readers(fresh->readers);` -> ``
TEST_F(ChecklistR107, TakesNewReadersUpOnAReload) {
  start("viewer-tokens: viewers");
  ASSERT_EQ(status("/metrics", right), "200");

  write_tokens(std::string{"grafana "} + other + "\n");
  sidecar_->process().signal(SIGHUP);
  EXPECT_TRUE(eventually([&] { return status("/metrics", other) == "200"; }));
  EXPECT_EQ(status("/metrics", right), "401");

  write_settings("allow: [127.0.0.1]");
  sidecar_->process().signal(SIGHUP);
  EXPECT_TRUE(eventually([&] { return status("/metrics") == "200"; }));
  EXPECT_EQ(status("/metrics", other, "127.0.0.2"), "403");
}

struct Broken {
  const char* web;
  const char* tokens;
  mode_t mode;
  const char* sentence;
};
constexpr const char* by_file = "viewer-tokens: viewers";
constexpr Broken broken[] = {
    {by_file, "grafana grafana-0123456789abcdef\n", 0644, "viewers: found it open to every user"},
    {by_file, "", 0600, "viewers: found no token in it"},
    {by_file, "grafana-0123456789abcdef\n", 0600, "viewers:1: found no token of at least 16 bytes"},
    {"viewer-tokens: nowhere", "", 0600, "nowhere: found No such file"},
    {"allow: [10.0.0.0/8, 10.0.0.1/8]", "", 0600,
     "web.allow: found \"10.0.0.1/8\"; needed a block"},
    {"allow: [desk]", "", 0600, "web.allow: found \"desk\"; needed a block"}};

/// With its quotes as a line of the log has them.
std::string as_logged(const std::string& sentence) {
  std::string line;
  for (const char c : sentence) line += c == '"' ? std::string{"\\\""} : std::string{c};
  return line;
}

// Breaks it: sidecar/sidecar.cpp: `settings.readers = outputs::Readers::load(settings.config.web,
// lines);` -> ``
TEST_F(ChecklistR107, KeepsItsReadersWhenTheNewOnesAreBroken) {
  start("viewer-tokens: viewers");

  for (const Broken& each : broken) {
    write_settings(each.web);
    write_tokens(each.tokens, each.mode);
    sidecar_->process().signal(SIGHUP);
    EXPECT_TRUE(says(as_logged(each.sentence))) << each.sentence;
    EXPECT_EQ(status("/metrics", right), "200") << each.sentence;
    EXPECT_EQ(status("/metrics", other), "401") << each.sentence;
  }
  EXPECT_TRUE(counts("outrider_config_last_reload_successful 0"));
}

// Breaks it: tools/cli/check_config_command.cpp: `outputs::Readers::load(loaded.config.web,
// problems);` -> ``
TEST_F(ChecklistR107, DoesNotStartWithBrokenReadersAndTheCheckSaysTheSame) {
  for (const Broken& each : broken) {
    write_settings(each.web);
    write_tokens(each.tokens, each.mode);
    std::string said;
    EXPECT_EQ(run(std::string{OUTRIDER_BIN_DIR} +
                      "/outrider-sidecar --config.file=" + path("sidecar.yml"),
                  &said),
              2);
    EXPECT_NE(said.find(each.sentence), std::string::npos) << said;
    EXPECT_NE(check().find(each.sentence), std::string::npos) << check();
  }
}

// 192.0.2.1 is nobody's: it warns, and then finds that it cannot listen there.
// Breaks it: sidecar/serve.cpp: `  say_open_pages(settings_.config.web);` -> ``
TEST_F(ChecklistR107, WarnsAtItsStartOfPagesThatAnybodyMayRead) {
  constexpr const char* warning = "where whoever reaches it may read positions and losses";
  const std::string segments = make_segment_directory(directory_.path());
  const auto start_at = [&](const std::string& web) {
    write_settings(web);
    std::string said;
    run(std::string{OUTRIDER_BIN_DIR} + "/outrider-sidecar --config.file=" + path("sidecar.yml") +
            " --segment.dir=" + segments + " --storage.path=" + path("state"),
        &said);
    return said + check();
  };
  const std::string open = start_at("listen-address: 192.0.2.1:9717");
  EXPECT_NE(open.find(std::string{"level=warn msg=\"web.listen-address: found 192.0.2.1:9717, "} +
                      warning),
            std::string::npos)
      << open;
  EXPECT_NE(open.find(std::string{"warning: web.listen-address: found 192.0.2.1:9717, "} + warning),
            std::string::npos)
      << open;

  for (const char* closed : {"viewer-tokens: viewers", "allow: [10.0.0.0/8]"}) {
    const std::string said = start_at(std::string{"listen-address: 192.0.2.1:9717, "} + closed);
    EXPECT_NE(said.find("cannot listen on 192.0.2.1:9717"), std::string::npos) << said;
    EXPECT_EQ(said.find(warning), std::string::npos) << said;
  }
}

}  // namespace
}  // namespace outrider::testing
