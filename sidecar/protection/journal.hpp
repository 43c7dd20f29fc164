// SPDX-License-Identifier: Apache-2.0
// `latch.journal`: what happened, on disk, in records of fixed size that are
// only ever appended and synced one by one. Each record carries a CRC, a number
// and the CRC of the one before it, so that damage shows. Used by one thread at
// a time; never by the guard.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "outrider/shm/file.hpp"
#include "protection/initial_state.hpp"

namespace outrider::protection {

inline constexpr std::uint64_t journal_magic = 0x31'4C'4E'4A'52'54'55'4F;  // "OUTRJNL1"

/// One record, as it lies in the file.
struct JournalRecord {
  std::uint64_t magic;
  std::uint64_t seq;  ///< from 1
  BootId boot;
  std::int64_t utc_ns;
  double value;
  std::uint32_t action;    ///< Action
  std::uint32_t previous;  ///< `crc` of the record before; 0 before the first
  ScopeText scope;
  RuleText rule;
  ActorText actor;
  ReasonText reason;
  std::uint32_t reserved;
  std::uint32_t crc;  ///< CRC-32C of all the bytes above
};
static_assert(sizeof(JournalRecord) == 512);

/// What the bytes of a journal say: pure. A torn last record is left out and
/// told; of a damaged file every record that is whole by itself is kept, so that
/// a kill behind the damage is not forgotten.
[[nodiscard]] JournalImage read_journal(std::span<const std::byte> bytes);

class Journal {
 public:
  /// Opens or makes the file, mode 0640, and takes a lock that a second sidecar
  /// on the same state directory meets. `found` is what it held; with an error
  /// the journal cannot be written and append() says why.
  static Journal open(const std::string& path, const BootId& boot, JournalImage& found,
                      shm::FileError& error);

  /// On disk when it returns no error. After an error the file is as before.
  shm::FileError append(const Entry& entry);

  /// Puts a damaged file aside as PATH.damaged.UTC and begins a new one with
  /// `latches`; the old one stays in place when that fails.
  shm::FileError begin_anew(std::span<const Entry> latches, std::chrono::nanoseconds wall);

  /// Whether the last append or, before the first, the opening succeeded.
  [[nodiscard]] bool writable() const noexcept { return problem_.empty(); }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  shm::FileError fail(const std::string& what, int code);
  [[nodiscard]] JournalRecord next_record(const Entry& entry) const;

  shm::Descriptor file_;
  std::string path_;
  std::string problem_;
  BootId boot_{};
  std::uint64_t size_ = 0;  ///< bytes of whole records
  std::uint64_t seq_ = 0;
  std::uint32_t last_crc_ = 0;
  bool damaged_ = false;  ///< nothing may follow what is there
};

/// This boot of the machine; all zero when the kernel does not say.
[[nodiscard]] BootId this_boot();

}  // namespace outrider::protection
