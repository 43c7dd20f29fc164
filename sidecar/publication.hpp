// SPDX-License-Identifier: Apache-2.0
// What the guard shows to other threads: values and states at one instant,
// copied on request into memory that the asking thread has sized.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "aggregate/schema.hpp"
#include "drain/drainer.hpp"
#include "outputs/alerts/intake.hpp"
#include "outputs/status.hpp"
#include "protection/text.hpp"
#include "rules/recorded_values.hpp"
#include "rules/rule_set.hpp"
#include "segments/liveness.hpp"

namespace outrider {

using std::chrono::nanoseconds;

/// What stays the same for the life of a plan.
struct PublicationNames {
  struct ProducerName {
    std::string name;
    std::int64_t pid = 0;
    std::uint64_t generation = 0;
    std::uint64_t series = 0;
  };
  struct GateName {
    std::string producer;
    std::string gate;
    aggregate::Labels labels;
  };
  struct AlertName {
    std::string name;
    aggregate::Labels labels;
    const rules::AlertRule* rule = nullptr;  ///< of rule_set
    std::shared_ptr<const rules::AlertInstance> instance;
  };
  /// Of a health check: one series of a recording rule.
  struct CheckName {
    std::string check;
    aggregate::Labels labels;               ///< beside that
    std::size_t recording = 0;              ///< of the plan's
    std::optional<std::size_t> recorded{};  ///< its series; none: it can record nothing
  };
  std::shared_ptr<const aggregate::Schema> schema;
  std::vector<ProducerName> producers;
  std::vector<GateName> gates;
  std::vector<AlertName> alerts;
  std::vector<CheckName> checks;
  std::shared_ptr<const rules::RuleSet> rule_set;
  std::vector<std::pair<std::string, std::string>> trips;  ///< scope and rule, by breaker
  std::vector<aggregate::Labels> recorded;                 ///< all that recording rules can yield
  std::vector<std::size_t> first_recorded;                 ///< of these, by recording rule
  std::size_t first_field = 0;                 ///< from here on: those of summaries' fields
  std::vector<const rules::AlertRule*> rules;  ///< of rule_set, in the plan's order
};

struct Publication {
  struct ProducerSample {
    segments::ProducerState state = segments::ProducerState::dead;
    drain::Totals totals;
    std::uint64_t lanes = 0;
  };
  struct GateSample {
    GateState state = GateState::unarmed;
    protection::ScopeText scope;
    protection::ReasonText reason;
    std::int64_t since_wall_ms = 0;
  };
  struct AlertSample {
    rules::AlertState state = rules::AlertState::inactive;
    double value = 0;
    nanoseconds since{};  ///< steady
  };

  Publication() = default;
  explicit Publication(std::shared_ptr<const PublicationNames> names);

  std::shared_ptr<const PublicationNames> names;
  aggregate::Snapshot snapshot;
  std::vector<ProducerSample> producers;
  std::vector<GateSample> gates;
  std::vector<AlertSample> alerts;
  std::vector<std::uint64_t> trips;
  std::vector<rules::RecordedCell> recorded;
  std::vector<rules::RuleStatus> rules;
  std::vector<rules::RuleStatus> recordings;  ///< by number in the rule set
  nanoseconds steady{};                       ///< when
  nanoseconds wall{};
};

/// The dispatch thread's view of a publication: the state of every alert.
std::vector<alerts::Observed> to_observed(const Publication& publication);

/// A steady time as Unix time, by the pair of clocks of the publication.
nanoseconds wall_of(const Publication& publication, nanoseconds steady);

/// And what the fields of summaries yield.
std::vector<alerts::FieldValue> to_field_values(const Publication& publication);

/// The pages' view of a publication.
outputs::Status to_status(const Publication& publication);

/// How long whoever asks for a publication waits for a pass.
inline constexpr std::chrono::milliseconds publication_patience{200};

/// Where an asking thread and the guard meet. The guard never waits: it answers
/// at the end of a pass, if somebody asked.
class Exchange {
 public:
  /// Any thread but the guard: the newest publication, waiting for the next pass
  /// up to `patience`; the one before it when the guard does not answer; null
  /// when there has never been one, or another asker still waits.
  std::shared_ptr<const Publication> ask(std::chrono::milliseconds patience);

  /// Discovery thread: what publications of the coming plan must have room for.
  void set_names(std::shared_ptr<const PublicationNames> names);

  /// Guard: the publication to fill, or null when nobody asks or it was sized for
  /// another plan than `names`. Followed by answered().
  Publication* wanted(const PublicationNames* names) noexcept;
  void answered() noexcept;

 private:
  enum State : int { idle, asked, filling, done, unfit };
  std::mutex askers_;  ///< one asks at a time; never taken by the guard
  std::mutex names_mutex_;
  std::shared_ptr<const PublicationNames> names_;
  std::shared_ptr<Publication> pending_;
  std::shared_ptr<const Publication> last_;
  std::atomic<int> state_{idle};
};

}  // namespace outrider
