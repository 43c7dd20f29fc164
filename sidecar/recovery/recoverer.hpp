// SPDX-License-Identifier: Apache-2.0
// All recoveries: which alerts fire on which scopes, what is begun for them, and what
// came of it. What a step does is the caller's.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aggregate/schema.hpp"
#include "protection/state.hpp"
#include "recovery/chain.hpp"
#include "rules/alert.hpp"

namespace outrider::recovery {

using protection::Now;

/// One alert of a rule as it is now.
struct Seen {
  std::string_view alert;
  const aggregate::Labels& labels;
  rules::AlertState state = rules::AlertState::inactive;
};

/// A step to carry out.
struct Order {
  const config::RecoveryStep& step;
  const std::string& alert;
  const std::string& scope;  ///< as `outrider kill --scope` takes it
};

struct Outcome {
  bool done = false;
  std::string detail{};  ///< what was found
};

/// A step under way. Its end gives it up.
class Action {
 public:
  Action() = default;
  Action(const Action&) = delete;
  Action& operator=(const Action&) = delete;
  virtual ~Action() = default;
  /// The outcome, once; nothing while there is none.
  virtual std::optional<Outcome> look(nanoseconds now) = 0;
};
using Begin = std::function<std::unique_ptr<Action>(const Order&)>;

/// A step that ended.
struct Event {
  nanoseconds wall{};
  std::string alert;
  std::string scope;
  std::size_t step = 0;  ///< from 1
  std::string what;      ///< "directive reconnect", "halt_new 10m", "exec /path"
  Result result = Result::failed;
  std::string detail{};
  bool exhausted = false;  ///< it was the last, and the alert goes on
};

/// What a step is called.
std::string name_of(const config::RecoveryStep& step);

class Recoverer {
 public:
  explicit Recoverer(Begin begin) : begin_{std::move(begin)} {}

  /// Recoveries that are what they were go on; the others are given up.
  void configure(std::vector<config::RecoveryConfig> all);
  /// Returns what ended.
  std::vector<Event> step(const std::vector<Seen>& alerts, const Now& now);

  [[nodiscard]] bool is_idle() const { return all_.empty(); }
  /// Scopes on which everything was tried, and the alert goes on.
  [[nodiscard]] std::size_t exhausted() const;
  /// Newest first; the last `most_events`.
  [[nodiscard]] const std::deque<Event>& history() const { return history_; }

  static constexpr std::size_t most_events = 1000;
  /// Of one alert: an inventive trader's labels must not fill the memory.
  static constexpr std::size_t most_scopes = 256;

 private:
  struct Running {
    Chain chain;
    std::string detail;  ///< of the last action
    std::unique_ptr<Action> action;
  };
  struct Recovery {
    config::RecoveryConfig config;
    std::map<std::string, Running> scopes;
  };
  void look(Recovery& recovery, const std::vector<Seen>& alerts, const Now& now,
            std::vector<Event>& events);
  std::optional<Event> follow(Recovery& recovery, const std::string& scope, Health health,
                              const Now& now);

  Begin begin_;
  std::vector<Recovery> all_;
  std::deque<Event> history_;
};

}  // namespace outrider::recovery
