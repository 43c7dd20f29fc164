// SPDX-License-Identifier: Apache-2.0
#include "hogs.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

#include "bench_directory.hpp"

namespace outrider::bench {

Hogs::Hogs(int a_core) {
  if (a_core == 0) return;
  const long cores = sysconf(_SC_NPROCESSORS_ONLN);
  const std::string workers = std::to_string(a_core * cores);
  process_ = fork();
  if (process_ < 0) give_up("cannot fork");
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
    dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
    execlp("stress-ng", "stress-ng", "--cpu", workers.c_str(), nullptr);
    _exit(127);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds{500});
  if (waitpid(process_, nullptr, WNOHANG) != 0) give_up("stress-ng does not run; it is a package");
}

Hogs::~Hogs() {
  if (process_ < 0) return;
  kill(process_, SIGTERM);
  waitpid(process_, nullptr, 0);
}

}  // namespace outrider::bench
