// SPDX-License-Identifier: Apache-2.0
#include "protection/journal.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <type_traits>
#include <vector>

#include "outrider/shm/crc32c.hpp"
#include "outrider/shm/identity.hpp"

namespace outrider::protection {
namespace {

constexpr std::size_t record_bytes = sizeof(JournalRecord);
static_assert(std::is_trivially_copyable_v<JournalRecord>);

std::uint32_t crc_of(const JournalRecord& record) {
  return shm::crc32c(&record, offsetof(JournalRecord, crc));
}

bool is_known(std::uint32_t action) {
  return action >= static_cast<std::uint32_t>(Action::trip) &&
         action <= static_cast<std::uint32_t>(Action::doubt);
}

JournalEntry entry_of(const JournalRecord& record) {
  return {{static_cast<Action>(record.action), record.scope,
           Cause{record.rule, record.actor, record.reason, record.value},
           std::chrono::nanoseconds(record.utc_ns)},
          record.boot};
}

JournalRecord record_at(std::span<const std::byte> bytes, std::size_t number) {
  JournalRecord record{};
  std::memcpy(static_cast<void*>(&record), bytes.data() + number * record_bytes, record_bytes);
  return record;
}

/// The whole file; an error code when it cannot be read.
int read_all(int fd, std::vector<std::byte>& bytes) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return errno;
  bytes.resize(static_cast<std::size_t>(info.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got =
        ::pread(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return 0;
}

int write_all(int fd, const void* data, std::size_t size, std::uint64_t offset) {
  const auto* bytes = static_cast<const std::byte*>(data);
  while (size > 0) {
    const ssize_t put = ::pwrite(fd, bytes, size, static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno;
    if (put == 0) return EIO;
    bytes += put;
    size -= static_cast<std::size_t>(put);
    offset += static_cast<std::uint64_t>(put);
  }
  return 0;
}

/// A new name is durable only once its directory is.
int sync_directory(const std::string& path) {
  const std::string directory = path.substr(0, path.rfind('/') + 1);
  const shm::Descriptor file{
      ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  return !file || ::fsync(file.get()) != 0 ? errno : 0;
}

std::string why_not_opened(int code) {
  if (code == ELOOP) return "found a symbolic link; needed the file itself; remove it";
  return "found " + shm::errno_text(code) + "; needed a file that this user may write";
}

}  // namespace

JournalImage read_journal(std::span<const std::byte> bytes) {
  JournalImage image;
  image.condition = Condition::intact;
  std::uint32_t last_crc = 0;
  std::uint64_t last_seq = 0;
  const std::size_t records = bytes.size() / record_bytes;
  for (std::size_t number = 0; number < records; ++number) {
    const JournalRecord record = record_at(bytes, number);
    const bool whole =
        record.magic == journal_magic && record.crc == crc_of(record) && is_known(record.action);
    const bool follows = record.previous == last_crc && record.seq == last_seq + 1;
    if ((!whole || !follows) && image.condition == Condition::intact) {
      image.condition = Condition::damaged;
      image.problem = "record " + std::to_string(number + 1) +
                      (whole ? " does not follow the one before it" : " is not as it was written");
    }
    if (!whole) continue;
    image.entries.push_back(entry_of(record));
    last_crc = record.crc;
    last_seq = record.seq;
  }
  if (bytes.size() % record_bytes != 0 && image.condition == Condition::intact) {
    image.condition = Condition::torn;
    image.problem = "the last record was not written whole";
  }
  return image;
}

Journal Journal::open(const std::string& path, const BootId& boot, JournalImage& found,
                      shm::FileError& error) {
  Journal journal;
  journal.path_ = path;
  journal.boot_ = boot;
  const bool existed = ::access(path.c_str(), F_OK) == 0;
  const auto refuse = [&](const std::string& what, int code) {
    found = {existed ? Condition::damaged : Condition::missing, what, {}};
    error = journal.fail(what, code);
    journal.file_ = shm::Descriptor{};
  };
  journal.file_ = shm::Descriptor{
      ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0640)};
  if (!journal.file_) return refuse(why_not_opened(errno), 0), std::move(journal);
  struct stat info {};
  if (::fstat(journal.file_.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return refuse("found no regular file; needed one; remove it", 0), std::move(journal);
  }
  if (::flock(journal.file_.get(), LOCK_EX | LOCK_NB) != 0) {
    return refuse(
               "found another sidecar with this state directory; needed one of its own; give "
               "--storage.path or stop that one",
               0),
           std::move(journal);
  }
  std::vector<std::byte> bytes;
  const int code = read_all(journal.file_.get(), bytes);
  if (code != 0) return refuse("cannot read it", code), std::move(journal);
  found = read_journal(bytes);
  if (bytes.empty()) found.condition = Condition::missing;
  journal.damaged_ = found.condition == Condition::torn || found.condition == Condition::damaged;
  if (journal.damaged_) journal.problem_ = path + ": " + found.problem;
  journal.size_ = bytes.size();
  if (!bytes.empty() && !journal.damaged_) {
    const JournalRecord last = record_at(bytes, bytes.size() / record_bytes - 1);
    journal.seq_ = last.seq;
    journal.last_crc_ = last.crc;
  }
  if (!existed) sync_directory(path);
  return journal;
}

shm::FileError Journal::fail(const std::string& what, int code) {
  problem_ = path_ + ": " + what + (code != 0 ? ": " + shm::errno_text(code) : "");
  return {code, problem_};
}

JournalRecord Journal::next_record(const Entry& entry) const {
  JournalRecord record{};
  record.magic = journal_magic;
  record.seq = seq_ + 1;
  record.boot = boot_;
  record.utc_ns = entry.wall.count();
  record.value = entry.cause.value;
  record.action = static_cast<std::uint32_t>(entry.action);
  record.previous = last_crc_;
  record.scope = entry.scope;
  record.rule = entry.cause.rule;
  record.actor = entry.cause.actor;
  record.reason = entry.cause.reason;
  record.crc = crc_of(record);
  return record;
}

shm::FileError Journal::append(const Entry& entry) {
  if (!file_ || damaged_) return {EIO, problem_};
  const JournalRecord record = next_record(entry);
  int code = write_all(file_.get(), &record, record_bytes, size_);
  if (code == 0 && ::fdatasync(file_.get()) != 0) code = errno;
  if (code != 0) {
    // Half a record, or one that nobody was promised, must not be found later.
    damaged_ = ::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0;
    return fail("cannot append", code);
  }
  size_ += record_bytes;
  seq_ = record.seq;
  last_crc_ = record.crc;
  problem_.clear();
  return {};
}

shm::FileError Journal::begin_anew(std::span<const Entry> latches, std::chrono::nanoseconds wall) {
  if (!file_) return {EIO, problem_};
  const std::string fresh = path_ + ".new";
  const std::string aside = path_ + ".damaged." + std::to_string(wall.count());
  ::unlink(fresh.c_str());
  Journal anew;
  anew.path_ = fresh;
  anew.boot_ = boot_;
  anew.file_ = shm::Descriptor{
      ::open(fresh.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640)};
  if (!anew.file_) return fail("cannot make " + fresh, errno);
  if (::flock(anew.file_.get(), LOCK_EX | LOCK_NB) != 0) return fail("cannot lock " + fresh, errno);
  for (const Entry& entry : latches) {
    const shm::FileError error = anew.append(entry);
    if (error) return fail(error.message, 0);
  }
  // The link first: at no moment does the path lead nowhere.
  if (::link(path_.c_str(), aside.c_str()) != 0) return fail("cannot keep it aside", errno);
  if (std::rename(fresh.c_str(), path_.c_str()) != 0) return fail("cannot replace it", errno);
  sync_directory(path_);
  const std::string path = path_;
  *this = std::move(anew);
  path_ = path;
  problem_.clear();
  return {};
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
