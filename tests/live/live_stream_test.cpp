// SPDX-License-Identifier: Apache-2.0
// What is told when: at the beginning, at each change, each second.
#include "outputs/live/live_stream.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "live/sample_look.hpp"
#include "outputs/sample_status.hpp"

namespace outrider::outputs {
namespace {

struct Live : ::testing::Test {
  Look look{testing::sample_status(),
            std::make_shared<const aggregate::Snapshot>(testing::sample_snapshot())};
  std::size_t listeners = 0;
  LiveStream stream{{.look = [this] { return look; },
                     .listened_by = [this](std::size_t clients) { listeners = clients; },
                     .dropped = [](const std::string&) {},
                     .failed = [](const std::string&) {}}};

  using Types = std::vector<std::string>;
  static Types types_of(const std::vector<Message>& messages) {
    Types types;
    for (const Message& each : messages)
      types.push_back(nlohmann::json::parse(*each).at("type").get<std::string>());
    return types;
  }
  std::vector<Message> told() { return stream.tell(false).to_all; }
  Types next() { return types_of(told()); }
  /// Somebody comes, and the first second is told.
  void begin() {
    stream.listened_by(1);
    EXPECT_EQ(types_of(stream.tell(true).to_all), (Types{"metrics", "health", "heartbeat"}));
  }
};

TEST_F(Live, GreetsWhoIsNewWithAllThatHolds) {
  EXPECT_EQ(types_of(stream.tell(true).to_new), (Types{"health", "alert"}));
  look.snapshot = nullptr;
  look.status.alerts.clear();
  EXPECT_EQ(types_of(stream.tell(true).to_new), (Types{"health"}));
  EXPECT_TRUE(stream.tell(false).to_new.empty());
}

TEST_F(Live, TellsMetricsEachTimeAndHealthAndHeartbeatEachSecond) {
  begin();
  for (int second = 0; second < 3; ++second) {
    for (int tenth = 1; tenth < 10; ++tenth) EXPECT_EQ(next(), Types{"metrics"});
    EXPECT_EQ(next(), (Types{"metrics", "health", "heartbeat"}));
  }
}

TEST_F(Live, TellsAtOnceThatAGateHasAnotherState) {
  begin();
  look.status.gates[0].state = "TRADING";
  EXPECT_EQ(next(), (Types{"metrics", "health"}));
  EXPECT_EQ(next(), Types{"metrics"});
  look.status.producers[0].generation = 2;
  EXPECT_EQ(next(), (Types{"metrics", "health"}));
  look.status.gates[0].reason = "somebody";
  EXPECT_EQ(next(), (Types{"metrics", "health"}));
}

TEST_F(Live, TellsOfNumbersOnlyEachSecond) {
  begin();
  look.status.producers[0].recorded += 1000;
  look.status.alerts[0].value = 99;
  EXPECT_EQ(next(), Types{"metrics"});
}

TEST_F(Live, TellsEachAlertThatHasAnotherState) {
  begin();
  look.status.alerts[0].state = "inactive";
  look.status.alerts.push_back({"Latency", {}, "firing", 3, 0});
  const auto messages = told();
  EXPECT_EQ(types_of(messages), (Types{"metrics", "alert", "alert", "health"}));
  EXPECT_NE(messages[1]->find(R"("state":"inactive")"), std::string::npos);
  EXPECT_NE(messages[2]->find(R"("name":"Latency")"), std::string::npos);
  EXPECT_EQ(next(), Types{"metrics"});
}

TEST_F(Live, TellsOfAnAlertWhoseSeriesIsGoneThatItIsInactive) {
  begin();
  look.status.alerts.clear();
  const auto messages = told();
  ASSERT_EQ(types_of(messages), (Types{"metrics", "alert", "health"}));
  EXPECT_NE(messages[1]->find(R"("state":"inactive")"), std::string::npos);
  EXPECT_NE(messages[1]->find(R"("venue":"binance")"), std::string::npos);
}

TEST_F(Live, TellsNobodyOfWhatChangedWhileNobodyListened) {
  begin();
  stream.listened_by(0);
  EXPECT_EQ(listeners, 0U);
  look.status.alerts[0].state = "inactive";
  stream.listened_by(1);
  const Types types = next();
  EXPECT_EQ(std::count(types.begin(), types.end(), "alert"), 0);
}

TEST_F(Live, FindsTheSeriesOfANewSchema) {
  begin();
  auto schema = std::make_shared<aggregate::Schema>(*look.snapshot->schema);
  schema->families.pop_back();
  auto fresh = std::make_shared<aggregate::Snapshot>(*look.snapshot);
  fresh->schema = schema;
  look.snapshot = fresh;
  const auto messages = told();
  EXPECT_EQ(messages.front()->find("orders_sent_total"), std::string::npos);
}

}  // namespace
}  // namespace outrider::outputs
