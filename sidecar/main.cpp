// SPDX-License-Identifier: Apache-2.0
// outrider-sidecar: flags, signals, and nothing else.
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include <cstdlib>
#include <exception>
#include <iostream>

#include "outputs/process_metrics.hpp"
#include "service_manager.hpp"
#include "sidecar.hpp"

namespace {

constexpr int invalid_input = 2;

/// What is large goes back to the kernel when it is freed, instead of raising from which
/// size on the next one does: pages and plans come and go, and 2 of 32 MiB were their holes.
void give_back_what_is_large() {
  constexpr int large = 32 << 10;
  ::mallopt(M_MMAP_THRESHOLD, large);
  ::mallopt(M_TRIM_THRESHOLD, 2 * large);
}

/// Signals are taken by one thread, here, and never interrupt another.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int each : {SIGHUP, SIGTERM, SIGINT}) sigaddset(&set, each);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_DFL);  // inherited as ignored, no child could be waited for
  return set;
}

/// Clients, producers and generations each hold some: what is usual for a shell is
/// few. Where it cannot be raised it stays.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

outrider::Sidecar* running = nullptr;
std::terminate_handler then_end = nullptr;

/// What waits to be logged may be the reason why.
[[noreturn]] void log_and_end() {
  running->log().flush(outrider::outputs::LogQueue::patience_at_end);
  then_end();
  std::abort();
}

int run(const outrider::config::Flags& flags, outrider::Settings settings) {
  const sigset_t signals = block_signals();
  raise_descriptor_limit();
  const bool standby = settings.config.standby;
  outrider::Sidecar sidecar{flags, std::move(settings)};
  running = &sidecar;
  then_end = std::set_terminate(log_and_end);
  outrider::ServiceManager manager{[&sidecar] { return sidecar.last_work(); }};
  manager.say(standby ? "standing by" : "starting");
  if (standby && !sidecar.stand_by(signals)) return 0;
  sidecar.start();
  manager.say("guarding");
  for (int received = 0; sigwait(&signals, &received) == 0;) {
    if (received != SIGHUP) break;
    manager.reloading();
    manager.reloaded(sidecar.reload() ? "guarding"
                                      : "guarding with the settings from before: the last reload "
                                        "failed, see the log");
  }
  manager.stopping();
  sidecar.stop();
  std::set_terminate(then_end);
  // A writer that is stuck holds its stream, for which exit() would wait.
  if (!sidecar.log().flush(outrider::outputs::LogQueue::patience_at_end)) std::_Exit(0);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  give_back_what_is_large();
  try {
    outrider::config::Flags flags;
    if (const auto done =
            outrider::config::parse_flags(argc, argv, flags, outrider::outputs::version()))
      return *done;
    outrider::Settings settings;
    const auto problems = outrider::load_settings(flags, settings);
    for (const std::string& problem : problems) std::cerr << problem << '\n';
    return problems.empty() ? run(flags, std::move(settings)) : invalid_input;
  } catch (const std::exception& failure) {
    std::cerr << "outrider-sidecar: " << failure.what() << '\n';
    return 1;
  }
}
