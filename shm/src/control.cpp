// SPDX-License-Identifier: Apache-2.0
#include "outrider/shm/control.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace outrider::shm {
namespace {

std::uint64_t control_bytes(const Geometry& geometry) {
  return ControlLayout{geometry.lanes + 1, geometry.gates}.total;
}

/// Why the open file is not the control segment it should be; empty when it is.
std::string refusal_of(const Descriptor& file, const FileCheck& check, std::uint64_t bytes,
                       std::uint64_t generation) {
  ControlHeader header{};
  if (::pread(file.get(), &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header)) {
    return "shorter than a header";
  }
  if (header.magic != control_magic) return "the first eight bytes are not OUTRDRC1";
  if (header.major != layout_major) {
    return "layout version " + std::to_string(header.major) + ", this build reads " +
           std::to_string(layout_major);
  }
  if (check.size != bytes || header.total_bytes != bytes) {
    return "has " + std::to_string(check.size) + " bytes, needed " + std::to_string(bytes);
  }
  if (header.generation != generation) {
    return "belongs to generation " + std::to_string(header.generation) + ", needed " +
           std::to_string(generation);
  }
  return {};
}

/// The control segment may come from the owner of the directory it lies in, from
/// root, or from ourselves; nobody else may open our gates.
bool owner_is_trusted(const std::string& path, std::uint32_t owner) {
  struct stat directory {};
  const std::string parent = path.substr(0, path.rfind('/'));
  return owner == 0 || owner == ::geteuid() ||
         (::stat(parent.c_str(), &directory) == 0 && directory.st_uid == owner);
}

Descriptor open_control_file(const std::string& path, Access access, std::uint64_t bytes,
                             std::uint64_t generation, FileCheck& check, FileError& error) {
  Descriptor file = open_checked(path, access, check, error);
  if (!file) return file;
  if (!owner_is_trusted(path, check.owner)) {
    error = {EPERM, path + ": owned by user " + std::to_string(check.owner) +
                        ", not by the owner of the directory"};
    return {};
  }
  if (const std::string why = refusal_of(file, check, bytes, generation); !why.empty()) {
    error = {EPROTO, path + ": " + why};
    return {};
  }
  return file;
}

}  // namespace

std::string telemetry_path(const std::string& directory, const std::string& name,
                           std::uint64_t generation) {
  return directory + "/t/" + name + "." + std::to_string(generation) + ".telemetry";
}

std::string control_path(const std::string& directory, const std::string& name,
                         std::uint64_t generation) {
  return directory + "/c/" + name + "." + std::to_string(generation) + ".control";
}

Mapping open_control(const std::string& path, Access access, const Geometry& geometry,
                     std::uint64_t generation, FileError& error) {
  FileCheck check;
  const std::uint64_t bytes = control_bytes(geometry);
  const Descriptor file = open_control_file(path, access, bytes, generation, check, error);
  if (!file) return {};
  return Mapping::of_file(file, access, bytes, error);
}

Mapping open_or_make_control(const std::string& directory, const std::string& name,
                             std::uint64_t generation, const Geometry& geometry, FileError& error) {
  const std::string path = control_path(directory, name, generation);
  Mapping existing = open_control(path, Access::read_write, geometry, generation, error);
  if (existing || error.code != ENOENT) return existing;

  error = {};
  const std::uint64_t bytes = control_bytes(geometry);
  const Descriptor file = make_nameless(directory + "/c", bytes, error);
  if (!file) return {};
  Mapping mapping = Mapping::of_file(file, Access::read_write, bytes, error);
  if (!mapping) return {};
  error = populate(mapping);
  if (error) return {};
  ControlHeader header{};
  header.magic = control_magic;
  header.major = layout_major;
  header.minor = layout_minor;
  header.total_bytes = bytes;
  header.generation = generation;
  header.lanes = geometry.lanes + 1;
  header.gates = geometry.gates;
  std::memcpy(mapping.data(), &header, sizeof header);
  error = give_name(file, path);
  if (error) return {};
  return mapping;
}

FileError ControlWindow::open(const Geometry& geometry, std::uint64_t generation) {
  lanes_ = geometry.lanes + 1;
  gates_ = geometry.gates;
  generation_ = generation;
  bytes_ = control_bytes(geometry);
  void* zeroes =
      ::mmap(nullptr, bytes_, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (zeroes == MAP_FAILED) return {errno, "cannot map the control window: " + errno_text(errno)};
  address_ = static_cast<std::byte*>(zeroes);
  return {};
}

ControlWindow::~ControlWindow() {
  if (address_ != nullptr) ::munmap(address_, bytes_);
}

bool ControlWindow::swap_in(const std::string& path, FileError& error) {
  FileCheck check;
  const Descriptor file =
      open_control_file(path, Access::read_only, bytes_, generation_, check, error);
  if (!file || check.inode == inode_) return false;
  // MAP_FIXED replaces the pages in one step: the hot path keeps its addresses
  // and never sees a hole. By the bare system call, because ThreadSanitizer takes
  // a call of mmap for a write to all of the mapping, which it is not: a reader
  // sees the zeroes or the file, and both are safe.
  const long mapped = ::syscall(SYS_mmap, address_, bytes_, PROT_READ,
                                MAP_SHARED | MAP_FIXED | MAP_POPULATE, file.get(), 0);
  if (mapped == -1) {
    error = {errno, path + ": cannot map: " + errno_text(errno)};
    return false;
  }
  inode_ = check.inode;
  return true;
}

}  // namespace outrider::shm
