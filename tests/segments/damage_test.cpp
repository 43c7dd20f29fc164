// SPDX-License-Identifier: Apache-2.0
// A segment that is cut short or scribbled over while it is drained: its gate
// closes, its numbers still add up, and the other producers go on.
#include <unistd.h>

#include <random>

#include "segments/rig.hpp"

namespace {

using namespace outrider;
using test::Sidecar;
using test::Trader;
using test::Vandal;

double sum_of_lost(Sidecar& sidecar) {
  double lost = 0;
  for (const char* cause : {"damaged_checkpoint", "quarantined_lane", "stale_file", "bad_id"}) {
    lost += sidecar.metric(std::string{"outrider_samples_lost_total{cause=\""} + cause + "\"}")
                .value_or(-1);
  }
  return lost;
}

class Damage : public testing::Test {
 protected:
  void SetUp() override {
    for (Trader* trader : {&*victim_, &other_}) trader->beat();
    ASSERT_TRUE(sidecar_.turns_until([&] {
      victim_->beat();
      other_.beat();
      return victim_->trades() && other_.trades();
    }));
  }
  /// The victim's own last store into a file cut short would be a fault of this
  /// process, which nobody watches.
  void TearDown() override { spare_this_process(); }
  void spare_this_process() {
    for (const std::string& path : {shm::telemetry_path(directory_.path(), "victim", 1),
                                    shm::control_path(directory_.path(), "victim", 1)}) {
      if (std::filesystem::exists(path)) std::filesystem::resize_file(path, 1 << 20);
    }
  }
  double of(const char* metric, const char* producer = "victim") {
    return sidecar_.metric(std::string{metric} + "{producer=\"" + producer + "\"}").value_or(-1);
  }
  void expect_the_law() {
    double held = sum_of_lost(sidecar_);
    double recorded = 0;
    for (const char* name : {"victim", "other"}) {
      recorded += of("outrider_samples_recorded_total", name);
      held += of("outrider_samples_drained_total", name) +
              of("outrider_samples_spilled_total", name) + of("outrider_samples_in_ring", name);
    }
    EXPECT_EQ(recorded, held);
  }
  void expect_the_other_goes_on() {
    const double before = of("outrider_samples_drained_total", "other");
    other_.record(5);
    other_.beat();
    sidecar_.turn();
    EXPECT_EQ(of("outrider_samples_drained_total", "other"), before + 5);
    EXPECT_TRUE(other_.trades());
  }

