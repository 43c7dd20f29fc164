// SPDX-License-Identifier: Apache-2.0
// Kill and arm as people ask for them, with a guard thread that answers.
#include "protection/control.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <nlohmann/json.hpp>

#include "protection/at.hpp"
#include "protection/guard_thread.hpp"
#include "protection/obey_requests.hpp"

namespace outrider::protection {
namespace {

constexpr const char* arm_everything =
    R"({"scope": "global", "reason": "first start of the day, limits checked"})";
constexpr const char* no_reason_to_wait = R"({"reason": "fills twice"})";

struct ControlSocket : testing::Test {
  OwnDirectory directory;
  Life life{directory};
  Caller caller = anna;
  std::string path = directory.paths().journal.path;

  void SetUp() override { life.run_guard(); }

  nlohmann::json kill(const std::string& body, unsigned status = 200) {
    return check(life.control->kill(body, caller, real_now()), status);
  }
  nlohmann::json halt(const std::string& body, unsigned status = 200) {
    return check(life.control->halt(body, caller, real_now()), status);
  }
  nlohmann::json arm(const std::string& body, unsigned status = 200) {
    return check(life.control->arm(body, caller, real_now()), status);
  }
  static nlohmann::json check(const ControlAnswer& answer, unsigned status) {
    EXPECT_EQ(answer.status, status) << answer.body;
    const nlohmann::json json = nlohmann::json::parse(answer.body);
    EXPECT_EQ(json.at("ok"), status == 200);
    return json;
  }
  RequestObeyer obeyer_of(Life& of) {
    return {{of.protection, of.desk, *of.scribe}, directory.paths().kill_directory};
  }
  std::vector<Action> journal() {
    life.scribe->write_noted();
    std::vector<Action> actions;
    for (const JournalEntry& each : read_journal_text(bytes_of(path)).entries) {
      if (each.entry.action != Action::begin) actions.push_back(each.entry.action);
    }
    return actions;
  }
};

TEST_F(ControlSocket, HaltsUntilArmedAndJournalsIt) {
  arm(arm_everything);
  const nlohmann::json json = halt(R"({"scope": "venue=x", "reason": "odd fills"})");
  EXPECT_EQ(json.at("state"), "HALTED");
  EXPECT_EQ(json.at("message"), "venue=x is HALTED until armed");

  EXPECT_EQ(arm(R"({"scope": "venue=x", "reason": "the fills were looked at"})").at("state"),
            "TRADING");
  EXPECT_EQ(journal(), (std::vector{Action::arm, Action::halt, Action::arm}));
}

TEST_F(ControlSocket, HaltsForATime) {
  arm(arm_everything);
  const nlohmann::json json = halt(R"({"scope": "venue=x", "reason": "odd fills", "for": "10m"})");
  EXPECT_EQ(json.at("message"), "venue=x is HALTED for 10m");
  EXPECT_EQ(json.at("state"), "HALTED");
}

TEST_F(ControlSocket, RefusesAHaltThatMakesNoSense) {
  halt(R"({"reason": "odd", "for": "soon"})", 400);
  halt(R"({"reason": "odd", "for": "0s"})", 400);
  halt(R"({"reason": "odd", "for": "2d"})", 400);
  halt(R"({"for": "10m"})", 400);
  kill(R"({"reason": "odd", "for": "10m"})", 400);  // a kill has no end
}

TEST_F(ControlSocket, ArmsForAPersonWithAReason) {
  const nlohmann::json json = arm(arm_everything);

  EXPECT_EQ(json.at("state"), "TRADING");
  EXPECT_EQ(journal(), std::vector{Action::arm});
  EXPECT_TRUE(life.latch.armed());
}

TEST_F(ControlSocket, WritesDownWhoArmed) {
  arm(arm_everything);
  const JournalImage image = read_journal_text(bytes_of(path));

  ASSERT_EQ(image.entries.size(), 2U);
  EXPECT_EQ(image.entries[1].entry.cause.actor.view(), "anna");
  EXPECT_EQ(image.entries[1].entry.cause.reason.view(), "first start of the day, limits checked");
}

TEST_F(ControlSocket, RefusesToArmWithoutAReasonOfTwentyCharacters) {
  EXPECT_NE(arm(R"({"reason": "nineteen characters"})", 409)
                .at("message")
                .dump()
                .find("found a reason of 19 characters"),
            std::string::npos);
  arm(R"({})", 409);
  arm(R"({"reason": "     short, but padded          "})", 409);

  EXPECT_EQ(life.state("global"), GateState::unarmed);
  EXPECT_EQ(journal(), (std::vector{Action::refused, Action::refused, Action::refused}));
}

TEST_F(ControlSocket, CountsCharactersAndNotBytes) {
  arm(R"({"reason": "ääääääääääääääääääää"})");  // twenty of them
}

TEST_F(ControlSocket, RefusesWhatItCannotUnderstand) {
  arm("", 400);
  arm("[]", 400);
  arm(R"({"scope": 7, "reason": "a reason that is long enough"})", 400);
  arm(R"({"skope": "global", "reason": "a reason that is long enough"})", 400);
  kill(R"({"scope": "binance"})", 400);
}

TEST_F(ControlSocket, RefusesToArmAScopeThatNothingHas) {
  arm(R"({"scope": "venue=typo", "reason": "a reason that is long enough"})", 404);
}

TEST_F(ControlSocket, RefusesToArmWhatIsNotLatched) {
  arm(arm_everything);
  life.protection.scope("venue=x");

  const nlohmann::json json =
      arm(R"({"scope": "venue=x", "reason": "a reason that is long enough"})", 409);

  EXPECT_NE(json.at("message").dump().find("neither KILLED, UNARMED nor held"), std::string::npos);
}

TEST_F(ControlSocket, ArmsAScopeOnceAMinute) {
  arm(arm_everything);
  kill(no_reason_to_wait);

  arm(arm_everything, 429);

  EXPECT_EQ(life.state("global"), GateState::killed);
}

TEST_F(ControlSocket, DoesNotCountAnArmingThatFailed) {
  life.loss_fires.store(true, std::memory_order_release);
  kill(no_reason_to_wait);
  arm(arm_everything, 409);

  life.loss_fires.store(false, std::memory_order_release);
  life.protection.scope("venue=x");
  kill(R"({"scope": "venue=x", "reason": "stale"})");  // a whole pass without the alert
  arm(arm_everything);
}

TEST_F(ControlSocket, LimitsEachScopeByItself) {
  arm(arm_everything);
  kill(R"({"scope": "venue=x", "reason": "stale"})");

  arm(R"({"scope": "venue=x", "reason": "a reason that is long enough"})");
}

TEST_F(ControlSocket, KillsAsOftenAsAsked) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(kill(no_reason_to_wait).at("state"), "KILLED");

