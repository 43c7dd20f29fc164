// SPDX-License-Identifier: Apache-2.0
#include "segments/segment.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <tuple>

#include "outrider/shm/identity.hpp"

namespace outrider::segments {

namespace {

shm::ControlShape shape_of(const shm::TelemetryHeader& header) {
  return {header.geometry, header.generation, header.created_wall_ns, header.minor};
}

}  // namespace

Segment::Segment(std::string producer, shm::AttachedTelemetry&& attached, shm::Mapping&& mapping,
                 shm::Descriptor&& lock)
    : name{std::move(producer)},
      telemetry{std::move(attached)},
      control_mapping{std::move(mapping)},
      view{telemetry.view()},
      control{{control_mapping.data(), static_cast<std::size_t>(control_mapping.size())},
              telemetry.header.geometry.lanes + 1,
              telemetry.header.geometry.gates},
      cells_seen(telemetry.header.geometry.cells, 0),
      telemetry_watch_{telemetry.mapping, shm::Access::read_only},
      control_watch_{control_mapping, shm::Access::read_write},
      lock_{std::move(lock)} {}

bool Segment::is_of_another_boot() const {
  return telemetry.header.boot_id.data() != shm::boot_id();
}

bool Segment::trader_has_ended(const Segment* newer) const {
  // sync(closed): acquire, pairs with the producer's good-bye. Everything that it
  // recorded is visible.
  if (view.state().closed.load(std::memory_order_acquire) == 1) return true;
  if (is_of_another_boot()) return true;
  // A process of another pid namespace cannot be looked up: then only the lock speaks.
  if (telemetry.header.pid_namespace == shm::pid_namespace()) {
    const auto start = shm::process_start_time(telemetry.header.pid);
    const bool process_is_gone = !start || *start != telemetry.header.process_start;
    const bool began_anew = newer != nullptr && newer->telemetry.header.pid == telemetry.header.pid;
    return began_anew || (process_is_gone && (newer != nullptr || !shm::lock_is_held(lock_)));
  }
  return newer != nullptr || !shm::lock_is_held(lock_);
}

std::string Segment::damage(const std::string& directory) const {
  const auto shorter = [](const std::string& path, std::uint64_t inode,
                          std::uint64_t mapped) -> std::string {
    struct stat info {};
    // Whatever else has the name now is not what we look at.
    const bool is_there = ::lstat(path.c_str(), &info) == 0 && info.st_ino == inode;
    if (!is_there || static_cast<std::uint64_t>(info.st_size) >= mapped) return {};
    return path + ": found it cut short to " + std::to_string(info.st_size) +
           " bytes while in use; needed " + std::to_string(mapped);
  };
  const std::string path = shm::telemetry_path(directory, name, generation());
  std::string why = shorter(path, telemetry.file.inode, telemetry.mapping.size());
  if (why.empty()) {
    why = shorter(shm::control_path(directory, name, generation()), control_inode_,
                  control_mapping.size());
  }
  return why.empty() && is_damaged() ? path + ": found it cut short while in use; needed it whole"
                                     : why;
}

std::shared_ptr<Segment> open_segment(const std::string& directory, const Found& found,
                                      shm::AttachResult& result, std::string& why) {
  const auto& [name, generation] = found;
  const std::string path = shm::telemetry_path(directory, name, generation);
  shm::AttachedTelemetry attached;
  result = shm::attach_telemetry(path, attached, why);
  if (result != shm::AttachResult::attached) return nullptr;
  if (attached.header.name.data() != name || attached.header.generation != generation) {
    result = shm::AttachResult::corrupt;
    why = path + ": found a header that names another segment; needed its own; remove the copy";
    return nullptr;
  }
  const std::string lock_path = directory + "/t/" + name + ".lock";
  shm::Descriptor lock{::open(lock_path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
  // Only the owner of the name's lock may write segments of that name.
  struct stat info {};
  if (::fstat(lock.get(), &info) != 0 || info.st_uid != attached.file.owner) {
    result = shm::AttachResult::refused_owner;
    why = path + ": found it owned by another than " + lock_path +
          "; needed one owner of both; remove the one that is not the trader's";
    return nullptr;
  }
  shm::FileError error;
  shm::Mapping control =
      shm::open_or_make_control(directory, name, shape_of(attached.header), error);
  if (!control) {
    result = shm::AttachResult::refused_owner;
    why = error.message;
    return nullptr;
  }
  auto segment =
      std::make_shared<Segment>(name, std::move(attached), std::move(control), std::move(lock));
  if (::lstat(shm::control_path(directory, name, generation).c_str(), &info) == 0) {
    segment->control_inode_ = info.st_ino;
  }
  if (segment->is_watched()) return segment;
  result = shm::AttachResult::refused_owner;
  why = path + ": found " + std::to_string(max_watched) +
        " files mapped already; needed fewer; stop a producer";
  return nullptr;
}

bool is_before(const Segment& one, const Segment& other) noexcept {
  const auto when = [](const Segment& segment) {
    return std::tuple{segment.telemetry.header.process_start, segment.birth(),
                      segment.generation()};
  };
  return when(one) < when(other);
}

void remove_orphans(const std::string& directory) {
  for (const auto& [name, generation] : list_files(directory + "/c", ".control")) {
    struct stat info {};
    const std::string telemetry = shm::telemetry_path(directory, name, generation);
    const bool is_gone = ::lstat(telemetry.c_str(), &info) != 0 && errno == ENOENT;
    if (is_gone) ::unlink(shm::control_path(directory, name, generation).c_str());
  }
}

bool remove_files(const std::string& directory, const Segment& segment) {
  const std::string path = shm::telemetry_path(directory, segment.name, segment.generation());
  struct stat info {};
  const bool ours = ::stat(path.c_str(), &info) == 0 && info.st_ino == segment.telemetry.file.inode;
  if (ours && ::unlink(path.c_str()) != 0) return false;
  ::unlink(shm::control_path(directory, segment.name, segment.generation()).c_str());
  return true;
}

}  // namespace outrider::segments
