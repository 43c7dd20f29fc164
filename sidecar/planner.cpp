// SPDX-License-Identifier: Apache-2.0
#include "planner.hpp"

#include <algorithm>
#include <filesystem>

#include "outrider/shm/identity.hpp"

namespace outrider {

using namespace std::chrono_literals;

namespace {

constexpr nanoseconds life_check_period = 50ms;
/// A group that decides over gates is looked at this much oftener than its
/// interval says, so that a trip waits a tenth of it and not all of it.
constexpr int looks_per_interval = 10;

bool is_ready(shm::AttachResult result) {
  return result != shm::AttachResult::absent && result != shm::AttachResult::not_ready;
}

}  // namespace

Planner::Planner(const Parts& parts, const config::Config& config,
                 std::shared_ptr<const rules::RuleSet> rules)
    : parts_{parts},
      policy_{config.protection},
      producer_label_{config.producer_label},
      rules_{std::move(rules)} {}

void Planner::reload(const config::Config& config, std::shared_ptr<const rules::RuleSet> rules) {
  policy_ = config.protection;
  producer_label_ = config.producer_label;
  rules_ = std::move(rules);
  changed_ = true;
}

void Planner::scan(nanoseconds now) {
  parts_.queues.destroy_retired();
  if (!has_planned_) find_histories(now);
  find_segments(now);
  for (auto& [name, each] : producers_) {
    watch_life(each, now);
    changed_ = bury(each) || changed_;
    changed_ = bind(each, now) || changed_;
  }
  if (!changed_) return;
  const std::size_t breakers = parts_.protection.breaker_count();
  auto plan = make_plan();
  parts_.exchange.set_names(plan->names);
  parts_.queues.hand_over(std::move(plan));
  // Binding the alerts may have made breakers, whose series the next plan has.
  changed_ = parts_.protection.breaker_count() != breakers;
  has_planned_ = true;
}

// --------------------------------------------------------------- producers

Planner::Known* Planner::known(const std::string& name, nanoseconds now) {
  if (const auto found = producers_.find(name); found != producers_.end()) return &found->second;
  bool damaged = false;
  shm::FileError error;
  auto checkpoint = drain::Checkpoint::open(parts_.directory, name, damaged, error);
  if (checkpoint == nullptr) {
    refused(error.message, parts_.facts.segments_refused);
    return nullptr;
  }
  if (damaged) {
    parts_.log.error("the checkpoint was damaged: its history is lost and a new one begins",
                     {{"producer", name}});
  }
  Known& fresh = producers_[name];
  fresh.producer = std::make_unique<Producer>();
  fresh.producer->name = name;
  fresh.producer->histograms.extend(*checkpoint, now);
  fresh.producer->drainer = std::make_unique<drain::Drainer>(std::move(checkpoint));
  fresh.producer->beat_seen = now;
  fresh.producer->recorded_seen = now;
  changed_ = true;
  return &fresh;
}

// Producers of which only a checkpoint is left: their totals are shown too.
void Planner::find_histories(nanoseconds now) {
  constexpr std::string_view suffix = ".checkpoint";
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator{parts_.directory + "/c", ignored}) {
    const std::string file = entry.path().filename();
    if (!file.ends_with(suffix)) continue;
    const std::string name = file.substr(0, file.size() - suffix.size());
    if (shm::is_producer_name(name)) known(name, now);
  }
}

void Planner::find_segments(nanoseconds now) {
  for (const segments::Found& found : segments::list_segments(parts_.directory)) attach(found, now);
}

void Planner::attach(const segments::Found& found, nanoseconds now) {
  if (const auto it = producers_.find(found.name); it != producers_.end()) {
    const auto has = [&](const auto& segment) { return segment->generation() == found.generation; };
    const auto& open = it->second.segments;
    if (std::any_of(open.begin(), open.end(), has)) return;
    // Retired, but its file could not be removed.
    const auto& last = it->second.binding;
    if (last != nullptr && last->segment->generation() >= found.generation) return;
  }
  shm::AttachResult result{};
  std::string why;
  auto segment = segments::open_segment(parts_.directory, found, result, why);
  if (segment == nullptr) {
    if (is_ready(result)) {
      refused("segment not attached (" + std::string{to_string(result)} + "): " + why,
              parts_.facts.segments_refused);
    }
    return;
  }
  // sync(retired): acquire, pairs with Drainer::retire of an earlier sidecar.
  if (segment->control.state().retired.load(std::memory_order_acquire) == 1) {
    segments::remove_files(parts_.directory, *segment);
    return;
  }
  Known* producer = known(found.name, now);
  if (producer == nullptr) return;
  producer->segments.push_back(segment);
  std::sort(producer->segments.begin(), producer->segments.end(),
            [](const auto& a, const auto& b) { return a->generation() < b->generation(); });
  parts_.log.info("producer attached", {{"producer", found.name},
                                        {"generation", std::to_string(found.generation)},
                                        {"pid", std::to_string(segment->telemetry.header.pid)}});
  changed_ = true;
}

