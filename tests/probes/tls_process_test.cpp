// SPDX-License-Identifier: Apache-2.0
// Probes of servers that want to know who asks, and of which one wants to know who they are:
// through the real sidecar, against a real TLS server.
#include "probes/checklist.hpp"

namespace outrider::testing {
namespace {

constexpr const char* token = "s3cret-of-the-desk";

struct TlsProbe : Checklist {
  const int port = free_port();
  const std::string address = "127.0.0.1:" + std::to_string(port);
  Process server;

  void SetUp() override {
    make_certificate("server", "-addext subjectAltName=IP:127.0.0.1");
    make_certificate("client", "");
    make_certificate("stranger", "");
    write_file(at("token"), std::string{token} + "\n");
    write_file(at("wrong-token"), "s3cret-of-nobody\n");
  }
  /// Signed by itself, so that it is its own authority.
  void make_certificate(const std::string& name, const std::string& more) const {
    std::string said;
    ASSERT_EQ(
        run("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=" + name + ' ' + more +
                " -keyout " + at(name + ".key") + " -out " + at(name + ".pem") + " 2>&1",
            &said),
        0)
        << said;
  }
  void serve(const std::string& client_authority = "") {
    std::vector<std::string> command{"/usr/bin/env",
                                     "python3",
                                     OUTRIDER_SOURCE_DIR "/tests/probes/tls_server.py",
                                     std::to_string(port),
                                     at("server.pem"),
                                     at("server.key"),
                                     token};
    if (!client_authority.empty()) command.push_back(client_authority);
    server = Process{command, at("server.log")};
    constexpr int could_not_connect = 7;
    ASSERT_TRUE(eventually([&] {
      return run("curl -sk -o /dev/null https://" + address + "/") != could_not_connect;
    })) << read_file(at("server.log"));
  }
  [[nodiscard]] std::string probe(const std::string& name, const std::string& what) const {
    const std::string series = what.starts_with("scrape") ? "" : ", series: " + name + "_up";
    return "  - {name: " + name + ", " + what + series +
           ", interval: 1s, breaker: {failures: 0}}\n";
  }
  [[nodiscard]] std::string https() const { return "'https://" + address + "/metrics'"; }
};

TEST_F(TlsProbe, ShowsItsTokenAndTrustsTheAuthorityThatIsWrittenDown) {
  serve();
  const std::string trusts = ", tls_config: {ca_file: server.pem}";
  const std::string shows = ", bearer_token_file: token";
  const SidecarProcess sidecar{
      directory.path(),
      flags("probes:\n" + probe("desk", "scrape: " + https() + shows + trusts) +
            probe("web", "http: " + https() + shows + trusts) +
            probe("tcp", "tcp: '" + address + "', tls: true" + trusts) +
            probe("distrusts", "http: " + https() + shows) +
            probe("distrusting_tcp", "tcp: '" + address + "', tls: true") +
            probe("unknown", "http: " + https() + trusts) +
            probe("wrong", "http: " + https() + ", bearer_token_file: wrong-token" + trusts) +
            probe("lost", "http: " + https() + ", bearer_token_file: no-token" + trusts))};

  EXPECT_TRUE(becomes(sidecar, "desk_orders{instance=\"" + address + "\",job=\"desk\"}", 7));
  EXPECT_TRUE(becomes(sidecar, "web_up", 1));
  EXPECT_TRUE(becomes(sidecar, "tcp_up", 1));
  EXPECT_TRUE(becomes(sidecar, "unknown_up", 0));
  EXPECT_TRUE(becomes(sidecar, "wrong_up", 0));
  EXPECT_TRUE(becomes(sidecar, "outrider_probe_http_status{probe=\"unknown\"}", 401));
  EXPECT_TRUE(becomes(sidecar, "outrider_probe_http_status{probe=\"wrong\"}", 401));
  for (const char* name : {"distrusts", "distrusting_tcp", "lost"}) {
    EXPECT_TRUE(becomes(sidecar, std::string{name} + "_up", 0));
    EXPECT_GE(sidecar.metric("outrider_probe_errors_total{probe=\"" + std::string{name} +
                             "\",reason=\"unreachable\"}"),
              1);
  }
  EXPECT_TRUE(eventually([&] {
    return sidecar.log().find("no-token: No such file or directory") != std::string::npos;
  })) << sidecar.log();

  for (const char* page : {"/metrics", "/health", "/api/v1/status", "/api/v1/health/history"})
    EXPECT_EQ(sidecar.get(page).find("s3cret"), std::string::npos) << page;
  EXPECT_EQ(sidecar.log().find("s3cret"), std::string::npos);
}

TEST_F(TlsProbe, TakesATokenThatHasBecomeAnother) {
  serve();
  write_file(at("changing"), "s3cret-of-yesterday\n");
  const SidecarProcess sidecar{
      directory.path(),
      flags("probes:\n" + probe("web", "http: " + https() +
                                           ", bearer_token_file: changing, tls_config: {ca_file: "
                                           "server.pem}"))};
  ASSERT_TRUE(becomes(sidecar, "web_up", 0));

  write_file(at("changing"), token);

  EXPECT_TRUE(becomes(sidecar, "web_up", 1));
}

TEST_F(TlsProbe, ShowsItsCertificateToWhoeverAsksForOne) {
  serve(at("client.pem"));
  const auto with = [&](const std::string& name, const std::string& certificate) {
    return probe(name, "scrape: " + https() +
                           ", bearer_token_file: token, tls_config: {ca_file: server.pem" +
                           certificate + "}");
  };
  const SidecarProcess sidecar{
      directory.path(),
      flags("probes:\n" + with("desk", ", cert_file: client.pem, key_file: client.key") +
            with("bare", "") +
            with("strange", ", cert_file: stranger.pem, key_file: stranger.key"))};
  const auto up = [&](const std::string& job) {
    return "up{instance=\"" + address + "\",job=\"" + job + "\"}";
  };

  EXPECT_TRUE(becomes(sidecar, up("desk"), 1));
  EXPECT_TRUE(becomes(sidecar, up("bare"), 0));
  EXPECT_TRUE(becomes(sidecar, up("strange"), 0));
}

}  // namespace
}  // namespace outrider::testing
