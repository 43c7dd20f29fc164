// SPDX-License-Identifier: Apache-2.0
// `c/kill/*`: a kill that needs no sidecar. Whoever may create a file there may
// kill: the file is published whole, never changed, obeyed before the first
// grant, journalled, and then removed. A file that nobody can make sense of,
// such as the one `touch` makes, kills everything.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "outrider/shm/file.hpp"

namespace outrider::protection {

struct KillRequest {
  std::string name;   ///< of the file
  std::string scope;  ///< well formed
  std::string actor;  ///< user name of the file's owner, as the kernel has it
  std::string reason;
  /// Which file this is: its inode and when it last changed, because an inode
  /// that was removed comes back as another file.
  std::pair<ino_t, std::int64_t> file{};
};

struct KillRequests {
  std::vector<KillRequest> obeyable;  ///< by name
  std::vector<std::string> refused;   ///< a sentence each: links, pipes, foreign kinds
  std::string problem;  ///< there may be more: the directory is unreadable or another's
};

/// Publishes a request in `directory` (`c/kill`). The file's path, or an error
/// with its errno: EACCES and EPERM mean that this user may not kill.
std::string publish_kill_request(const std::string& directory, std::string_view scope,
                                 std::string_view reason, shm::FileError& error);

[[nodiscard]] KillRequests read_kill_requests(const std::string& directory);

/// Once it is journalled. ENOENT is no error; another file of that name stays.
shm::FileError remove_kill_request(const std::string& directory, const KillRequest& request);

/// Reads again and again, and gives each file and each refusal once, also when the file
/// cannot be removed.
class KillRequestWatch {
 public:
  explicit KillRequestWatch(std::string directory) : directory_(std::move(directory)) {}
  [[nodiscard]] KillRequests read_new();
  /// It was not carried out: read_new() gives it again.
  void give_again(const KillRequest& request) { given_.erase({request.name, request.file}); }
  [[nodiscard]] const std::string& directory() const noexcept { return directory_; }

 private:
  std::string directory_;
  std::set<std::pair<std::string, std::pair<ino_t, std::int64_t>>> given_;
  std::set<std::string> said_;  ///< refusals that still stand
};

/// The name of a user, or "uid 1234" when nobody has that number.
[[nodiscard]] std::string user_name(uid_t uid);

}  // namespace outrider::protection
