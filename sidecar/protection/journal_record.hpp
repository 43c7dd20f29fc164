// SPDX-License-Identifier: Apache-2.0
// One record of the journal, as it lies in the file. The CRC says whether it is
// as it was written; the SHA-256 of the record before says that nothing was
// taken out, put in or changed before it.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "protection/in_force.hpp"

namespace outrider::protection {

inline constexpr std::uint64_t journal_magic = 0x32'4C'4E'4A'52'54'55'4F;  // "OUTRJNL2"

using Hash = std::array<std::uint8_t, 32>;

/// In JournalRecord::flags: a copy of an earlier record, taken over into a new
/// file because it is still in force. It keeps its own times and boot.
inline constexpr std::uint32_t carried_over = 1;

struct JournalRecord {
  std::uint64_t magic;
  std::uint64_t seq;  ///< from 1, without a gap, across files
  BootId boot;
  std::int64_t utc_ns;       ///< when it happened, by the wall clock
  std::int64_t boottime_ns;  ///< when it was written, by CLOCK_BOOTTIME
  double value;
  std::uint32_t action;  ///< Action
  std::uint32_t flags;
  Hash previous;  ///< SHA-256 of the whole record before; zero where a chain begins
  ScopeText scope;
  RuleText rule;
  ActorText actor;
  ReasonText reason;
  std::uint32_t reserved;
  std::uint32_t crc;  ///< CRC-32C of all the bytes above
};
inline constexpr std::size_t record_bytes = sizeof(JournalRecord);
static_assert(record_bytes == 552);

/// Everything but seq, previous and crc.
[[nodiscard]] JournalRecord record_of(const JournalEntry& entry);
[[nodiscard]] JournalEntry entry_of(const JournalRecord& record);

void seal(JournalRecord& record);
[[nodiscard]] bool is_whole(const JournalRecord& record);
[[nodiscard]] Hash hash_of(const JournalRecord& record);

}  // namespace outrider::protection
