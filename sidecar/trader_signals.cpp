// SPDX-License-Identifier: Apache-2.0
#include "trader_signals.hpp"

#include <fcntl.h>
#include <signal.h>

#include <algorithm>

#include "outrider/shm/file.hpp"
#include "outrider/shm/identity.hpp"

namespace outrider {
namespace {

/// The process that holds the lock of a trader's name; 0: nobody does.
pid_t holder_of(const std::string& path) {
  const shm::Descriptor file{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
  if (!file) return 0;
  // The trader's is a write lock on the whole file: a read lock would meet it.
  struct flock lock {};
  lock.l_type = F_RDLCK;
  lock.l_whence = SEEK_SET;
  if (::fcntl(file.get(), F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return 0;
  return lock.l_pid;
}

}  // namespace

std::string signal_trader(const std::string& segment_directory, const TraderIdentity& trader,
                          int signal) {
  std::string why;
  const shm::Descriptor process = handle_of(trader.process, why);
  if (!process) return why;
  const auto pid = static_cast<pid_t>(trader.process.pid);
  const pid_t holder = holder_of(segment_directory + "/t/" + trader.name + ".lock");
  if (holder != pid)
    return "found the lock of its name held by process " + std::to_string(holder) + "; needed " +
           std::to_string(pid);
  return send_signal(process, signal);
}

void TraderSignals::begin(const std::string& segment_directory, const TraderIdentity& trader,
                          const config::EscalationConfig& how, std::chrono::nanoseconds now) {
  if (how.signal == config::TraderSignal::none) return;
  send(segment_directory, trader, SIGTERM);
  if (how.signal == config::TraderSignal::kill) doomed_.push_back({trader, now + how.grace});
}

void TraderSignals::step(const std::string& segment_directory, std::chrono::nanoseconds now) {
  const auto is_due = [&](const Doomed& each) { return each.at <= now; };
  for (const Doomed& each : doomed_) {
    const bool is_gone =
        shm::process_start_time(each.trader.process.pid) != each.trader.process.start;
    if (is_due(each) && !is_gone) send(segment_directory, each.trader, SIGKILL);
  }
  doomed_.erase(std::remove_if(doomed_.begin(), doomed_.end(), is_due), doomed_.end());
}

void TraderSignals::send(const std::string& segment_directory, const TraderIdentity& trader,
                         int signal) {
  const std::string why = signal_trader(segment_directory, trader, signal);
  const char* word = signal == SIGKILL ? "SIGKILL" : "SIGTERM";
  if (why.empty()) {
    log_.error(
        "a trader that sends orders through a kill was signalled",
        {{"producer", trader.name}, {"pid", std::to_string(trader.process.pid)}, {"signal", word}});
  } else {
    log_.error("a trader that sends orders through a kill could not be signalled",
               {{"producer", trader.name}, {"signal", word}, {"reason", why}});
  }
}

}  // namespace outrider