  EXPECT_EQ(life.state("venue=any"), GateState::killed);
}

TEST_F(ControlSocket, KillsAScopeThatNoGateHasYet) {
  kill(R"({"scope": "venue=new", "reason": "they just listed"})");

  EXPECT_EQ(life.state("venue=new"), GateState::killed);
}

TEST_F(ControlSocket, RefusesToArmWhileTheAlertFires) {
  life.loss_fires.store(true, std::memory_order_release);
  kill(no_reason_to_wait);

  const nlohmann::json json = arm(arm_everything, 409);

  EXPECT_NE(json.at("message").dump().find("still firing"), std::string::npos);
}

TEST_F(ControlSocket, KillsButDoesNotArmWhenTheJournalCannotBeWritten) {
  auto full = std::make_unique<FullDisk>();

  const nlohmann::json killed = kill(no_reason_to_wait);
  const nlohmann::json armed = arm(arm_everything, 503);

  full.reset();
  EXPECT_EQ(killed.at("state"), "KILLED");
  EXPECT_EQ(killed.at("journalled"), false);
  EXPECT_NE(killed.at("journal_problem").dump().find("File too large"), std::string::npos);
  EXPECT_NE(killed.at("message").dump().find("not journalled yet"), std::string::npos);
  EXPECT_NE(armed.at("message").dump().find("nothing was armed"), std::string::npos);
  EXPECT_EQ(life.state("global"), GateState::killed);
  EXPECT_EQ(journal(), std::vector{Action::kill});  // written once there is room again
  EXPECT_TRUE(life.scribe->journal_writable());
}

TEST_F(ControlSocket, KeepsAKillRequestThatCannotBeJournalledForTheNextStart) {
  shm::FileError error;
  publish_kill_request(directory.paths().kill_directory, "venue=x", "from a file", error);
  RequestObeyer obeyer = obeyer_of(life);
  {
    const FullDisk full;
    obeyer.step();
    EXPECT_NE(kill(no_reason_to_wait).at("journal_problem"), "");  // the disk was tried
    obeyer.step();
  }
  EXPECT_EQ(life.state("venue=x"), GateState::killed);
  EXPECT_EQ(read_kill_requests(directory.paths().kill_directory).obeyable.size(), 1U);
}

TEST_F(ControlSocket, ObeysAKillRequestJournalsItAndRemovesIt) {
  shm::FileError error;
  publish_kill_request(directory.paths().kill_directory, "venue=x", "from a file", error);
  RequestObeyer obeyer = obeyer_of(life);

  const std::vector<std::string> lines = obeyer.step();
  life.scribe->write_noted();
  EXPECT_TRUE(obeyer.step().empty());

  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].find("venue=x is KILLED: from a file"), std::string::npos);
  EXPECT_EQ(life.state("venue=x"), GateState::killed);
  EXPECT_EQ(journal(), std::vector{Action::kill});
  EXPECT_TRUE(read_kill_requests(directory.paths().kill_directory).obeyable.empty());
}

