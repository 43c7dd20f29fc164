// SPDX-License-Identifier: Apache-2.0
// Generations that come in another order than they should, files that nobody
// reads or removes, and a second sidecar.
#include <unistd.h>

#include "config/flags.hpp"
#include "outrider/shm/crc32c.hpp"
#include "segments/rig.hpp"
#include "sidecar.hpp"

namespace {

using namespace outrider;
using test::Trader;
using test::Vandal;
namespace fs = std::filesystem;

class Generations : public testing::Test {
 protected:
  /// A life of the trader `oms` in which it records; its file stays behind.
  void live(int samples, const std::string& name = "oms") {
    Trader trader{directory_.path(), name};
    trader.record(samples);
  }
  [[nodiscard]] std::string telemetry(std::uint64_t generation) const {
    return shm::telemetry_path(directory_.path(), "oms", generation);
  }
  [[nodiscard]] std::string control(std::uint64_t generation) const {
    return shm::control_path(directory_.path(), "oms", generation);
  }
  static double of(test::Sidecar& sidecar, const std::string& metric) {
    return sidecar.metric("outrider_samples_" + metric + R"(_total{producer="oms"})").value_or(-1);
  }
  static double lost(test::Sidecar& sidecar, const std::string& cause) {
    return sidecar.metric("outrider_samples_lost_total{cause=\"" + cause + "\"}").value_or(-1);
  }
  bool settles(test::Sidecar& sidecar, double recorded) {
    return sidecar.turns_until([&] {
      return of(sidecar, "recorded") == recorded &&
             fs::is_empty(directory_.path() + "/t") == false &&
             segments::list_segments(directory_.path()).empty();
    });
  }
  test::SegmentDirectory directory_;
};

TEST_F(Generations, ThatDiedWhileNobodyLookedAreAllDrained) {
  for (int life = 0; life < 5; ++life) live(3);
  test::Sidecar sidecar{directory_.path()};
  ASSERT_TRUE(settles(sidecar, 15));
  EXPECT_EQ(of(sidecar, "drained"), 15);
  EXPECT_EQ(sidecar.metric(R"(orders_total{producer="oms"})"), 15);
}

TEST_F(Generations, BeyondTheStaleBytesAreRemovedUnreadAndCountedAsLost) {
  for (int life = 0; life < 4; ++life) live(3);
  config::Config config;
  config.segment.max_stale_bytes = 2 * fs::file_size(telemetry(1)) + 1;

  test::Sidecar sidecar{directory_.path(), {}, config};

  ASSERT_TRUE(settles(sidecar, 12));
  EXPECT_EQ(of(sidecar, "drained"), 6);
  EXPECT_EQ(lost(sidecar, "stale_file"), 6);
  EXPECT_EQ(sidecar.metric("outrider_stale_files_dropped_total"), 2);
  EXPECT_EQ(sidecar.said("generation 1 is removed unread"), 1U);
  EXPECT_EQ(sidecar.said("generation 2 is removed unread"), 1U);
}

TEST_F(Generations, ThatLiveAreNeverStale) {
  Trader trader{directory_.path()};
  trader.record(3);
  config::Config config;
  config.segment.max_stale_bytes = 0;
  test::Sidecar sidecar{directory_.path(), {}, config};
  ASSERT_TRUE(sidecar.turns_until([&] {
    trader.beat();
    return trader.trades();
  }));
  EXPECT_EQ(of(sidecar, "drained"), 3);
}

TEST_F(Generations, OfAnEarlierBootAreNotDrainedAndCountedAsLost) {
  live(3);
  {
    shm::TelemetryHeader header;
    std::string bytes = test::text_of(telemetry(1));
    std::memcpy(&header, bytes.data(), sizeof header);
    header.boot_id = {"another boot"};
    header.header_crc = 0;
    header.header_crc = shm::crc32c(&header, sizeof header);
    Vandal{directory_.path(), "oms"}.write(0, &header, sizeof header);
  }
  test::Sidecar sidecar{directory_.path()};
  ASSERT_TRUE(settles(sidecar, 3));
  EXPECT_EQ(of(sidecar, "drained"), 0);
  EXPECT_EQ(lost(sidecar, "stale_file"), 3);
  EXPECT_EQ(sidecar.said("was written before this machine last started"), 1U);
}

TEST_F(Generations, WhoseNumbersBeginAnewAreDrainedAndSaid) {
  for (int life = 0; life < 3; ++life) live(3);
  test::Sidecar sidecar{directory_.path()};
  ASSERT_TRUE(settles(sidecar, 9));
  fs::remove(directory_.path() + "/t/oms.lock");

  Trader again{directory_.path()};
  again.record(4);
  EXPECT_EQ(again.producer->generation(), 1U);

  ASSERT_TRUE(sidecar.turns_until([&] {
    again.beat();
    return again.trades();
  }));
  EXPECT_EQ(of(sidecar, "drained"), 13);
  EXPECT_EQ(sidecar.said("found generation 1 after generation 3 was carried over"), 1U);
  EXPECT_EQ(sidecar.metric("outrider_generations_renumbered_total"), 1);
}

TEST_F(Generations, OfTheSameNumberAsTheOneCarriedOverAreToldApartByTheirBirth) {
  live(3);
  {
    test::Sidecar sidecar{directory_.path()};
    ASSERT_TRUE(settles(sidecar, 3));
  }
  fs::remove(directory_.path() + "/t/oms.lock");
  live(4);
  ASSERT_TRUE(fs::exists(telemetry(1)));

  test::Sidecar sidecar{directory_.path()};

  ASSERT_TRUE(settles(sidecar, 7));
  EXPECT_EQ(of(sidecar, "drained"), 7);
  EXPECT_EQ(sidecar.metric("outrider_generations_renumbered_total"), 1);
}

TEST_F(Generations, OfTheSameNumberHaveTheirOwnGates) {
  test::Sidecar sidecar{directory_.path()};
  live(3);
  ASSERT_TRUE(settles(sidecar, 3));
  fs::remove(directory_.path() + "/t/oms.lock");

  Trader again{directory_.path()};
  ASSERT_EQ(again.producer->generation(), 1U);

  EXPECT_TRUE(sidecar.turns_until([&] {
    again.beat();
    return again.trades();
  }));
}

TEST_F(Generations, DoNotTakeANumberWhoseFilesAreStillThere) {
  live(3);
  live(3);
  fs::remove(directory_.path() + "/t/oms.lock");
  const Trader again{directory_.path()};
  EXPECT_EQ(again.producer->generation(), 3U);
}

TEST_F(Generations, NeverMeetTheControlFileOfAnotherOfTheirNumber) {
  live(3);
  const std::string stale = directory_.path() + "/stale";
  {
    test::Sidecar sidecar{directory_.path()};
    sidecar.scan();
    fs::copy(control(1), stale);
    ASSERT_TRUE(settles(sidecar, 3));
  }
  fs::remove(directory_.path() + "/t/oms.lock");
  Trader again{directory_.path()};
  again.record(2);
  ASSERT_EQ(again.producer->generation(), 1U);
  // What another generation 1 was granted and how far it was read.
  fs::copy(stale, control(1));
  fs::permissions(control(1), fs::perms::owner_read | fs::perms::owner_write);
  again.beat();
  EXPECT_FALSE(again.trades());

  test::Sidecar sidecar{directory_.path()};
  ASSERT_TRUE(sidecar.turns_until([&] {
    again.beat();
    return again.trades();
  }));
  EXPECT_EQ(of(sidecar, "drained"), 5);
  EXPECT_EQ(lost(sidecar, "damaged_checkpoint"), 0);
}

TEST_F(Generations, LeaveNoControlFileBehindWhoseTelemetryIsGone) {
  live(3);
  {
    test::Sidecar sidecar{directory_.path()};
    sidecar.turn(1);
    ASSERT_TRUE(fs::exists(control(1)));
  }
  fs::remove(telemetry(1));  // as its trader's next start does once it is retired
  test::Sidecar sidecar{directory_.path()};
  sidecar.turn();
  EXPECT_FALSE(fs::exists(control(1)));
}

TEST_F(Generations, OfAnotherNameAreNotRemovedWithARetiredOne) {
  live(3, "oms.1");
  live(3);
  test::Sidecar sidecar{directory_.path()};
  ASSERT_TRUE(settles(sidecar, 3));
  EXPECT_EQ(sidecar.metric(R"(outrider_samples_drained_total{producer="oms.1"})"), 3);
}

TEST(SecondSidecar, IsRefusedWithTheLockOfTheFirst) {
  const test::SegmentDirectory directory;
  config::Flags flags;
  outrider::Settings settings;
  settings.config.segment.dir = directory.path();
  settings.config.storage.path = directory.path() + "/state";
  settings.config.web.listen_address.port = 0;
  settings.config.log.file = directory.path() + "/log";
  settings.rules = std::make_shared<const rules::RuleSet>();
  outrider::Sidecar first{flags, settings};
  first.start();
  try {
    outrider::Sidecar second{flags, settings};
    second.start();
    FAIL() << "a second sidecar started";
  } catch (const StartError& refused) {
    EXPECT_NE(std::string{refused.what()}.find("found another sidecar on " + directory.path()),
              std::string::npos)
        << refused.what();
  }
}

}  // namespace
