// SPDX-License-Identifier: Apache-2.0
// What holds at start: a pure function of the journal's records, the latch
// file's records and this boot's id. Doubt never opens a gate: what is missing,
// damaged or of another boot leaves UNARMED, and a kill that any of them knows
// stays KILLED.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protection/in_force.hpp"

namespace outrider::protection {

/// How a file was found. `torn`: whole records, then a piece of one.
enum class Condition : std::uint8_t { missing, intact, torn, damaged };

struct JournalImage {
  Condition condition = Condition::missing;
  std::string problem;  ///< where and what, when torn or damaged
  std::vector<JournalEntry> entries;
};

/// The latches in force.
struct LatchImage {
  Condition condition = Condition::missing;
  std::string problem;
  std::vector<Entry> entries;
  bool armed = false;     ///< an arming came into force; by itself it opens nothing
  bool in_doubt = false;  ///< only a person may arm
  std::chrono::nanoseconds armed_since{};  ///< Unix time
};

struct InitialState {
  bool armed = false;
  std::chrono::nanoseconds armed_since{};  ///< Unix time of the arming, when armed
  /// A damaged file may have held a kill that nobody remembers: then only a
  /// person may lift UNARMED, whatever the configuration says, at this start and
  /// at every later one.
  bool needs_a_person = false;
  bool doubt_journalled = false;  ///< the journal says so already
  std::string unarmed_reason;     ///< a sentence, when not armed
  std::vector<Entry> killed;      ///< one per scope
  /// HALTED or REDUCE_ONLY, one per rule and scope; a person's halt has no rule.
  std::vector<Entry> halted;
  /// Of these, the ones that the journal must still be told.
  std::vector<Entry> unjournalled;
};

[[nodiscard]] InitialState initial_state(const JournalImage& journal, const LatchImage& latch,
                                         const BootId& boot);

}  // namespace outrider::protection
