// SPDX-License-Identifier: Apache-2.0
// What the files of a segment directory say, read and never written: it works
// whether or not anybody runs.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "outrider/shm/gate_word.hpp"
#include "protection/latch_file.hpp"
#include "segments/liveness.hpp"

namespace outrider::cli {

using GateLabels = std::vector<std::pair<std::string, std::string>>;

struct GateOverview {
  std::string producer;
  std::string gate;
  GateLabels labels;
  GateState state = GateState::unarmed;
  std::string reason;
  std::string scope;
  std::int64_t since_ms = 0;  ///< Unix milliseconds; 0: not known
  bool refused = false;       ///< an order since it became what it is

  /// Whether it belongs to a scope as people write it.
  [[nodiscard]] bool has_scope(const std::string& wanted) const;
};

struct ProducerOverview {
  std::string name;
  segments::ProducerState state = segments::ProducerState::dead;
  std::uint32_t pid = 0;
  std::uint64_t generation = 0;
};

/// What a trader was told and has not answered.
struct DirectiveOverview {
  std::string producer;
  std::string directive;
  std::string parameters;
  std::string scope;
  std::string reason;
  std::int64_t issued_ms = 0;  ///< Unix milliseconds
};

enum class SidecarState {
  running,
  stalled,  ///< lives, but has finished no pass for a second
  absent,
  unknown,  ///< this user may not look
};

struct Overview {
  std::string directory;
  std::string problem;  ///< the directory cannot be read: nothing else is known
  bool not_permitted = false;
  SidecarState sidecar = SidecarState::absent;
  bool armed = false;
  std::int64_t armed_since_ms = 0;
  protection::LatchImage latches;
  std::size_t kill_requests = 0;            ///< not obeyed yet
  std::vector<ProducerOverview> producers;  ///< the newest generation of each name
  std::vector<GateOverview> gates;          ///< of those whose trader lives
  std::vector<DirectiveOverview> unanswered;
  std::vector<std::string> unreadable;  ///< a sentence each

  [[nodiscard]] bool a_gate_is_closed() const;
};

/// Looks twice, a moment apart, to tell live from idle.
[[nodiscard]] Overview look(const std::string& directory);

/// The gates of a scope as they are now. Looks are quick: the files were opened once,
/// so a trader that came later is not among them.
using GateLook = std::function<std::vector<GateOverview>()>;
[[nodiscard]] GateLook watch_gates(const std::string& directory, const std::string& scope);

/// Whether a sidecar holds the directory's lock. Nothing: this user may not look.
[[nodiscard]] std::optional<bool> sidecar_lives(const std::string& directory);

/// Stores KILLED into the word of every gate of `scope` that this user may
/// write. For a sidecar that does not answer. How many, and how many it may not.
struct StoredKills {
  std::size_t closed = 0;
  std::size_t denied = 0;
};
StoredKills store_killed(const std::string& directory, const std::string& scope);

}  // namespace outrider::cli
