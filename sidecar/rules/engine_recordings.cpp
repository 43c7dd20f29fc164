// SPDX-License-Identifier: Apache-2.0
// The engine's half for recording rules: each is bound after those that it
// reads, and what it can yield joins the series that later ones select.
#include <optional>
#include <utility>

#include "rules/engine.hpp"

namespace outrider::rules {

namespace {

aggregate::Labels recorded_labels(const RecordingRule& rule, const aggregate::Labels& source) {
  aggregate::Labels labels = source;
  promql::set_label(labels, promql::metric_name_label, rule.name);
  for (const auto& [name, value] : rule.labels) promql::set_label(labels, name, value);
  return labels;
}

}  // namespace

void Engine::bind_recordings(Plan& plan, const RuleSet& rules, promql::SeriesIndex& series) {
  std::vector<const RuleGroup*> group_of(rules.recordings.size());
  for (const RuleGroup& group : rules.groups) {
    for (std::size_t i = 0; i < group.recording_count; ++i) {
      group_of[group.first_recording + i] = &group;
    }
  }
  std::vector<std::optional<BoundRecording>> bound(rules.recordings.size());
  for (const std::size_t number : rules.binding_order) {
    const RuleGroup& group = *group_of[number];
    bound[number].emplace(bind_recording(rules.recordings[number],
                                         {series, histories_, scope_of(group), group.interval}));
    add_recorded(*bound[number], plan, series);
  }
  for (auto& recording : bound) plan.recordings_.push_back(std::move(*recording));
}

BoundRecording Engine::bind_recording(const RecordingRule& rule,
                                      const promql::BindContext& context) {
  StoredRecording& stored = stored_recording(rule);
  BoundRecording bound{promql::bind(*rule.expr, context)};
  bound.rule_ = &rule;
  bound.status_ = stored.status;
  bound.recorded_ = stored.recorded;
  std::map<aggregate::Labels, std::uint32_t> index;
  for (const aggregate::Labels& source : bound.expr_.labels()) {
    aggregate::Labels labels = recorded_labels(rule, source);
    const auto next = static_cast<std::uint32_t>(bound.cells_.size());
    const auto [place, added] = index.try_emplace(labels, next);
    bound.cell_of_slot_.push_back(place->second);
    if (!added) continue;
    StoredCell& kept = stored.cells[labels];
    kept.generation = generation_;
    bound.cells_.push_back(kept.cell);
    bound.labels_.push_back(std::move(labels));
  }
  std::erase_if(stored.cells,
                [&](const auto& entry) { return entry.second.generation != generation_; });
  return bound;
}

void Engine::add_recorded(const BoundRecording& recording, Plan& plan,
                          promql::SeriesIndex& series) {
  std::vector<bool> blind(recording.cells_.size());
  for (std::size_t slot = 0; slot < recording.cell_of_slot_.size(); ++slot) {
    if (recording.expr_.is_blind(slot)) blind[recording.cell_of_slot_[slot]] = true;
  }
  std::vector<aggregate::Series> added;
  for (std::size_t i = 0; i < recording.cells_.size(); ++i) {
    const std::size_t number = plan.first_recorded_ + plan.recorded_.size();
    added.push_back({recording.labels_[i], static_cast<aggregate::ValueId>(number)});
    plan.recorded_.push_back(recording.cells_[i]);
  }
  series.add_recorded(recording.rule().name, recording.recorded_, added, blind);
}

/// As with alerts, two that are the same in all that counts are told apart by
/// their order.
Engine::StoredRecording& Engine::stored_recording(const RecordingRule& rule) {
  std::vector<std::string> key{rule.group, rule.name, rule.expression};
  for (const auto& [name, value] : rule.labels) {
    key.push_back(name);
    key.push_back(value);
  }
  while (recordings_[key].generation == generation_) key.emplace_back("again");
  recordings_[key].generation = generation_;
  return recordings_[key];
}

}  // namespace outrider::rules