TEST_F(ControlSocket, RefusesToKillWithoutAReason) {
  kill("{}", 400);

  EXPECT_EQ(life.state("global"), GateState::unarmed);
}

TEST_F(ControlSocket, DoesForEachRoleWhatItMayAndJournalsTheRest) {
  const struct {
    Role role;
    unsigned kill, arm;
  } may[] = {{Role::none, 401, 401}, {Role::viewer, 403, 403}, {Role::killer, 200, 403}};
  for (const auto& each : may) {
    caller = {"carl", each.role};
    arm(arm_everything, each.arm);
    kill(no_reason_to_wait, each.kill);
  }
  EXPECT_EQ(journal(), (std::vector{Action::refused, Action::refused, Action::refused,
                                    Action::refused, Action::refused, Action::kill}));
}

TEST_F(ControlSocket, SaysWhichRoleIsNeeded) {
  caller = {"carl", Role::killer};

  EXPECT_EQ(arm(arm_everything, 403).at("message"),
            "found carl with the role killer; needed armer; who has it is in the sidecar's "
            "configuration, under control");
}

TEST(HungGuard, IsToldToWhoeverAsksAndNeverArmsLater) {
  OwnDirectory directory;
  Life life(directory);
  Control impatient(life.protection, life.desk, *life.scribe, {.patience = 20ms});

  EXPECT_EQ(impatient.arm(arm_everything, anna, real_now()).status, 503U);
  EXPECT_EQ(impatient.kill(no_reason_to_wait, anna, real_now()).status, 503U);
  life.pass();

  EXPECT_EQ(life.state("global"), GateState::killed);
}

TEST(HungGuard, LeavesAJournalThatDoesNotArmTheNextStart) {
  OwnDirectory directory;
  {
    Life life(directory);
    life.run_journal();
    Control impatient(life.protection, life.desk, *life.scribe, {.patience = 300ms});
    // A guard that answers the question, and then hangs.
    std::thread arming(
        [&] { EXPECT_EQ(impatient.arm(arm_everything, anna, real_now()).status, 503U); });
    bool answered = false;
    while (!answered) {
      life.desk.take(life.protection, real_now());
      life.desk.answer(life.protection);
      // Time for the arming to reach the disk, so that no later turn of this loop takes it.
      for (int wait = 0; wait < 50 && !answered; ++wait) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        const std::string copy = bytes_of(directory.paths().journal.copy);
        answered = read_journal_text(copy).entries.back().entry.action == Action::arm;
      }
    }
    arming.join();
    life.pass();
    EXPECT_EQ(life.state("global"), GateState::unarmed);
  }

  Life next(directory);

  EXPECT_EQ(next.state("global"), GateState::unarmed);
}

}  // namespace
}  // namespace outrider::protection
