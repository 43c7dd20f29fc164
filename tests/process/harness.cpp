// SPDX-License-Identifier: Apache-2.0
#include "process/harness.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace outrider::testing {

using namespace std::chrono_literals;

std::string make_segment_directory(const std::string& parent) {
  const std::string path = parent + "/segments";
  for (const char* part : {"", "/t", "/c", "/c/kill"}) {
    std::filesystem::create_directories(path + part);
    std::filesystem::permissions(path + part, std::filesystem::perms::owner_all);
  }
  return path;
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream{path} << text;
}

std::string read_file(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

Process::Process(const std::vector<std::string>& command, const std::string& log) {
  std::vector<char*> arguments;
  for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that dies leaves nobody behind
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::execv(arguments.front(), arguments.data());
  ::_exit(127);
}

Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  return *this;
}

Process::~Process() {
  kill_now();
}

void Process::signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

int Process::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void Process::kill_now() {
  if (pid_ <= 0) return;
  signal(SIGKILL);
  signal(SIGCONT);
  wait();
}

SidecarProcess::SidecarProcess(const std::string& root, std::vector<std::string> flags)
    : root_{root},
      segments_{std::filesystem::exists(root + "/segments") ? root + "/segments"
                                                            : make_segment_directory(root)},
      flags_{std::move(flags)},
      port_{free_port()} {
  start();
}

void SidecarProcess::start() {
  process_.kill_now();
  std::vector<std::string> command{
      std::string{OUTRIDER_BIN_DIR} + "/outrider-sidecar", "--segment.dir=" + segments_,
      "--storage.path=" + root_ + "/state", "--control.socket=" + root_ + "/control.sock",
      "--web.listen-address=127.0.0.1:" + std::to_string(port_)};
  command.insert(command.end(), flags_.begin(), flags_.end());
  process_ = Process{command, root_ + "/sidecar.log"};
  ASSERT_TRUE(eventually([this] { return get("/-/healthy") == "healthy\n"; })) << log();
}

std::string SidecarProcess::log() const {
  return read_file(root_ + "/sidecar.log");
}
int SidecarProcess::outrider(const std::string& arguments, std::string* output) const {
  return run(std::string{OUTRIDER_BIN_DIR} + "/outrider " + arguments +
                 " --segment.dir=" + segments_ + " --control.socket=" + root_ + "/control.sock",
             output);
}
std::string SidecarProcess::get(const std::string& path) const {
  return http_get(port_, path);
}

std::optional<double> SidecarProcess::metric(const std::string& series) const {
  const std::string page = "\n" + get("/metrics");
  const std::size_t at = page.find("\n" + series + " ");
  if (at == std::string::npos) return std::nullopt;
  return std::strtod(page.c_str() + at + series.size() + 2, nullptr);
}

namespace {

class Socket {
 public:
  Socket() : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { ::close(fd_); }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

int free_port() {
  const Socket socket;
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

std::string http_get(int port, const std::string& path) {
  const Socket socket;
  const timeval deadline{5, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
  const sockaddr_in address = loopback(port);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return {};
  const std::string request =
      "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  if (::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return {};
  std::string answer;
  std::array<char, 65536> piece{};
  for (ssize_t got = 0; (got = ::recv(socket.get(), piece.data(), piece.size(), 0)) > 0;) {
    answer.append(piece.data(), static_cast<std::size_t>(got));
  }
  const std::size_t body = answer.find("\r\n\r\n");
  return body == std::string::npos ? std::string{} : answer.substr(body + 4);
}

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds patience) {
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

int run(const std::string& command, std::string* output) {
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> piece{};
  while (const std::size_t got = std::fread(piece.data(), 1, piece.size(), pipe)) {
    if (output != nullptr) output->append(piece.data(), got);
  }
  const int status = ::pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace outrider::testing
