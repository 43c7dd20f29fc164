// SPDX-License-Identifier: Apache-2.0
#include "cli/overview.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <thread>

#include "cli/opened.hpp"
#include "outrider/shm/directive.hpp"
#include "outrider/shm/identity.hpp"
#include "protection/kill_request.hpp"
#include "protection/scope.hpp"
#include "segments/answers.hpp"

namespace outrider::cli {
namespace {

using std::chrono::nanoseconds;

constexpr std::chrono::seconds sidecar_stalled_after{1};

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
    unanswered.push_back({opened.name(), std::string{to_string(*kind)},
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
  for (const Opened& each : opened) recorded_before.push_back(recorded(each));
  if (!opened.empty()) std::this_thread::sleep_for(two_looks_apart);

  overview.sidecar = sidecar_state(directory, opened);
  read_latches(directory, overview);
  for (std::size_t i = 0; i < opened.size(); ++i) {
    const shm::TelemetryHeader& header = opened[i].telemetry.header;
    const segments::ProducerState state =
        state_of(opened[i], recorded(opened[i]) != recorded_before[i]);
    overview.producers.push_back({opened[i].name(), state, header.pid, header.generation});
    if (state == segments::ProducerState::dead || state == segments::ProducerState::closed)
      continue;
    read_directives(opened[i], overview.unanswered);
    for (auto& [slot, gate] : gates_of(opened[i])) {
      read_gate(opened[i], slot, gate);
      overview.gates.push_back(std::move(gate));
    }
    // Asked last: of a file that was cut short meanwhile zeroes were read.
    if (opened[i].is_cut_short())
      overview.unreadable.push_back(opened[i].name() + ": found it cut short while in use");
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
      if (has_ended(each)) continue;
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
