// SPDX-License-Identifier: Apache-2.0
#include "place.hpp"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <re2/re2.h>

#include <array>
#include <filesystem>
#include <sstream>

namespace outrider::inputs {

using testing::eventually;

namespace {

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
}

/// What a child wrote until it closed its end.
std::string read_all(int fd) {
  std::string text;
  std::array<char, 4096> piece{};
  for (ssize_t got = 0; (got = ::read(fd, piece.data(), piece.size())) > 0;) {
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  ::close(fd);
  return text;
}

void become_nobody() {
  if (::setgroups(0, nullptr) != 0 || ::setgid(nobody) != 0 || ::setuid(nobody) != 0) ::_exit(3);
}

}  // namespace

std::string binary(const std::string& name) {
  return std::string{OUTRIDER_BIN_DIR} + "/" + name;
}

Place::Place() : segments_{testing::make_segment_directory(root_.path())} {
  ::chmod(root().c_str(), 0755);  // another user must get as far as the thing that refuses him
}

std::string Place::file(const std::string& name, const std::string& text) const {
  testing::write_file(path(name), text);
  return path(name);
}

void Place::mount_memory(const std::string& directory, const std::string& size) {
  disks_.push_back(std::make_unique<testing::SmallDisk>(directory, size));
  if (directory == segments_) testing::make_segment_directory(root());
}

ProducerOptions Place::options(std::string_view name) const {
  ProducerOptions options;
  options.name = name;
  options.directory = segments_;
  options.geometry.lanes = 2;
  options.geometry.ring_capacity = 64;
  options.geometry.series = 16;
  options.geometry.cells = 4;
  options.geometry.gauges = 4;
  options.geometry.histograms = 2;
  options.geometry.gates = 2;
  options.geometry.string_bytes = 16 << 10;
  options.geometry.spill_bytes = 256 << 10;
  return options;
}

std::string Place::create(const ProducerOptions& options) {
  Status status;
  const Producer producer = Producer::create(options, status);
  if (producer.is_detached() == status.ok()) return "detached without a reason";
  return status.ok() ? "accepted" : status.message;
}

std::string Place::program(const std::string& command) {
  std::string output;
  // Nothing here runs for long; what waits for ever must fail and not hang.
  const int code = testing::run("timeout 20 " + command, &output);
  if (!output.empty() && output.back() != '\n') output += '\n';
  return output + "exit " + std::to_string(code);
}

std::string Place::outrider(const std::string& arguments) const {
  return program(binary("outrider") + " --segment.dir " + segments_ + " " + arguments);
}

std::string Place::sidecar(const std::string& flags) const {
  return program(binary("outrider-sidecar") + " --segment.dir=" + segments_ +
                 " --storage.path=" + path("state") + " --web.listen-address=127.0.0.1:0 " + flags);
}

std::string Place::bare_sidecar(const std::string& flags) {
  return program(binary("outrider-sidecar") + " " + flags);
}

std::string Place::neutral(std::string text) const {
  replace_all(text, segments_, "<dir>");
  replace_all(text, root(), "<tmp>");
  const std::array<std::pair<const char*, const char*>, 8> variable{{
      {R"(ts=\S+ )", ""},
      // Said where the machine's /tmp is no memory; the case of its own asks another way.
      {R"(level=warn msg="segment directory: [^\n]*tmpfs[^\n]*\n)", ""},
      {R"(\bpid[= ]\d+)", "pid <pid>"},
      {R"(\bprocess \d+)", "process <pid>"},
      {R"(127\.0\.0\.1:\d+)", "127.0.0.1:<port>"},
      {R"(user 65534\b)", "user <uid>"},
      {R"(\d+ bytes are free)", "<n> bytes are free"},
      {R"(\.damaged\.\d+)", ".damaged.<time>"},
  }};
  for (const auto& [what, with] : variable) {
    RE2::GlobalReplace(&text, what, with);
  }
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

// ----------------------------------------------------------------- watching

namespace {

/// What an earlier sidecar of the case logged must not be found again.
const std::string& with_empty_log(const Place& place) {
  ::unlink(place.path("sidecar.log").c_str());
  return place.root();
}

}  // namespace

Watched::Watched(const Place& place, const std::vector<std::string>& flags)
    : process_{with_empty_log(place), flags} {}

std::string Watched::says(const std::string& part) const {
  std::string found;
  const auto look = [&] {
    std::istringstream log{process_.log()};
    for (std::string line; std::getline(log, line);) {
      const bool loud = line.find("level=warn") != std::string::npos ||
                        line.find("level=error") != std::string::npos;
      if (!loud || line.find(part) == std::string::npos) continue;
      found = line;
      return true;
    }
    return false;
  };
  return eventually(look) ? found : "nothing about \"" + part + "\" in:\n" + process_.log();
}

bool Watched::has(const std::string& metric, double value) const {
  return eventually([&] { return process_.metric(metric) == value; });
}

bool Watched::shows(const std::string& text) const {
  return eventually([&] { return process_.get("/metrics").find(text) != std::string::npos; });
}

// ------------------------------------------------------------------- others

std::string in_child(const std::function<std::string()>& work) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return "no pipe";
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const std::string said = work();
    ::_exit(::write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size()) ? 0
                                                                                            : 1);
  }
  ::close(ends[1]);
  std::string said = read_all(ends[0]);
  ::waitpid(pid, nullptr, 0);
  return said;
}

std::string as_nobody(const std::function<std::string()>& work) {
  return in_child([&] {
    become_nobody();
    return work();
  });
}

Child::Child(const std::function<void()>& work) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return;
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    work();
    ::close(ends[1]);  // done: the parent goes on
    for (;;) ::pause();
  }
  ::close(ends[1]);
  read_all(ends[0]);
}

Child::~Child() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace outrider::inputs
