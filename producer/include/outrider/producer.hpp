// SPDX-License-Identifier: Apache-2.0
// What a trader includes. A Producer is the trader's side of the shared memory:
// it makes the segment, keeps its heartbeat and takes in the sidecar's answer.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "outrider/counter.hpp"
#include "outrider/directives.hpp"
#include "outrider/failure_streak.hpp"
#include "outrider/gate.hpp"
#include "outrider/gauge.hpp"
#include "outrider/histogram.hpp"
#include "outrider/labels.hpp"
#include "outrider/shm/layout.hpp"
#include "outrider/shm/ticks.hpp"
#include "outrider/writer.hpp"

namespace outrider {

enum class Housekeeping {
  thread,  ///< a small thread of the library beats and connects
  manual,  ///< the trader calls Producer::housekeep() at least ten times a second
};

enum class ClockChoice {
  automatic,  ///< OUTRIDER_CLOCK, else the time stamp counter where kernel and CPU vouch for it
  tsc,
  monotonic,
};

struct ProducerOptions {
  std::string_view name;            ///< "gateway-1": 1 to 63 of [A-Za-z0-9._-]
  std::string_view directory = {};  ///< else OUTRIDER_DIR, else /run/outrider
  std::string_view instance = {};   ///< free text for people, at most 63 bytes
  std::string_view version = {};    ///< the trader's own, at most 63 bytes
  Housekeeping housekeeping = Housekeeping::thread;
  ClockChoice clock = ClockChoice::automatic;
  shm::Geometry geometry = {};
};

/// Why a producer is detached; ok() when it is not.
struct Status {
  int code = 0;         ///< errno of what failed
  std::string message;  ///< what was found, what was needed, what to do
  [[nodiscard]] bool ok() const noexcept { return code == 0 && message.empty(); }
};

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One in a process for each name. Movable; lives until its last Writer is gone.
class Producer {
 public:
  /// On failure a detached producer, and `status` says why: telemetry never stops
  /// trading. Its gates are closed.
  static Producer create(const ProducerOptions& options, Status& status) noexcept;
  /// All the same calls into private memory that nobody reads.
  static Producer detached() noexcept;
  /// Throws Error instead of being detached.
  explicit Producer(const ProducerOptions& options);

  /// For the calling thread, which alone may use its handles.
  Writer writer(std::string_view thread_name) noexcept;

  /// One gate for each route that orders take; its labels say which scopes it
  /// belongs to: gate("orders", {{"venue", "binance"}, {"strategy", "mm1"}}).
  Gate gate(std::string_view name, const Labels& labels = {}) noexcept;

  /// What the sidecar tells this trader to do, for the thread of `writer` to poll in
  /// its loop and to answer. The first thread that asks gets what was issued since the
  /// producer began; others what is issued from now on.
  Directives directives(const Writer& writer) noexcept;

  [[nodiscard]] bool is_detached() const noexcept;
  [[nodiscard]] std::uint64_t generation() const noexcept;

  /// Why the last series or gate was refused; empty when none was.
  [[nodiscard]] std::string last_refusal() const;

  /// Heartbeat and swap-in of the control segment. Makes system calls.
  void housekeep() noexcept;

  /// A tick interval in seconds, by the constants that the sidecar uses too.
  [[nodiscard]] double seconds(Ticks from, Ticks to) const noexcept;

 private:
  explicit Producer(std::shared_ptr<detail::ProducerState> state) noexcept;
  std::shared_ptr<detail::ProducerState> state_;
};

}  // namespace outrider
