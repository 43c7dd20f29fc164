// SPDX-License-Identifier: Apache-2.0
// Looking into a ring that its writer fills and a sidecar empties.
#include "cli/ring_look.hpp"

#include <atomic>
#include <thread>

#include "cli/program.hpp"
#include "cli/recording_trader.hpp"

namespace outrider::cli {
namespace {

struct LookIntoRing : CommandLine {
  Opened open() const {
    Opened opened;
    std::string why;
    EXPECT_EQ(open_files(files_of(directory, "gateway-1", 1), shm::Access::read_only, opened, why),
              shm::AttachResult::attached)
        << why;
    return opened;
  }
  static std::uint64_t value(const shm::Sample& sample) {
    return sample.packed & ((std::uint64_t{1} << shm::sample_value_bits) - 1);
  }
};

TEST_F(LookIntoRing, ReadsAllThatNobodyTookAndTheNextTimeWhatIsNew) {
  RecordingTrader trader(directory);
  trader.record(100);
  const Opened opened = open();

  const RingLook first = look_into_ring(opened, 0, 0);
  trader.record(3);
  const RingLook second = look_into_ring(opened, 0, first.next);

  ASSERT_EQ(first.samples.size(), 100U);
  EXPECT_EQ(value(first.samples[99]), 100'000U);
  EXPECT_EQ(first.missed, 0U);
  ASSERT_EQ(second.samples.size(), 3U);
  EXPECT_EQ(value(second.samples[0]), 1000U);
  EXPECT_EQ(second.next, 103U);
}

TEST_F(LookIntoRing, ReadsEverySlotOfAFullRingThatNobodyTook) {
  RecordingTrader trader(directory);
  trader.record(RecordingTrader::ring_capacity + 50);

  const RingLook look = look_into_ring(open(), 0, 0);

  EXPECT_EQ(look.samples.size(), std::size_t{RecordingTrader::ring_capacity});
  EXPECT_EQ(value(look.samples[0]), 1000U);
  EXPECT_EQ(look.missed, 0U);
}

TEST_F(LookIntoRing, CountsWhatWasOverwrittenAndWhatMayBeWritten) {
  RecordingTrader trader(directory);
  const TakenSamples sidecar(directory);
  trader.record(200);
  sidecar.set(200);
  trader.record(200);

  const RingLook look = look_into_ring(open(), 0, 0);

  // Of 400, 256 are in the ring, and the place of the oldest is where the next one goes.
  EXPECT_EQ(look.samples.size(), 255U);
  EXPECT_EQ(look.missed, 145U);
  EXPECT_EQ(value(look.samples[0]), 146'000U);
  EXPECT_EQ(look.next, 400U);
}

TEST_F(LookIntoRing, BelievesNoHeadThatWentBack) {
  RecordingTrader trader(directory);
  trader.record(10);

  const RingLook look = look_into_ring(open(), 0, 11);

  EXPECT_TRUE(look.impossible);
  EXPECT_TRUE(look.samples.empty());
}

TEST_F(LookIntoRing, NeverBelievesASlotThatIsWrittenMeanwhile) {
  RecordingTrader trader(directory);
  const TakenSamples sidecar(directory);
  const Opened opened = open();
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> seen{0};
  // A sidecar that takes whatever there is at once lets the writer go round and round.
  std::thread drains([&] {
    // relaxed: nothing is handed over with it.
    while (!done.load(std::memory_order_relaxed)) sidecar.set(head_of(opened, 0));
  });
  std::thread records([&] {
    // relaxed: as above. Until the looks have had their share of the cores.
    while (seen.load(std::memory_order_relaxed) < 5000) trader.record(20'000);
    done.store(true, std::memory_order_relaxed);  // relaxed: as above
  });
  std::uint64_t next = 0;
  std::uint64_t missed = 0;
  std::uint64_t disorders = 0;
  std::uint64_t last = 0;
  for (bool again = true; again;) {
    again = !done.load(std::memory_order_relaxed);  // relaxed: as above
    const RingLook look = look_into_ring(opened, 0, next);
    EXPECT_EQ(look.next - next, look.missed + look.samples.size());
    for (const shm::Sample& sample : look.samples) {
      // A slot that was overwritten is a ring younger than the one after it.
      disorders += sample.stamp < last ? 1U : 0U;
      last = sample.stamp;
    }
    next = look.next;
    seen.fetch_add(look.samples.size(), std::memory_order_relaxed);  // relaxed: as above
    missed += look.missed;
  }
  drains.join();
  records.join();

  EXPECT_EQ(disorders, 0U);
  EXPECT_EQ(seen + missed, head_of(opened, 0));
}

}  // namespace
}  // namespace outrider::cli
