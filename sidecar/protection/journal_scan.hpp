// SPDX-License-Identifier: Apache-2.0
// What the bytes of a journal say, and what two copies of it say together: pure.
// A file is a `begin` record and what follows it, each record chained to the one
// before. Of a damaged file every record that is whole by itself still counts,
// so that a kill behind the damage is not forgotten.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "protection/initial_state.hpp"
#include "protection/journal_record.hpp"

namespace outrider::protection {

/// One file, as it was found.
struct JournalCopy {
  Condition condition = Condition::missing;
  std::string problem;  ///< where and what, when torn or damaged
  InForce in_force;
  std::uint64_t first_seq = 0;
  std::uint64_t last_seq = 0;  ///< the largest of any whole record
  Hash continues{};            ///< what the first record says of the file before
  std::vector<Hash> hashes;    ///< of each whole record, in order

  /// Every record is whole and chained, a torn piece at the end aside.
  [[nodiscard]] bool is_chained() const {
    return !hashes.empty() && (condition == Condition::intact || condition == Condition::torn);
  }
};

class JournalScan {
 public:
  using Visitor = std::function<void(const JournalRecord&)>;
  /// `visit` sees every record that is whole by itself.
  explicit JournalScan(Visitor visit = {}) : visit_(std::move(visit)) {}

  void take(const JournalRecord& record);
  /// `left_over`: bytes behind the last full record.
  [[nodiscard]] JournalCopy finish(std::size_t left_over);

 private:
  [[nodiscard]] std::string problem_of(const JournalRecord& record, bool whole) const;

  Visitor visit_;
  JournalCopy copy_;
  std::uint64_t number_ = 0;
};

/// Every whole record, and what is wrong.
[[nodiscard]] JournalImage read_journal(std::span<const std::byte> bytes);

struct Agreement {
  /// missing: neither is there; intact: the copy that `serves` holds the whole
  /// truth; damaged: neither can vouch for it, and only a person may arm.
  Condition condition = Condition::missing;
  std::string problem;  ///< intact: of the other copy
  std::size_t serves = 0;
};

[[nodiscard]] Agreement agree(const JournalCopy& first, const JournalCopy& second);

}  // namespace outrider::protection
