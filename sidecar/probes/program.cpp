// SPDX-License-Identifier: Apache-2.0
#include "probes/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace outrider::probes {

namespace {

constexpr const char* usual_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr int killed_within_ms = 100;

/// What the child begins with: nothing of ours but three descriptors, to nowhere where
/// there is no input.
class SpawnSettings {
 public:
  explicit SpawnSettings(int input) {
    ::posix_spawn_file_actions_init(&actions);
    if (input == -1) {
      ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
    } else {
      ::posix_spawn_file_actions_adddup2(&actions, input, 0);
    }
    ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_RDWR, 0);
    ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
    ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    ::posix_spawn_file_actions_addchdir_np(&actions, "/");
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes, &signals);
    ::sigfillset(&signals);
    ::posix_spawnattr_setsigdefault(&attributes, &signals);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& each : texts) all.push_back(each.data());
  all.push_back(nullptr);
  return all;
}

/// A file in memory that holds `text`, so that nobody waits for a program that does not
/// read it; none when there is no room.
shm::Descriptor as_file(std::string_view text) {
  shm::Descriptor file{::memfd_create("outrider-input", MFD_CLOEXEC)};
  while (file && !text.empty()) {
    const ssize_t wrote = ::write(file.get(), text.data(), text.size());
    if (wrote <= 0) return {};
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  if (file) ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

/// 0, or what errno would be.
int spawn(const ProgramSettings& settings, pid_t& pid) {
  shm::Descriptor input;
  if (settings.input) input = as_file(*settings.input);
  if (settings.input && !input) return errno != 0 ? errno : EIO;
  std::vector<std::string> arguments = settings.command;
  std::vector<std::string> environment;
  if (!settings.environment.contains("PATH"))
    environment.push_back(std::string{"PATH="} + usual_path);
  for (const auto& [name, value] : settings.environment) environment.push_back(name + '=' + value);
  const SpawnSettings child{input.get()};
  return ::posix_spawn(&pid, arguments.front().c_str(), &child.actions, &child.attributes,
                       pointers(arguments).data(), pointers(environment).data());
}

}  // namespace

Program::Program(const ProgramSettings& settings) : error_{spawn(settings, pid_)} {
  if (error_ != 0) {
    pid_ = -1;
    return;
  }
  handle_ = shm::Descriptor{static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0))};
  if (handle_) return;
  error_ = errno;
  ::kill(-pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

Program::~Program() {
  if (pid_ == -1) return;
  ::kill(-pid_, SIGKILL);
  pollfd ended{handle_.get(), POLLIN, 0};
  ::poll(&ended, 1, killed_within_ms);
  ::waitpid(pid_, nullptr, WNOHANG);
}

std::optional<Ending> Program::look() {
  siginfo_t ended{};
  if (::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) != 0) {
    if (errno != ECHILD) return std::nullopt;
    // Somebody else in this process has waited for it: its number is another's by now.
    pid_ = -1;
    return Ending{false, 0};
  }
  if (ended.si_pid == 0) return std::nullopt;
  // Until it is waited for, nobody else can have its number: the group is its own.
  ::kill(-pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
  return Ending{ended.si_code == CLD_EXITED, ended.si_status};
}

void Program::kill() const {
  if (pid_ != -1) ::kill(-pid_, SIGKILL);
}

}  // namespace outrider::probes
