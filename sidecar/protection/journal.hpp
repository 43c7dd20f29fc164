// SPDX-License-Identifier: Apache-2.0
// `latch.journal` and its copy: what happened, on disk, in records of fixed size
// that are only ever appended and synced one by one, to both files. One of them
// is enough to go on, and to keep a kill; to arm, both must hold the record.
// Used by one thread at a time; never by the guard.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "protection/journal_file.hpp"

namespace outrider::protection {

struct JournalPlace {
  std::string path;                   ///< STATE_DIR/latch.journal
  std::string copy = path + ".copy";  ///< better in a directory on another disk
  /// A file that has grown to this is kept as PATH.SEQ and another one begun.
  std::uint64_t max_bytes = std::uint64_t{64} << 20;
  /// So many of these are kept, of each copy; then the oldest goes, which is said.
  std::size_t archives = 16;
};

class Journal {
 public:
  Journal() = default;
  /// Opens or makes both files. `found` is what is in force by what they held; a
  /// file that is damaged, behind or missing is made good from the other one.
  static Journal open(const JournalPlace& place, const BootId& boot, JournalImage& found);

  /// On disk when it returns no error: in both files for an arming, in one at
  /// least for all else. After an error both are as before.
  shm::FileError append(const Entry& entry);

  /// Where neither file can be believed: puts them aside as PATH.damaged.N and
  /// begins new ones with `latches` and `doubt`. They stay where that fails.
  shm::FileError begin_anew(std::span<const Entry> latches, const Entry& doubt);

  /// Brings a file that could not be written level again, if that is possible now.
  void mend();

  /// Records can be kept, in one file at least.
  [[nodiscard]] bool is_usable() const noexcept { return is_usable_; }
  /// Both files took the last record, so that an arming may be tried.
  [[nodiscard]] bool writable() const noexcept { return problem_.empty(); }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  /// Files that hold every record and took the last one: 0, 1 or 2.
  [[nodiscard]] std::size_t good_copies() const noexcept;
  /// What people should know since the last call, a sentence each.
  [[nodiscard]] std::vector<std::string> take_lines() { return std::exchange(lines_, {}); }

 private:
  void serve(const JournalCopy& copy, std::size_t which, const std::string& problem_of_other);
  shm::FileError level(std::size_t which);
  shm::FileError begin_files(const std::string& reason, std::span<const JournalEntry> entries);
  shm::FileError write(const JournalRecord& record, bool in_both);
  void rotate();
  void remove_oldest(const std::string& path);
  void look_at_files();
  [[nodiscard]] bool is_level(const JournalFile& file) const noexcept;
  [[nodiscard]] std::string aside_of(const JournalFile& file) const;
  [[nodiscard]] std::vector<JournalRecord> first_records(
      const std::string& reason, std::span<const JournalEntry> entries) const;

  JournalPlace place_;
  std::array<JournalFile, 2> files_;
  BootId boot_{};
  bool is_usable_ = false;
  std::string problem_ = "the journal has not been opened";
  // Of the file that is written to, and of the chain.
  std::uint64_t bytes_ = 0;
  std::uint64_t rotate_at_ = 0;
  std::uint64_t first_seq_ = 0;
  std::uint64_t seq_ = 0;
  Hash head_{};
  InForce in_force_;
  std::size_t said_good_ = 2;
  std::vector<std::string> lines_;
};

/// This boot of the machine; all zero when the kernel does not say.
[[nodiscard]] BootId this_boot();

}  // namespace outrider::protection
