// SPDX-License-Identifier: Apache-2.0
// Probes that scrape a server of the test's own.
#include "probes/scrape.hpp"

#include <gtest/gtest.h>

#include "probes/fixtures.hpp"
#include "probes/test_server.hpp"

namespace outrider::probes {
namespace {

std::string page(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

struct ScrapeProbe : ::testing::Test {
  TestServer server{page("# TYPE a counter\na{x=\"1\"} 1\nb 2\n")};
  const std::string instance = "127.0.0.1:" + std::to_string(server.port());
  const std::string target = "{instance=" + instance + ",job=p}";

  [[nodiscard]] config::ProbeConfig config(const std::string& keep = "",
                                           std::uint32_t max_series = 1000) const {
    config::ProbeConfig probe;
    probe.name = "p";
    probe.interval = 50ms;
    probe.timeout = 20s;
    probe.failures = 0;
    probe.what = config::ScrapeProbe{"http://" + instance + "/metrics", keep, max_series, {}};
    return probe;
  }
};

TEST_F(ScrapeProbe, BringsWhatThePageHas) {
  ProbeRig rig{config()};
  EXPECT_EQ(rig.value("up" + target), std::nullopt);
  ASSERT_TRUE(rig.run_once());

  EXPECT_EQ(rig.value("a{instance=" + instance + ",job=p,x=1}"), 1);
  EXPECT_EQ(rig.value("b" + target), 2);
  EXPECT_EQ(rig.value("up" + target), 1);
}

TEST_F(ScrapeProbe, KeepsOnlyWholeNamesThatAreWanted) {
  ProbeRig rig{config("a|bb")};
  ASSERT_TRUE(rig.run_once());

  EXPECT_EQ(rig.value("a{instance=" + instance + ",job=p,x=1}"), 1);
  EXPECT_EQ(rig.value("b" + target), std::nullopt);
}

TEST_F(ScrapeProbe, RefusesAPageOfTooManySeriesWhole) {
  ProbeRig rig{config("", 1)};
  ASSERT_TRUE(rig.run_once());

  EXPECT_EQ(rig.value("b" + target), std::nullopt);
  EXPECT_EQ(rig.value("up" + target), 0);
  EXPECT_EQ(rig.value("outrider_probe_errors_total{probe=p,reason=bad_answer}"), 1);
  ASSERT_EQ(rig.said.size(), 1U);
  EXPECT_NE(rig.said[0].find("found 2 series; needed at most 1; narrow keep"), std::string::npos);
}

TEST_F(ScrapeProbe, HasNoValueOfWhatIsGoneAndAgainOfWhatReturns) {
  ProbeRig rig{config()};
  ASSERT_TRUE(rig.becomes("b" + target, 2));
  const auto series = rig.probe.series();

  server.say(page("a{x=\"1\"} 1\n"));
  EXPECT_TRUE(rig.becomes("b" + target, std::nullopt));
  server.say(page("b 3\n"));
  EXPECT_TRUE(rig.becomes("b" + target, 3));
  EXPECT_EQ(rig.value("a{instance=" + instance + ",job=p,x=1}"), std::nullopt);
  EXPECT_EQ(rig.probe.series()->metrics().size(),
            series->metrics().size() + 1);  // a is a gauge now
}

TEST_F(ScrapeProbe, HoldsNoMoreThanTwicePagesOfWhatChangesItsName) {
  ProbeRig rig{config("", 2)};
  for (int i = 0; i < 20; ++i) {
    const std::string name = "n" + std::to_string(i);
    server.say(page(name + " 1\n"));
    ASSERT_TRUE(rig.becomes(name + target, 1));
    EXPECT_LE(rig.probe.series()->metrics().size(), 11U + 1 + 4);
  }
}

TEST_F(ScrapeProbe, IsDownWithWhatIsNoPage) {
  ProbeRig rig{config()};
  ASSERT_TRUE(rig.becomes("up" + target, 1));

  server.say(page("<html>"));
  EXPECT_TRUE(rig.becomes("up" + target, 0));
  EXPECT_EQ(rig.value("b" + target), std::nullopt);
  server.say("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(rig.becomes("outrider_probe_success", 0));
  server.say(page("b 4\n"));
  EXPECT_TRUE(rig.becomes("b" + target, 4));
}

}  // namespace
}  // namespace outrider::probes
