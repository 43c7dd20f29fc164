// SPDX-License-Identifier: Apache-2.0
#include "directory_lock.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "clocks.hpp"

namespace outrider {

using namespace std::chrono_literals;

namespace {

/// Between two looks at the lock; a holder that cannot be watched is asked more often.
constexpr int look_period_ms = 10;
constexpr int blind_look_period_ms = 1;
/// A process that has lost its lock by its end closes its other files right after.
constexpr int end_patience_ms = 100;

std::string lock_path(const std::string& directory) {
  return directory + "/c/sidecar.lock";
}

/// A lock of the open file has no owner that the kernel could name, so the
/// holder writes his number into it.
void note_pid(int lock) {
  const std::string text = std::to_string(::getpid()) + "\n";
  // A number that cannot be written is only missing from a sentence.
  if (::ftruncate(lock, 0) != 0 || ::pwrite(lock, text.data(), text.size(), 0) < 0) return;
}

/// 0: none is there.
pid_t pid_in(int lock) {
  std::array<char, 16> text{};
  const ssize_t got = ::pread(lock, text.data(), text.size(), 0);
  pid_t pid = 0;
  std::from_chars(text.data(), text.data() + (got > 0 ? got : 0), pid);
  return pid;
}

/// Whether `path` still leads to the open file.
bool is_named(int fd, const std::string& path) {
  struct stat open_one {};
  struct stat named {};
  return ::fstat(fd, &open_one) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         open_one.st_dev == named.st_dev && open_one.st_ino == named.st_ino;
}

}  // namespace

DirectoryLock take_directory(const std::string& directory) {
  const std::string path = lock_path(directory);
  DirectoryLock lock;
  lock.file =
      shm::Descriptor{::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640)};
  if (!lock.file) {
    lock.refusal = path + ": " + shm::errno_text(errno) +
                   "; needed a file that this user may write; run as the owner of " + directory;
    return lock;
  }
  struct flock wanted {};
  wanted.l_type = F_WRLCK;
  wanted.l_whence = SEEK_SET;
  // A lock on a file that has lost its name keeps nobody out.
  lock.is_taken =
      ::fcntl(lock.file.get(), F_OFD_SETLK, &wanted) != 0 || !is_named(lock.file.get(), path);
  if (lock.is_taken) {
    const pid_t pid = pid_in(lock.file.get());
    lock.refusal = "found another sidecar on " + directory + ", process " +
                   (pid == 0 ? "unknown" : std::to_string(pid)) + " (lock " + path +
                   "); needed one a directory; stop it first";
    lock.file = {};
    return lock;
  }
  note_pid(lock.file.get());
  return lock;
}

shm::Descriptor Standby::wait(std::chrono::nanoseconds patience) {
  while (true) {
    DirectoryLock lock = take_directory(directory_);
    if (lock.file) {
      see_holder_out();
      return std::move(lock.file);
    }
    if (!lock.is_taken) throw std::runtime_error{lock.refusal};
    // relaxed: a time to show.
    looked_.store(read_clocks().steady.count(), std::memory_order_relaxed);
    if (!process_) look_for_holder();
    end_if_hung(patience);
    if (!sleep()) return {};
  }
}

void Standby::look_for_holder() {
  const shm::Descriptor lock{::open(lock_path(directory_).c_str(), O_RDONLY | O_CLOEXEC)};
  holder_ = lock ? pid_in(lock.get()) : 0;
  if (holder_ > 0) {
    process_ = shm::Descriptor{static_cast<int>(::syscall(SYS_pidfd_open, holder_, 0U))};
  }
}

void Standby::end_if_hung(std::chrono::nanoseconds patience) {
  const std::optional<Pulse> pulse = pulse_of(directory_);
  if (!hang_.look(pulse, read_clocks().steady, patience)) return;
  std::string why;
  const shm::Descriptor holder = handle_of(pulse->process, why);
  if (holder) why = send_signal(holder, SIGKILL);
  const std::string pid = std::to_string(pulse->process.pid);
  const std::string said = pid + why;
  if (std::exchange(said_, said) == said) return;
  if (why.empty()) {
    log_.error("the sidecar that guards made no pass and was killed",
               {{"pid", pid}, {"patience_ms", std::to_string(patience / 1ms)}});
  } else {
    log_.error("the sidecar that guards makes no pass and cannot be killed; its leases run out",
               {{"pid", pid}, {"reason", why}});
  }
}

/// False when somebody wakes us.
bool Standby::sleep() {
  // A descriptor of -1 is passed over.
  std::array<pollfd, 2> watched{pollfd{wake_, POLLIN, 0}, pollfd{process_.get(), POLLIN, 0}};
  ::poll(watched.data(), watched.size(), process_ ? look_period_ms : blind_look_period_ms);
  if (watched[1].revents != 0) process_ = {};  // its end, seen: whoever has the lock now is another
  return watched[0].revents == 0;
}

// The kernel closes a dying process' files one by one, and the lock is among the
// first: journal, ports and mappings are free when all of it has gone.
void Standby::see_holder_out() {
  pollfd process{process_.get(), POLLIN, 0};
  if (process_) ::poll(&process, 1, end_patience_ms);
  process_ = {};
}

}  // namespace outrider
