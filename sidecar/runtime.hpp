// SPDX-License-Identifier: Apache-2.0
// What outlives a plan: producers and gates with the state that the guard keeps
// of them. Made on the discovery thread, never moved, changed by the guard only.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "aggregate/values.hpp"
#include "directive_book.hpp"
#include "drain/drainer.hpp"
#include "orders_watch.hpp"
#include "outrider/shm/heartbeat.hpp"
#include "protection/protection.hpp"
#include "segments/liveness.hpp"

namespace outrider {

using protection::Now;
using std::chrono::nanoseconds;

inline nanoseconds steady_now() noexcept {
  return nanoseconds{static_cast<std::int64_t>(shm::monotonic_ns())};
}

inline constexpr std::uint64_t no_stamp = ~std::uint64_t{0};

/// One producer name, over all its generations.
struct ProducerRuntime {
  std::string name;
  std::unique_ptr<drain::Drainer> drainer;
  aggregate::HistogramSet histograms;  ///< discovery thread; plans hold what the guard uses
  /// The guard says it: samples wait for a series that is not bound yet.
  std::atomic<bool> samples_wait{false};

  // The guard's.
  segments::ProducerState state = segments::ProducerState::dead;
  shm::Beat beat;                         ///< the last whole one
  nanoseconds beat_seen{};                ///< when its count last moved
  std::uint64_t recorded = 0;             ///< when it was last looked at
  nanoseconds recorded_seen{};            ///< when that last moved
  nanoseconds swept{};                    ///< when spill was last swept
  std::uint64_t oldest_stamp = no_stamp;  ///< of the samples drained in this pass
  drain::ClockWatch clock_watch;          ///< of the bound generation, at each renewal
  bool clock_moved = false;               ///< since the renewal before: no lease by it
  double recorded_rate = 0;               ///< samples a second, smoothed
  DirectiveBook directives;               ///< of the bound generation
  OrdersWatch orders_watch;
};

/// One gate of one generation.
struct GateRuntime {
  ProducerRuntime* producer = nullptr;
  std::shared_ptr<segments::Segment> segment;
  std::uint32_t slot = 0;
  std::string name;
  aggregate::Labels labels;
  std::vector<protection::ScopeId> scopes;
  protection::ScopeId own_scope = 0;  ///< gate=PRODUCER/NAME; without room, its producer's

  // The guard's.
  std::uint64_t word = 0;      ///< what we believe is stored
  bool word_is_known = false;  ///< false until it was read once
  GateState state = GateState::unarmed;
  protection::Verdict verdict;    ///< its reason is the one below
  protection::ReasonText reason;  ///< a plan's own sentences end with the plan
  shm::RejectCode reject = shm::RejectCode::no_heartbeat;
  Ticks tripped;  ///< when a rule closed it and nobody has been refused since; zero: not so
  std::uint32_t probe_epoch = 0;  ///< of the probing that `probes_seen` belongs to
  std::uint32_t probes_seen = 0;
  nanoseconds granted{};  ///< when the lease was last renewed; 0: not open
};

}  // namespace outrider
