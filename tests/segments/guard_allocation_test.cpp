// SPDX-License-Identifier: Apache-2.0
// The guard thread allocates, frees and unmaps nothing, whoever starts and dies
// around it.
#include "segments/counted_memory.hpp"

#include <string.h>

#include <cstdlib>

#include "segments/rig.hpp"

namespace {

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;

constexpr const char* rules = R"(groups:
  - name: limits
    interval: 1ms
    rules:
      - alert: Loss
        expr: pnl_dollars < -10
      - alert: Slow
        expr: order_seconds_rolling_max{window="10s"} > 900 and on(producer) rate(orders_total[10s]) > 0
)";

config::Config with_breakers() {
  config::Config config;
  config.protection.probes = 2;
  config.protection.success_window = 1ms;
  config.protection.trips_to_kill = 0;
  for (const char* alert : {"Loss", "Slow"}) {
    config::BreakerConfig breaker;
    breaker.alert = alert;
    breaker.scope = "producer";
    breaker.cooldown = 1ms;
    config.protection.breakers.push_back(breaker);
  }
  return config;
}

/// The guard on a thread of its own, counted from its second pass on.
class CountedGuard {
 public:
  explicit CountedGuard(test::Sidecar& sidecar)
      : thread_{[this, &sidecar] {
          while (!stop_.load(std::memory_order_relaxed)) {  // relaxed: a wish
            sidecar.pass();
            is_counted = true;
            passes.fetch_add(1, std::memory_order_relaxed);  // relaxed: a count
            std::this_thread::sleep_for(50us);
          }
          is_counted = false;
        }} {}
  CountedGuard(const CountedGuard&) = delete;
  CountedGuard& operator=(const CountedGuard&) = delete;
  ~CountedGuard() {
    stop_.store(true, std::memory_order_relaxed);  // relaxed: a wish
    thread_.join();
  }
  std::atomic<std::uint64_t> passes{0};

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

/// A trader that trades until its gate is closed on it, and then dies.
void live(test::Sidecar& sidecar, const std::string& directory, const std::string& name) {
  test::Trader trader{directory, name};
  bool tripped = false;
  bool traded = false;
  const auto give_up = std::chrono::steady_clock::now() + 20s;
  for (int i = 0; !tripped && std::chrono::steady_clock::now() < give_up; ++i) {
    trader.record(20);
    if (i % 5 == 0) trader.writer.counter("late_total", "", {{"i", std::to_string(i % 3)}}).inc();
    trader.beat();
    traded = traded || trader.trades();
    if (traded) trader.gauge.set(-100);
    tripped = traded && trader.gate.state() == GateState::halted;
    sidecar.scan();
    sidecar.scribe().write_noted();
    GuardEvent event;
    while (sidecar.queues().next_event(event)) {
    }
    std::this_thread::sleep_for(1ms);
  }
  ASSERT_TRUE(tripped) << name;
}

TEST(GuardThread, TouchesNoMemoryOfOthersWhileProducersComeAndGoAndGatesTrip) {
  const test::SegmentDirectory directory;
  test::Sidecar sidecar{directory.path(), rules, with_breakers()};
  sidecar.scan();
  {
    CountedGuard guard{sidecar};
    for (int life_number = 0; life_number < 12; ++life_number) {
      live(sidecar, directory.path(), "t" + std::to_string(life_number % 3));
      ASSERT_FALSE(HasFailure());
    }
    const auto give_up = std::chrono::steady_clock::now() + 20s;
    while (guard.passes < 3'000 && std::chrono::steady_clock::now() < give_up) {
      sidecar.scan();
      std::this_thread::sleep_for(1ms);
    }
    EXPECT_GE(guard.passes, 3'000U);
  }
  EXPECT_EQ(memory_calls, 0U);
  EXPECT_EQ(unmaps, 0U);
}

/// Calls that `work` makes on this thread.
template <class Work>
std::uint64_t counted(Work work) {
  is_counted = true;
  work();
  is_counted = false;
  return memory_calls.exchange(0);
}

/// Called by pointers that no compiler sees through: it knows of malloc by its name
/// that it looks at no variable of ours, and sets is_counted later or never.
void* (*volatile allocate)(std::size_t) = std::malloc;
void* (*volatile allocate_zeroes)(std::size_t, std::size_t) = std::calloc;
void* (*volatile allocate_anew)(void*, std::size_t) = std::realloc;
void* (*volatile allocate_aligned)(std::size_t, std::size_t) = std::aligned_alloc;
char* (*volatile duplicate)(const char*) = ::strdup;
void (*volatile release)(void*) = std::free;

TEST(GuardThread, WouldBeCaughtTouchingMemory) {
  shm::FileError error;
  EXPECT_GE(counted([&] { shm::Mapping::anonymous(4'096, error); }), 2U);
  EXPECT_EQ(unmaps.exchange(0), 1U);
}

TEST(GuardThread, WouldBeCaughtByEveryDoorToTheHeap) {
  void* memory = nullptr;
  const auto freed = [&] { return counted([&] { release(memory); }); };
  EXPECT_EQ(counted([&] { memory = allocate(8); }), 1U);
  EXPECT_EQ(counted([&] { memory = allocate_anew(memory, 64); }), 1U);
  EXPECT_EQ(freed(), 1U);
  EXPECT_EQ(counted([&] { memory = allocate_zeroes(2, 8); }), 1U);
  EXPECT_EQ(freed(), 1U);
  EXPECT_EQ(counted([&] { memory = allocate_aligned(64, 64); }), 1U);
  EXPECT_EQ(freed(), 1U);
  EXPECT_EQ(counted([&] { memory = duplicate("by the C library itself"); }), 1U);
  EXPECT_EQ(freed(), 1U);
  EXPECT_EQ(counted([&] { memory = ::operator new(8); }), 1U);
  EXPECT_EQ(counted([&] { ::operator delete(memory); }), 1U);
}

}  // namespace
