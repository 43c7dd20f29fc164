// SPDX-License-Identifier: Apache-2.0
#include "cli/overview.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <thread>

#include "outrider/shm/control.hpp"
#include "outrider/shm/directive.hpp"
#include "outrider/shm/heartbeat.hpp"
#include "outrider/shm/identity.hpp"
#include "outrider/shm/series.hpp"
#include "outrider/shm/telemetry.hpp"
#include "protection/kill_request.hpp"
#include "protection/scope.hpp"
#include "segments/answers.hpp"
#include "segments/segment.hpp"

namespace outrider::cli {
namespace {

using std::chrono::nanoseconds;

constexpr std::chrono::milliseconds between_looks{60};
constexpr std::chrono::seconds sidecar_stalled_after{1};

/// One generation with both its files open; the control side may be missing.
struct Opened {
  std::string name;
  shm::AttachedTelemetry telemetry;
  shm::Mapping control;
  shm::FileError control_error;

  [[nodiscard]] shm::TelemetryView view() const { return telemetry.view(); }
  [[nodiscard]] shm::ControlView control_view() const {
    const shm::Geometry& geometry = telemetry.header.geometry;
    return {{control.data(), control.size()}, geometry.lanes + 1, geometry.gates};
  }
};

/// The newest generation of every name.
std::vector<Opened> open_newest(const std::string& directory, shm::Access access,
                                std::vector<std::string>& unreadable) {
  std::map<std::string, std::uint64_t> newest;
  for (const segments::Found& found : segments::list_segments(directory)) {
    newest[found.name] = std::max(newest[found.name], found.generation);
  }
  std::vector<Opened> opened;
  for (const auto& [name, generation] : newest) {
    Opened each;
    each.name = name;
    std::string why;
    const shm::AttachResult result = shm::attach_telemetry(
        shm::telemetry_path(directory, name, generation), each.telemetry, why);
    if (result != shm::AttachResult::attached) {
      unreadable.push_back(name + ": " + std::string(to_string(result)) + ": " + why);
      continue;
    }
    each.control =
        shm::open_control(shm::control_path(directory, name, generation), access,
                          {each.telemetry.header.geometry, generation}, each.control_error);
    opened.push_back(std::move(each));
  }
  return opened;
}

/// Samples so far: enough to see whether it moves.
std::uint64_t recorded(const shm::TelemetryView& view) {
  std::uint64_t sum = 0;
  for (std::uint32_t number = 0; number <= view.geometry().lanes; ++number) {
    const auto lane = view.lane(number);
    // relaxed: counts to be compared with a later look, nothing is read through them.
    sum += lane.header->head.load(std::memory_order_relaxed) +
           lane.header->spilled.load(std::memory_order_relaxed);
  }
  return sum;
}

bool has_ended(const std::string& directory, const Opened& opened) {
  const shm::TelemetryHeader& header = opened.telemetry.header;
  if (header.boot_id.data() != shm::boot_id()) return true;
  const std::string path = directory + "/t/" + opened.name + ".lock";
  const shm::Descriptor lock{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
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

segments::ProducerState state_of(const std::string& directory, const Opened& opened,
                                 std::uint64_t recorded_before) {
  segments::LivenessInput input;
  // sync(closed): acquire, pairs with the producer's good-bye.
  input.closed = opened.view().state().closed.load(std::memory_order_acquire) == 1;
  input.ended = has_ended(directory, opened);
  input.heartbeat_age = age_of(opened.view().state().heartbeat);
  const bool moves = recorded(opened.view()) != recorded_before;
  input.record_age = moves ? nanoseconds{0} : nanoseconds{segments::idle_after};
  return producer_state(input);
}

std::string_view reject_text(std::uint64_t code) {
  switch (static_cast<shm::RejectCode>(code)) {
    case shm::RejectCode::none:
      return "";
    case shm::RejectCode::clock_skew:
      return "found its clock over 10 ms off; needed the sidecar's; restart it";
    case shm::RejectCode::foreign_clock:
      return "found a clock nobody else reads; needed one; set OUTRIDER_CLOCK";
    case shm::RejectCode::no_heartbeat:
      return "found no heartbeat yet; needed one; see its housekeeping";
  }
  return "refused by the sidecar";
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

/// Every gate of a segment with its slot.
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
    gate.producer = opened.name;
    gate.gate = info->name;
    gate.labels = info->labels;
    gates.emplace_back(info->slot, std::move(gate));
  }
  return gates;
}

void read_directives(const Opened& opened, std::vector<DirectiveOverview>& unanswered) {
  const shm::DirectiveTable* table = opened.control ? opened.control_view().directives() : nullptr;
  if (table == nullptr) return;
  const std::uint64_t last = shm::last_directive(*table);
  const std::uint64_t kept = std::min<std::uint64_t>(last, shm::directive_room);
  for (std::uint64_t epoch = last - kept + 1; epoch != last + 1; ++epoch) {
    Directive directive;
    std::uint64_t number = 0;
    if (!shm::load_directive(*table, epoch, directive, number)) continue;
    const auto kind = directive_kind(number);
    if (!kind || segments::answer_to(opened.view(), epoch).is_complete) continue;
    unanswered.push_back({opened.name, std::string{to_string(*kind)},
                          std::string{directive.parameters()}, std::string{directive.scope()},
                          std::string{directive.reason()},
                          static_cast<std::int64_t>(directive.issued_wall_ms)});
  }
}

SidecarState sidecar_state(const std::string& directory, const std::vector<Opened>& opened) {
  const std::optional<bool> lives = sidecar_lives(directory);
  if (!lives) return SidecarState::unknown;
  if (!*lives) return SidecarState::absent;
  nanoseconds youngest = nanoseconds::max();
  for (const Opened& each : opened) {
    if (each.control) youngest = std::min(youngest, age_of(each.control_view().state().heartbeat));
  }
  const bool stalled = youngest != nanoseconds::max() && youngest > sidecar_stalled_after;
  return stalled ? SidecarState::stalled : SidecarState::running;
}

std::int64_t to_ms(nanoseconds time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

void read_latches(const std::string& directory, Overview& overview) {
  const auto latch = protection::LatchFile::view(directory + "/c/latch", overview.latches);
  if (latch) {
    overview.armed = latch.armed();
    overview.armed_since_ms = to_ms(latch.armed_since());
  }
  overview.kill_requests = protection::read_kill_requests(directory + "/c/kill").obeyable.size();
}

}  // namespace

bool GateOverview::has_scope(const std::string& wanted) const {
  const std::vector<std::string> scopes = protection::gate_scopes(producer, gate, labels);
  return std::find(scopes.begin(), scopes.end(), wanted) != scopes.end();
}

bool Overview::a_gate_is_closed() const {
  return std::any_of(gates.begin(), gates.end(),
                     [](const GateOverview& gate) { return gate.state != GateState::trading; });
}

std::optional<bool> sidecar_lives(const std::string& directory) {
  const std::string path = directory + "/c/sidecar.lock";
  const shm::Descriptor lock{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
  if (!lock) return errno == EACCES ? std::nullopt : std::optional<bool>(false);
  return shm::lock_is_held(lock);
}

Overview look(const std::string& directory) {
  Overview overview;
  overview.directory = directory;
  for (const char* part : {"/t", "/c"}) {
    if (::access((directory + part).c_str(), R_OK | X_OK) == 0) continue;
    overview.not_permitted = errno == EACCES;
    overview.problem = shm::missing_directory(directory, directory + part, errno).message;
    return overview;
  }
  const std::vector<Opened> opened =
      open_newest(directory, shm::Access::read_only, overview.unreadable);
  std::vector<std::uint64_t> recorded_before;
  for (const Opened& each : opened) recorded_before.push_back(recorded(each.view()));
  if (!opened.empty()) std::this_thread::sleep_for(between_looks);

  overview.sidecar = sidecar_state(directory, opened);
  read_latches(directory, overview);
  for (std::size_t i = 0; i < opened.size(); ++i) {
    const shm::TelemetryHeader& header = opened[i].telemetry.header;
    const segments::ProducerState state = state_of(directory, opened[i], recorded_before[i]);
    overview.producers.push_back({opened[i].name, state, header.pid, header.generation});
    if (state == segments::ProducerState::dead || state == segments::ProducerState::closed)
      continue;
    read_directives(opened[i], overview.unanswered);
    for (auto& [slot, gate] : gates_of(opened[i])) {
      read_gate(opened[i], slot, gate);
      overview.gates.push_back(std::move(gate));
    }
  }
  return overview;
}

GateLook watch_gates(const std::string& directory, const std::string& scope) {
  std::vector<std::string> unreadable;
  auto opened = std::make_shared<const std::vector<Opened>>(
      open_newest(directory, shm::Access::read_only, unreadable));
  return [directory, scope, opened = std::move(opened)] {
    std::vector<GateOverview> gates;
    for (const Opened& each : *opened) {
      if (has_ended(directory, each)) continue;
      for (auto& [slot, gate] : gates_of(each)) {
        if (!gate.has_scope(scope)) continue;
        read_gate(each, slot, gate);
        gates.push_back(std::move(gate));
      }
    }
    return gates;
  };
}

StoredKills store_killed(const std::string& directory, const std::string& scope) {
  StoredKills stored;
  std::vector<std::string> unreadable;
  for (const Opened& each : open_newest(directory, shm::Access::read_write, unreadable)) {
    const shm::Geometry& geometry = each.telemetry.header.geometry;
    for (const auto& [slot, gate] : gates_of(each)) {
      if (!gate.has_scope(scope) || each.control_error.code == ENOENT) continue;
      if (!each.control) {
        ++stored.denied;
        continue;
      }
      const shm::Control control{
          {each.control.data(), each.control.size()}, geometry.lanes + 1, geometry.gates};
      // relaxed: the word is the whole message. A plain store, because no other
      // value may win over a kill; the sidecar's renewal compares and finds it.
      control.gate(slot).word.store(shm::closed_word(GateState::killed), std::memory_order_relaxed);
      ++stored.closed;
    }
  }
  return stored;
}

}  // namespace outrider::cli
