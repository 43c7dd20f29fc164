// SPDX-License-Identifier: Apache-2.0
#include "storm/storm.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <random>
#include <thread>

#include "storm/reader.hpp"
#include "storm/verdict.hpp"
#include "storm/writer.hpp"

namespace outrider::storm {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kills_of_a_round = 48;
constexpr double longest_life_us = 4000;
constexpr std::uint64_t passes_of_rest = 1'000'000;

/// Who is killed in a round.
enum class Round { writer, reader, both };

/// A child that runs until it is killed, or ends of itself.
class Child {
 public:
  template <class Body>
  void start(Body&& body) {
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // nobody outlives the storm
    ::_exit(body());
  }
  [[nodiscard]] bool runs() const noexcept { return pid_ > 0; }

  /// False when it had ended of itself before.
  bool kill_now() {
    ::kill(pid_, SIGKILL);
    const int status = wait();
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return status;
  }

 private:
  pid_t pid_ = 0;
};

struct Unmap {
  void operator()(Ledger* ledger) const { ::munmap(ledger, sizeof(Ledger)); }
};

class Storm {
 public:
  explicit Storm(const StormOptions& options)
      : options_{options},
        random_{options.seed},
        ledger_{static_cast<Ledger*>(::mmap(nullptr, sizeof(Ledger), PROT_READ | PROT_WRITE,
                                            MAP_SHARED | MAP_ANONYMOUS, -1, 0))} {}

  StormResult run() {
    while (result_.kills < options_.kills && result_.violation.empty()) round();
    end_both();
    if (result_.drained == 0 || result_.spilled == 0) fail("one way of a sample was never taken");
    return result_;
  }

 private:
  void round() {
    const auto who = static_cast<Round>(random_() % 3);
    for (std::uint64_t i = 0; i < kills_of_a_round && result_.violation.empty(); ++i) {
      start_both();
      live_a_while();
      const auto die = random_() % 4;  // 0: both at once
      if (who == Round::writer || (who == Round::both && die < 2)) kill_writer();
      if (who == Round::reader || (who == Round::both && die % 2 == 0)) kill_reader();
    }
    if (random_() % 2 == 0) end_writer();
    ++result_.rounds;
    end_both();
    settle();
  }

  void start_both() {
    if (!writer_.runs()) {
      ledger_->stop = 0;
      writer_.start([this] { return run_writer(options_.directory, *ledger_); });
      ++result_.generations;
    }
    if (!reader_.runs()) {
      reader_.start([this] { return run_reader(options_.directory, *ledger_); });
      ++result_.readers;
    }
  }

  /// Short lives are as likely as long ones: births are where files are made.
  void live_a_while() {
    const double exponent = std::uniform_real_distribution{0.0, 1.0}(random_);
    const std::chrono::duration<double, std::micro> life{std::pow(longest_life_us, exponent)};
    const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(life);
    std::this_thread::sleep_for(life * 0.5);
    while (Clock::now() < until) std::this_thread::yield();
  }

  void kill_writer() {
    if (!writer_.kill_now()) fail("the writer ended of itself, see its sentence");
    ++result_.kills;
    ++result_.writer_kills[static_cast<std::size_t>(ledger_->writer_phase.load())];
    account();
  }

  void kill_reader() {
    if (!reader_.kill_now()) fail("the reader ended of itself, see its sentence");
    ++result_.kills;
    ++result_.reader_kills[static_cast<std::size_t>(ledger_->reader_phase.load())];
  }

  /// The writer's good-bye, while the reader lives on.
  void end_writer() {
    if (!writer_.runs()) return;
    ledger_->stop = 1;
    if (writer_.wait() != 0) fail("the writer did not end in good order");
    account();
  }

  void end_both() {
    if (writer_.runs()) kill_writer();
    if (reader_.runs()) kill_reader();
  }

  /// Puts down what the dead writer's threads were doing; the next ones go on with
  /// the calls after.
  void account() {
    for (std::size_t i = 0; i < writer_threads; ++i) {
      ThreadLedger& thread = ledger_->threads[i];
      std::uint64_t recorded = skipped_[i];
      for (const auto& series : thread.recorded) {
        for (const auto& value : series) recorded += value;
      }
      const auto [series, value] = call_of(thread.begun);
      if (thread.begun != thread.done) {
        ++in_flight_.recorded[series][value];
        ++in_flight_.calls;
        ++skipped_[i];
        thread.done.store(thread.begun);
      } else if (recorded != thread.done) {
        ++thread.recorded[series][value];  // done, and not yet put down where it belongs
      }
      in_flight_.counted += thread.count_begun - thread.count_done;
      thread.count_begun.store(thread.count_done);
    }
  }

  /// A reader that nobody kills, until nothing is left; then every total.
  void settle() {
    if (!result_.violation.empty()) return;
    Reader reader{options_.directory, *ledger_};
    std::uint64_t passes = 0;
    while (reader.trouble().empty() && reader.pass()) {
      if (++passes > passes_of_rest) return fail("a dead generation is never retired");
    }
    if (!reader.trouble().empty()) return fail(reader.trouble());
    if (auto why = verdict(reader.drainer(), *ledger_, in_flight_); !why.empty()) return fail(why);
    const drain::Totals totals = reader.drainer().totals();
    result_.calls = 0;
    for (const ThreadLedger& thread : ledger_->threads) result_.calls += thread.done;
    result_.in_flight = in_flight_.calls;
    result_.calls -= in_flight_.calls;
    result_.drained = totals.drained;
    result_.spilled = totals.spilled;
    result_.lane_changes = ledger_->lane_changes;
    if (const std::uint64_t files = files_left(); files != 0)
      fail(std::to_string(files) + " files of retired generations are still there");
  }

  /// Of dead generations.
  [[nodiscard]] std::uint64_t files_left() const {
    std::uint64_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{options_.directory}) {
      const std::string suffix = entry.path().extension();
      count += suffix == ".telemetry" || suffix == ".control" ? 1U : 0U;
    }
    return count;
  }

  void fail(const std::string& why) {
    if (result_.violation.empty()) result_.violation = why;
  }

  StormOptions options_;
  std::mt19937_64 random_;
  std::unique_ptr<Ledger, Unmap> ledger_;
  Child writer_;
  Child reader_;
  InFlight in_flight_;
  std::array<std::uint64_t, writer_threads> skipped_{};  ///< of the calls done: were in flight
  StormResult result_;
};

}  // namespace

StormResult run_storm(const StormOptions& options) {
  return Storm{options}.run();
}

}  // namespace outrider::storm
