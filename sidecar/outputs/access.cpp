// SPDX-License-Identifier: Apache-2.0
#include "outputs/access.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "outrider/shm/file.hpp"
#include "protection/kill_request.hpp"

namespace outrider::outputs {
namespace {

using protection::Caller;
using protection::Role;

constexpr std::size_t most_token_bytes = 64 * 1024;
constexpr mode_t others = 0007;

/// As long for a wrong token as for the right one, however much of it is right.
bool same_token(std::string_view known, std::string_view given) {
  unsigned difference = known.size() == given.size() ? 0 : 1;
  for (std::size_t i = 0; i < known.size(); ++i) {
    const char other = i < given.size() ? given[i] : '\0';
    difference |= static_cast<unsigned char>(known[i] ^ other);
  }
  return difference == 0;
}

std::string_view bearer_token(const Request& request) {
  constexpr std::string_view scheme = "bearer ";
  const std::string_view field = request.header("authorization");
  if (lower_case(field.substr(0, scheme.size())) != scheme) return {};
  return field.substr(scheme.size());
}

std::optional<gid_t> group_id(const std::string& name) {
  std::vector<char> room(16 * 1024);
  group entry{};
  group* found = nullptr;
  while (::getgrnam_r(name.c_str(), &entry, room.data(), room.size(), &found) == ERANGE) {
    room.resize(2 * room.size());
  }
  if (found == nullptr) return std::nullopt;
  return found->gr_gid;
}

/// Its text, or a sentence in `problem`. A secret that others can read is none.
std::string read_secret(const std::string& file, std::string& problem) {
  const shm::Descriptor fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) {
    problem = "found " + shm::errno_text(errno) + "; needed a file that this user may read";
  } else if (!S_ISREG(status.st_mode)) {
    problem = "found no regular file; needed one with a line NAME TOKEN for each person";
  } else if ((status.st_mode & others) != 0) {
    problem = "found it open to every user; needed a secret; chmod o= " + file;
  } else if (status.st_size > static_cast<off_t>(most_token_bytes)) {
    problem = "found " + std::to_string(status.st_size) + " bytes; needed at most " +
              std::to_string(most_token_bytes) + "; correct the path";
  }
  if (!problem.empty()) return {};
  std::string text(most_token_bytes, '\0');
  const ssize_t size = ::pread(fd.get(), text.data(), text.size(), 0);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

std::string_view next_word(std::string_view& line) {
  constexpr std::string_view spaces = " \t\r";
  line.remove_prefix(std::min(line.find_first_not_of(spaces), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(spaces));
  line.remove_prefix(word.size());
  return word;
}

}  // namespace

Access Access::load(const config::ControlConfig& config, std::vector<std::string>& problems) {
  Access access;
  access.load_role(config.viewers, Role::viewer, problems);
  access.load_role(config.killers, Role::killer, problems);
  access.load_role(config.armers, Role::armer, problems);
  if (config.listen_address && access.holders_.empty()) {
    problems.emplace_back(
        "control.listen-address: found no token that anybody could use there; needed one; give "
        "control.killer-tokens or control.armer-tokens");
  }
  return access;
}

Access Access::load(const config::WebConfig& config, std::vector<std::string>& problems) {
  Access access;
  const std::size_t before = problems.size();
  access.load_tokens(config.viewer_tokens, Role::viewer, problems);
  if (problems.size() == before && access.holders_.empty()) {
    problems.push_back(config.viewer_tokens +
                       ": found no token in it; needed a line NAME TOKEN for each who may read; "
                       "make one with openssl rand -hex 32");
  }
  return access;
}

void Access::load_role(const config::RoleConfig& config, Role role,
                       std::vector<std::string>& problems) {
  if (!config.group.empty()) {
    has_groups_ = true;
    if (const auto id = group_id(config.group); id) {
      groups_.push_back({*id, role});
    } else {
      problems.push_back("control." + std::string(to_string(role)) + "-group: found no group \"" +
                         config.group + "\"; needed one of this machine; see getent group");
    }
  }
  if (!config.token_file.empty()) load_tokens(config.token_file, role, problems);
}

void Access::load_tokens(const std::string& file, Role role, std::vector<std::string>& problems) {
  std::string problem;
  const std::string text = read_secret(file, problem);
  if (!problem.empty()) return problems.push_back(file + ": " + problem);
  std::string_view rest = text;
  for (int number = 1; !rest.empty(); ++number) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    problem = add_holder(line, role);
    if (!problem.empty()) problems.push_back(file + ":" + std::to_string(number) + ": " + problem);
  }
}

/// What is wrong with the line, never with a piece of a token in it.
std::string Access::add_holder(std::string_view line, Role role) {
  const std::string_view name = next_word(line);
  if (name.empty() || name.front() == '#') return {};
  const std::string_view token = next_word(line);
  if (token.size() < shortest_token || !next_word(line).empty()) {
    return "found no token of at least " + std::to_string(shortest_token) +
           " bytes alone behind a name; needed NAME TOKEN; make one with openssl rand -hex 32";
  }
  for (const Holder& holder : holders_) {
    if (holder.caller.name == name)
      return "found " + std::string(name) +
             " a second time; needed each name once, in the file "
             "of the widest role";
    if (holder.token == token)
      return "found the token of " + holder.caller.name + " again; needed one for each person";
  }
  holders_.push_back({{std::string(name), role}, std::string(token)});
  return {};
}

Role Access::role_of(const PeerCredentials& peer) const {
  if (!has_groups_ || peer.uid == 0 || peer.uid == ::geteuid()) return Role::armer;
  Role role = Role::none;
  for (const Group& group : groups_) {
    const bool member =
        std::find(peer.groups.begin(), peer.groups.end(), group.id) != peer.groups.end();
    if (member) role = std::max(role, group.role);
  }
  return role;
}

Caller Access::caller_of(const Request& request) const {
  if (request.peer) return {protection::user_name(request.peer->uid), role_of(*request.peer)};
  const std::string_view token = bearer_token(request);
  Caller caller{"somebody at " + request.remote, Role::none};
  for (const Holder& holder : holders_) {
    if (same_token(holder.token, token)) caller = holder.caller;
  }
  return caller;
}

}  // namespace outrider::outputs
