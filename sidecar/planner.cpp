// SPDX-License-Identifier: Apache-2.0
#include "planner.hpp"

#include <algorithm>

namespace outrider {

using namespace std::chrono_literals;

namespace {

constexpr nanoseconds life_check_period = 50ms;
constexpr double binds_a_second = 5;
/// While samples wait for it a series is bound this soon, whatever was spent: what is
/// recorded behind them in their lane waits, too, and with it the rules.
constexpr nanoseconds waiting_bind_period = 40ms;

/// Of a gate's scopes: global, host, producer, then its own.
constexpr std::size_t producer_scope_at = 2;
constexpr std::size_t own_scope_at = 3;

}  // namespace

Planner::Planner(const Parts& parts, const config::Config& config,
                 std::shared_ptr<const rules::RuleSet> rules)
    : parts_{parts},
      policy_{config.protection},
      producer_label_{config.producer_label},
      analytics_{config.analytics},
      max_stale_bytes_{config.segment.max_stale_bytes},
      listing_{parts.directory + "/t", ".telemetry"},
      rules_{std::move(rules)},
      outside_(parts.boards.size()) {
  engine_.charge_histories_to(producer_label_);
  for (const std::string_view everyones : {protection::global_scope, protection::host_scope})
    scopes_named_.emplace(everyones, several_gates);
}

void Planner::reload(const config::Config& config, std::shared_ptr<const rules::RuleSet> rules) {
  policy_ = config.protection;
  producer_label_ = config.producer_label;
  analytics_ = config.analytics;
  engine_.charge_histories_to(producer_label_);
  max_stale_bytes_ = config.segment.max_stale_bytes;
  rules_ = std::move(rules);
  changed_ = true;
}

void Planner::scan(nanoseconds now) {
  parts_.queues.destroy_retired();
  now_ = now;
  has_histories_ = has_histories_ || find_histories(now);
  const bool has_looked = find_segments(now) && has_histories_;
  for (auto& [name, each] : producers_) {
    watch_life(each, now);
    changed_ = bury(each) || changed_;
    changed_ = bind_if_due(each, now) || changed_;
    warn_of_uncounted_orders(each, now);
  }
  changed_ = look_outside(now) || changed_;
  // relaxed: a time; the guard asks only how old it is.
  if (has_looked) parts_.facts.discovery_beat_ns.store(now.count(), std::memory_order_relaxed);
  parts_.facts.discovery_scans.fetch_add(1, std::memory_order_relaxed);
  if (!changed_) return;
  // relaxed: a count on its own.
  parts_.facts.discovery_plans.fetch_add(1, std::memory_order_relaxed);
  const std::size_t breakers = parts_.protection.breaker_count();
  auto plan = make_plan();
  parts_.exchange.set_names(plan->names);
  parts_.queues.hand_over(std::move(plan));
  // Binding the alerts may have made breakers, whose series the next plan has.
  changed_ = parts_.protection.breaker_count() != breakers;
  has_planned_ = true;
}

// What discovery ages is safe from a thread that hangs and should have brought it:
// nothing is granted without discovery.
bool Planner::look_outside(nanoseconds now) {
  bool changed = false;
  for (std::size_t i = 0; i < outside_.size(); ++i) {
    for (const auto& each : outside_[i]) each->expire(now);
    changed = parts_.boards[i]->take(outside_[i]) || changed;
  }
  return changed;
}

// --------------------------------------------------------------- producers

// A file that was cut short: said once, and nothing more of it is believed. Its
// gates close, its trader's other files and the other producers go on.
void Planner::watch_damage(Known& each) {
  if (each.producer->drainer->checkpoint().is_damaged()) {
    refused(
        "producer " + each.producer->name +
            ": found its checkpoint cut short while in use; needed it whole; its gates are closed "
            "and what it held is lost; look for who cut it, and start the sidecar again",
        parts_.facts.segments_quarantined);
    for (const auto& segment : each.segments) segment->quarantine();
  }
  for (const auto& segment : each.segments) {
    const std::string why = segment->damage(parts_.directory);
    if (why.empty()) continue;
    segment->quarantine();
    refused("segment quarantined: " + why +
                "; its gates are closed; look for who wrote there, and start its trader again",
            parts_.facts.segments_quarantined);
  }
}

void Planner::watch_life(Known& each, nanoseconds now) {
  if (now - each.checked < life_check_period) return;
  each.checked = now;
  watch_damage(each);
  for (std::size_t i = 0; i < each.segments.size(); ++i) {
    segments::Segment& segment = *each.segments[i];
    if (segment.ended.load(std::memory_order_relaxed)) continue;  // relaxed: our own store
    // relaxed: whether there are any.
    if (segment.view.state().refused.load(std::memory_order_relaxed) != 0) {
      refused("producer " + segment.name + ": found generation " +
                  std::to_string(segment.generation()) +
                  " with series or gates that its own library refused it, which nobody sees; "
                  "Producer::last_refusal says why, outrider_registrations_refused_total how many",
              parts_.facts.series_refused);
    }
    if (!segment.trader_has_ended(i + 1 < each.segments.size() ? each.segments[i + 1].get()
                                                               : nullptr))
      continue;
    // What it registered and spilled last must be bound before it is retired.
    bind(each, now);
    changed_ = true;
    // sync(ended): release, pairs with the guard. The last binding is on its way.
    segment.ended.store(true, std::memory_order_release);
    parts_.log.info("producer ended", {{"producer", segment.name},
                                       {"generation", std::to_string(segment.generation())}});
  }
}

bool Planner::bind_if_due(Known& each, nanoseconds now) {
  const double passed = std::chrono::duration<double>(now - each.binds_counted).count();
  each.binds_counted = now;
  each.binds_left = std::min(each.binds_left + passed * binds_a_second, binds_at_once);
  // The first bind of a generation is free: there is one for each, and those that
  // have died must not keep the living one waiting.
  const bool is_again = each.binding != nullptr && !each.segments.empty() &&
                        each.binding->segment == each.segments.front();
  // relaxed: a wish of the guard's.
  const bool is_urgent = each.producer->samples_wait.load(std::memory_order_relaxed) &&
                         now - each.bound_at >= waiting_bind_period;
  if (is_again && each.binds_left < 1 && !is_urgent) return false;
  if (!bind(each, now)) return false;
  each.bound_at = now;
  if (is_again) each.binds_left = std::max(each.binds_left - 1, 0.0);
  return true;
}

bool Planner::bind(Known& each, nanoseconds now) {
  if (each.segments.empty()) return false;
  const auto& segment = each.segments.front();
  // sync(retired): acquire, pairs with Drainer::retire: nothing is bound anew.
  if (segment->retired.load(std::memory_order_acquire)) return false;
  // A binding of the damaged one stays as it was; without any it could not be retired.
  if (segment->is_damaged() && each.binding != nullptr && each.binding->segment == segment)
    return false;
  const bool is_known = each.binding != nullptr && each.binding->segment == segment;
  if (is_known && drain::is_complete(*each.binding)) return false;
  std::vector<std::string> refusals;
  auto binding = each.producer->drainer->bind(segment, each.binding.get(), refusals);
  for (const std::string& why : refusals) {
    refused("producer " + segment->name + ": " + why, parts_.facts.series_refused);
  }
  each.binding = std::move(binding);
  each.producer->histograms.extend(each.producer->drainer->checkpoint(), now);
  find_gates(each);
  return true;
}

void Planner::find_gates(Known& each) {
  const auto& segment = each.binding->segment;
  // Not by its number, which two of them may have.
  if (!each.gates.empty() && each.gates.begin()->second->segment != segment) each.gates.clear();
  for (const drain::BoundSeries& series : each.binding->series) {
    if (series.info.kind != shm::SeriesKind::gate || each.gates.contains(series.info.slot))
      continue;
    auto gate = std::make_shared<GateRuntime>();
    gate->producer = each.producer.get();
    gate->segment = segment;
    gate->slot = series.info.slot;
    gate->name = series.info.name;
    gate->labels = series.info.labels;
    gate->scopes = scopes_of(*gate);
    // A kill that is found in the word of a gate without a scope of its own is its
    // producer's: nobody has asked for more.
    const bool has_own = !parts_.protection.has_no_room(gate->scopes[own_scope_at]);
    gate->own_scope = gate->scopes[has_own ? own_scope_at : producer_scope_at];
    each.gates.emplace(series.info.slot, std::move(gate));
  }
}

// A producer that has named too many gets a scope for this gate that never opens.
std::vector<protection::ScopeId> Planner::scopes_of(const GateRuntime& gate) {
  const std::string& producer = gate.producer->name;
  const auto names = protection::gate_scopes(producer, gate.name, gate.labels);
  const std::set<std::string> all{names.begin(), names.end()};
  const auto is_new = [&](const std::string& name) { return !scopes_named_.contains(name); };
  const auto more = static_cast<std::size_t>(std::count_if(all.begin(), all.end(), is_new));
  const bool fits = scopes_.take(producer, more);
  if (fits) {
    for (const std::string& name : all) {
      std::string& by = scopes_named_.try_emplace(name, producer).first->second;
      if (by != producer) by = by == no_gates ? producer : several_gates;
    }
  } else {
    // relaxed: a count on its own.
    parts_.facts.scopes_refused.fetch_add(1, std::memory_order_relaxed);
    refused("producer " + producer + ": found its gates and alerts to name more than " +
                std::to_string(max_scopes_each) +
                " scopes, or all producers more than there is room for; needed fewer; gates that "
                "name another stay UNARMED; use labels with fewer values",
            parts_.facts.series_refused);
  }
  std::vector<protection::ScopeId> scopes;
  for (const std::string& name : names) {
    const bool known = fits || scopes_named_.contains(name);
    scopes.push_back(parts_.protection.scope(known ? name : std::string{}));
  }
  return scopes;
}

void Planner::refused(const std::string& what, std::atomic<std::uint64_t>& count) {
  const SaidOnce::Answer answer = said_.ask(what, now_);
  if (answer == SaidOnce::Answer::said) return;
  // relaxed: counts on their own.
  if (answer == SaidOnce::Answer::say) {
    count.fetch_add(1, std::memory_order_relaxed);
    return parts_.log.warn(what);
  }
  if (parts_.facts.refusals_unsaid.fetch_add(1, std::memory_order_relaxed) == 0) {
    parts_.log.warn(
        "more refusals than can be told apart: further ones are only counted, in "
        "outrider_refusals_unsaid_total");
  }
}

}  // namespace outrider
