// SPDX-License-Identifier: Apache-2.0
#include "probes/write_back.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "outrider/shm/file.hpp"
#include "probes/file.hpp"
#include "probes/key_values.hpp"

namespace outrider::probes {

namespace {

constexpr mode_t usual_mode = 0644;

std::string write_whole(const std::string& path, const std::string& text, const struct stat* like) {
  ::unlink(path.c_str());  // of a sidecar that was killed while it wrote
  const shm::Descriptor file{
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, usual_mode)};
  if (!file) return path + ": " + shm::errno_text(errno);
  if (like != nullptr) {
    // Another's file stays another's where we may do that, and its group's in any case.
    if (::fchown(file.get(), like->st_uid, like->st_gid) != 0 &&
        ::fchown(file.get(), static_cast<uid_t>(-1), like->st_gid) != 0)
      return path + ": found a file of group " + std::to_string(like->st_gid) +
             ", which we may not give it; needed us to be a member";
    ::fchmod(file.get(), like->st_mode & 07777);
  }
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t wrote = ::write(file.get(), text.data() + done, text.size() - done);
    if (wrote <= 0) return path + ": " + shm::errno_text(errno);
    done += static_cast<std::size_t>(wrote);
  }
  return ::fsync(file.get()) == 0 ? "" : path + ": " + shm::errno_text(errno);
}

bool is_same(const struct stat& a, const struct stat& b) {
  return a.st_ino == b.st_ino && a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

/// What must be written; nothing where the file says it already.
std::string write_word(const config::WriteBackConfig& config, const std::string& word) {
  std::string text;
  const Outcome read = read_small_file(config.file, text);
  if (read.failure != Failure::none && read.failure != Failure::missing) return read.detail;
  if (read.failure == Failure::missing) text.clear();
  const auto values = parse_key_values(text);
  const auto found = values.find(config.key);
  if (found != values.end() && found->second == word) return {};
  return replace_file(config.file, with_value(text, config.key, word));
}

}  // namespace

std::string replace_file(const std::string& path, const std::string& text) {
  const std::filesystem::path target{path};
  const std::filesystem::path directory = target.parent_path();
  const std::string beside =
      (directory / ('.' + target.filename().string() + ".outrider")).string();
  struct stat status {};
  const bool is_there = ::stat(path.c_str(), &status) == 0;
  std::string problem = write_whole(beside, text, is_there ? &status : nullptr);
  struct stat now {};
  if (problem.empty() && is_there && (::stat(path.c_str(), &now) != 0 || !is_same(status, now)))
    problem = path + ": found it written by somebody else meanwhile; needed it as it was read";
  if (problem.empty() && ::rename(beside.c_str(), path.c_str()) != 0)
    problem = path + ": " + shm::errno_text(errno);
  if (!problem.empty()) {
    ::unlink(beside.c_str());
    return problem;
  }
  const shm::Descriptor folder{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  ::fsync(folder.get());
  return {};
}

void WriteBack::configure(const std::vector<config::WriteBackConfig>& wanted) {
  const std::lock_guard guard{mutex_};
  std::vector<One> all;
  for (const config::WriteBackConfig& config : wanted) {
    const auto same = std::find_if(all_.begin(), all_.end(),
                                   [&](const One& each) { return each.config == config; });
    all.push_back(same == all_.end() ? One{config, {}, {}} : *same);
  }
  all_ = std::move(all);
}

bool WriteBack::step() {
  const std::lock_guard guard{mutex_};
  for (One& one : all_) {
    const std::string state = state_of_(one.config.scope);
    if (state == one.written) continue;
    const auto word = one.config.words.find(state);
    const std::string problem =
        word == one.config.words.end() ? "" : write_word(one.config, word->second);
    if (problem.empty()) one.written = state;
    if (!problem.empty() && problem != one.problem)
      say_("write_back: " + problem + "; needed to write " + one.config.key + '=' + word->second +
           " for scope " + one.config.scope + "; it is tried again");
    one.problem = problem;
  }
  return !all_.empty();
}

}  // namespace outrider::probes
