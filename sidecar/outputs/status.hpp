// SPDX-License-Identifier: Apache-2.0
// The state of the sidecar as plain values, copied at one instant: what the
// pages, the API and outrider's own series are made of. Words for states are
// those of the stages that decide them (TRADING, firing, live, ...).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "aggregate/health.hpp"
#include "aggregate/schema.hpp"

namespace outrider::outputs {

/// Unix milliseconds; 0: never, or not known.
using WallMs = std::int64_t;

struct ProducerStatus {
  std::string name{};
  std::string state{};  ///< live, idle, stalled, dead or closed
  std::int64_t pid = 0;
  std::uint64_t generation = 0;  ///< number of this start of the producer
  std::uint64_t lanes = 0;       ///< claimed by a writer
  std::uint64_t series = 0;
  std::uint64_t recorded = 0;  ///< samples: recorded = drained + in_ring + spilled + lost
  std::uint64_t drained = 0;
  std::uint64_t in_ring = 0;
  std::uint64_t spilled = 0;
  std::uint64_t lost = 0;
};

struct GateStatus {
  std::string producer{};
  std::string gate{};
  aggregate::Labels labels{};
  std::string state{};   ///< TRADING, PROBING, HALTED, REDUCE_ONLY, KILLED, UNARMED or STALE
  std::string reason{};  ///< the alert or the person behind a state other than TRADING
  std::string scope{};   ///< the scope that holds it: "global", "venue=binance"
  WallMs since = 0;
};

struct AlertStatus {
  std::string name{};
  aggregate::Labels labels{};
  std::string state{};  ///< inactive, pending, firing or no_data
  double value = 0;
  WallMs since = 0;
};

struct TripStatus {
  std::string scope{};
  std::string rule{};
  std::uint64_t count = 0;
  WallMs last = 0;
};

struct LossStatus {
  std::string cause{};
  std::uint64_t samples = 0;
};

/// A health check: what a rule has recorded of it.
struct CheckStatus {
  std::string check{};
  aggregate::Labels labels{};  ///< beside that
  aggregate::Health health = aggregate::Health::unknown;
  std::optional<double> value{};                  ///< none: no data
  std::optional<std::chrono::nanoseconds> age{};  ///< of the evaluation; none: there was none
};

struct ProbeStatus {
  std::string probe{};
  aggregate::Health health = aggregate::Health::unknown;
  std::optional<std::chrono::nanoseconds> age{};  ///< of its last good answer
};

struct Status {
  WallMs now = 0;
  /// Time since a pass finished; nothing before the first one.
  std::optional<std::chrono::nanoseconds> last_pass_age{};
  std::vector<std::string> not_ready{};  ///< a line per reason; empty: ready
  bool last_reload_successful = true;
  bool journal_writable = true;

  std::string config_file{};    ///< this and the next two: of the settings in force
  std::string config_sha256{};  ///< empty: no file
  std::string rules_sha256{};   ///< of all rule files, one after the other; empty: none
  std::string segment_dir{};
  aggregate::Labels external_labels{};  ///< of every series and every alert

  std::vector<ProducerStatus> producers{};
  std::vector<GateStatus> gates{};
  std::vector<AlertStatus> alerts{};
  std::vector<TripStatus> trips{};
  std::vector<CheckStatus> checks{};
  std::vector<ProbeStatus> probes{};

  /// Sums over all producers there have been since the totals began.
  std::uint64_t recorded = 0;
  std::uint64_t drained = 0;
  std::uint64_t spilled = 0;
  std::vector<LossStatus> lost{};  ///< every cause there is, with 0 too

  std::uint64_t rule_evaluations = 0;
  std::uint64_t rule_evaluation_failures = 0;
};

/// A pass must finish this often, or the sidecar is not alive.
inline constexpr std::chrono::seconds longest_pass_age{1};

/// True while passes finish.
bool is_healthy(const Status& status);

/// The answer of /api/v1/status; its members are in README.md.
std::string status_json(const Status& status);

/// "2026-11-21T01:43:00.123Z"; empty for 0.
std::string wall_text(WallMs time);

}  // namespace outrider::outputs
