// SPDX-License-Identifier: Apache-2.0
#include "protection/journal.hpp"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "config/digest.hpp"
#include "outrider/shm/identity.hpp"
#include "protection/archive.hpp"
#include "protection/scope.hpp"

namespace outrider::protection {
namespace {

std::chrono::nanoseconds read_clock(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

/// What opens gates: it must never be on record in one place only.
bool is_arming(Action action) {
  return action == Action::arm || action == Action::arm_at_start;
}

JournalRecord chained(JournalRecord record, std::uint64_t seq, const Hash& previous) {
  record.seq = seq;
  record.previous = previous;
  seal(record);
  return record;
}

/// Where nothing can be believed, whatever either file says is closed is closed.
std::vector<JournalEntry> closed_by(const std::array<JournalCopy, 2>& copies) {
  std::vector<JournalEntry> list = copies[0].in_force.latches();
  const std::vector<JournalEntry> more = copies[1].in_force.latches();
  list.insert(list.end(), more.begin(), more.end());
  return list;
}

}  // namespace

// ------------------------------------------------------------------- opening

Journal Journal::open(const JournalPlace& place, const BootId& boot, JournalImage& found) {
  Journal journal;
  journal.place_ = place;
  journal.boot_ = boot;
  std::array<JournalCopy, 2> copies;
  journal.files_ = {JournalFile::open(place.path, copies[0]),
                    JournalFile::open(place.copy, copies[1])};
  for (const JournalFile& file : journal.files_) {
    if (!file.is_another_sidecars()) continue;
    found = {Condition::damaged, file.problem(), {}};
    journal.problem_ = file.problem();
    journal.files_ = {};  // and so unlocked
    return journal;
  }
  const Agreement agreement = agree(copies[0], copies[1]);
  found = {agreement.condition, agreement.problem, {}};
  if (agreement.condition == Condition::intact) {
    journal.serve(copies[agreement.serves], agreement.serves, agreement.problem);
    found.entries = journal.in_force_.entries();
  } else if (agreement.condition == Condition::missing) {
    journal.begin_files("the first file of a journal", {});
  } else {
    journal.problem_ = agreement.problem;
    journal.seq_ = std::max(copies[0].last_seq, copies[1].last_seq);
    found.entries = closed_by(copies);
  }
  return journal;
}

/// Goes on where this copy ended, and makes the other one good.
void Journal::serve(const JournalCopy& copy, std::size_t which,
                    const std::string& problem_of_other) {
  bytes_ = files_[which].bytes();
  rotate_at_ = place_.max_bytes;
  first_seq_ = copy.first_seq;
  seq_ = copy.last_seq;
  head_ = copy.hashes.back();
  in_force_ = copy.in_force;
  is_usable_ = true;
  problem_.clear();
  files_[which].cut(bytes_);
  JournalFile& other = files_[1 - which];
  const bool was_level = other.is_sound() && is_level(other) && problem_of_other.empty();
  const std::string aside = aside_of(other);
  const char* otherwise = other.is_new() ? "no file there" : "fewer records there";
  if (!was_level && !level(1 - which)) {
    lines_.push_back(other.path() + " was made good from the other copy of the journal: found " +
                     (problem_of_other.empty() ? otherwise : problem_of_other) +
                     (aside.empty() ? "" : "; what was there is kept as " + aside));
  }
  look_at_files();
}

/// What a file is called that another one takes the place of; empty: it goes on.
std::string Journal::aside_of(const JournalFile& file) const {
  if (file.is_new() || (file.is_sound() && file.first_seq() == first_seq_)) return {};
  return file.is_sound() ? archive_name(file.path(), file.first_seq())
                         : free_name_for_damaged(file.path());
}

/// Gives a file what it lacks of the other one, and takes what it has too much.
shm::FileError Journal::level(std::size_t which) {
  JournalFile& file = files_[which];
  const JournalFile& good = files_[1 - which];
  if (!file.is_open()) return {EIO, file.problem()};
  if (!file.is_new() && file.is_sound() && file.first_seq() == first_seq_)
    return file.bytes() < bytes_ ? file.extend(good, bytes_) : file.cut(bytes_);
  return file.replace(aside_of(file),
                      [&](JournalFile& fresh) { return fresh.extend(good, bytes_); });
}

shm::FileError Journal::begin_anew(std::span<const Entry> latches, const Entry& doubt) {
  if (is_usable_) return {EINVAL, "the journal is whole"};
  std::vector<JournalEntry> entries;
  for (const Entry& latch : latches)
    entries.push_back({latch, boot_, read_clock(CLOCK_BOOTTIME), true});
  entries.push_back({doubt, boot_, read_clock(CLOCK_BOOTTIME)});
  return begin_files("begun anew: " + std::string(doubt.cause.reason.view()), entries);
}

// -------------------------------------------------------------- a file's head

std::vector<JournalRecord> Journal::first_records(const std::string& reason,
                                                  std::span<const JournalEntry> entries) const {
  const Entry begin{Action::begin, global_scope, Cause{{}, "outrider", reason, 0},
                    read_clock(CLOCK_REALTIME)};
  std::vector<JournalRecord> records{
      chained(record_of({begin, boot_, read_clock(CLOCK_BOOTTIME)}), seq_ + 1, head_)};
  for (const JournalEntry& each : entries)
    records.push_back(chained(record_of(each), records.back().seq + 1, hash_of(records.back())));
  return records;
}

/// New files in place of those that are there, each in one step. One is enough.
shm::FileError Journal::begin_files(const std::string& reason,
                                    std::span<const JournalEntry> entries) {
  const std::vector<JournalRecord> records = first_records(reason, entries);
  shm::FileError error;
  bool begun = false;
  for (JournalFile& file : files_) {
    if (is_usable_ && !is_level(file)) continue;  // level() will see to it
    const std::string aside = is_usable_ ? archive_name(file.path(), first_seq_) : aside_of(file);
    const shm::FileError failed = file.replace(aside, [&](JournalFile& fresh) {
      shm::FileError unwritten;
      for (const JournalRecord& each : records) {
        if (!unwritten) unwritten = fresh.append(each);
      }
      return unwritten;
    });
    if (!error && !failed.message.empty()) error = failed;
    begun = begun || !failed;
  }
  if (!begun) {
    if (!error) error = {EIO, problem_};  // another sidecar's
    problem_ = error.message;
    return error;
  }
  bytes_ = records.size() * sizeof(JournalRecord);
  rotate_at_ = std::max(place_.max_bytes, 2 * bytes_);
  first_seq_ = records.front().seq;
  seq_ = records.back().seq;
  head_ = hash_of(records.back());
  in_force_ = {};
  for (const JournalEntry& each : entries) in_force_.apply(each);
  is_usable_ = true;
  look_at_files();
  return {};
}

void Journal::rotate() {
  const std::string archive = archive_name(place_.path, first_seq_);
  const std::string closed = "; its last record has SHA-256 " + config::to_hex(head_);
  const std::string name = std::filesystem::path(archive).filename();
  std::vector<JournalEntry> entries = in_force_.entries();
  for (JournalEntry& each : entries) each.carried = true;
  if (const shm::FileError error = begin_files("continues " + name, entries)) {
    rotate_at_ = bytes_ + place_.max_bytes / 16;
    lines_.push_back("the journal has grown to " + std::to_string(bytes_) +
                     " bytes and no other file can be begun: " + error.message);
    return;
  }
  lines_.push_back("the journal was full and is kept as " + archive + closed);
  for (const std::string& path : {place_.path, place_.copy}) remove_oldest(path);
}

void Journal::remove_oldest(const std::string& path) {
  std::vector<std::string> archives = archives_of(path);
  while (archives.size() > place_.archives) {
    const bool gone = ::unlink(archives.front().c_str()) == 0;
    lines_.push_back(
        archives.front() +
        (gone ? " was removed: storage.journal-archives are " : " cannot be removed; ") +
        std::to_string(place_.archives));
    archives.erase(archives.begin());
  }
}

// ------------------------------------------------------------------ appending

bool Journal::is_level(const JournalFile& file) const noexcept {
  return file.is_open() && file.is_sound() && file.problem().empty() &&
         file.first_seq() == first_seq_ && file.bytes() == bytes_;
}

std::size_t Journal::good_copies() const noexcept {
  if (!is_usable_) return 0;
  return static_cast<std::size_t>(std::count_if(
      files_.begin(), files_.end(), [this](const JournalFile& each) { return is_level(each); }));
}

void Journal::look_at_files() {
  problem_.clear();
  for (const JournalFile& file : files_) {
    if (!is_level(file) && problem_.empty()) problem_ = file.problem();
  }
  const std::size_t good = good_copies();
  if (good == said_good_) return;
  said_good_ = good;
  if (good == 2) lines_.emplace_back("both copies of the journal hold every record again");
  if (good == 1)
    lines_.push_back("one copy of the journal cannot be written, arming will be refused: " +
                     problem_ + "; once that is repaired, restart the sidecar");
}

void Journal::mend() {
  if (!is_usable_ || writable()) return;
  for (std::size_t which = 0; which < files_.size(); ++which) {
    if (!is_level(files_[which])) level(which);
  }
  look_at_files();
}

shm::FileError Journal::write(const JournalRecord& record, bool in_both) {
  shm::FileError error;
  std::size_t written = 0;
  for (std::size_t which = 0; which < files_.size(); ++which) {
    shm::FileError failed = level(which);
    if (!failed) failed = files_[which].append(record);
    if (failed && !error) error = failed;
    if (!failed) ++written;
  }
  if (written == 0 || (in_both && error)) {
    for (std::size_t which = 0; which < files_.size(); ++which) level(which);
    look_at_files();
    return error;
  }
  bytes_ += sizeof record;
  seq_ = record.seq;
  head_ = hash_of(record);
  in_force_.apply(entry_of(record));
  look_at_files();
  return {};
}

shm::FileError Journal::append(const Entry& entry) {
  if (!is_usable_) return {EIO, problem_};
  if (bytes_ >= rotate_at_) rotate();
  const JournalRecord record = record_of({entry, boot_, read_clock(CLOCK_BOOTTIME)});
  return write(chained(record, seq_ + 1, head_), is_arming(entry.action));
}

BootId this_boot() {
  BootId boot{};
  std::size_t digits = 0;
  for (const char c : shm::boot_id()) {
    const bool decimal = c >= '0' && c <= '9';
    if (!decimal && !(c >= 'a' && c <= 'f')) continue;
    if (digits / 2 >= boot.size()) break;
    const auto digit = static_cast<std::uint8_t>(decimal ? c - '0' : c - 'a' + 10);
    boot[digits / 2] = static_cast<std::uint8_t>(boot[digits / 2] << 4 | digit);
    ++digits;
  }
  return boot;
}

}  // namespace outrider::protection
