// SPDX-License-Identifier: Apache-2.0
// How long a gate is without a guardian: the active sidecar is killed, or stopped, again
// and again, and its standby's first word in the gate is waited for. No gate may close,
// no sample may be lost or doubled, and the journal must verify. How long it takes is
// printed, not judged: the machine has other things to do.
//   takeover_proof [--kills N | --stops N]
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <random>
#include <thread>

#include "standby/pair.hpp"
#include "standby/trader.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// What is left of a lease of one second in the worst case: it is renewed each 100 ms.
constexpr double shortest_lease_ms = 850;

struct Wanted {
  int signal = SIGKILL;
  int times = 50;
};

/// From the signal until the other one has stored its first word, in milliseconds;
/// below zero: it never did.
double take_over(Pair& pair, Trader& trader, int signal) {
  // A guardian tells a gate's news once, right behind its first word in it.
  const std::atomic<std::uint64_t>& news = trader.slot().version;
  const std::uint64_t last = news.load(std::memory_order_relaxed);  // relaxed: all it says
  const auto killed = Clock::now();
  pair.active().signal(signal);
  while (news.load(std::memory_order_relaxed) == last) {  // relaxed: as above
    if (Clock::now() - killed > 10s) return -1;
    std::this_thread::sleep_for(20us);
  }
  const double taken = std::chrono::duration<double, std::milli>(Clock::now() - killed).count();
  pair.active().signal(SIGCONT);
  if (pair.active().wait() != 128 + SIGKILL) throw std::runtime_error{"it woke up: " + pair.log()};
  pair.swap();
  return taken;
}

struct Result {
  std::vector<double> taken_ms;
  std::uint64_t refused = 0;
  bool exact = false;
  bool journal_verifies = false;
};

bool law_holds(const Pair& pair, const Trader& trader) {
  const auto recorded = static_cast<double>(trader.recorded());
  return eventually([&] {
    return pair.metric("order_seconds_count{producer=\"trader\"}") == recorded &&
           pair.metric("orders_total{producer=\"trader\"}") == recorded;
  });
}

Result prove(const Wanted& wanted) {
  Pair pair{"1s"};
  Trader trader{pair.segments()};
  Result result;
  if (!eventually([&] { return trader.state() == GateState::trading; }))
    throw std::runtime_error{"the gate did not open: " + pair.log()};
  trader.forget_refusals();
  std::minstd_rand random{1};
  for (int time = 0; time < wanted.times; ++time) {
    pair.start_standby();
    std::this_thread::sleep_for(std::chrono::milliseconds{20 + random() % 100});
    const double taken = take_over(pair, trader, wanted.signal);
    if (taken < 0) throw std::runtime_error{"nobody took over: " + pair.log()};
    result.taken_ms.push_back(taken);
  }
  result.refused = trader.refused();
  trader.stop();
  result.exact = law_holds(pair, trader);
  result.journal_verifies =
      run(std::string{OUTRIDER_BIN_DIR} + "/outrider journal verify --storage.path=" + pair.root() +
          "/state >/dev/null") == 0;
  return result;
}

int report(const Wanted& wanted, Result result) {
  std::vector<double>& taken = result.taken_ms;
  std::sort(taken.begin(), taken.end());
  const double p50 = taken[taken.size() / 2];
  const double p99 = taken[taken.size() * 99 / 100];
  // On a machine that starves everybody for a lease, gates close as they must.
  const bool closed_early = result.refused != 0 && taken.back() < shortest_lease_ms;
  const bool holds = !closed_early && result.exact && result.journal_verifies;
  const char* what = wanted.signal == SIGKILL ? "killed" : "stopped";
  std::printf(
      "{\"row\": \"standby takes over from one that is %s\", \"figure\": \"%zu %s, p50 %.2f ms, "
      "p99 %.2f ms, worst %.2f ms\", \"refused\": %llu, \"exact\": %s, \"journal_verifies\": %s, "
      "\"holds\": %s}\n",
      what, taken.size(), what, p50, p99, taken.back(),
      static_cast<unsigned long long>(result.refused), result.exact ? "true" : "false",
      result.journal_verifies ? "true" : "false", holds ? "true" : "false");
  return holds ? 0 : 1;
}

}  // namespace
}  // namespace outrider::testing

int main(int argc, char** argv) {
  outrider::testing::Wanted wanted;
  bool understood = argc == 1;
  if (argc == 3) {
    understood = std::strcmp(argv[1], "--kills") == 0 || std::strcmp(argv[1], "--stops") == 0;
    if (std::strcmp(argv[1], "--stops") == 0) wanted.signal = SIGSTOP;
    wanted.times = std::atoi(argv[2]);
  }
  if (!understood || wanted.times < 1) {
    std::fputs("usage: takeover_proof [--kills N | --stops N]\n", stderr);
    return 2;
  }
  try {
    return outrider::testing::report(wanted, outrider::testing::prove(wanted));
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "takeover_proof: %s\n", failure.what());
    return 1;
  }
}