  test::SegmentDirectory directory_;
  std::optional<Trader> victim_{std::in_place, directory_.path(), "victim"};
  Trader other_{directory_.path(), "other"};
  Sidecar sidecar_{directory_.path()};
};

TEST_F(Damage, OfAFileThatIsCutShortClosesItsGateAndNoOther) {
  victim_->record(5);
  sidecar_.turn();
  victim_->record(3);

  Vandal{directory_.path(), "victim"}.cut(0);
  sidecar_.pass();

  EXPECT_FALSE(victim_->trades());
  expect_the_other_goes_on();
  EXPECT_EQ(of("outrider_segment_quarantined"), 1);
  EXPECT_EQ(of("outrider_segment_quarantined", "other"), 0);
  EXPECT_EQ(of("outrider_samples_drained_total"), 5);
  expect_the_law();
}

TEST_F(Damage, IsSaidOnceWithWhatWasFound) {
  Vandal{directory_.path(), "victim"}.cut(8'192);
  ASSERT_TRUE(sidecar_.turns_until(
      [&] { return sidecar_.said("victim.1.telemetry: found it cut short to") > 0; }));
  sidecar_.turn(100);
  EXPECT_EQ(sidecar_.said("segment quarantined"), 1U);
  EXPECT_EQ(sidecar_.said("found it cut short to 8192 bytes while in use; needed"), 1U);
  EXPECT_EQ(sidecar_.metric("outrider_segments_quarantined_total"), 1);
}

TEST_F(Damage, IsFoundByDiscoveryWhereTheGuardLooksAtNothingThatIsGone) {
  Vandal vandal{directory_.path(), "victim"};
  vandal.cut(vandal.bytes() - 4'096);  // spill cells that nobody reads
  ASSERT_TRUE(sidecar_.turns_until([&] {
    other_.beat();
    return !victim_->trades();
  }));
  expect_the_other_goes_on();
}

TEST_F(Damage, KeepsCountersWhereTheyWereLastShown) {
  victim_->record(7);
  sidecar_.turn();
  EXPECT_EQ(sidecar_.metric(R"(orders_total{producer="victim"})"), 7);

  Vandal{directory_.path(), "victim"}.cut(0);
  sidecar_.turn();

  EXPECT_EQ(sidecar_.metric(R"(orders_total{producer="victim"})"), 7);
  EXPECT_FALSE(sidecar_.metric(R"(pnl_dollars{producer="victim"})"));  // no longer how it is
}

TEST_F(Damage, EndsWithTheNextGenerationWhichGoesOnFromTheTotals) {
  victim_->record(7);
  sidecar_.turn();
  ASSERT_EQ(sidecar_.metric(R"(orders_total{producer="victim"})"), 7);
  Vandal{directory_.path(), "victim"}.cut(0);
  sidecar_.turn();
  spare_this_process();
  victim_.reset();

  victim_.emplace(directory_.path(), "victim");
  victim_->record(2);
  ASSERT_TRUE(sidecar_.turns_until([&] {
    victim_->beat();
    return victim_->trades();
  }));

  EXPECT_EQ(of("outrider_segment_quarantined"), 0);
  EXPECT_EQ(sidecar_.metric(R"(orders_total{producer="victim"})"), 9);
  EXPECT_EQ(of("outrider_samples_drained_total"), 9);
  expect_the_law();
}

TEST_F(Damage, OfAControlFileClosesTheGateToo) {
  const std::string path = shm::control_path(directory_.path(), "victim", 1);
  ASSERT_EQ(::truncate(path.c_str(), 0), 0);
  ASSERT_TRUE(sidecar_.turns_until(
      [&] { return sidecar_.said("victim.1.control: found it cut short to") == 1; }));
  spare_this_process();
  expect_the_other_goes_on();
  EXPECT_EQ(of("outrider_segment_quarantined"), 1);
}

TEST_F(Damage, OfAControlFileIsNobodysKill) {
  ASSERT_EQ(::truncate(shm::control_path(directory_.path(), "victim", 1).c_str(), 0), 0);
  for (int i = 0; i < 30; ++i) {  // beyond the next renewal, and discovery does not look
    sidecar_.pass();
    ::usleep(5'000);
  }
  spare_this_process();
  victim_.reset();

  victim_.emplace(directory_.path(), "victim");
  ASSERT_TRUE(sidecar_.turns_until([&] {
    victim_->beat();
    return victim_->trades();
  }));
}

TEST_F(Damage, IsNotWhatAnotherFileOfTheNameHas) {
  for (const std::string& path : {shm::telemetry_path(directory_.path(), "victim", 1),
                                  shm::control_path(directory_.path(), "victim", 1)}) {
    std::filesystem::rename(path, path + ".away");
    std::ofstream{path} << "short";
  }
  ::usleep(60'000);  // discovery's next look at the files
  for (int i = 0; i < 20; ++i) {
    victim_->record();
    sidecar_.turn(1);
    ::usleep(5'000);
  }
  EXPECT_EQ(sidecar_.said("segment quarantined"), 0U);
  EXPECT_EQ(of("outrider_segment_quarantined"), 0);
  EXPECT_EQ(of("outrider_samples_drained_total"), 20);
  for (const std::string& path : {shm::telemetry_path(directory_.path(), "victim", 1),
                                  shm::control_path(directory_.path(), "victim", 1)}) {
    std::filesystem::rename(path + ".away", path);
  }
}

TEST_F(Damage, OfACheckpointIsSaidAndSparesTheSidecar) {
  victim_->record(3);
  sidecar_.turn();
  ASSERT_EQ(::truncate((directory_.path() + "/c/victim.checkpoint").c_str(), 0), 0);
  victim_->record(3);
  ASSERT_TRUE(sidecar_.turns_until(
      [&] { return sidecar_.said("found its checkpoint cut short while in use") == 1; }));
  EXPECT_FALSE(victim_->trades());
  expect_the_other_goes_on();
}

TEST_F(Damage, OfACheckpointClosesTheGateAndKeepsWhatWasShown) {
  victim_->record(7);
  sidecar_.turn();
  victim_.reset();
  ASSERT_TRUE(sidecar_.turns_until([&] {
    return !std::filesystem::exists(shm::telemetry_path(directory_.path(), "victim", 1));
  }));
  victim_.emplace(directory_.path(), "victim");
  victim_->record(2);
  ASSERT_TRUE(sidecar_.turns_until([&] {
    victim_->beat();
    return victim_->trades();
  }));
  const double drained = of("outrider_samples_drained_total");
  ASSERT_EQ(sidecar_.metric(R"(orders_total{producer="victim"})"), 9);

  ASSERT_EQ(::truncate((directory_.path() + "/c/victim.checkpoint").c_str(), 0), 0);
  sidecar_.pass();  // discovery has not looked yet

  EXPECT_FALSE(victim_->trades());
  EXPECT_EQ(victim_->gate.state(), GateState::unarmed);
  EXPECT_EQ(sidecar_.metric(R"(orders_total{producer="victim"})"), 9);
  EXPECT_EQ(of("outrider_samples_drained_total"), drained);
  expect_the_law();
}

TEST_F(Damage, ThatIsUndoneBeforeAnybodyLooksTakesNothingFromACounter) {
  victim_->record(7);
  sidecar_.turn();
  ASSERT_EQ(sidecar_.metric(R"(orders_total{producer="victim"})"), 7);
  const Vandal vandal{directory_.path(), "victim"};
  vandal.cut(0);
  vandal.cut(vandal.bytes());
  sidecar_.pass();
  EXPECT_EQ(sidecar_.metric(R"(orders_total{producer="victim"})"), 7);
}

TEST_F(Damage, ByAnythingWrittenAnywhereLeavesTheLawAndTheOthersAlone) {
  std::mt19937_64 random{20261121};
  const Vandal vandal{directory_.path(), "victim"};
  for (int round = 0; round < 300; ++round) {
    const std::uint64_t word = random() % 3 == 0 ? random() : random() % 5'000;
    // Behind the header, of which only a copy counts.
    const std::uint64_t at = 4'096 + random() % ((vandal.bytes() - 4'096) / 8) * 8;
    const std::uint64_t near = 4'096 + random() % 1'024 * 8;
    vandal.write(random() % 2 == 0 ? at : near, &word, sizeof word);
    other_.record(1);
    sidecar_.turn(1);
    if (round % 50 != 49) continue;
    expect_the_law();
    expect_the_other_goes_on();
    ASSERT_FALSE(HasFailure()) << "round " << round;
  }
}

}  // namespace
