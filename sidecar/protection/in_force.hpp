// SPDX-License-Identifier: Apache-2.0
// What a history leaves in force, first causes kept: the last arming, a doubt
// that no person has ended, latches and halts. Its entries() are the shortest
// history that says the same; a new journal file begins with them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
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
  /// KILLED and HALTED, of any boot.
  [[nodiscard]] std::vector<JournalEntry> latches() const;
  [[nodiscard]] std::vector<JournalEntry> entries() const;

 private:
  using RuleAndScope = std::pair<std::string, std::string>;
  std::optional<JournalEntry> arming_;
  std::optional<JournalEntry> doubt_;
  std::map<std::string, JournalEntry> killed_;
  std::map<RuleAndScope, JournalEntry> halted_;
};

}  // namespace outrider::protection
