// SPDX-License-Identifier: Apache-2.0
// /ws of a real sidecar: who may listen, what he hears, and what is counted of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "outputs/websocket_client.hpp"
#include "process/harness.hpp"

namespace outrider::testing {
namespace {

using outputs::testing::WebSocketClient;
using ::testing::ElementsAre;
using ::testing::Key;

struct Listening : ::testing::Test {
  [[nodiscard]] std::uint16_t port() const { return static_cast<std::uint16_t>(sidecar.port()); }
  [[nodiscard]] bool counts(const std::string& series, double value) const {
    return eventually([&] { return sidecar.metric(series) == value; });
  }

  TempDirectory place;
  SidecarProcess sidecar{place.path(), {"--web.origins=https://desk.example.org"}};
};

using ChecklistR99Heard = Listening;

// Breaks it: sidecar/outputs/live/messages.cpp: `"heartbeat",` -> `"health",`
TEST_F(ChecklistR99Heard, AreMetricsHealthAndHeartbeatAndHowManyListenIsShown) {
  WebSocketClient listener{port()};
  ASSERT_EQ(listener.answer().status, 101);
  std::map<std::string, std::string> last;  // time, by type
  for (int i = 0; i < 25; ++i) {
    const auto text = listener.receive();
    ASSERT_TRUE(text);
    const auto message = nlohmann::json::parse(*text);
    const std::string time = message.at("timestamp");
    EXPECT_EQ(time.size(), std::string{"2026-11-22T14:00:00.000Z"}.size());
    EXPECT_GE(time, std::exchange(last[message.at("type")], time));
  }
  EXPECT_THAT(last, ElementsAre(Key("health"), Key("heartbeat"), Key("metrics")));
  EXPECT_TRUE(counts("outrider_live_listeners", 1));
}

TEST_F(Listening, IsRefusedToPagesOfOtherSitesWhichIsCountedAndSaid) {
  EXPECT_EQ(WebSocketClient(port(), "Origin: https://desk.example.org\r\n").answer().status, 101);
  EXPECT_EQ(WebSocketClient(port(), "Origin: http://o\r\n").answer().status, 101);
  const WebSocketClient foreign{port(), "Origin: https://evil.example.org\r\n"};
  EXPECT_EQ(foreign.answer().status, 403);
  EXPECT_NE(foreign.answer().body.find("found a page of https://evil.example.org"),
            std::string::npos);
  EXPECT_TRUE(counts("outrider_web_requests_refused_total{reason=\"origin\"}", 1));
  EXPECT_NE(sidecar.log().find("its page is neither ours nor of web.origins"), std::string::npos);
}

// Breaks it: sidecar/outputs/websocket.cpp: `> Audience::longest_wait` -> `> 9999`
TEST_F(ChecklistR99Heard, IsNothingMoreByWhoReadsTooSlowlyWhichIsCountedAndSaid) {
  WebSocketClient slow{port(), {}, 4096};
  EXPECT_TRUE(counts("outrider_live_listeners_dropped_total", 1));
  EXPECT_TRUE(counts("outrider_live_listeners", 0));
  EXPECT_NE(sidecar.log().find("it reads /ws too slowly"), std::string::npos);
}

TEST_F(Listening, NeedsAWebSocket) {
  EXPECT_NE(sidecar.get("/ws").find("found a plain request; needed a WebSocket"),
            std::string::npos);
}

}  // namespace
}  // namespace outrider::testing
