// SPDX-License-Identifier: Apache-2.0
#include "recovery_runner.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "clocks.hpp"
#include "config/duration.hpp"
#include "outputs/status.hpp"
#include "probes/exec.hpp"

namespace outrider {

using namespace std::chrono_literals;
using nlohmann::ordered_json;
using recovery::Action;
using recovery::Order;
using recovery::Outcome;

namespace {

/// Older than this, what the guard has shown says nothing of now.
constexpr nanoseconds freshest = 3s;

/// In the journal, and for traders, who it was.
const protection::Caller us{"recovery", protection::Role::killer};

std::string text_of(const ordered_json& object) {
  return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

class KnownOutcome final : public Action {
 public:
  explicit KnownOutcome(Outcome outcome) : outcome_{std::move(outcome)} {}
  std::optional<Outcome> look(nanoseconds) override { return std::move(outcome_); }

 private:
  Outcome outcome_;
};

/// 0 is done; anything else, and what is killed for its time, is not.
class Program final : public Action {
 public:
  Program(const Order& order, nanoseconds now)
      : source_{settings_of(order)}, attempt_{source_.begin()}, until_{now + order.step.timeout} {}

  std::optional<Outcome> look(nanoseconds now) override {
    if (now >= until_ && !std::exchange(is_given_up_, true)) attempt_->give_up();
    const auto outcome = attempt_->look();
    if (!outcome) return std::nullopt;
    if (outcome->failure != probes::Failure::none)
      return Outcome{false, std::string{to_string(outcome->failure)} + ": " + outcome->detail};
    const bool done = outcome->values.front() == 1;
    return Outcome{done, done ? "" : "it ended with another code than 0"};
  }

 private:
  static config::ExecProbe settings_of(const Order& order) {
    config::ExecProbe probe;
    probe.command = order.step.command;
    probe.environment = {{"OUTRIDER_ALERTNAME", order.alert}, {"OUTRIDER_SCOPE", order.scope}};
    probe.exit_codes = {{0, 1}};
    return probe;
  }

  probes::ExecSource source_;
  std::unique_ptr<probes::Attempt> attempt_;
  nanoseconds until_;
  bool is_given_up_ = false;
};

Outcome outcome_of(const protection::ControlAnswer& answer) {
  const ordered_json body = ordered_json::parse(answer.body, nullptr, false);
  const std::string said = body.is_object() ? body.value("message", std::string{}) : std::string{};
  return {answer.status == 200, said};
}

std::unique_ptr<Action> begin(protection::Control& control, const Order& order) {
  using Kind = config::RecoveryStep::Kind;
  const Now now = read_clocks();
  const config::RecoveryStep& step = order.step;
  if (step.kind == Kind::exec) return std::make_unique<Program>(order, now.steady);
  ordered_json wish{{"scope", order.scope}, {"reason", "alert " + order.alert}};
  if (step.kind == Kind::halt) {
    wish["for"] = config::duration_text(step.halt);
    return std::make_unique<KnownOutcome>(outcome_of(control.halt(text_of(wish), us, now)));
  }
  wish["directive"] = step.directive;
  wish["parameters"] = step.parameters;
  return std::make_unique<KnownOutcome>(outcome_of(control.direct(text_of(wish), us, now)));
}

}  // namespace

RecoveryRunner::RecoveryRunner(Parts parts, Settings settings)
    : parts_{parts}, recoverer_{[&control = parts.control](const Order& order) {
        return begin(control, order);
      }} {
  recoverer_.configure(std::move(settings));
}

void RecoveryRunner::reload(Settings settings) {
  const std::lock_guard guard{mutex_};
  reloaded_ = std::move(settings);
}

void RecoveryRunner::step() {
  {
    const std::lock_guard guard{mutex_};
    if (reloaded_) recoverer_.configure(std::move(*reloaded_));
    reloaded_.reset();
  }
  if (recoverer_.is_idle()) {
    parts_.facts.recoveries_exhausted.store(0, std::memory_order_relaxed);  // relaxed: as below
    return;
  }
  const auto publication = parts_.exchange.ask(publication_patience);
  // Nothing is tried on a picture that stands still.
  if (publication == nullptr || read_clocks().steady - publication->steady > freshest) return;
  std::vector<recovery::Seen> seen;
  for (std::size_t i = 0; i < publication->alerts.size(); ++i) {
    const auto& name = publication->names->alerts[i];
    seen.push_back({name.name, name.labels, publication->alerts[i].state});
  }
  const std::vector<recovery::Event> ended = recoverer_.step(seen, read_clocks());
  for (const recovery::Event& event : ended) tell(event);
  // relaxed: a count on its own.
  parts_.facts.recoveries_exhausted.store(recoverer_.exhausted(), std::memory_order_relaxed);
  if (ended.empty()) return;
  const std::lock_guard guard{mutex_};
  history_ = recoverer_.history();
}

void RecoveryRunner::tell(const recovery::Event& event) {
  // relaxed: as above.
  parts_.facts.recovery_steps[static_cast<std::size_t>(event.result)].fetch_add(
      1, std::memory_order_relaxed);
  parts_.log.warn("recovery", {{"alert", event.alert},
                               {"scope", event.scope},
                               {"step", std::to_string(event.step)},
                               {"what", event.what},
                               {"result", std::string{to_string(event.result)}},
                               {"detail", event.detail}});
  if (event.exhausted)
    parts_.log.error("recovery: found the alert firing after every step; needed a person",
                     {{"alert", event.alert}, {"scope", event.scope}});
}

std::string RecoveryRunner::history_json() const {
  ordered_json all = ordered_json::array();
  const std::lock_guard guard{mutex_};
  for (const recovery::Event& event : history_) {
    all.push_back({{"time", outputs::wall_text(event.wall / 1ms)},
                   {"alert", event.alert},
                   {"scope", event.scope},
                   {"step", event.step},
                   {"what", event.what},
                   {"result", to_string(event.result)},
                   {"detail", event.detail},
                   {"exhausted", event.exhausted}});
  }
  return text_of({{"recoveries", std::move(all)}}) + "\n";
}

}  // namespace outrider
