// SPDX-License-Identifier: Apache-2.0
#include "protection/kill_request.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "protection/scope.hpp"

namespace outrider::protection {
namespace {

constexpr std::size_t longest_request = 4096;

std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, 160)) {
    shown +=
        static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f ? ' ' : c;
  }
  shown.erase(shown.find_last_not_of(' ') + 1);
  return shown;
}

/// Fills scope and reason from the content. What is not a request of ours kills
/// everything: somebody in a hurry wrote it by hand.
void understand(const std::string& content, KillRequest& request) {
  const nlohmann::json json = nlohmann::json::parse(content, nullptr, false);
  request.scope = std::string(global_scope);
  request.reason = "kill request " + printable(request.name);
  if (!json.is_object()) {
    if (!printable(content).empty()) request.reason = printable(content);
    return;
  }
  const auto text = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
  };
  if (!text("reason").empty()) request.reason = text("reason");
  if (scope_problem(text("scope")).empty()) request.scope = text("scope");
}

std::pair<ino_t, std::int64_t> file_of(const struct stat& info) {
  return {info.st_ino, info.st_ctim.tv_sec * 1'000'000'000 + info.st_ctim.tv_nsec};
}

std::string read_content(int fd) {
  std::string content(longest_request, '\0');
  const ssize_t got = ::pread(fd, content.data(), content.size(), 0);
  content.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return content;
}

void read_one(int directory, const std::string& name, KillRequests& requests) {
  const shm::Descriptor file{
      ::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
  const int open_code = errno;
  struct stat info {};
  const bool seen = ::fstatat(directory, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
  if (!seen) return;  // taken back in the meantime
  if (!S_ISREG(info.st_mode)) {
    requests.refused.push_back("kill request " + printable(name) + ": not a regular file");
    return;
  }
  KillRequest request{name, {}, user_name(info.st_uid), {}, file_of(info)};
  if (file && (::fstat(file.get(), &info) != 0 || info.st_nlink != 1)) {
    requests.refused.push_back("kill request " + printable(name) + ": has more than one name");
    return;
  }
  // Unreadable or too long: it is a kill nevertheless, and kills everything.
  const bool legible = file && info.st_size <= static_cast<off_t>(longest_request);
  understand(legible ? read_content(file.get()) : std::string{}, request);
  if (!file) request.reason += " (" + shm::errno_text(open_code) + ")";
  requests.obeyable.push_back(std::move(request));
}

/// Whose directory it is may take requests away before they are seen.
std::string owner_problem(const std::string& directory, int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return directory + ": " + shm::errno_text(errno);
  if (info.st_uid == ::geteuid() || info.st_uid == 0) return {};
  return directory + ": found it owned by " + user_name(info.st_uid) + "; needed " +
         user_name(::geteuid()) + " or root, because its owner can take kills away; chown it";
}

}  // namespace

std::string user_name(uid_t uid) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return found->pw_name;
  }
  return "uid " + std::to_string(uid);
}

std::string publish_kill_request(const std::string& directory, std::string_view scope,
                                 std::string_view reason, shm::FileError& error) {
  const nlohmann::json json{{"scope", scope}, {"reason", reason}};
  const std::string content =
      json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  const shm::Descriptor file = shm::make_nameless(directory, content.size(), error);
  if (!file) return {};
  ::fchmod(file.get(), 0644);  // the sidecar is another user; a kill is no secret
  if (::pwrite(file.get(), content.data(), content.size(), 0) !=
      static_cast<ssize_t>(content.size())) {
    error = {errno, "cannot write a kill request in " + directory + ": " + shm::errno_text(errno)};
    return {};
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::string path =
      directory + "/" + std::to_string(now.count()) + "." + std::to_string(::getpid()) + ".kill";
  error = shm::give_name(file, path);
  return error ? std::string{} : path;
}

KillRequests read_kill_requests(const std::string& directory) {
  KillRequests requests;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), ::closedir);
  if (!stream) {
    requests.problem = directory + ": found " + shm::errno_text(errno) +
                       "; needed a directory that this user may read; make it, or chmod it";
    return requests;
  }
  requests.problem = owner_problem(directory, ::dirfd(stream.get()));
  errno = 0;
  while (const dirent* each = ::readdir(stream.get())) {
    const std::string name = each->d_name;
    if (name != "." && name != "..") read_one(::dirfd(stream.get()), name, requests);
    errno = 0;  // that reading one went wrong is told of it
  }
  if (errno != 0) requests.problem = directory + ": " + shm::errno_text(errno);
  std::sort(requests.obeyable.begin(), requests.obeyable.end(),
            [](const KillRequest& a, const KillRequest& b) { return a.name < b.name; });
  return requests;
}

shm::FileError remove_kill_request(const std::string& directory, const KillRequest& request) {
  const std::string path = directory + "/" + request.name;
  struct stat info {};
  const bool is_another = ::lstat(path.c_str(), &info) == 0 && file_of(info) != request.file;
  if (is_another) return {};  // written since, to be obeyed itself
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return {errno, "cannot remove " + path + ": " + shm::errno_text(errno)};
}

KillRequests KillRequestWatch::read_new() {
  KillRequests requests = read_kill_requests(directory_);
  decltype(given_) present;
  for (const KillRequest& each : requests.obeyable) present.insert({each.name, each.file});
  const std::set<std::string> said =
      std::exchange(said_, std::set<std::string>{requests.refused.begin(), requests.refused.end()});
  std::erase_if(requests.refused, [&](const std::string& each) { return said.contains(each); });
  std::erase_if(requests.obeyable, [&](const KillRequest& each) {
    return given_.count({each.name, each.file}) != 0;
  });
  given_ = std::move(present);
  return requests;
}

}  // namespace outrider::protection
