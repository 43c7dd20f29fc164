// SPDX-License-Identifier: Apache-2.0
// The planner's part for health: which checks there are. A rule that records one and has
// no series is one of them, of which nothing is known.
#include <algorithm>

#include "aggregate/health.hpp"
#include "planner.hpp"
#include "promql/labels.hpp"

namespace outrider {

namespace {

/// On a page and in a history; what rules record may have as many labels as traders make up.
constexpr std::size_t most_checks = 256;

/// By its label, which the rule itself mostly names; else by its group.
PublicationNames::CheckName name_of(const rules::BoundRecording& recording,
                                    const aggregate::Labels& labels) {
  PublicationNames::CheckName name{recording.rule().group, {}, 0};
  for (const auto& [label, value] : labels) {
    if (label == aggregate::check_label) {
      name.check = value;
    } else if (label != promql::metric_name_label) {
      name.labels.emplace_back(label, value);
    }
  }
  return name;
}

}  // namespace

void Planner::name_checks(const Plan& plan, PublicationNames& names) {
  const auto recordings = plan.rules->recordings();
  for (std::size_t i = 0; i < recordings.size(); ++i) {
    const rules::BoundRecording& recording = recordings[i];
    if (recording.rule().name != aggregate::health_series) continue;
    const auto add = [&](PublicationNames::CheckName name) {
      name.recording = i;
      names.checks.push_back(std::move(name));
    };
    if (recording.labels().empty()) add(name_of(recording, recording.rule().labels));
    for (std::size_t number = 0; number < recording.labels().size(); ++number) {
      PublicationNames::CheckName name = name_of(recording, recording.labels()[number]);
      name.recorded = names.first_recorded[i] + number;
      add(std::move(name));
    }
  }
  if (names.checks.size() <= most_checks) return;
  // What is not shown must not read as healthy.
  const std::string found = std::to_string(names.checks.size());
  names.checks.resize(most_checks);
  names.checks.push_back(
      {"found " + found + " checks; needed at most " + std::to_string(most_checks),
       {},
       recordings.size()});
  refused("health: found " + found + " checks; needed at most " + std::to_string(most_checks) +
              "; further ones are not looked at; record fewer series of " +
              aggregate::health_series,
          parts_.facts.series_refused);
}

}  // namespace outrider
