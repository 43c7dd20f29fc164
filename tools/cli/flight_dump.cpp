// SPDX-License-Identifier: Apache-2.0
#include "cli/flight_dump.hpp"

#include "cli/csv.hpp"
#include "cli/table.hpp"
#include "flight/recording.hpp"

namespace outrider::cli {
namespace {

using nlohmann::json;

std::string word(const json& object, const char* member) {
  return FlightRecording::text(object, member);
}

std::string known(const std::string& text) {
  return text.empty() ? "-" : text;
}

/// The rule with its expression, or the person with the reason.
std::string by(const json& trip) {
  const std::string rule = word(trip, "rule");
  const std::string more = rule.empty() ? word(trip, "reason") : word(trip, "expression");
  return (rule.empty() ? word(trip, "actor") : rule) + (more.empty() ? "" : ": " + more);
}

std::string trips_text(const FlightRecording& recording) {
  std::vector<Row> rows{{"TRIPPED", "STATE", "SCOPE", "VALUE", "BY"}};
  for (const json& trip : recording.list(nullptr, "trips")) {
    rows.push_back({known(word(trip, "time")), known(word(trip, "state")),
                    known(word(trip, "scope")), known(word(trip, "value")), known(by(trip))});
  }
  std::string text = '\n' + table(rows);
  const auto count = [&](const char* member, const char* what) {
    const auto found = FlightRecording::count(recording.said, member);
    if (found && *found != 0) text += std::to_string(*found) + what;
  };
  count("trips_unnamed", " more tripped with them and are not named\n");
  count("trips_before", " had tripped since the recording before this one, and are in none\n");
  return text;
}

std::string gates_text(const FlightRecording& recording) {
  std::vector<Row> rows{{"GATE", "STATE", "SINCE", "SCOPE", "REASON"}};
  for (const json& gate : recording.list("status", "gates")) {
    rows.push_back({word(gate, "producer") + '/' + word(gate, "gate"), known(word(gate, "state")),
                    known(word(gate, "since")), known(word(gate, "scope")), word(gate, "reason")});
  }
  return rows.size() == 1 ? "" : '\n' + table(rows);
}

std::string contents_text(const FlightRecording& recording) {
  std::string text;
  if (const auto series = recording.said.find("series"); series != recording.said.end()) {
    text += "\nseries " + known(word(*series, "series")) + ", " + known(word(*series, "samples")) +
            " samples from " + known(word(*series, "from")) + " to " + known(word(*series, "to")) +
            ": promtool tsdb create-blocks-from openmetrics " + flight::series_file + '\n';
  }
  std::vector<Row> rows{{"PRODUCER", "GENERATION", "STATE", "SEGMENT"}};
  for (const FlightSegment& each : recording.segments) {
    rows.push_back({each.producer, std::to_string(each.generation),
                    std::string{to_string(recording.state_of(each))},
                    each.file.substr(recording.path.size() + 1)});
  }
  if (rows.size() > 1) text += '\n' + table(rows);
  return text;
}

}  // namespace

std::string flight_text(const FlightRecording& recording) {
  std::string text = "flight recording " + known(word(recording.said, "name")) + "  host " +
                     known(word(recording.said, "host")) + "  outrider " +
                     known(word(recording.said, "outrider")) + '\n';
  if (const auto status = recording.said.find("status"); status != recording.said.end()) {
    text += "config_sha256 " + known(word(*status, "config_sha256")) + "\nrules_sha256 " +
            known(word(*status, "rules_sha256")) + '\n';
    const auto labels = status->find("external_labels");
    if (labels != status->end() && labels->is_object() && !labels->empty()) {
      text += "labels";
      for (const auto& [name, value] : labels->items())
        text += ' ' + printable(name) + '=' + word(*labels, name.c_str());
      text += '\n';
    }
  }
  text += trips_text(recording) + gates_text(recording) + contents_text(recording);
  const auto missing = recording.said.find("problems");
  if (missing == recording.said.end() || !missing->is_array()) return text;
  for (const json& each : *missing) {
    if (each.is_string()) text += "missing: " + printable(each.get<std::string>()) + '\n';
  }
  return text;
}

std::string flight_csv(const FlightRecording& recording) {
  std::string csv;
  for (const json& trip : recording.list(nullptr, "trips")) {
    csv += ",,trip," + csv_field(word(trip, "scope")) + ",," + csv_field(word(trip, "time")) + ',' +
           csv_field(word(trip, "value")) + ",1," +
           csv_field(word(trip, "state") + ": " + by(trip)) + "\r\n";
  }
  return csv;
}

std::string flight_list(const std::string& directory,
                        const std::vector<FlightRecording>& recordings) {
  if (recordings.empty()) return "no flight recording in " + directory + '\n';
  std::vector<Row> rows{{"RECORDING", "TRIPS", "STATE", "SCOPE", "BY"}};
  for (const FlightRecording& each : recordings) {
    const auto trips = each.list(nullptr, "trips");
    const json first = trips.empty() ? json::object() : trips.front();
    const auto unnamed = FlightRecording::count(each.said, "trips_unnamed").value_or(0);
    rows.push_back({each.path.substr(each.path.rfind('/') + 1),
                    std::to_string(trips.size() + unnamed), known(word(first, "state")),
                    known(word(first, "scope")), known(by(first))});
  }
  return table(rows);
}

std::string flight_list_json(const std::vector<FlightRecording>& recordings) {
  json all = json::array();
  for (const FlightRecording& each : recordings) {
    all.push_back({{"name", each.path.substr(each.path.rfind('/') + 1)},
                   {"path", each.path},
                   {"trips", each.list(nullptr, "trips")}});
  }
  return all.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace outrider::cli
