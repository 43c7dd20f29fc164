// SPDX-License-Identifier: Apache-2.0
#include "probes/probe.hpp"

#include <algorithm>
#include <utility>

namespace outrider::probes {

namespace {

using aggregate::FamilyKind;
using namespace std::chrono_literals;

/// How late an outcome may be before its values count as none: the thread that
/// should have fetched it does not run.
constexpr nanoseconds patience = 2s;

/// What changes without rest is looked at this often.
constexpr nanoseconds shortest_pause = 100ms;

constexpr Breaker::State states[] = {Breaker::State::closed, Breaker::State::open,
                                     Breaker::State::half_open};
constexpr const char* state_words[] = {"closed", "open", "half_open"};

double seconds(nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

Probe::Probe(const config::ProbeConfig& config, const Time& now, const Parts& parts)
    : config_{config},
      say_{parts.say},
      source_{make_source(config_, parts.transfers)},
      shape_{source_->shape()},
      series_{make_series()},
      breaker_{config.failures, config.pause},
      due_{now.steady},
      took_{aggregate::no_value()},
      last_run_{aggregate::no_value()} {
  standing_.probe = config_.name;
  standing_.stale_for = config_.stale_for;
  publish();
}

// ------------------------------------------------------------------- tries

bool Probe::step(const Time& now) {
  look(now);
  return std::exchange(stands_anew_, false);
}

void Probe::look(const Time& now) {
  if (source_->take_change()) has_changed_ = true;
  if (attempt_ == nullptr && now.steady >= due_to_begin()) {
    begin(now);
    if (attempt_->descriptor() != -1) return;  // it will say so
  }
  if (attempt_ == nullptr) return;
  if (!is_given_up_ && now.steady - began_.steady >= config_.timeout) {
    is_given_up_ = true;
    attempt_->give_up();
  }
  if (auto outcome = attempt_->look()) {
    attempt_.reset();
    finish(std::move(*outcome), now);
  }
}

nanoseconds Probe::due_to_begin() const {
  if (has_ended_) return nanoseconds::max();
  return has_changed_ ? std::min(due_, began_.steady + shortest_pause) : due_;
}

int Probe::descriptor() const {
  if (attempt_ != nullptr) return attempt_->descriptor();
  return has_changed_ || has_ended_ ? -1 : source_->changes();
}

nanoseconds Probe::due() const {
  if (attempt_ == nullptr) return due_to_begin();
  return is_given_up_ ? nanoseconds::max() : began_.steady + config_.timeout;
}

void Probe::begin(const Time& now) {
  began_ = now;
  is_given_up_ = false;
  has_changed_ = false;
  // What was missed is not made up for.
  if (now.steady >= due_) due_ += ((now.steady - due_) / config_.interval + 1) * config_.interval;
  breaker_.begin();
  attempt_ = source_->begin();
  publish();
}

void Probe::end() {
  has_ended_ = true;
  is_given_up_ = true;
  if (attempt_ != nullptr) attempt_->give_up();
}

void Probe::finish(Outcome outcome, const Time& now) {
  const Failure before = last_.failure;
  const Breaker::State state_before = breaker_.state();
  last_ = std::move(outcome);
  ++runs_;
  took_ = seconds(now.steady - began_.steady);
  last_run_ = seconds(now.wall);
  for (std::size_t i = 0; i < errors_.size(); ++i) {
    if (failure_reasons[i] == last_.failure) ++errors_[i];
  }
  if (last_.failure == Failure::none || last_.failure == Failure::missing) {
    breaker_.answered();
  } else {
    breaker_.failed(now.steady);
    if (breaker_.state() == Breaker::State::open) due_ = std::max(due_, breaker_.not_before());
  }
  if (source_->shape() != shape_) {
    shape_ = source_->shape();
    series_ = make_series();
  }
  say_change(before, state_before);
  stand(now);
  publish();
}

void Probe::stand(const Time& now) {
  using aggregate::Health;
  switch (last_.failure) {
    case Failure::none:
      standing_.answer = last_.health;
      break;
    case Failure::missing:
      standing_.answer = Health::not_configured;
      break;
    case Failure::bad_answer:
      standing_.answer = Health::unhealthy;
      break;
    case Failure::timeout:
    case Failure::unreachable:
      standing_.answer = Health::unreachable;
  }
  if (standing_.answer == Health::healthy) standing_.last_good = now.steady;
}

void Probe::say_change(Failure before, Breaker::State state_before) const {
  const std::string name = "probe " + config_.name + ": ";
  if (last_.failure != before) {
    say_(last_.failure == Failure::none
             ? name + "answers again"
             : name + std::string{to_string(last_.failure)} + ": " + last_.detail);
  }
  if (breaker_.state() == Breaker::State::open && state_before == Breaker::State::closed)
    say_(name + "no answer " + std::to_string(config_.failures) +
         " times in a row; it is tried once more in " +
         std::to_string(config_.pause / std::chrono::seconds{1}) + " s");
}

// ------------------------------------------------------------------ series

aggregate::OutsideMetric Probe::own(const char* name, const char* help, FamilyKind kind) const {
  return {{name, help, kind}, {{"probe", config_.name}}, true};
}

// In the order of publish().
Metrics Probe::all_metrics() const {
  Metrics all{
      own("outrider_probe_success", "Whether the last try had an answer, good or bad.",
          FamilyKind::gauge),
      own("outrider_probe_duration_seconds", "How long the last try took.", FamilyKind::gauge),
      own("outrider_probe_last_run_timestamp_seconds", "When the last try ended, in Unix time.",
          FamilyKind::gauge),
      own("outrider_probe_runs_total", "Tries that have ended.", FamilyKind::counter)};
  for (const Failure failure : failure_reasons) {
    all.push_back(own("outrider_probe_errors_total", "Tries without an answer, by what happened.",
                      FamilyKind::counter));
    all.back().labels.emplace_back("reason", to_string(failure));
  }
  for (const char* state : state_words) {
    all.push_back(own("outrider_probe_breaker_state",
                      "The state of the probe's circuit breaker: 1 for it, else 0.",
                      FamilyKind::gauge));
    all.back().labels.emplace_back("state", state);
  }
  all.insert(all.end(), source_->metrics().begin(), source_->metrics().end());
  return all;
}

std::shared_ptr<aggregate::OutsideSeries> Probe::make_series() const {
  return std::make_shared<aggregate::OutsideSeries>("probe " + config_.name, all_metrics());
}

void Probe::publish() {
  const double success = last_.failure == Failure::none ? 1 : 0;
  std::vector<double> values{runs_ == 0 ? aggregate::no_value() : success, took_, last_run_,
                             static_cast<double>(runs_)};
  for (const std::uint64_t count : errors_) values.push_back(static_cast<double>(count));
  for (const Breaker::State state : states) values.push_back(breaker_.state() == state ? 1 : 0);
  values.insert(values.end(), last_.values.begin(), last_.values.end());
  // While it is tried, what the last try saw is good until this one has had its time.
  const nanoseconds next = attempt_ != nullptr ? began_.steady : std::max(due_, began_.steady);
  standing_.valid_until = next + config_.timeout + patience;
  stands_anew_ = true;
  series_->publish(values, standing_.valid_until);
}

}  // namespace outrider::probes
