// SPDX-License-Identifier: Apache-2.0
// One of the two files of the journal: records are appended and synced, and a
// file is replaced by another in one step, the old one kept under another name.
// Locked, so that a second sidecar with the same state directory finds out.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "outrider/shm/file.hpp"
#include "protection/journal_scan.hpp"

namespace outrider::protection {

class JournalFile {
 public:
  /// Opens or makes the file, mode 0640; when it cannot be used, is_open() is
  /// false and problem() says why.
  static JournalFile open(const std::string& path, JournalCopy& found);

  /// Behind the last record; on disk when it returns no error, else as before.
  shm::FileError append(const JournalRecord& record);
  /// Whatever is behind `bytes` goes.
  shm::FileError cut(std::uint64_t bytes);
  /// Appends what `other` has more, up to `bytes`.
  shm::FileError extend(const JournalFile& other, std::uint64_t bytes);

  /// A new file that `fill` fills takes this one's place; this one keeps the name
  /// `aside`, which must be free; empty: nothing is kept. On an error all is as before.
  using Fill = std::function<shm::FileError(JournalFile& fresh)>;
  shm::FileError replace(const std::string& aside, const Fill& fill);

  [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(file_); }
  [[nodiscard]] bool is_another_sidecars() const noexcept { return is_another_sidecars_; }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
  /// Number of the first record: which file of the journal this is.
  [[nodiscard]] std::uint64_t first_seq() const noexcept { return first_seq_; }
  /// Nothing was in it.
  [[nodiscard]] bool is_new() const noexcept { return is_new_; }
  /// Every record is whole and chained.
  [[nodiscard]] bool is_sound() const noexcept { return is_sound_; }
  void close() { file_ = shm::Descriptor{}; }

 private:
  shm::FileError fail(const std::string& what, int code);
  shm::FileError write(const void* data, std::size_t size);

  shm::Descriptor file_;
  std::string path_;
  std::string problem_;
  std::uint64_t bytes_ = 0;  ///< of whole records
  std::uint64_t first_seq_ = 0;
  bool is_ragged_ = false;  ///< something may lie behind `bytes_`
  bool is_new_ = true;
  bool is_sound_ = true;
  bool is_another_sidecars_ = false;
};

/// What a file holds, for whoever looks: read-only and without the lock, so that
/// the last record may be half written. An error has the errno of the opening.
[[nodiscard]] JournalCopy look_at_journal(const std::string& path, JournalScan::Visitor visit,
                                          shm::FileError& error);

/// A name beside `path` that nobody has: PATH.damaged.1 and so on.
[[nodiscard]] std::string free_name_for_damaged(const std::string& path);

}  // namespace outrider::protection
