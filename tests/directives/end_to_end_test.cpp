// SPDX-License-Identifier: Apache-2.0
// From a person's command or a rule's trip to the trader that does it, through the
// real sidecar, the real command and a trader in a process of its own.
#include <gtest/gtest.h>
#include <signal.h>

#include <outrider/producer.hpp>
#include <thread>

#include "process/harness.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;

constexpr const char* rules = R"(groups:
  - name: orders
    interval: 1ms
    rules:
      - alert: TooMany
        expr: position_lots > 10
)";

constexpr const char* config = R"(rules: {file: test.rules.yml}
protection:
  directive_timeout: 300ms
  breakers:
    - {alert: TooMany, scope: venue, action: halt_new+cancel_all}
)";

class DirectiveProcess : public ::testing::Test {
 protected:
  /// A trader "NAME" with a thread of each name, and what it prints.
  Process trader(const std::string& name, std::vector<std::string> threads) {
    std::vector<std::string> command{std::string{OUTRIDER_BIN_DIR} + "/obeying_trader",
                                     sidecar_.segments(), name};
    command.insert(command.end(), threads.begin(), threads.end());
    Process process{command, said_by(name)};
    EXPECT_TRUE(eventually([&] {
      return sidecar_.metric("outrider_producer_up{producer=\"" + name + "\"}") == 1.0 &&
             sidecar_.get("/api/v1/status").find("\"producer\": \"" + name) != std::string::npos;
    })) << sidecar_.log();
    return process;
  }
  [[nodiscard]] std::string said_by(const std::string& name) const {
    return directory_.path() + "/" + name + ".out";
  }
  bool says(const std::string& name, const std::string& text) {
    return eventually([&] { return read_file(said_by(name)).find(text) != std::string::npos; },
                      10s);
  }
  bool metric_becomes(const std::string& series, double value) {
    return eventually([&] { return sidecar_.metric(series) == value; }, 10s);
  }
  int outrider(const std::string& arguments, std::string* output = nullptr) {
    return sidecar_.outrider(arguments, output);
  }
  int journal(std::string* output) {
    return run(std::string{OUTRIDER_BIN_DIR} +
                   "/outrider history --json --storage.path=" + directory_.path() + "/state",
               output);
  }

  TempDirectory directory_;
  bool files_are_there_ = (write_file(directory_.path() + "/test.rules.yml", rules),
                           write_file(directory_.path() + "/sidecar.yml", config), true);
  SidecarProcess sidecar_{directory_.path(),
                          {"--config.file=" + directory_.path() + "/sidecar.yml"}};
};

TEST_F(DirectiveProcess, ReachesEveryThreadOfTheTradersOfItsScopeAndIsAnswered) {
  const Process first = trader("first", {"gateway", "hedger"});
  const Process second = trader("second", {"gateway"});

  std::string output;
  EXPECT_EQ(outrider("directive scale_down --scope producer=first --reason 'too fast' "
                     "--parameter factor=0.5 --parameter side=buy",
                     &output),
            0)
      << output;

  EXPECT_NE(output.find("found 1 traders"), std::string::npos) << output;
  for (const char* thread : {"gateway", "hedger"}) {
    EXPECT_TRUE(says("first", std::string{thread} + " 1 scale_down scope=producer=first "
                                                    "parameters=factor=0.5,side=buy missed=0"));
  }
  EXPECT_TRUE(says("first", ": too fast")) << "and for whom";
  EXPECT_TRUE(metric_becomes("outrider_directives_total{kind=\"scale_down\"}", 1));
  EXPECT_TRUE(metric_becomes("outrider_directives_pending{producer=\"first\"}", 0));
  EXPECT_TRUE(eventually([&] {
    const char* took = "outrider_directive_acknowledgement_seconds{producer=\"first\"}";
    return sidecar_.metric(took).value_or(0) > 0;
  }));
  EXPECT_EQ(read_file(said_by("second")), "");
  EXPECT_EQ(outrider("directive reconnect --scope venue=binance --reason both"), 0);
  EXPECT_TRUE(says("second", "gateway 1 reconnect scope=venue=binance"));
  EXPECT_TRUE(says("first", "gateway 2 reconnect scope=venue=binance"));
}

TEST_F(DirectiveProcess, IsObeyedByTheLoopThatTheReadmeShows) {
  const Process process = trader("shown", {"loop"});

  EXPECT_EQ(outrider("directive cancel_all --reason test"), 0);
  EXPECT_TRUE(metric_becomes("outrider_directives_pending{producer=\"shown\"}", 0));
  EXPECT_EQ(sidecar_.metric("outrider_directives_refused_total{producer=\"shown\"}"), 0.0);
  EXPECT_EQ(outrider("directive scale_down --reason 'without a factor'"), 0);
  EXPECT_TRUE(metric_becomes("outrider_directives_refused_total{producer=\"shown\"}", 1));
  EXPECT_TRUE(eventually([&] { return sidecar_.log().find("bad_parameter") != std::string::npos; }))
      << sidecar_.log();
}

