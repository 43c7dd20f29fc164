// SPDX-License-Identifier: Apache-2.0
#include "outputs/log_queue.hpp"

#include <pthread.h>
#include <spdlog/logger.h>

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace outrider::outputs {

struct LogQueue::Shared {
  std::mutex mutex;  ///< over everything below; nobody holds it while a line is written
  std::condition_variable pushed;
  std::condition_variable written;
  std::vector<LogLine> lines{capacity};  ///< that nothing throws under the lock
  std::uint64_t lines_pushed = 0;
  std::uint64_t lines_taken = 0;
  std::uint64_t lines_written = 0;
  bool is_ending = false;

  LogLine& at(std::uint64_t position) { return lines[position % capacity]; }
};

LogQueue::LogQueue()
    : shared_{std::make_shared<Shared>()}, writer_{[shared = shared_] { run(*shared); }} {}

LogQueue::~LogQueue() {
  const bool is_written = flush(patience_at_end);
  {
    const std::lock_guard guard{shared_->mutex};
    shared_->is_ending = true;
  }
  shared_->pushed.notify_one();
  if (is_written) {
    writer_.join();
  } else {
    writer_.detach();
  }
}

bool LogQueue::try_push(LogLine&& line) {
  {
    const std::lock_guard guard{shared_->mutex};
    if (shared_->lines_pushed - shared_->lines_taken >= capacity) return false;
    shared_->at(shared_->lines_pushed++) = std::move(line);
  }
  shared_->pushed.notify_one();
  return true;
}

bool LogQueue::flush(std::chrono::milliseconds patience) const {
  std::unique_lock lock{shared_->mutex};
  const std::uint64_t wanted = shared_->lines_pushed;
  return shared_->written.wait_for(lock, patience,
                                   [&] { return shared_->lines_written >= wanted; });
}

void LogQueue::run(Shared& shared) {
  ::pthread_setname_np(::pthread_self(), "log");
  std::unique_lock lock{shared.mutex};
  while (true) {
    shared.pushed.wait(
        lock, [&] { return shared.lines_taken < shared.lines_pushed || shared.is_ending; });
    // Unwritten by then is unread for ever.
    if (shared.is_ending) return;
    LogLine line = std::move(shared.at(shared.lines_taken++));
    lock.unlock();
    line.to->log(line.time, spdlog::source_loc{}, line.level, line.text);
    line = {};
    lock.lock();
    ++shared.lines_written;
    shared.written.notify_all();
  }
}

}  // namespace outrider::outputs
