// SPDX-License-Identifier: Apache-2.0
// `probes:` as operators write it.
#include <gtest/gtest.h>

#include "config/load.hpp"

namespace outrider::config {
namespace {

using namespace std::chrono_literals;

std::vector<ProbeConfig> good(const std::string& text) {
  const Loaded loaded = load_text(text, "/etc/outrider/sidecar.yml");
  for (const Problem& problem : loaded.problems) ADD_FAILURE() << to_text(problem);
  return loaded.config.probes;
}

/// The first problem of one probe, given what is between its braces.
std::string problem_of(const std::string& fields) {
  const Loaded loaded = load_text("probes:\n  - {" + fields + "}\n", "f.yml");
  return loaded.problems.empty() ? "none" : to_text(loaded.problems.front());
}

TEST(ProbeConfiguration, ReadsAProgramAndWhatItsEndMeans) {
  const auto probes = good(R"(
probes:
  - name: mcp-rag-query
    exec: [bin/health, --quiet]
    environment: {LAB_ROOT: /opt/lab}
    interval: 10s
    timeout: 2s
    breaker: {failures: 5, pause: 60s}
    series: lab_mcp_server_health
    labels: {server_name: rag-query, host: a}
    exit_codes: {0: 1, 3: 0.5, other: -1, missing: 7, timeout: 8}
)");
  ASSERT_EQ(probes.size(), 1U);
  const ProbeConfig& probe = probes[0];
  EXPECT_EQ(probe.name, "mcp-rag-query");
  EXPECT_EQ(probe.interval, 10s);
  EXPECT_EQ(probe.timeout, 2s);
  EXPECT_EQ(probe.failures, 5U);
  EXPECT_EQ(probe.pause, 60s);
  const auto& exec = std::get<ExecProbe>(probe.what);
  EXPECT_EQ(exec.command, (std::vector<std::string>{"/etc/outrider/bin/health", "--quiet"}));
  EXPECT_EQ(exec.environment.at("LAB_ROOT"), "/opt/lab");
  EXPECT_EQ(exec.exit_codes, (std::map<int, double>{{0, 1}, {2, 2}, {3, 0.5}}));
  EXPECT_EQ(exec.other, -1);
  EXPECT_EQ(exec.missing, 7);
  EXPECT_EQ(exec.timeout, 8);
  EXPECT_EQ(exec.series, "lab_mcp_server_health");
  EXPECT_EQ(exec.labels, (ProbeLabels{{"host", "a"}, {"server_name", "rag-query"}}));
}

TEST(ProbeConfiguration, HasDefaultsForAllButWhatItLooksAt) {
  const auto probes = good("probes: [{name: a, exec: /bin/true, series: up, interval: 2s}]");
  ASSERT_EQ(probes.size(), 1U);
  EXPECT_EQ(probes[0].timeout, 2s);  // 5 s, but never longer than the interval
  EXPECT_EQ(probes[0].failures, 3U);
  EXPECT_EQ(probes[0].pause, 300s);
  EXPECT_EQ(std::get<ExecProbe>(probes[0].what).missing, 2);
  EXPECT_TRUE(good("probes:").empty());
}

TEST(ProbeConfiguration, SaysWhatIsWrongWithOne) {
  const std::string rest = "exec: /bin/true, series: up";
  EXPECT_EQ(problem_of(rest), "f.yml:2:5: probes[0]: found no name; needed one; add name: NAME");
  EXPECT_EQ(problem_of("name: 'a b', " + rest),
            "f.yml:2:12: probes[0].name: found \"a b\"; needed up to 64 letters, digits, or any of "
            "_-.:");
  EXPECT_EQ(problem_of("name: a, interval: 1ms, " + rest),
            "f.yml:2:25: probes[0].interval: found \"1ms\"; needed a duration from 100ms to 1d");
  EXPECT_EQ(problem_of("name: a, timeout: 1m, " + rest),
            "f.yml:2:24: probes[0].timeout: found \"1m\"; needed a duration from 10ms to 30s");
  EXPECT_EQ(problem_of("name: a, breaker: {pause: 1ms}, " + rest),
            "f.yml:2:32: probes[0].breaker.pause: found \"1ms\"; needed a duration from 1s to 1d");
  EXPECT_EQ(problem_of("name: a, breaker: {failures: -1}, " + rest),
            "f.yml:2:35: probes[0].breaker.failures: found \"-1\"; needed a number from 0 to 1000");
  EXPECT_EQ(problem_of("name: a, series: up"),
            "f.yml:2:5: probes[0]: found nothing to look at; needed one of exec, file, http, tcp, "
            "scrape, process");
  EXPECT_EQ(problem_of("name: a, exec: [], series: up"),
            "f.yml:2:21: probes[0].exec: found an empty list; needed something in it");
  EXPECT_EQ(problem_of("name: a, exec: /bin/true"),
            "f.yml:2:5: probes[0]: found no series; needed the name of its series; add series: "
            "NAME");
  EXPECT_EQ(problem_of("name: a, exec: /bin/true, series: outrider_up"),
            "f.yml:2:40: probes[0].series: found \"outrider_up\"; needed a name such as "
            "lab_server_health, without outrider_ in front");
  EXPECT_EQ(problem_of("name: a, labels: {1x: b}, " + rest),
            "f.yml:2:24: probes[0].labels.1x: found \"b\"; needed a label name before it, such as "
            "venue");
  EXPECT_EQ(problem_of("name: a, exit_codes: {256: 1}, " + rest),
            "f.yml:2:28: probes[0].exit_codes.256: found \"1\"; needed a code from 0 to 255, "
            "other, missing or timeout before it");
  EXPECT_EQ(problem_of("name: a, exit_codes: {0: up}, " + rest),
            "f.yml:2:28: probes[0].exit_codes.0: found \"up\"; needed a number");
  EXPECT_EQ(problem_of("name: a, intervall: 1s, " + rest),
            "f.yml:2:15: found unknown key \"probes[0].intervall\"; nearest known key: interval");
}

TEST(ProbeConfiguration, ReadsWhoWeAreToAServerAndWhomWeTrust) {
  const auto probes = good(R"(
probes:
  - name: desk
    scrape: https://127.0.0.1:9100/metrics
    bearer_token_file: token
    tls_config: {ca_file: ca.pem, cert_file: client.pem, key_file: client.key}
    stale_for: 90s
  - {name: redis, tcp: '127.0.0.1:6379', tls: true, tls_config: {ca_file: /ca.pem}, series: up}
)");
  ASSERT_EQ(probes.size(), 2U);
  EXPECT_EQ(std::get<ScrapeProbe>(probes[0].what).access,
            (WebAccess{"/etc/outrider/token", "/etc/outrider/ca.pem", "/etc/outrider/client.pem",
                       "/etc/outrider/client.key"}));
  EXPECT_EQ(probes[0].stale_for, 90s);
  EXPECT_EQ(std::get<WebProbe>(probes[1].what).access, (WebAccess{{}, "/ca.pem", {}, {}}));
  EXPECT_EQ(probes[1].stale_for, 60s);
}

TEST(ProbeConfiguration, SaysWhatIsWrongWithSecretsAndCertificates) {
  const std::string at = "name: a, series: up, http: 'https://venue/', ";
  EXPECT_EQ(problem_of("name: a, series: up, http: 'http://venue/', tls_config: {ca_file: c}"),
            "f.yml:2:62: probes[0].tls_config: found it where no TLS is spoken; needed https, or "
            "tls: true with tcp");
  EXPECT_EQ(problem_of(at + "tls_config: {key_file: k}"),
            "f.yml:2:63: probes[0].tls_config: found one of cert_file and key_file; needed both of "
            "them, or neither");
  EXPECT_EQ(
      problem_of(at + "bearer_token: s3cret"),
      "f.yml:2:51: found unknown key \"probes[0].bearer_token\"; needed one of http status body "
      "bearer_token_file tls_config series labels name interval timeout breaker stale_for");
  EXPECT_EQ(problem_of(at + "stale_for: 2d"),
            "f.yml:2:62: probes[0].stale_for: found \"2d\"; needed a duration from 0s to 1d");
}

TEST(ProbeConfiguration, ReadsAFileAndWhatItsWordsMean) {
  const auto probes = good(R"(
probes:
  - name: worktree
    file: .worktree
    values:
      - {key: status, series: status, labels: {name: main}, map: {complete: 0, blocked: 3}, otherwise: 1}
      - {key: workers, series: workers}
)");
  ASSERT_EQ(probes.size(), 1U);
  const auto& file = std::get<FileProbe>(probes[0].what);
  EXPECT_EQ(file.path, "/etc/outrider/.worktree");
  ASSERT_EQ(file.values.size(), 2U);
  EXPECT_EQ(file.values[0].words, (std::map<std::string, double>{{"blocked", 3}, {"complete", 0}}));
  EXPECT_EQ(file.values[0].otherwise, 1);
  EXPECT_EQ(file.values[1].otherwise, std::nullopt);

  EXPECT_EQ(problem_of("name: a, file: f"),
            "f.yml:2:5: probes[0]: found no values; needed a list of key and series; add values: "
            "[...]");
  EXPECT_EQ(problem_of("name: a, file: f, values: [{series: s}]"),
            "f.yml:2:33: probes[0].values[0]: found no key; needed the word before the = in the "
            "file; add key: WORD");
  EXPECT_EQ(problem_of("name: a, file: f, values: [{key: k, series: s, map: {a: b}}]"),
            "f.yml:2:59: probes[0].values[0].map.a: found \"b\"; needed a number");
  EXPECT_EQ(problem_of("name: a, file: f, exec: g, series: s"),
            "f.yml:2:5: probes[0]: found exec and file; needed one of them");
}

TEST(ProbeConfiguration, ReadsWhatAnswersOverTheNetwork) {
  const auto probes = good(R"(
probes:
  - {name: a, http: "https://x/ping", status: 204, body: "o+k", series: up, labels: {venue: x}}
  - {name: b, tcp: "[::1]:6379", tls: true, series: up}
  - {name: c, scrape: "http://x:9100/metrics", keep: "node_.*", max_series: 7, labels: {host: y}}
  - {name: d, process: {pid_file: run/pid}}
  - {name: e, process: {name: redis-server}}
)");
  ASSERT_EQ(probes.size(), 5U);
  const auto& http = std::get<WebProbe>(probes[0].what);
  EXPECT_EQ(http.url, "https://x/ping");
  EXPECT_EQ(http.status, 204U);
  EXPECT_EQ(http.body, "o+k");
  EXPECT_FALSE(http.connects_only);
  EXPECT_EQ(std::get<WebProbe>(probes[1].what).url, "https://[::1]:6379");
  EXPECT_TRUE(std::get<WebProbe>(probes[1].what).connects_only);
  const auto& scrape = std::get<ScrapeProbe>(probes[2].what);
  EXPECT_EQ(scrape.keep, "node_.*");
  EXPECT_EQ(scrape.max_series, 7U);
  EXPECT_EQ(scrape.labels, (ProbeLabels{{"host", "y"}}));
  EXPECT_EQ(std::get<ProcessProbe>(probes[3].what).pid_file, "/etc/outrider/run/pid");
  EXPECT_EQ(std::get<ProcessProbe>(probes[4].what).name, "redis-server");
}

TEST(ProbeConfiguration, SaysWhatIsWrongWithATarget) {
  const auto text = [](const std::string& fields) {
    const std::string whole = problem_of("name: a, " + fields);
    return whole.substr(whole.find(": ") + 2);
  };
  EXPECT_EQ(text("http: ftp://x, series: s"),
            "probes[0].http: found another URL; needed http:// or https://");
  EXPECT_EQ(text("http: 'http://u:p@x', series: s"),
            "probes[0].http: found another URL; needed no user or password in it");
  EXPECT_EQ(text("http: 'http://x', body: '(', series: s"),
            "probes[0].body: found \"(\": missing ): (; needed a regular expression");
  EXPECT_EQ(text("tcp: localhost, series: s"),
            "probes[0].tcp: found \"localhost\"; needed HOST:PORT, such as 127.0.0.1:6379");
  EXPECT_EQ(text("tcp: 'x:1', tls: perhaps, series: s"),
            "probes[0].tls: found \"perhaps\"; needed true or false");
  EXPECT_EQ(text("scrape: 'http://x', interval: 500ms"),
            "probes[0].interval: found \"500ms\"; needed at least 1s for a scrape");
  EXPECT_EQ(text("scrape: 'http://x', max_series: 1000000"),
            "probes[0].max_series: found \"1000000\"; needed a number from 0 to 20000");
  EXPECT_EQ(text("process: {}"),
            "probes[0].process: found neither of pid_file and name; needed one of them");
  EXPECT_EQ(text("process: {name: a-name-that-is-too-long}"),
            "probes[0].process.name: found \"a-name-that-is-too-long\"; needed at most 15 "
            "characters, as in /proc/PID/comm");
}

TEST(WriteBackConfiguration, IsOffUnlessItIsWritten) {
  EXPECT_TRUE(load_text("write_back:", "f.yml").config.write_back.empty());
  const Loaded loaded = load_text(
      "write_back: [{file: .worktree, scope: 'venue=x', states: {HALTED: blocked}}]", "/e/f.yml");
  ASSERT_TRUE(loaded.problems.empty()) << to_text(loaded.problems[0]);
  ASSERT_EQ(loaded.config.write_back.size(), 1U);
  const WriteBackConfig& entry = loaded.config.write_back[0];
  EXPECT_EQ(entry.file, "/e/.worktree");
  EXPECT_EQ(entry.key, "status");
  EXPECT_EQ(entry.scope, "venue=x");
  EXPECT_EQ(entry.words.at("HALTED"), "blocked");
}

TEST(WriteBackConfiguration, SaysWhatIsWrong) {
  const auto problem = [](const std::string& text) {
    const Loaded loaded = load_text("write_back: [{" + text + "}]", "f.yml");
    return loaded.problems.empty() ? "none" : loaded.problems.front().text;
  };
  EXPECT_EQ(problem("states: {HALTED: blocked}"),
            "write_back[0]: found no file; needed the one to write to; add file: PATH");
  EXPECT_EQ(problem("file: f"),
            "write_back[0]: found no states; needed words for them; add states: {HALTED: blocked}");
  EXPECT_EQ(problem("file: f, states: {OPEN: blocked}"),
            "write_back[0].states.OPEN: found \"blocked\"; needed KILLED, HALTED, REDUCE_ONLY, "
            "UNARMED or TRADING before it");
  EXPECT_EQ(problem("file: f, states: {HALTED: $(rm)}"),
            "write_back[0].states.HALTED: found \"$(rm)\"; needed a word of letters, digits, _ and "
            "-");
  EXPECT_EQ(problem("file: f, scope: venue, states: {HALTED: blocked}"),
            "write_back[0].scope: found \"venue\"; needed global, host, or LABEL=VALUE");
  EXPECT_EQ(problem("file: f, key: 'a b', states: {HALTED: blocked}"),
            "write_back[0].key: found \"a b\"; needed a name such as status");
}

TEST(ProbeConfiguration, WantsEachNameOnceAndNoMoreThan256) {
  const std::string twice =
      "probes: [{name: a, exec: /a, series: up}, {name: a, exec: /b, series: up}]";
  const Loaded loaded = load_text(twice, "f.yml");
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_EQ(loaded.problems[0].text,
            "probes[1].name: found \"a\" a second time; needed a name of its own");

  std::string many = "probes:\n";
  for (int i = 0; i < 257; ++i)
    many += "  - {name: a" + std::to_string(i) + ", exec: /a, series: up}\n";
  EXPECT_EQ(load_text(many, "f.yml").problems.at(0).text,
            "probes: found 257 of them; needed 256 or fewer");
  EXPECT_EQ(load_text("probes: 1", "f.yml").problems.at(0).text,
            "probes: found \"1\"; needed a list");
}

}  // namespace
}  // namespace outrider::config