TEST_F(DirectiveProcess, IsSaidToBeOverdueWhileOneThreadIsSilent) {
  Process process = trader("quiet", {"deaf"});
  std::string output;
  ASSERT_EQ(outrider("directive cancel_all --reason 'nobody looks'", &output), 0) << output;

  EXPECT_TRUE(metric_becomes("outrider_directives_overdue{producer=\"quiet\"}", 1));
  EXPECT_EQ(sidecar_.metric("outrider_directives_pending{producer=\"quiet\"}"), 1.0);
  EXPECT_TRUE(eventually(
      [&] { return sidecar_.log().find("has not answered a directive") != std::string::npos; }));
  (void)outrider("status --json", &output);
  EXPECT_NE(output.find("\"directive\": \"cancel_all\""), std::string::npos) << output;
  EXPECT_NE(output.find("nobody looks"), std::string::npos) << output;
  sidecar_.process().kill_now();
  sidecar_.start();
  EXPECT_TRUE(metric_becomes("outrider_directives_overdue{producer=\"quiet\"}", 1))
      << "the next sidecar reads it back from the table";

  process.kill_now();
  EXPECT_TRUE(metric_becomes("outrider_directives_pending{producer=\"quiet\"}", 0));
}

TEST_F(DirectiveProcess, IsRefusedWhereItMakesNoSenseAndThatIsJournalled) {
  const Process process = trader("trader", {"gateway"});
  std::string output;
  EXPECT_EQ(outrider("directive buy_all --reason x", &output), 2) << output;
  EXPECT_EQ(outrider("directive reduce --reason x --parameter 'a b'", &output), 2) << output;
  EXPECT_EQ(outrider("directive reduce", &output), 2) << output;
  EXPECT_EQ(outrider("directive reduce --reason x --scope venue=nowhere", &output), 1) << output;

  EXPECT_NE(output.find("no gate that ever had venue=nowhere"), std::string::npos) << output;
  // Refusals are written behind their answer.
  EXPECT_TRUE(eventually([&] {
    return journal(&output) == 0 && output.find("\"refused\"") != std::string::npos;
  })) << output;
  EXPECT_EQ(read_file(said_by("trader")), "");
}

TEST_F(DirectiveProcess, CancelsAllWhenARuleSaysSo) {
  const Process process = trader("trader", {"gateway"});
  Producer other{{.name = "position", .directory = sidecar_.segments()}};
  Writer writer = other.writer("main");
  Gauge position = writer.gauge("position_lots", "Lots", {{"venue", "binance"}});
  ASSERT_EQ(outrider("arm --reason 'test: everything was looked at'"), 0);

  position.set(11);

  EXPECT_TRUE(says("trader",
                   "gateway 1 cancel_all scope=venue=binance parameters= missed=0 "
                   "reason=TooMany"))
      << sidecar_.log();
  EXPECT_TRUE(metric_becomes("outrider_directives_pending{producer=\"trader\"}", 0));
}

// What the journal has was told before it was written; a restart tells nothing twice
// and goes on with the numbers.
TEST_F(DirectiveProcess, IsToldOnceAcrossKillsOfTheSidecarAndEachThatIsJournalledWasTold) {
  const Process process = trader("trader", {"gateway"});
  int answered = 0;
  for (int round = 0; round < 4; ++round) {
    std::thread killer{[&] {
      std::this_thread::sleep_for(std::chrono::milliseconds{15 * round});
      sidecar_.process().signal(SIGKILL);
    }};
    const std::string reason = "round" + std::to_string(round);
    if (outrider("directive clear_cache --reason " + reason) == 0) ++answered;
    killer.join();
    sidecar_.process().kill_now();
    sidecar_.start();
    ASSERT_TRUE(metric_becomes("outrider_producer_up{producer=\"trader\"}", 1));
  }
  ASSERT_TRUE(eventually([&] { return outrider("directive restart --reason last") == 0; }));
  ASSERT_TRUE(says("trader", "restart"));

  std::string history;
  ASSERT_EQ(journal(&history), 0) << history;
  const std::string said = read_file(said_by("trader"));
  const auto count = [](const std::string& text, const std::string& word) {
    int found = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
      ++found;
    return found;
  };
  for (int round = 0; round < 4; ++round) {
    const std::string reason = "round" + std::to_string(round);
    EXPECT_LE(count(said, reason), 1) << said;
    EXPECT_LE(count(history, reason), count(said, reason)) << history << said;
  }
  EXPECT_GE(count(said, "clear_cache"), answered);
  EXPECT_EQ(count(said, "gateway " + std::to_string(count(said, "\n")) + " restart"), 1)
      << "the numbers have no gap: " << said;
}

}  // namespace
}  // namespace outrider::testing
