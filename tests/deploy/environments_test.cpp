// SPDX-License-Identifier: Apache-2.0
// A real Prometheus with the shipped file, and the sidecars of two environments that ask
// for a token: it is let in by it, and tells the environments apart.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <filesystem>

#include "deploy/stack.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;

/// A sidecar in a directory of its own.
struct Environment {
  Environment(const std::string& directory, const std::string& name) {
    const std::string root = directory + "/" + name;
    std::filesystem::create_directory(root);
    write_file(root + "/viewers", "prometheus prometheus-0123456789abcdef\n");
    ::chmod((root + "/viewers").c_str(), 0600);
    write_file(root + "/sidecar.yml",
               "web: {viewer-tokens: viewers, allow: [127.0.0.1]}\n"
               "external_labels: {env: " +
                   name + "}\n");
    sidecar.emplace(root, std::vector<std::string>{"--config.file=" + root + "/sidecar.yml"});
  }
  [[nodiscard]] std::string target() const {
    return "\"127.0.0.1:" + std::to_string(sidecar->port()) + "\"";
  }
  std::optional<SidecarProcess> sidecar;
};

class TwoEnvironments : public Stack {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(path("targets"));
    write_file(path("targets/outrider.yml"),
               "- targets: [" + production_.target() + ", " + staging_.target() + "]\n");
    write_file(path("outrider.token"), "prometheus-0123456789abcdef\n");
    write_file(path("outrider.rules.yml"), shipped("outrider.rules.yml"));
    config_ = replaced(shipped_prometheus("prometheus.yml"),
                       {{"localhost:9090", address(prometheus_port_)}});
    write_file(path("prometheus.yml"), config_);
    prometheus_ = start_prometheus("prometheus.yml", "prometheus", prometheus_port_);
    // Before that a SIGHUP ends it.
    ASSERT_TRUE(eventually([this] { return !http_get(prometheus_port_, "/-/ready").empty(); }, 60s))
        << read_file(path("prometheus.log"));
  }
  /// As the comment of the shipped file says.
  void show_the_token() const {
    write_file(path("prometheus.yml"),
               replaced(config_, {{"#authorization:", "authorization:"},
                                  {"/etc/prometheus/outrider.token", path("outrider.token")}}));
    prometheus_.signal(SIGHUP);
  }
  [[nodiscard]] bool comes_to(const std::string& encoded, double wanted) const {
    return eventually([&] { return value(encoded) == wanted; }, 60s);
  }

  Environment production_{directory_.path(), "production"};
  Environment staging_{directory_.path(), "staging"};
  std::string config_;
};

using ChecklistR107Scraped = TwoEnvironments;
// Breaks it: tools/deploy/prometheus.yml: `#authorization: {credentials_file:` -> `#basic_auth:
// {password_file:`
TEST_F(ChecklistR107Scraped, PrometheusIsLetInByTheTokenInItsFileAndNotWithoutIt) {
  ASSERT_TRUE(comes_to("sum(up{job=\"outrider\"}==bool%200)", 2))
      << read_file(path("prometheus.log"));
  EXPECT_NE(http_get(prometheus_port_, "/api/v1/targets")
                .find("server returned HTTP status 401 Unauthorized"),
            std::string::npos);

  show_the_token();

  EXPECT_TRUE(comes_to("sum(up{job=\"outrider\"})", 2)) << read_file(path("prometheus.log"));
  EXPECT_TRUE(comes_to("count(outrider_web_requests_refused_total{reason=\"token\"}>0)", 2));
}

using ChecklistR108Scraped = TwoEnvironments;
// Breaks it: sidecar/outputs/pages.cpp: `if (sources.external_labels) add` -> `if (false) add`
TEST_F(ChecklistR108Scraped, PrometheusTellsTheSeriesOfTwoEnvironmentsApart) {
  show_the_token();

  for (const char* env : {"production", "staging"}) {
    EXPECT_TRUE(comes_to("count(outrider_build_info{env=\"" + std::string{env} + "\"})", 1)) << env;
    EXPECT_TRUE(
        comes_to("count(process_open_fds{job=\"outrider\",env=\"" + std::string{env} + "\"})", 1));
  }
  EXPECT_TRUE(comes_to("count(outrider_passes_total)", 2));
  EXPECT_TRUE(
      comes_to("count({job=\"outrider\",env=\"\",__name__=~\"outrider_.*\"})or%20vector(0)", 0));
}

}  // namespace
}  // namespace outrider::testing
