// SPDX-License-Identifier: Apache-2.0
// `outrider status` over real segments, with nobody else alive.
#include <fcntl.h>

#include <nlohmann/json.hpp>

#include "cli/program.hpp"

namespace outrider::cli {
namespace {

struct StatusCommand : CommandLine {
  nlohmann::json json(int code) const {
    const Said said = run("status --json");
    EXPECT_EQ(said.code, code) << said.out;
    return nlohmann::json::parse(said.out);
  }
};

TEST_F(StatusCommand, WorksInAnEmptyDirectory) {
  const Said said = run("status");

  EXPECT_EQ(said.code, 0) << said.out;
  EXPECT_TRUE(contains(said.out, "sidecar: not running")) << said.out;
  EXPECT_TRUE(contains(said.out, "no producers")) << said.out;
  EXPECT_TRUE(contains(said.out, "to arm: outrider arm --reason")) << said.out;
}

TEST_F(StatusCommand, HasNobodyToTalkToWhereThereIsNoDirectory) {
  EXPECT_EQ(run_program("--segment.dir " + directory + "/absent status").code, 4);
}

TEST_F(StatusCommand, ShowsAGateThatNoSidecarHasSeenAsUnarmed) {
  const Trader trader(directory);

  const nlohmann::json status = json(1);

  EXPECT_EQ(status.at("producers").at(0).at("name"), "gateway-1");
  EXPECT_EQ(status.at("producers").at(0).at("state"), "idle");
  ASSERT_EQ(status.at("gates").size(), 2U);
  EXPECT_EQ(status.at("gates").at(0).at("gate"), "orders");
  EXPECT_EQ(status.at("gates").at(0).at("labels").at("venue"), "binance");
  EXPECT_EQ(status.at("gates").at(0).at("state"), "UNARMED");
  EXPECT_EQ(status.at("gates").at(0).at("reason"), "no sidecar has seen this producer yet");
}

TEST_F(StatusCommand, ExitsWithZeroWhenEveryGateIsTrading) {
  Trader trader(directory);
  trader.make_control();
  trader.grant(0);
  trader.grant(1);

  EXPECT_EQ(json(0).at("gates").at(1).at("state"), "TRADING");
}

TEST_F(StatusCommand, ShowsWhyAGateIsClosedAndSinceWhen) {
  Trader trader(directory);
  trader.make_control();
  trader.grant(0);
  trader.close(1, GateState::halted, "venue=kraken", "RejectStorm");

  const nlohmann::json gate = json(1).at("gates").at(1);

  EXPECT_EQ(gate.at("state"), "HALTED");
  EXPECT_EQ(gate.at("scope"), "venue=kraken");
  EXPECT_EQ(gate.at("reason"), "RejectStorm");
  EXPECT_EQ(gate.at("since"), "2023-11-14T22:13:20.123Z");
}

TEST_F(StatusCommand, ShowsALeaseThatRanOutAsStale) {
  Trader trader(directory);
  trader.make_control();
  trader.grant(0);
  // relaxed: the word is the whole message.
  trader.control().gate(1).word.store(1, std::memory_order_relaxed);

  EXPECT_EQ(json(1).at("gates").at(1).at("state"), "STALE");
}

TEST_F(StatusCommand, ForgetsTheGatesOfATraderThatEnded) {
  { const Trader trader(directory); }

  const nlohmann::json status = json(0);

  EXPECT_TRUE(status.at("gates").empty());
  EXPECT_TRUE(status.at("producers").empty() ||
              status.at("producers").at(0).at("state") == "closed");
}

TEST_F(StatusCommand, ShowsTheLatchesInForceAlsoAfterTheSidecarDied) {
  {
    protection::Life life(own, true);
    life.protection.kill(life.protection.scope("venue=binance"),
                         {{}, "ann", "prices make no sense", 0}, protection::real_now());
    life.pass();
  }

  const nlohmann::json status = json(0);

  EXPECT_EQ(status.at("armed"), true);
  ASSERT_EQ(status.at("latches").size(), 1U);
  EXPECT_EQ(status.at("latches").at(0).at("state"), "KILLED");
  EXPECT_EQ(status.at("latches").at(0).at("scope"), "venue=binance");
  EXPECT_EQ(status.at("latches").at(0).at("actor"), "ann");
  EXPECT_TRUE(contains(run("status").out, "to lift: outrider arm --scope venue=binance"));
}

TEST_F(StatusCommand, KnowsThatASidecarRunsByItsLock) {
  const std::string path = directory + "/c/sidecar.lock";
  const shm::Descriptor lock{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640)};
  EXPECT_EQ(json(0).at("sidecar"), "not running");

  struct flock whole {};
  whole.l_type = F_WRLCK;
  ASSERT_EQ(::fcntl(lock.get(), F_OFD_SETLK, &whole), 0);
  EXPECT_EQ(json(0).at("sidecar"), "running");
}

TEST_F(StatusCommand, CountsKillRequestsThatWait) {
  run("kill --reason 'nobody runs'");

  EXPECT_EQ(json(0).at("kill_requests"), 1);
}

TEST_F(StatusCommand, SaysWhatItCannotRead) {
  protection::write_bytes(directory + "/t/broken.1.telemetry", "nonsense");

  EXPECT_EQ(json(0).at("unreadable").size(), 1U);
}

}  // namespace
}  // namespace outrider::cli
