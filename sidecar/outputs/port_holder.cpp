// SPDX-License-Identifier: Apache-2.0
#include "outputs/port_holder.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace outrider::outputs {

namespace {

namespace fs = std::filesystem;

/// Adds "socket:[INODE]" of every listener on the port, from /proc/net/tcp or tcp6.
void add_listeners(const char* table, std::uint16_t port, std::set<std::string>& sockets) {
  std::ifstream file{table};
  std::string line;
  std::getline(file, line);  // the headings
  while (std::getline(file, line)) {
    std::istringstream fields{line};
    std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
    fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >>
        timeout >> inode;
    const std::size_t colon = local.rfind(':');
    unsigned found = 0;
    if (colon == std::string::npos || state != "0A") continue;  // 0A: listening
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), found, 16);
    if (found == port) sockets.insert("socket:[" + inode + "]");
  }
}

bool holds_one_of(const fs::path& process, const std::set<std::string>& sockets) {
  std::error_code error;
  for (fs::directory_iterator fd{process / "fd", error}, end; !error && fd != end;
       fd.increment(error)) {
    std::error_code gone;
    const fs::path target = fs::read_symlink(fd->path(), gone);
    if (!gone && sockets.contains(target.string())) return true;
  }
  return false;
}

}  // namespace

std::string process_name(pid_t pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/comm"};
  std::string name;
  std::getline(file, name);
  return name;
}

std::optional<Process> port_holder(std::uint16_t port) {
  std::set<std::string> sockets;
  add_listeners("/proc/net/tcp", port, sockets);
  add_listeners("/proc/net/tcp6", port, sockets);
  if (sockets.empty()) return std::nullopt;
  std::error_code error;
  for (fs::directory_iterator entry{"/proc", error}, end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    pid_t pid = 0;
    const auto [last, wrong] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (wrong != std::errc{} || last != name.data() + name.size()) continue;
    if (holds_one_of(entry->path(), sockets)) return Process{pid, process_name(pid)};
  }
  return std::nullopt;
}

}  // namespace outrider::outputs
