// SPDX-License-Identifier: Apache-2.0
#include "sidecar_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <vector>

#include "bench_directory.hpp"

namespace outrider::bench {
namespace {

constexpr const char* configuration = R"(
rules: {file: bench.rules.yml}
web: {listen-address: "127.0.0.1:0"}
protection:
  arm_at_start: true
  probes: 0
  trips_to_kill: 0
  breakers:
    - {alert: Breach, scope: producer, action: halt_new, cooldown: 2ms}
)";

[[noreturn]] void become_sidecar(const std::string& directory, const std::string& loop) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const std::string program =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "outrider-sidecar";
  const int log = open((directory + "/sidecar.log").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  dup2(log, STDERR_FILENO);
  dup2(log, STDOUT_FILENO);
  const std::string config = "--config.file=" + directory + "/bench.yml";
  const std::string segments = "--segment.dir=" + directory;
  const std::string storage = "--storage.path=" + directory + "/state";
  const std::string socket = "--control.socket=" + directory + "/control.sock";
  const std::string how = "--loop=" + loop;
  execl(program.c_str(), program.c_str(), config.c_str(), segments.c_str(), storage.c_str(),
        socket.c_str(), how.c_str(), nullptr);
  std::fprintf(stderr, "cannot start %s\n", program.c_str());
  _exit(127);
}

}  // namespace

SidecarProcess::SidecarProcess(const std::string& directory, const std::string& loop,
                               const std::string& rules, const std::string& recorder) {
  std::filesystem::create_directory(directory + "/state");
  std::ofstream{directory + "/bench.yml"} << configuration << "flight-recorder: {" << recorder
                                          << "}\n";
  std::ofstream{directory + "/bench.rules.yml"} << rules;
  process_ = fork();
  if (process_ < 0) give_up("cannot fork");
  if (process_ == 0) become_sidecar(directory, loop);
}

SidecarProcess::~SidecarProcess() {
  kill(process_, SIGTERM);
  waitpid(process_, nullptr, 0);
}

double SidecarProcess::cpu_seconds() const {
  std::ifstream stat{"/proc/" + std::to_string(process_) + "/stat"};
  std::string word;
  std::vector<std::string> words;
  while (stat >> word) words.push_back(word);
  if (words.size() < 15) give_up("the sidecar has ended; see its log");
  // Fields 14 and 15 of proc(5): user and system time. Its name has no spaces.
  return (std::stod(words[13]) + std::stod(words[14])) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace outrider::bench
