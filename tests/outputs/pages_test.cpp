// SPDX-License-Identifier: Apache-2.0
#include "outputs/pages.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "outputs/promtool.hpp"
#include "outputs/sample_status.hpp"

namespace outrider::outputs {
namespace {

using namespace std::chrono_literals;

class Pages : public ::testing::Test {
 protected:
  Pages() {
    add_pages(router, {.status = [this] { return status; },
                       .snapshot = [this] { return snapshot; },
                       .refused_family = [this](const std::string& name) { refused = name; }});
  }

  Response get(const std::string& path) const {
    Response response = router.answer({.method = "GET", .path = path});
    if (response.page != nullptr) response.body = *response.page;
    return response;
  }

  /// One gauge of that name, with the value 1.
  void show_gauge(const std::string& name) {
    aggregate::Schema schema;
    schema.families.push_back(
        {name, "Of the trader.", aggregate::FamilyKind::gauge, {}, {{{}, 0}}});
    schema.value_count = 1;
    aggregate::Snapshot shown;
    shown.schema = std::make_shared<aggregate::Schema>(schema);
    shown.values = {1};
    shown.present = {1};
    snapshot = std::make_shared<aggregate::Snapshot>(shown);
  }

  Status status = testing::sample_status();
  std::shared_ptr<const aggregate::Snapshot> snapshot;
  std::string refused;
  Router router;
};

TEST_F(Pages, AreHealthyWhilePassesFinish) {
  for (const char* path : {"/-/healthy", "/healthz"}) {
    status.last_pass_age = 1s;
    EXPECT_EQ(get(path).status, 200u);
    status.last_pass_age = 1001ms;
    EXPECT_EQ(get(path).status, 503u);
    EXPECT_EQ(get(path).body, "the last pass finished 1001 ms ago\n");
    status.last_pass_age.reset();
    EXPECT_EQ(get(path).status, 503u);
  }
}

TEST_F(Pages, GiveALinePerReasonUntilEverythingIsReady) {
  for (const char* path : {"/-/ready", "/readyz"}) {
    status.not_ready = {"rules: not loaded yet", "journal: not writable"};
    EXPECT_EQ(get(path).status, 503u);
    EXPECT_EQ(get(path).body, "rules: not loaded yet\njournal: not writable\n");
    status.not_ready.clear();
    EXPECT_EQ(get(path).status, 200u);
  }
}

TEST_F(Pages, TellTheHealthAsJson) {
  EXPECT_EQ(get("/health").status, 200u);
  status.not_ready = {"first pass: not finished"};

  const Response response = get("/health");

  EXPECT_EQ(response.status, 503u);
  EXPECT_EQ(response.content_type, "application/json");
  const auto json = nlohmann::json::parse(response.body);
  EXPECT_EQ(json["healthy"], true);
  EXPECT_EQ(json["ready"], false);
  EXPECT_EQ(json["not_ready"][0], "first pass: not finished");
}

TEST_F(Pages, TellTheStatusAsJson) {
  const Response response = get("/api/v1/status");

  EXPECT_EQ(response.status, 200u);
  EXPECT_EQ(nlohmann::json::parse(response.body)["gates"][0]["state"], "HALTED");
}

TEST_F(Pages, LinkToEachOther) {
  const std::string body = get("/").body;

  for (const char* path : {"/metrics", "/-/healthy", "/-/ready", "/health", "/api/v1/status"}) {
    EXPECT_NE(body.find("href=\"" + std::string{path} + '"'), std::string::npos) << path;
    EXPECT_NE(get(path).status, 404u) << path;
  }
}

TEST_F(Pages, ExposeTheTradersSeriesAndOurOwn) {
  show_gauge("position_lots");

  const Response response = get("/metrics");

  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  for (const char* text : {"\nposition_lots 1\n", "outrider_build_info{", "\nprocess_open_fds "}) {
    EXPECT_NE(response.body.find(text), std::string::npos) << text;
  }
  EXPECT_EQ(testing::promtool_complaints(response.body), "");
}

TEST_F(Pages, StayReadableWhenATraderTakesOneOfOurNames) {
  show_gauge("process_cpu_seconds_total");

  const Response response = get("/metrics");

  EXPECT_EQ(refused, "process_cpu_seconds_total");
  EXPECT_NE(response.body.find("\nprocess_cpu_seconds_total 1\n"), std::string::npos);
  EXPECT_NE(response.body.find("\nprocess_open_fds "), std::string::npos);
}

TEST_F(Pages, ChangeNothing) {
  for (const char* path : {"/metrics", "/health", "/api/v1/status", "/"}) {
    EXPECT_EQ(router.answer({.method = "POST", .path = path}).status, 405u);
  }
}

TEST_F(Pages, AreMadeOnceForAStormOfRequests) {
  int made = 0;
  status.not_ready.clear();
  Router kept;
  add_pages(kept, {.status = [&] { return ++made, status; },
                   .snapshot = [&] { return ++made, snapshot; },
                   .page_lifetime = 1h});

  for (const char* path : {"/metrics", "/health", "/api/v1/status", "/-/healthy", "/-/ready"}) {
    made = 0;
    for (int i = 0; i < 100; ++i)
      EXPECT_EQ(kept.answer({.method = "GET", .path = path}).status, 200u);
    EXPECT_EQ(made, 1) << path;
  }
}

TEST_F(Pages, OfOneRouterDoNotWaitForThoseOfAnother) {
  // While one server's thread makes a page, another server's is asked for its own.
  Router other;
  add_pages(other, {.status = [this] { return status; }, .snapshot = [] { return nullptr; }});
  Router slow;
  unsigned meanwhile = 0;
  add_pages(slow, {.status =
                       [&] {
                         meanwhile =
                             other.answer({.method = "GET", .path = "/api/v1/status"}).status;
                         return status;
                       },
                   .snapshot = [] { return nullptr; }});

  EXPECT_EQ(slow.answer({.method = "GET", .path = "/api/v1/status"}).status, 200u);
  EXPECT_EQ(meanwhile, 200u);
}

TEST_F(Pages, AreMadeAnewOnceTheyAreOld) {
  status.not_ready.clear();
  Router kept;
  add_pages(kept, {.status = [&] { return status; },
                   .snapshot = [&] { return snapshot; },
                   .page_lifetime = 1ms});
  EXPECT_EQ(kept.answer({.method = "GET", .path = "/-/ready"}).status, 200u);
  status.not_ready = {"rules: not loaded"};

  unsigned last = 200;
  while (last == 200) last = kept.answer({.method = "GET", .path = "/-/ready"}).status;

  EXPECT_EQ(last, 503u);
}

}  // namespace
}  // namespace outrider::outputs
