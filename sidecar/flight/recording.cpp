// SPDX-License-Identifier: Apache-2.0
#include "flight/recording.hpp"

#include <unistd.h>

#include <array>
#include <cmath>

#include "outputs/json.hpp"
#include "outputs/process_metrics.hpp"
#include "outputs/query_answer.hpp"
#include "outrider/shm/identity.hpp"

namespace outrider::flight {
namespace {

using outputs::Json;

std::string wall(nanoseconds time) {
  return outputs::wall_text(time / std::chrono::milliseconds{1});
}

/// JSON has no NaN and no infinity.
Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(outputs::sample_text(value));
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

Json trip_json(const Trip& trip, const ExpressionOf& expression_of) {
  const protection::Entry& entry = trip.entry;
  Json json{{"time", wall(entry.wall)},
            {"action", std::string{protection::action_word(entry.action)}},
            {"state", std::string{to_string(protection::state_after(entry.action))}},
            {"scope", std::string{entry.scope.view()}}};
  if (!entry.cause.rule.empty()) {
    json["rule"] = std::string{entry.cause.rule.view()};
    json["expression"] = expression_of(entry.cause.rule.view());
    // Of an entry block it is how long it lasts.
    const bool lasts = entry.action == protection::Action::block_entries;
    json[lasts ? "seconds" : "value"] = number(entry.cause.value);
  } else {
    json["actor"] = std::string{entry.cause.actor.view()};
    if (entry.cause.value > 0) json["seconds"] = number(entry.cause.value);
  }
  if (!entry.cause.reason.empty()) json["reason"] = std::string{entry.cause.reason.view()};
  return json;
}

Json segment_json(const RecordedSegment& segment) {
  Json json{{"file", segment.name + '.' + std::to_string(segment.generation) + ".telemetry"},
            {"producer", segment.name},
            {"generation", segment.generation},
            {"departed", segment.departed},
            {"bytes", segment.copy.bytes},
            {"lanes", Json::array()}};
  for (const WholeSamples& lane : segment.copy.lanes)
    json["lanes"].push_back({{"from", lane.from}, {"to", lane.to}});
  if (!segment.copy.problem.empty()) json["problem"] = segment.copy.problem;
  return json;
}

}  // namespace

std::string recording_json(const Recording& recording, const ExpressionOf& expression_of) {
  Json json{{"recording", recording_form},
            {"name", recording.name},
            {"outrider", outputs::version()},
            {"host", host_name()},
            {"trips", Json::array()},
            {"trips_unnamed", recording.trips_unnamed},
            {"trips_before", recording.trips_before},
            {"clock",
             {{"boot_id", std::string{shm::boot_id()}},
              {"monotonic_ns", recording.steady_ns},
              {"wall_ns", recording.wall_ns}}},
            {"series",
             {{"file", series_file},
              {"from", wall(recording.from)},
              {"to", wall(recording.to)},
              {"series", recording.series},
              {"samples", recording.samples}}},
            {"segments", outputs::list_json(recording.segments, segment_json)},
            {"problems", recording.problems},
            {"status", outputs::status_to_json(recording.status)}};
  for (const Trip& trip : recording.trips) json["trips"].push_back(trip_json(trip, expression_of));
  return outputs::dumped(json);
}

}  // namespace outrider::flight
