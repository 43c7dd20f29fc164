// SPDX-License-Identifier: Apache-2.0
// The tables as people see them.
#include "cli/status_text.hpp"

#include <gtest/gtest.h>

namespace outrider::cli {
namespace {

Overview sample() {
  Overview overview;
  overview.directory = "/run/outrider";
  overview.sidecar = SidecarState::running;
  overview.armed = true;
  overview.armed_since_ms = 1'700'000'000'000;
  overview.producers.push_back({"gateway-1", segments::ProducerState::live, 4711, 3});
  overview.gates.push_back({"gateway-1",
                            "orders",
                            {{"venue", "binance"}},
                            GateState::halted,
                            "RejectStorm",
                            "producer=gateway-1",
                            1'700'000'001'000});
  return overview;
}

TEST(StatusText, ShowsTheWholePictureInTables) {
  EXPECT_EQ(status_text(sample()),
            "sidecar: running    segments: /run/outrider\n"
            "armed since 2023-11-14T22:13:20.000Z\n"
            "\n"
            "PRODUCER   STATE  PID   GENERATION\n"
            "gateway-1  live   4711  3\n"
            "\n"
            "GATE              LABELS         STATE   SINCE                     "
            "SCOPE               REASON\n"
            "gateway-1/orders  venue=binance  HALTED  2023-11-14T22:13:21.000Z"
            "  producer=gateway-1  RejectStorm\n");
}

TEST(StatusText, ShowsLatchesAndHowToLiftThem) {
  Overview overview = sample();
  overview.latches.entries.push_back({protection::Action::kill,
                                      "global",
                                      {"DailyLoss", {}, {}, -5000},
                                      std::chrono::seconds(1'700'000'000)});

  const std::string text = status_text(overview);

  EXPECT_NE(text.find("KILLED  global  2023-11-14T22:13:20.000Z  until armed  DailyLoss\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("to lift: outrider arm --scope global --reason"), std::string::npos);
}

TEST(StatusText, DoesNotLetASegmentSpeakToTheTerminal) {
  Overview overview = sample();
  overview.gates[0].reason = "\x1b[2Jgone";

  EXPECT_EQ(status_text(overview).find('\x1b'), std::string::npos);
}

TEST(StatusText, SaysThatNothingOpensWhileUnarmed) {
  Overview overview = sample();
  overview.armed = false;

  EXPECT_NE(status_text(overview).find("UNARMED: no gate opens until a person arms"),
            std::string::npos);
}

}  // namespace
}  // namespace outrider::cli
