// SPDX-License-Identifier: Apache-2.0
#include "outputs/listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "outputs/port_holder.hpp"

namespace outrider::outputs {

namespace {

/// Room for a burst of connections while a page is made; a full queue would make
/// every later client try again after a second. The kernel caps it at net.core.somaxconn.
constexpr int backlog = 4096;
constexpr mode_t owner_and_group = 0660;

/// An address of any family, as bind() wants it.
union Address {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
  sockaddr_un local;
};

[[noreturn]] void refuse(const std::string& where, const std::string& why) {
  throw ListenError{"cannot listen on " + where + ": " + why};
}

std::string process_text(pid_t pid, const std::string& name) {
  return "pid " + std::to_string(pid) + (name.empty() ? "" : " (" + name + ")");
}

Descriptor new_socket(int family, const std::string& where) {
  Descriptor made{socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (made.get() < 0) refuse(where, std::strerror(errno));
  return made;
}

std::string why_port_is_refused(std::uint16_t port, int error) {
  std::string why = std::strerror(error);
  if (error != EADDRINUSE) {
    return why +
           "; needed an address of this host and a port that this user may take; give "
           "--web.listen-address";
  }
  const auto holder = port_holder(port);
  why += ", found it held by ";
  why += holder ? process_text(holder->pid, holder->name)
                : "a process that this user cannot see (ss -ltnp as root shows it)";
  return why + "; needed a free port; stop that process or give --web.listen-address";
}

/// From the kernel, so that no name service has to answer before somebody may kill.
std::vector<gid_t> peer_groups(int socket, gid_t own) {
  std::vector<gid_t> groups(NGROUPS_MAX);
  socklen_t size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
  const bool known = getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) == 0;
  groups.resize(known ? size / sizeof(gid_t) : 0);
  groups.push_back(own);
  return groups;
}

/// Clears the way for a Unix socket of that name, or says who is in it.
void remove_abandoned(const std::string& path, const Address& address) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return;
  if (!S_ISSOCK(status.st_mode))
    refuse(
        path,
        "found a file that is no socket; needed a free name; remove it or give --control.socket");
  const Descriptor probe = new_socket(AF_UNIX, path);
  if (connect(probe.get(), &address.any, sizeof address.local) == 0) {
    const auto peer = peer_credentials(probe.get());
    refuse(path, "found it in use by " + process_text(peer->pid, process_name(peer->pid)) +
                     "; needed a name of its own; give --control.socket");
  }
  if (errno != ECONNREFUSED) refuse(path, std::strerror(errno));
  unlink(path.c_str());
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

Listener listen_on_tcp(const std::string& host, std::uint16_t port) {
  const bool v6 = host.find(':') != std::string::npos;
  const std::string where = (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
  Address address{};
  if (v6) {
    address.v6.sin6_family = AF_INET6;
    address.v6.sin6_port = htons(port);
  } else {
    address.v4.sin_family = AF_INET;
    address.v4.sin_port = htons(port);
  }
  void* numeric = v6 ? static_cast<void*>(&address.v6.sin6_addr) : &address.v4.sin_addr;
  if (inet_pton(address.any.sa_family, host.c_str(), numeric) != 1) {
    refuse(where, "not a numeric address");
  }
  Listener listener{new_socket(address.any.sa_family, where), address.any.sa_family};
  const int fd = listener.socket.get();
  const int on = 1;  // a restart need not wait for the last connections to expire
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const socklen_t size = v6 ? sizeof address.v6 : sizeof address.v4;
  if (bind(fd, &address.any, size) != 0 || listen(fd, backlog) != 0) {
    refuse(where, why_port_is_refused(port, errno));
  }
  return listener;
}

Listener listen_on_unix(const std::string& path) {
  Address address{};
  address.local.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.local.sun_path) {
    refuse(path, "found " + std::to_string(path.size()) + " bytes; needed at most " +
                     std::to_string(sizeof address.local.sun_path - 1) +
                     " for a Unix socket; give --control.socket");
  }
  std::memcpy(address.local.sun_path, path.c_str(), path.size() + 1);
  remove_abandoned(path, address);
  Listener listener{new_socket(AF_UNIX, path), AF_UNIX};
  const int fd = listener.socket.get();
  // Before bind(), so that the name never exists with wider permission; after
  // it again, because the umask took bits away.
  fchmod(fd, owner_and_group);
  if (bind(fd, &address.any, sizeof address.local) != 0) {
    refuse(path, std::strerror(errno) +
                     std::string{"; needed a directory that this user may write; make it or give "
                                 "--control.socket"});
  }
  chmod(path.c_str(), owner_and_group);
  if (listen(fd, backlog) != 0) refuse(path, std::strerror(errno));
  return listener;
}

std::uint16_t bound_port(int socket) {
  Address address{};
  socklen_t size = sizeof address;
  if (getsockname(socket, &address.any, &size) != 0) return 0;
  if (address.any.sa_family == AF_INET) return ntohs(address.v4.sin_port);
  if (address.any.sa_family == AF_INET6) return ntohs(address.v6.sin6_port);
  return 0;
}

std::optional<PeerCredentials> peer_credentials(int socket) {
  Address address{};
  socklen_t size = sizeof address;
  if (getsockname(socket, &address.any, &size) != 0) return std::nullopt;
  if (address.any.sa_family != AF_UNIX) return std::nullopt;
  ucred peer{};
  size = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  return PeerCredentials{peer.pid, peer.uid, peer_groups(socket, peer.gid)};
}

std::string peer_address(int socket) {
  Address address{};
  socklen_t size = sizeof address;
  if (getpeername(socket, &address.any, &size) != 0) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = address.any.sa_family == AF_INET    ? static_cast<void*>(&address.v4.sin_addr)
                      : address.any.sa_family == AF_INET6 ? &address.v6.sin6_addr
                                                          : nullptr;
  if (bytes == nullptr) return {};
  return inet_ntop(address.any.sa_family, bytes, text.data(), text.size());
}

}  // namespace outrider::outputs
