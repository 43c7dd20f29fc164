// SPDX-License-Identifier: Apache-2.0
// A trader that does as it is told, for the tests that need a real one: one thread
// for each name, a line on standard output for each directive.
//
//   obeying_trader DIRECTORY PRODUCER THREAD...
//
// A thread named "deaf" never looks, "stubborn" refuses, "obedient" asks the gate before
// each order, "immortal" ignores SIGTERM, "penitent" stays too, but sends nothing more
// from there on, "late" shows what it sent only when its gate is closed, and "loop", which
// sends no orders, is the one that producer/README.md shows.
#include <sys/prctl.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

// [obey]
#include <outrider/producer.hpp>

class OrderLoop {
 public:
  OrderLoop(outrider::Producer& telemetry, outrider::Writer& writer)
      : directives_{telemetry.directives(writer)} {}

  void turn() {
    for (const outrider::Directive& told : directives_.poll())  // one load while there is none
      directives_.acknowledge(told, obey(told));
    // ... market data, orders ...
  }

 private:
  outrider::DirectiveOutcome obey(const outrider::Directive& told) {
    switch (told.kind) {
      case outrider::DirectiveKind::cancel_all:
        return cancel_all() ? outrider::DirectiveOutcome::done : outrider::DirectiveOutcome::failed;
      case outrider::DirectiveKind::scale_down:
        if (!told.number("factor")) return outrider::DirectiveOutcome::bad_parameter;
        scale_ *= *told.number("factor");
        return outrider::DirectiveOutcome::done;
      default:
        return outrider::DirectiveOutcome::unsupported;
    }
  }
  bool cancel_all() { return true; }  // the venue's mass cancel goes here

  outrider::Directives directives_;
  double scale_ = 1;
};
// [/obey]

namespace {

using namespace outrider;

void say(const std::string& thread, const Directives& directives, const Directive& told) {
  std::printf("%s %llu %s scope=%.*s parameters=%.*s missed=%llu reason=%.*s\n", thread.c_str(),
              static_cast<unsigned long long>(told.epoch), to_string(told.kind).data(),
              static_cast<int>(told.scope().size()), told.scope().data(),
              static_cast<int>(told.parameters().size()), told.parameters().data(),
              static_cast<unsigned long long>(directives.missed()),
              static_cast<int>(told.reason().size()), told.reason().data());
  std::fflush(stdout);
}

std::atomic<bool> was_terminated{false};

bool sends(const Gate& gate, const std::string& thread) {
  if (thread == "obedient") return gate.open(ticks());
  // relaxed: nothing is handed over with it.
  return thread != "penitent" || !was_terminated.load(std::memory_order_relaxed);
}

/// Sends an order a millisecond, whatever its gate says: that is its fault.
[[noreturn]] void trade(Producer& producer, const Gate& gate, const std::string& thread) {
  Writer writer = producer.writer(thread);
  Counter orders = writer.counter("orders_total", "Orders sent");
  Directives directives = thread == "deaf" ? Directives{} : producer.directives(writer);
  const DirectiveOutcome outcome =
      thread == "stubborn" ? DirectiveOutcome::not_now : DirectiveOutcome::done;
  while (true) {
    for (const Directive& told : directives.poll()) {
      say(thread, directives, told);
      directives.acknowledge(told, outcome);
    }
    if (sends(gate, thread)) orders.inc();
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

/// Sent all while its gate was open, and then shows them.
[[noreturn]] void come_late(Producer& producer, const Gate& gate) {
  const auto wait = [](int ms) { std::this_thread::sleep_for(std::chrono::milliseconds{ms}); };
  while (!gate.open(ticks())) wait(1);
  while (gate.open(ticks())) wait(1);
  wait(300);
  Writer writer = producer.writer("late");
  Counter orders = writer.counter("orders_total", "Orders sent", {{"lane", "late"}});
  orders.add(5000);
  while (true) wait(100);
}

[[noreturn]] void run_the_loop(Producer& producer) {
  Writer writer = producer.writer("loop");
  OrderLoop loop{producer, writer};
  while (true) {
    loop.turn();
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (std::string_view{argv[3]} == "immortal") std::signal(SIGTERM, SIG_IGN);
  // relaxed: nothing is handed over with it.
  if (std::string_view{argv[3]} == "penitent")
    std::signal(SIGTERM, [](int) { was_terminated.store(true, std::memory_order_relaxed); });
  Producer producer{{.name = argv[2], .directory = argv[1]}};
  const Gate gate = producer.gate("orders", {{"venue", "binance"}});
  std::vector<std::thread> threads;
  for (int i = 3; i < argc; ++i) {
    const std::string name = argv[i];
    threads.emplace_back([&producer, gate, name] {
      if (name == "loop") run_the_loop(producer);
      if (name == "late") come_late(producer, gate);
      trade(producer, gate, name);
    });
  }
  for (std::thread& thread : threads) thread.join();
}