void Planner::watch_life(Known& each, nanoseconds now) {
  if (now - each.checked < life_check_period) return;
  each.checked = now;
  for (std::size_t i = 0; i < each.segments.size(); ++i) {
    segments::Segment& segment = *each.segments[i];
    if (segment.ended.load(std::memory_order_relaxed)) continue;  // relaxed: our own store
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

// Files of the oldest generation, once the guard has carried it over.
bool Planner::bury(Known& each) {
  if (each.segments.empty()) return false;
  segments::Segment& oldest = *each.segments.front();
  // sync(retired): acquire, pairs with Drainer::retire.
  if (!oldest.retired.load(std::memory_order_acquire)) return false;
  if (!segments::remove_files(parts_.directory, oldest)) {
    parts_.log.info("the trader's next start removes its file", {{"producer", oldest.name}});
  }
  each.segments.erase(each.segments.begin());
  return true;
}

bool Planner::bind(Known& each, nanoseconds now) {
  if (each.segments.empty()) return false;
  const auto& segment = each.segments.front();
  // sync(retired): acquire, pairs with Drainer::retire: nothing is bound anew.
  if (segment->retired.load(std::memory_order_acquire)) return false;
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
  if (each.gates_generation != segment->generation()) each.gates.clear();
  each.gates_generation = segment->generation();
  for (const drain::BoundSeries& series : each.binding->series) {
    if (series.info.kind != shm::SeriesKind::gate || each.gates.contains(series.info.slot))
      continue;
    auto gate = std::make_shared<GateRuntime>();
    gate->producer = each.producer.get();
    gate->segment = segment;
    gate->slot = series.info.slot;
    gate->name = series.info.name;
    gate->labels = series.info.labels;
    for (const std::string& scope :
         protection::gate_scopes(each.producer->name, gate->name, gate->labels)) {
      gate->scopes.push_back(parts_.protection.scope(scope));
    }
    gate->own_scope = parts_.protection.scope("gate=" + each.producer->name + "/" + gate->name);
    each.gates.emplace(series.info.slot, std::move(gate));
  }
}

void Planner::refused(const std::string& what, std::atomic<std::uint64_t>& count) {
  if (!refusals_.insert(what).second) return;
  // relaxed: a count on its own.
  count.fetch_add(1, std::memory_order_relaxed);
  parts_.log.warn(what);
}

// -------------------------------------------------------------------- plans

bool Planner::has_consequence(const rules::AlertRule& rule) const {
  const auto names = [&](const auto& each) { return each.alert == rule.name; };
  return std::any_of(policy_.breakers.begin(), policy_.breakers.end(), names) ||
         std::any_of(policy_.kill_switch.begin(), policy_.kill_switch.end(), names);
}

void Planner::add_values(Plan& plan) {
  std::vector<Producer*> producers;
  for (auto& [name, each] : producers_) {
    producers.push_back(each.producer.get());
    plan.producers.push_back(
        {each.producer.get(), each.binding, each.producer->histograms.by_row()});
    // A generation that is retired keeps its last series, but its gates are gone.
    if (each.segments.empty()) continue;
    for (const auto& [slot, gate] : each.gates) plan.gates.push_back(gate);
  }
  aggregate::ValuesBuilder builder{producer_label_};
  std::vector<std::string> refusals;
  // The living first: a name that only history has must not keep out a series
  // that a rule needs now.
  for (const bool living : {true, false}) {
    for (auto& [name, each] : producers_) {
      if (living == each.segments.empty()) continue;
      builder.add({name, each.producer->drainer.get(), &each.producer->histograms, each.binding},
                  refusals);
    }
  }
  for (const std::string& why : refusals) refused(why, parts_.facts.series_refused);
  plan.own = std::make_unique<OwnSeries>(
      builder, OwnSeries::Subjects{producers, plan.gates, parts_.protection, *rules_});
  plan.values = builder.build();
}

std::unique_ptr<Plan> Planner::make_plan() {
  auto plan = std::make_unique<Plan>();
  plan->lease = policy_.lease;
  plan->rule_set = rules_;
  add_values(*plan);
  const auto decides = [this](const rules::AlertRule& rule) { return has_consequence(rule); };
  plan->rules = engine_.prepare(rules_, *plan->values->schema(), decides);
  plan->rule_need = nanoseconds::max();
  for (const auto& group : rules_->groups) {
    if (std::any_of(group.rules.begin(), group.rules.end(), decides)) {
      plan->rule_need = std::min(plan->rule_need, group.interval / looks_per_interval);
    }
  }
  link_alerts(*plan);
  name_publication(*plan);
  return plan;
}

void Planner::link_alerts(Plan& plan) {
  for (const rules::BoundRule& rule : plan.rules->rules()) {
    for (const auto& instance : rule.instances()) {
      AlertLink link{instance.get(), &rule, {}};
      for (const auto& id :
           protection::bind_alert(parts_.protection, policy_, rule.rule().name, instance->labels)) {
        if (id) {
          link.breakers.push_back(*id);
        } else {
          plan.grants_nothing = true;
          refused("no room for another circuit breaker: alert " + rule.rule().name,
                  parts_.facts.series_refused);
        }
      }
      if (!link.breakers.empty()) plan.links.push_back(std::move(link));
    }
  }
}

void Planner::name_publication(Plan& plan) {
  auto names = std::make_shared<PublicationNames>();
  names->schema = plan.values->schema();
  for (const PlannedProducer& planned : plan.producers) {
    PublicationNames::ProducerName name{planned.producer->name, 0, 0, 0};
    if (planned.binding != nullptr) {
      name.pid = planned.binding->segment->telemetry.header.pid;
      name.generation = planned.binding->segment->generation();
      name.series = planned.binding->series.size();
    }
    names->producers.push_back(std::move(name));
  }
  for (const auto& gate : plan.gates)
    names->gates.push_back({gate->producer->name, gate->name, gate->labels});
  for (const rules::BoundRule& rule : plan.rules->rules()) {
    for (const auto& instance : rule.instances())
      names->alerts.push_back({rule.rule().name, instance->labels});
  }
  for (std::size_t id = 0; id < parts_.protection.breaker_count(); ++id) {
    const auto& breaker = parts_.protection.breaker_at(static_cast<protection::BreakerId>(id));
    names->trips.emplace_back(parts_.protection.scope_name(breaker.scope()), breaker.rule());
  }
  plan.names = std::move(names);
}

}  // namespace outrider
