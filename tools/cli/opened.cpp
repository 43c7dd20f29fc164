// SPDX-License-Identifier: Apache-2.0
#include "cli/opened.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "outrider/shm/identity.hpp"
#include "outrider/shm/series.hpp"
#include "segments/listing.hpp"
#include "segments/reject_text.hpp"

namespace outrider::cli {
namespace {

using std::chrono::nanoseconds;

std::string_view reject_text(std::uint64_t word) {
  const auto code = static_cast<shm::RejectCode>(word);
  const std::string_view text = segments::to_text(code);
  return text.empty() && code != shm::RejectCode::none ? "refused by the sidecar" : text;
}

}  // namespace

SegmentFiles files_of(const std::string& directory, const std::string& name,
                      std::uint64_t generation) {
  return {name, shm::telemetry_path(directory, name, generation),
          shm::control_path(directory, name, generation), directory + "/t/" + name + ".lock"};
}

std::uint32_t Opened::lanes() const {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(view().lanes_published(), telemetry.header.geometry.lanes + 1));
}

std::optional<std::uint64_t> Opened::position(std::uint32_t lane) const {
  if (!control) {
    const bool never_seen = control_error.code == ENOENT && !files.control.empty();
    return never_seen ? std::optional<std::uint64_t>{0} : std::nullopt;
  }
  // sync(ring-free): acquire, pairs with RingReader::release. Whoever reads the lane's
  // head after this finds it at or ahead of the position.
  return control_view().position(lane).load(std::memory_order_acquire);
}

shm::AttachResult open_files(const SegmentFiles& files, shm::Access access, Opened& opened,
                             std::string& why) {
  opened.files = files;
  const shm::AttachResult result = shm::attach_telemetry(files.telemetry, opened.telemetry, why);
  if (result != shm::AttachResult::attached) return result;
  const shm::TelemetryHeader& header = opened.telemetry.header;
  if (!files.control.empty()) {
    const shm::ControlShape shape{header.geometry, header.generation, header.created_wall_ns,
                                  header.minor};
    opened.control = shm::open_control(files.control, access, shape, opened.control_error);
  }
  opened.telemetry_watch = segments::FaultWatch{opened.telemetry.mapping, shm::Access::read_only};
  if (opened.control) opened.control_watch = segments::FaultWatch{opened.control, access};
  return result;
}

std::vector<Opened> open_newest(const std::string& directory, shm::Access access,
                                std::vector<std::string>& unreadable) {
  std::map<std::string, std::uint64_t> newest;
  for (const segments::Found& found : segments::list_segments(directory)) {
    newest[found.name] = std::max(newest[found.name], found.generation);
  }
  std::vector<Opened> all;
  for (const auto& [name, generation] : newest) {
    Opened each;
    std::string why;
    const shm::AttachResult result =
        open_files(files_of(directory, name, generation), access, each, why);
    if (result == shm::AttachResult::attached) {
      all.push_back(std::move(each));
    } else {
      unreadable.push_back(name + ": " + std::string(to_string(result)) + ": " + why);
    }
  }
  return all;
}

std::uint64_t recorded(const Opened& opened) {
  std::uint64_t sum = 0;
  for (std::uint32_t number = 0; number < opened.lanes(); ++number) {
    const auto lane = opened.view().lane(number);
    // relaxed: counts to be compared with a later look, nothing is read through them.
    sum += lane.header->head.load(std::memory_order_relaxed) +
           lane.header->spilled.load(std::memory_order_relaxed);
  }
  return sum;
}

bool has_ended(const Opened& opened) {
  const shm::TelemetryHeader& header = opened.telemetry.header;
  if (header.boot_id.data() != shm::boot_id()) return true;
  const shm::Descriptor lock{::open(opened.files.lock.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
  const bool held = !lock || shm::lock_is_held(lock);
  if (header.pid_namespace != shm::pid_namespace()) return !held;
  const auto start = shm::process_start_time(header.pid);
  return (!start || *start != header.process_start) && (!lock || !held);
}

nanoseconds age_of(const shm::Heartbeat& heartbeat) {
  shm::Beat beat;
  for (int attempt = 0; attempt < 100 && !shm::read_beat(heartbeat, beat); ++attempt) {
  }
  if (beat.count == 0) return nanoseconds::max();
  const std::uint64_t now = shm::monotonic_ns();
  return nanoseconds(now > beat.ns ? static_cast<std::int64_t>(now - beat.ns) : 0);
}

segments::ProducerState state_of(const Opened& opened, bool moves) {
  segments::LivenessInput input;
  // sync(closed): acquire, pairs with the producer's good-bye.
  input.closed = opened.view().state().closed.load(std::memory_order_acquire) == 1;
  input.ended = has_ended(opened);
  input.heartbeat_age = age_of(opened.view().state().heartbeat);
  input.record_age = moves ? nanoseconds{0} : nanoseconds{segments::idle_after};
  return producer_state(input);
}

std::vector<std::pair<std::uint32_t, GateOverview>> gates_of(const Opened& opened) {
  std::vector<std::pair<std::uint32_t, GateOverview>> gates;
  const shm::TelemetryView view = opened.view();
  // sync(series-publish): acquire, pairs with the producer's registration.
  const std::uint64_t count = view.state().series_count.load(std::memory_order_acquire);
  const std::uint64_t room = opened.telemetry.header.geometry.series;
  for (std::uint32_t number = 0; number < std::min(count, room); ++number) {
    const auto info = shm::read_series(view.series(), number);
    if (!info || info->kind != shm::SeriesKind::gate || info->slot >= view.geometry().gates)
      continue;
    GateOverview gate;
    gate.producer = opened.name();
    gate.gate = info->name;
    gate.labels = info->labels;
    gates.emplace_back(info->slot, std::move(gate));
  }
  return gates;
}

void read_gate(const Opened& opened, std::uint32_t slot, GateOverview& gate) {
  if (!opened.control) {
    gate.reason = opened.control_error.code == ENOENT ? "no sidecar has seen this producer yet"
                                                      : opened.control_error.message;
    return;
  }
  const shm::GateSlot& words = opened.control_view().gate(slot);
  // relaxed, both: each is its whole message; the detail is compared below.
  const std::uint64_t word = words.word.load(std::memory_order_relaxed);
  const shm::GateDetail detail = shm::load_detail(words);
  gate.state = shm::state_of_gate(word, words.guarded_until.load(std::memory_order_relaxed),
                                  shm::ticks(opened.telemetry.header.clock.kind));
  if (gate.state == GateState::stale) {
    gate.reason = "the sidecar has stopped renewing the lease";
  } else if (detail.state == gate.state) {
    gate.reason = detail.reason;
    gate.scope = detail.scope;
    gate.since_ms = static_cast<std::int64_t>(detail.since_wall_ms);
  } else if (gate.state == GateState::killed) {
    gate.reason = "killed by hand while no sidecar answered";
  }
  // relaxed: a fact for people.
  const auto reject = opened.control_view().state().reject.load(std::memory_order_relaxed);
  if (gate.state == GateState::unarmed && gate.reason.empty()) gate.reason = reject_text(reject);
  // relaxed, both: numbers to compare.
  gate.refused = opened.view().ack(slot).version.load(std::memory_order_relaxed) ==
                 words.version.load(std::memory_order_relaxed);
}

}  // namespace outrider::cli
