// SPDX-License-Identifier: Apache-2.0
// The left half of the dispatcher: what came from the guard, into the book and
// the log.
#include <algorithm>
#include <thread>

#include "outputs/alerts/dispatcher.hpp"
#include "outputs/status.hpp"

namespace outrider::alerts {

using namespace std::chrono_literals;

namespace {

/// What fired in the last life may be known to be over only when rules have
/// their series again.
constexpr nanoseconds settle_time = 5s;
constexpr nanoseconds first_look_period = 500ms;
constexpr std::size_t most_ended = 512;
constexpr std::size_t most_pending = 4096;
constexpr int missed_repeats = 4;
/// The dispatch thread may be at a disk that hangs; the page must not be.
constexpr auto patience_for_report = 100ms;

constexpr const char* no_data_outcome = "no data: its series are gone, which is not health";

bool is_trip(const Alert& alert) {
  return promql::label_value(alert.labels, "alertname") == trip_alert;
}

}  // namespace

void Dispatcher::fire(const Alert& alert) {
  if (book_.fire(alert)) return;
  for (Receiver& receiver : receivers_) {
    if (receiver.recipient.wants(alert)) ++receiver.tally.dropped;
  }
  parts_.log.warn("alert not told: as many fire as there is room for, alerting.queue_capacity");
}

void Dispatcher::end(const std::string& identity, nanoseconds wall, const std::string& outcome) {
  const auto found = book_.known().find(identity);
  if (found == book_.known().end() || !found->second.fires) return;
  book_.end(identity, wall, outcome);
  ended_.push_front(found->second.alert);
  if (ended_.size() > most_ended) ended_.pop_back();
}

void Dispatcher::take_events(const Time& now) {
  if (parts_.intake.take_overflow()) look_soon_ = true;
  RuleEvent rule;
  while (parts_.intake.next(rule)) take(rule);
  LatchEvent latch;
  while (parts_.intake.next(latch)) take(latch, now);
}

void Dispatcher::take(const RuleEvent& event) {
  const Observed& observed = event.observed;
  rules_ = observed.rules;
  if (event.at <= level_at_) return;  // the whole was looked at since
  if (observed.instance == nullptr) return say_state(observed);
  Alert alert = composer_.of_rule(observed);
  alert.began = event.began;
  const std::string identity = identity_of(alert.labels);
  const auto known = book_.known().find(identity);
  const bool fired = known != book_.known().end() && known->second.fires;
  if (observed.state == rules::AlertState::pending) {
    if (pending_.size() < most_pending) pending_.insert_or_assign(identity, alert);
    say_state(observed);
    if (fired && known->second.is_carried) return book_.confirm(identity);
  } else {
    pending_.erase(identity);
  }
  if (observed.state == rules::AlertState::firing) return fire(alert);
  const bool is_gone = observed.state == rules::AlertState::no_data;
  if (fired) return end(identity, observed.since_wall, is_gone ? no_data_outcome : "");
  if (observed.state != rules::AlertState::pending) say_state(observed);
}

void Dispatcher::take(const LatchEvent& event, const Time& now) {
  const protection::Change& change = event.change;
  protection::Entry entry = change.entry;
  const auto end_as = [&](protection::Action closed) {
    entry.action = closed;
    end(identity_of(composer_.of_latch(entry, nullptr).labels), entry.wall);
  };
  if (is_latch(entry.action)) {
    if (change.journal_only) return;  // one alert a latch: its first cause
    Alert alert = composer_.of_latch(entry, rules_.get());
    alert.began = event.began;
    return fire(alert);
  }
  switch (entry.action) {
    case protection::Action::clear:
      end_as(protection::Action::trip);
      return end_as(protection::Action::reduce);
    case protection::Action::unblock:
      return end_as(protection::Action::block_entries);
    case protection::Action::arm: {
      std::vector<std::string> over;
      for (const auto& [identity, known] : book_.known()) {
        const bool same = promql::label_value(known.alert.labels, "scope") == entry.scope.view();
        if (same && is_trip(known.alert) && is_kill(known.alert)) over.push_back(identity);
      }
      for (const std::string& identity : over) end(identity, now.wall);
      look_soon_ = true;  // for what else it has lifted
      return;
    }
    default:
      look_soon_ = true;
  }
}

// ------------------------------------------------------------------ the whole

bool Dispatcher::wants_to_look(const Time& now) {
  const bool carries = std::any_of(book_.known().begin(), book_.known().end(),
                                   [](const auto& each) { return each.second.is_carried; });
  const nanoseconds since = now.steady - looked_;
  const bool wants = (look_soon_ && since >= first_look_period) ||
                     (carries && since >= settle_time / 5) || since >= resend_;
  if (wants) looked_ = now.steady;
  return wants;
}

void Dispatcher::apply(const Level& level, const Time& now) {
  look_soon_ = false;
  level_at_ = level.at;
  apply_rules(level, now);
  if (level.knows_latches) apply_latches(level, now);
}

void Dispatcher::apply_rules(const Level& level, const Time& now) {
  std::map<std::string, rules::AlertState> states;
  pending_.clear();
  for (const Observed& observed : level.alerts) {
    rules_ = observed.rules;
    const Alert alert = composer_.of_rule(observed);
    const std::string identity = identity_of(alert.labels);
    states[identity] = observed.state;
    if (observed.state == rules::AlertState::firing) fire(alert);
    if (observed.state == rules::AlertState::pending && pending_.size() < most_pending)
      pending_.emplace(identity, alert);
  }
  std::vector<std::pair<std::string, std::string>> over;  // and why
  for (const auto& [identity, known] : book_.known()) {
    if (!known.fires || is_trip(known.alert)) continue;
    const auto found = states.find(identity);
    const bool is_gone = found == states.end() || found->second == rules::AlertState::no_data;
    if (!is_gone && found->second == rules::AlertState::firing) continue;
    if (known.is_carried) {
      if (!is_gone && found->second == rules::AlertState::pending) {
        book_.confirm(identity);
        continue;
      }
      const nanoseconds patience = is_gone ? missed_repeats * resend_ : settle_time;
      if (now.steady - started_.steady < patience) continue;
    }
    over.emplace_back(identity, is_gone ? no_data_outcome : "");
  }
  for (const auto& [identity, why] : over) end(identity, now.wall, why);
}

void Dispatcher::apply_latches(const Level& level, const Time& now) {
  std::set<std::string> in_force;
  for (const protection::Entry& entry : level.latches) {
    const Alert alert = composer_.of_latch(entry, rules_.get());
    in_force.insert(identity_of(alert.labels));
    fire(alert);
  }
  std::vector<std::string> over;
  for (const auto& [identity, known] : book_.known()) {
    if (known.fires && is_trip(known.alert) && !in_force.contains(identity))
      over.push_back(identity);
  }
  for (const std::string& identity : over) end(identity, now.wall);
}

// -------------------------------------------------------------------- the log

void Dispatcher::say_state(const Observed& observed) {
  const std::string producer{
      observed.instance ? promql::label_value(observed.instance->labels, "producer") : ""};
  parts_.log.info("alert", {{"alert", observed.rule->name},
                            {"state", std::string{rules::state_name(observed.state)}},
                            {"producer", producer},
                            {"value", std::to_string(observed.value)}});
}

void Dispatcher::write_log(const Time& now) {
  const Recipient log{"log", nanoseconds{0}, true};
  if (book_.revision() == considered_revision_ && now.steady - considered_ < first_look_period / 5)
    return;
  for (const Message& message : book_.due(log, now)) {
    log_message(message);
    book_.told(log, message, now);
  }
}

void Dispatcher::log_message(const Message& message) {
  const Alert& alert = message.alert;
  if (alert.is_event) return log_event(alert);
  const auto text = [&](const char* name) {
    return std::string{promql::label_value(alert.labels, name)};
  };
  const std::string summary{promql::label_value(alert.annotations, "summary")};
  const Severity severity = message.ends ? Severity::info : composer_.severity_of(alert);
  const auto say = severity == Severity::info      ? &outputs::Log::info
                   : severity == Severity::warning ? &outputs::Log::warn
                                                   : &outputs::Log::error;
  (parts_.log.*say)("alert", {{"alert", text("alertname")},
                              {"state", message.ends ? "resolved" : "firing"},
                              {"severity", text("severity")},
                              {"producer", text("producer")},
                              {"scope", text("scope")},
                              {"value", std::to_string(alert.value)},
                              {"since", outputs::wall_text(alert.starts_at / 1ms)},
                              {"summary", summary}});
}

// ----------------------------------------------------------------- the report

Report Dispatcher::report() const {
  std::unique_lock lock{mutex_, std::try_to_lock};
  for (auto waited = 0ms; !lock && waited < patience_for_report; waited += 1ms) {
    std::this_thread::sleep_for(1ms);
    (void)lock.try_lock();
  }
  std::optional<Report> fresh;
  if (lock) fresh = make_report();
  const std::lock_guard guard{exchange_};
  if (fresh) last_report_ = *std::move(fresh);
  return last_report_;
}

Report Dispatcher::make_report() const {
  Report report;
  const auto untold_of = [&](const Known& known) {
    std::vector<std::string> names;
    for (const Receiver& receiver : receivers_) {
      if (!receiver.recipient.wants(known.alert)) continue;
      const auto told = known.told.find(receiver.recipient.name);
      if (told == known.told.end() || told->second.episode < known.episode)
        names.push_back(receiver.recipient.name);
    }
    return names;
  };
  for (const auto& [identity, known] : book_.known()) {
    if (known.fires) report.alerts.push_back({"firing", known.alert, untold_of(known)});
  }
  for (const auto& [identity, alert] : pending_) report.alerts.push_back({"pending", alert, {}});
  for (const Alert& alert : ended_) report.alerts.push_back({"resolved", alert, {}});
  const nanoseconds now = parts_.clock().steady;
  for (const Receiver& receiver : receivers_) {
    report.receivers.push_back({receiver.recipient.name, receiver.pace.state(now),
                                book_.waiting(receiver.recipient), receiver.tally,
                                receiver.last_error});
  }
  report.poisoned = poisoned_;
  report.latencies = latencies_;
  return report;
}

}  // namespace outrider::alerts
