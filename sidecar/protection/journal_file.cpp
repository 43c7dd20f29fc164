// SPDX-License-Identifier: Apache-2.0
#include "protection/journal_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

namespace outrider::protection {
namespace {

constexpr std::size_t block_records = 16;  ///< read at a time
constexpr int open_flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
constexpr mode_t owner_and_group = 0640;

/// As many bytes as there are, up to `size`; -1 with errno.
ssize_t read_at(int fd, void* data, std::size_t size, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(fd, static_cast<std::byte*>(data) + done, size - done,
                                static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return static_cast<ssize_t>(done);
}

int write_at(int fd, const void* data, std::size_t size, std::uint64_t offset) {
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

/// 0, or errno.
int read_into(JournalScan& scan, int fd, std::size_t& left_over) {
  std::vector<JournalRecord> block(block_records);
  std::uint64_t offset = 0;
  for (;;) {
    const ssize_t got = read_at(fd, block.data(), block.size() * record_bytes, offset);
    if (got < 0) return errno;
    const std::size_t records = static_cast<std::size_t>(got) / record_bytes;
    for (std::size_t i = 0; i < records; ++i) scan.take(block[i]);
    left_over = static_cast<std::size_t>(got) % record_bytes;
    offset += static_cast<std::uint64_t>(got);
    if (records < block.size()) return 0;
  }
}

/// A new name is durable only once its directory is.
void sync_directory(const std::string& path) {
  const std::string directory = path.substr(0, path.rfind('/') + 1);
  const shm::Descriptor file{
      ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (file) ::fsync(file.get());
}

/// Whether `path` still leads to the open file.
bool is_named(int fd, const std::string& path) {
  struct stat open_one {};
  struct stat named {};
  return ::fstat(fd, &open_one) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         open_one.st_dev == named.st_dev && open_one.st_ino == named.st_ino;
}

std::string why_not_opened(int code) {
  if (code == ELOOP) return "found a symbolic link; needed the file itself; remove it";
  return "found " + shm::errno_text(code) + "; needed a file that this user may write";
}

}  // namespace

shm::FileError JournalFile::fail(const std::string& what, int code) {
  problem_ = path_ + ": " + what + (code != 0 ? ": " + shm::errno_text(code) : "");
  return {code, problem_};
}

JournalFile JournalFile::open(const std::string& path, JournalCopy& found) {
  JournalFile file;
  file.path_ = path;
  file.file_ = shm::Descriptor{::open(path.c_str(), open_flags)};
  const bool is_there = file.file_ || errno != ENOENT;
  found.condition = is_there ? Condition::damaged : Condition::missing;
  if (!is_there) {
    file.file_ = shm::Descriptor{::open(path.c_str(), open_flags | O_CREAT, owner_and_group)};
  }
  const int why = errno;
  const auto refuse = [&](const std::string& what, int code = 0) {
    found.problem = file.fail(what, code).message;
    file.close();
  };
  if (!file.file_) return refuse(why_not_opened(why)), std::move(file);
  struct stat info {};
  if (::fstat(file.file_.get(), &info) != 0 || !S_ISREG(info.st_mode))
    return refuse("found no regular file; needed one; remove it"), std::move(file);
  // Not by this name any more: the other one has just put a new file in its place.
  file.is_another_sidecars_ =
      ::flock(file.file_.get(), LOCK_EX | LOCK_NB) != 0 || !is_named(file.file_.get(), path);
  if (file.is_another_sidecars_)
    return refuse(
               "found another sidecar with this state directory; needed one of its own; give "
               "--storage.path or stop that one"),
           std::move(file);
  JournalScan scan;
  std::size_t left_over = 0;
  const int code = read_into(scan, file.file_.get(), left_over);
  if (code != 0) return refuse("cannot read it", code), std::move(file);
  found = scan.finish(left_over);
  file.bytes_ = found.hashes.size() * record_bytes;
  file.first_seq_ = found.first_seq;
  file.is_new_ = found.condition == Condition::missing;
  file.is_sound_ = file.is_new_ || found.is_chained();
  file.is_ragged_ = left_over != 0;
  return file;
}

shm::FileError JournalFile::cut(std::uint64_t bytes) {
  if (!file_) return {EIO, problem_};
  if (bytes >= bytes_ && !is_ragged_) return {};
  bytes_ = std::min(bytes_, bytes);
  is_ragged_ = true;
  if (::ftruncate(file_.get(), static_cast<off_t>(bytes_)) != 0)
    return fail("cannot shorten it", errno);
  is_ragged_ = false;
  return {};
}

shm::FileError JournalFile::write(const void* data, std::size_t size) {
  // Half a record, or one that nobody was promised, must not be found later.
  if (const shm::FileError error = cut(bytes_)) return error;
  int code = write_at(file_.get(), data, size, bytes_);
  if (code == 0 && ::fdatasync(file_.get()) != 0) code = errno;
  if (code != 0) {
    is_ragged_ = true;
    cut(bytes_);
    return fail("cannot append", code);
  }
  bytes_ += size;
  is_new_ = false;
  problem_.clear();
  return {};
}

shm::FileError JournalFile::append(const JournalRecord& record) {
  const bool first = bytes_ == 0;
  const shm::FileError error = write(&record, record_bytes);
  if (!error && first) first_seq_ = record.seq;
  return error;
}

shm::FileError JournalFile::extend(const JournalFile& other, std::uint64_t bytes) {
  std::vector<std::byte> block(block_records * record_bytes);
  while (bytes_ < bytes) {
    const std::size_t wanted = std::min<std::uint64_t>(block.size(), bytes - bytes_);
    const ssize_t got = read_at(other.file_.get(), block.data(), wanted, bytes_);
    if (got < 0 || static_cast<std::size_t>(got) != wanted)
      return fail("cannot read " + other.path_, got < 0 ? errno : EIO);
    if (const shm::FileError error = write(block.data(), wanted)) return error;
  }
  first_seq_ = other.first_seq_;
  return cut(bytes_);
}

shm::FileError JournalFile::replace(const std::string& aside, const Fill& fill) {
  if (!file_) return {EIO, problem_};
  JournalFile fresh;
  fresh.path_ = path_ + ".new";
  ::unlink(fresh.path_.c_str());
  fresh.file_ =
      shm::Descriptor{::open(fresh.path_.c_str(), open_flags | O_CREAT | O_EXCL, owner_and_group)};
  if (!fresh.file_) return fail("cannot make " + fresh.path_, errno);
  if (::flock(fresh.file_.get(), LOCK_EX | LOCK_NB) != 0)
    return fail("cannot lock " + fresh.path_, errno);
  if (const shm::FileError error = fill(fresh)) {
    ::unlink(fresh.path_.c_str());
    return fail(error.message, 0);
  }
  // The link first: at no moment does the path lead nowhere.
  const bool kept = aside.empty() || ::link(path_.c_str(), aside.c_str()) == 0 ||
                    is_named(file_.get(), aside);  // an earlier attempt got that far
  if (!kept) return fail("cannot keep it as " + aside, errno);
  if (std::rename(fresh.path_.c_str(), path_.c_str()) != 0) return fail("cannot replace it", errno);
  sync_directory(path_);
  fresh.path_ = path_;
  *this = std::move(fresh);
  return {};
}

JournalCopy look_at_journal(const std::string& path, JournalScan::Visitor visit,
                            shm::FileError& error) {
  JournalScan scan{std::move(visit)};
  const shm::Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  std::size_t left_over = 0;
  const int code = !file ? errno : read_into(scan, file.get(), left_over);
  if (code != 0) error = {code, path + ": " + shm::errno_text(code)};
  return scan.finish(left_over);
}

std::string free_name_for_damaged(const std::string& path) {
  for (int number = 1;; ++number) {
    std::string name = path + ".damaged." + std::to_string(number);
    if (::access(name.c_str(), F_OK) != 0) return name;
  }
}

}  // namespace outrider::protection
