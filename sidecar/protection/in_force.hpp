// SPDX-License-Identifier: Apache-2.0
// What a history leaves in force, first causes kept: the last arming, a doubt
// that no person has ended, latches and halts. Its entries() are the shortest
// history that says the same; a new journal file begins with them.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protection/state.hpp"

namespace outrider::protection {

using BootId = std::array<std::uint8_t, 16>;

struct JournalEntry {
  Entry entry;
  BootId boot{};
  std::chrono::nanoseconds boottime{};  ///< when it was written, within that boot
  bool carried = false;                 ///< repeated at the head of a later file
};

[[nodiscard]] bool arms_everything(const Entry& entry);

class InForce {
 public:
  /// Whether it closed something that was not closed yet.
  bool apply(const JournalEntry& next);

  [[nodiscard]] const std::optional<JournalEntry>& arming() const { return arming_; }
  [[nodiscard]] const std::optional<JournalEntry>& doubt() const { return doubt_; }
  /// KILLED, HALTED and REDUCE_ONLY, of any boot.
  [[nodiscard]] std::vector<JournalEntry> latches() const;
  [[nodiscard]] std::vector<JournalEntry> entries() const;

 private:
  /// What a latch of a rule is known by: one alert may have a breaker and an entry
  /// block on one scope. A person's halt has no rule.
  struct LatchKey {
    std::string rule;
    std::string scope;
    bool is_block = false;
    auto operator<=>(const LatchKey&) const = default;
  };
  void arm(const std::string& scope);

  std::optional<JournalEntry> arming_;
  std::optional<JournalEntry> doubt_;
  std::map<std::string, JournalEntry> killed_;
  std::map<LatchKey, JournalEntry> halted_;
};

}  // namespace outrider::protection
