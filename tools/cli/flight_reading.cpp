// SPDX-License-Identifier: Apache-2.0
#include "cli/flight_reading.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#include "cli/table.hpp"
#include "flight/recording.hpp"
#include "flight/shelf.hpp"
#include "segments/listing.hpp"

namespace outrider::cli {
namespace {

/// Levels of recording.json, and some.
constexpr int deepest = 32;

using nlohmann::json;

constexpr std::size_t longest_json = std::size_t{64} << 20;
constexpr std::size_t most_lanes = 65'536;

/// All of a regular file; nothing, and errno, when it cannot be read.
std::optional<std::string> whole_file(const std::string& path) {
  const shm::Descriptor file{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0) return std::nullopt;
  errno = S_ISREG(info.st_mode) ? EFBIG : EINVAL;
  if (!S_ISREG(info.st_mode) || info.st_size > static_cast<off_t>(longest_json))
    return std::nullopt;
  std::string text(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno != EINTR) return std::nullopt;
    if (got == 0) break;
    size += got < 0 ? 0 : static_cast<std::size_t>(got);
  }
  text.resize(size);
  return text;
}

/// Unix milliseconds of a time as wall_text() writes it; 0: it is none.
std::int64_t milliseconds_of(const std::string& time) {
  tm fields{};
  const char* rest = ::strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &fields);
  int milliseconds = 0;
  if (rest == nullptr || std::sscanf(rest, ".%3dZ", &milliseconds) != 1) return 0;
  return std::int64_t{::timegm(&fields)} * 1000 + milliseconds;
}

const json* member_of(const json& object, const char* member) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(member);
  return found == object.end() ? nullptr : &*found;
}

std::vector<std::uint64_t> lanes_of(const json& segment) {
  std::vector<std::uint64_t> from;
  const json* lanes = member_of(segment, "lanes");
  if (lanes == nullptr || !lanes->is_array() || lanes->size() > most_lanes) return from;
  for (const json& lane : *lanes) from.push_back(FlightRecording::count(lane, "from").value_or(0));
  return from;
}

/// What recording.json says of a file beside it; a file of which it says nothing is shown as
/// any copy is.
FlightSegment described(const FlightRecording& recording, FlightSegment segment) {
  const std::string name = segment.producer + '.' + std::to_string(segment.generation);
  for (const json& each : recording.list(nullptr, "segments")) {
    if (FlightRecording::text(each, "file") != name + ".telemetry") continue;
    const json* departed = member_of(each, "departed");
    segment.departed = departed != nullptr && departed->is_boolean() && departed->get<bool>();
    segment.whole_from = lanes_of(each);
  }
  return segment;
}

}  // namespace

std::string FlightRecording::text(const json& object, const char* member) {
  const json* found = member_of(object, member);
  if (found == nullptr || found->is_object() || found->is_array() || found->is_null()) return {};
  return printable(found->is_string()
                       ? found->get<std::string>()
                       : found->dump(-1, ' ', false, json::error_handler_t::replace));
}

std::optional<std::uint64_t> FlightRecording::count(const json& object, const char* member) {
  const json* found = member_of(object, member);
  if (found == nullptr || !found->is_number_unsigned()) return std::nullopt;
  return found->get<std::uint64_t>();
}

std::vector<std::reference_wrapper<const json>> FlightRecording::list(const char* in,
                                                                      const char* member) const {
  const json* from = in == nullptr ? &said : member_of(said, in);
  const json* found = from == nullptr ? nullptr : member_of(*from, member);
  std::vector<std::reference_wrapper<const json>> objects;
  if (found == nullptr || !found->is_array()) return objects;
  for (const json& each : *found) {
    if (each.is_object()) objects.emplace_back(each);
  }
  return objects;
}

std::optional<std::int64_t> FlightRecording::wall_offset(std::string_view boot_id) const {
  const json* clock = member_of(said, "clock");
  if (clock == nullptr || text(*clock, "boot_id") != boot_id) return std::nullopt;
  const auto wall = count(*clock, "wall_ns");
  const auto monotonic = count(*clock, "monotonic_ns");
  if (!wall || !monotonic) return std::nullopt;
  return static_cast<std::int64_t>(*wall - *monotonic);
}

segments::ProducerState FlightRecording::state_of(const FlightSegment& segment) const {
  for (const json& each : list("status", "producers")) {
    const bool is_it =
        text(each, "name") == segment.producer && count(each, "generation") == segment.generation;
    for (const segments::ProducerState state : segments::producer_states) {
      if (is_it && text(each, "state") == to_string(state)) return state;
    }
  }
  return segments::ProducerState::dead;
}

void FlightRecording::read_gate(const std::string& producer, GateOverview& gate) const {
  gate.reason = "the recording does not say";
  for (const json& each : list("status", "gates")) {
    if (text(each, "producer") != producer || text(each, "gate") != gate.gate) continue;
    const json* labels = member_of(each, "labels");
    bool is_it = labels != nullptr && labels->is_object() && labels->size() == gate.labels.size();
    for (const auto& [name, value] : gate.labels)
      is_it = is_it && text(*labels, name.c_str()) == value;
    if (!is_it) continue;
    for (int state = 0; state <= static_cast<int>(GateState::stale); ++state) {
      if (text(each, "state") == to_string(static_cast<GateState>(state)))
        gate.state = static_cast<GateState>(state);
    }
    gate.reason = text(each, "reason");
    gate.scope = text(each, "scope");
    gate.since_ms = milliseconds_of(text(each, "since"));
  }
}

bool is_recording(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) return false;
  // Beside it a trader may have the name of some directory.
  const std::string file = path + '/' + flight::recording_file;
  return path.find('/') != std::string::npos || flight::is_recording_name(path) ||
         ::stat(file.c_str(), &info) == 0;
}

std::optional<FlightRecording> read_recording(const std::string& path, std::string& why) {
  const std::string file = path + '/' + flight::recording_file;
  const auto bytes = whole_file(file);
  if (!bytes) {
    why = file + ": found " + shm::errno_text(errno) +
          "; needed what the flight recorder writes; give the directory of a recording";
    return std::nullopt;
  }
  // What reads or frees it goes as deep as it does; ours is not deep.
  const auto is_not_deep = [](int depth, json::parse_event_t, json&) { return depth <= deepest; };
  FlightRecording recording{path, json::parse(*bytes, is_not_deep, false), {}, {}};
  if (!recording.said.is_object() || !FlightRecording::count(recording.said, "recording")) {
    why = file + ": found no JSON of a recording; needed it as the flight recorder writes it";
    return std::nullopt;
  }
  const auto form = FlightRecording::count(recording.said, "recording");
  if (*form != flight::recording_form) {
    why = file + ": found form " + std::to_string(*form) + "; needed " +
          std::to_string(flight::recording_form) + "; use the version that wrote it";
    return std::nullopt;
  }
  const std::string folder = path + '/' + flight::segments_folder;
  for (const segments::Found& each : segments::list_files(folder, ".telemetry")) {
    const std::string name = each.name + '.' + std::to_string(each.generation) + ".telemetry";
    recording.segments.push_back(
        described(recording, {folder + '/' + name, each.name, each.generation, false, {}}));
  }
  return recording;
}

}  // namespace outrider::cli
