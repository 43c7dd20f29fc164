// SPDX-License-Identifier: Apache-2.0
#include "protection/journal_scan.hpp"

#include <algorithm>
#include <cstring>

namespace outrider::protection {
namespace {

constexpr std::uint64_t magic_of_version_1 = 0x31'4C'4E'4A'52'54'55'4F;  // "OUTRJNL1"

bool is_gone(const JournalCopy& copy) {
  return copy.condition == Condition::missing;
}

Agreement damaged(std::string problem) {
  return {Condition::damaged, std::move(problem), 0};
}

/// One copy is intact; the other says nothing that can be used.
Agreement alone(const JournalCopy& serving, const JournalCopy& other, std::size_t serves) {
  // What the serving copy never got, while it could not be written, may be a kill.
  if (other.last_seq > serving.last_seq) return damaged(other.problem);
  return {Condition::intact, other.problem, serves};
}

Agreement one_begins_where_the_other_ends(const JournalCopy& later, const JournalCopy& earlier,
                                          std::size_t serves) {
  if (later.condition != Condition::intact) return damaged(later.problem);
  if (later.first_seq != earlier.last_seq + 1) return damaged("the two copies disagree");
  // Rotated, or begun anew over damage, and cut short before the earlier one was.
  const bool follows = later.continues == earlier.hashes.back() || later.continues == Hash{};
  return follows ? Agreement{Condition::intact, {}, serves} : damaged("the two copies disagree");
}

/// Both are chained and begin alike. A torn end counts for nothing as long as the
/// other copy vouches that no whole record is missing there.
Agreement compare(const JournalCopy& longer, const JournalCopy& shorter, std::size_t serves) {
  const std::size_t common = shorter.hashes.size();
  if (longer.hashes[common - 1] != shorter.hashes.back()) return damaged("the two copies disagree");
  const bool alike = longer.hashes.size() == common;
  if (longer.condition == Condition::intact) {
    return {Condition::intact, shorter.problem, serves};
  }
  if (!alike || shorter.condition != Condition::intact) return damaged(longer.problem);
  return {Condition::intact, longer.problem, 1 - serves};
}

}  // namespace

std::string JournalScan::problem_of(const JournalRecord& record, bool whole) const {
  const std::string which = "record " + std::to_string(number_);
  if (record.magic == magic_of_version_1)
    return which + " is of format OUTRJNL1; this version reads OUTRJNL2";
  if (!whole) return which + " is not as it was written";
  const bool begins = record.action == static_cast<std::uint32_t>(Action::begin);
  if (number_ == 1) {
    if (!begins) return "record 1 does not begin a journal";
    if (record.seq == 1 && record.previous != Hash{}) return "record 1 continues nothing";
    return {};
  }
  const bool follows = !begins && !copy_.hashes.empty() && record.previous == copy_.hashes.back() &&
                       record.seq == copy_.last_seq + 1;
  return follows ? std::string{} : which + " does not follow the one before it";
}

void JournalScan::take(const JournalRecord& record) {
  ++number_;
  const bool whole = is_whole(record);
  if (copy_.problem.empty()) copy_.problem = problem_of(record, whole);
  if (!whole) return;
  if (copy_.hashes.empty()) {
    copy_.first_seq = record.seq;
    copy_.continues = record.previous;
  }
  copy_.last_seq = std::max(copy_.last_seq, record.seq);
  copy_.hashes.push_back(hash_of(record));
  copy_.in_force.apply(entry_of(record));
  if (visit_) visit_(record);
}

JournalCopy JournalScan::finish(std::size_t left_over) {
  copy_.condition = Condition::intact;
  if (!copy_.problem.empty()) {
    copy_.condition = Condition::damaged;
  } else if (left_over != 0) {
    copy_.condition = Condition::torn;
    copy_.problem = "the last record was not written whole";
  } else if (number_ == 0) {
    copy_.condition = Condition::missing;
  }
  return std::move(copy_);
}

JournalImage read_journal(std::span<const std::byte> bytes) {
  JournalImage image;
  JournalScan scan{[&](const JournalRecord& each) { image.entries.push_back(entry_of(each)); }};
  for (; bytes.size() >= record_bytes; bytes = bytes.subspan(record_bytes)) {
    JournalRecord record{};
    std::memcpy(static_cast<void*>(&record), bytes.data(), record_bytes);
    scan.take(record);
  }
  const JournalCopy copy = scan.finish(bytes.size());
  image.condition = copy.condition;
  image.problem = copy.problem;
  return image;
}

Agreement agree(const JournalCopy& first, const JournalCopy& second) {
  if (is_gone(first) && is_gone(second)) return {};
  if (first.is_chained() && second.is_chained()) {
    const bool swapped = first.first_seq == second.first_seq
                             ? second.hashes.size() > first.hashes.size()
                             : second.last_seq > first.last_seq;
    const JournalCopy& longer = swapped ? second : first;
    const JournalCopy& shorter = swapped ? first : second;
    const std::size_t serves = swapped ? 1 : 0;
    if (longer.first_seq != shorter.first_seq)
      return one_begins_where_the_other_ends(longer, shorter, serves);
    return compare(longer, shorter, serves);
  }
  if (first.condition == Condition::intact) return alone(first, second, 0);
  if (second.condition == Condition::intact) return alone(second, first, 1);
  return damaged(first.problem.empty() ? second.problem : first.problem);
}

}  // namespace outrider::protection
