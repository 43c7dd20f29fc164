// SPDX-License-Identifier: Apache-2.0
#include "outrider/shm/control.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>

namespace outrider::shm {
namespace {

std::uint64_t control_bytes(const Geometry& geometry, std::uint32_t minor) {
  return ControlLayout{geometry.lanes + 1, geometry.gates, minor}.total;
}

/// The control segment may come from the owner of the directory it lies in, from
/// root, or from ourselves; nobody else may open our gates.
bool owner_is_trusted(const std::string& path, std::uint32_t owner) {
  struct stat directory {};
  const std::string parent = path.substr(0, path.rfind('/'));
  return owner == 0 || owner == ::geteuid() ||
         (::stat(parent.c_str(), &directory) == 0 && directory.st_uid == owner);
}

/// No word is ever zero where a trader looks: zero is closed to every stamp that
/// was taken, but a stamp of zero would meet it.
void close_gates(std::span<std::byte> bytes, const ControlShape& shape) {
  const Control control{bytes, shape.geometry.lanes + 1, shape.geometry.gates};
  for (std::uint32_t slot = 0; slot < control.gates(); ++slot) {
    // relaxed: before the segment has a name, or the window a user.
    control.gate(slot).word.store(closed_word(GateState::unarmed), std::memory_order_relaxed);
  }
}

std::string no_segment(const std::string& found) {
  return found +
         "; needed a control segment as a sidecar writes it; remove it and restart the trader";
}

struct Opened {
  Descriptor file;
  FileCheck check;
};

/// Why the open file is not the control segment it should be; empty when it is.
std::string refusal_of(const Opened& opened, const ControlShape& shape) {
  ControlHeader header{};
  if (::pread(opened.file.get(), &header, sizeof header, 0) !=
      static_cast<ssize_t>(sizeof header)) {
    return no_segment("found a file shorter than a header");
  }
  if (header.magic != control_magic)
    return no_segment("found other first eight bytes than OUTRDRC1");
  if (header.major != layout_major) {
    return "found layout version " + std::to_string(header.major) + "; needed " +
           std::to_string(layout_major) + ", which this build reads; upgrade the older side";
  }
  // Each side may be the older one: the table of directives is there if both know it.
  const std::uint64_t bytes = control_bytes(shape.geometry, std::min(header.minor, shape.minor));
  if (opened.check.size != bytes || header.total_bytes != bytes) {
    return "found " + std::to_string(opened.check.size) + " bytes; needed " +
           std::to_string(bytes) + "; remove it and restart the trader";
  }
  if (header.generation != shape.generation) {
    return "found generation " + std::to_string(header.generation) + "; needed " +
           std::to_string(shape.generation) + "; remove it and restart the trader";
  }
  return {};
}

bool is_of_another_birth(const Opened& opened, const ControlShape& shape) {
  std::uint64_t birth = 0;
  const ssize_t got =
      ::pread(opened.file.get(), &birth, sizeof birth, offsetof(ControlHeader, birth));
  return got == static_cast<ssize_t>(sizeof birth) && birth != 0 && shape.birth != 0 &&
         birth != shape.birth;
}

Opened open_control_file(const std::string& path, Access access, const ControlShape& shape,
                         FileError& error) {
  Opened opened;
  opened.file = open_checked(path, access, opened.check, error);
  if (!opened.file) return opened;
  if (!owner_is_trusted(path, opened.check.owner)) {
    error = {EPERM, path + ": found it owned by user " + std::to_string(opened.check.owner) +
                        "; needed the owner of the directory, who runs the sidecar; remove it"};
    return {};
  }
  if (const std::string why = refusal_of(opened, shape); !why.empty()) {
    error = {EPROTO, path + ": " + why};
    return {};
  }
  if (is_of_another_birth(opened, shape)) {
    error = {ESTALE, path + ": belongs to an earlier start of the same number"};
    return {};
  }
  return opened;
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

Mapping open_control(const std::string& path, Access access, const ControlShape& shape,
                     FileError& error) {
  const Opened opened = open_control_file(path, access, shape, error);
  if (!opened.file) return {};
  return Mapping::of_file(opened.file, access, opened.check.size, error);
}

Mapping open_or_make_control(const std::string& directory, const std::string& name,
                             const ControlShape& shape, FileError& error) {
  const std::string path = control_path(directory, name, shape.generation);
  Mapping existing = open_control(path, Access::read_write, shape, error);
  if (error.code == ESTALE && ::unlink(path.c_str()) == 0) error.code = ENOENT;
  if (existing || error.code != ENOENT) return existing;

  error = {};
  const std::uint64_t bytes = control_bytes(shape.geometry, shape.minor);
  const Descriptor file = make_nameless(directory + "/c", bytes, error);
  if (!file) return {};
  Mapping mapping = Mapping::of_file(file, Access::read_write, bytes, error);
  if (!mapping) return {};
  error = populate(mapping);
  if (error) return {};
  const ControlHeader header{control_magic,
                             layout_major,
                             std::min(layout_minor, shape.minor),
                             bytes,
                             shape.generation,
                             shape.geometry.lanes + 1,
                             shape.geometry.gates,
                             shape.birth};
  std::memcpy(mapping.data(), &header, sizeof header);
  close_gates({mapping.data(), static_cast<std::size_t>(bytes)}, shape);
  error = give_name(file, path);
  if (error) return {};
  return mapping;
}

FileError ControlWindow::open(const ControlShape& shape) {
  give_up();
  const std::uint64_t bytes = control_bytes(shape.geometry, layout_minor);
  void* zeroes = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (zeroes == MAP_FAILED) return {errno, "cannot map the control window: " + errno_text(errno)};
  shape_ = shape;
  bytes_ = bytes;
  address_ = static_cast<std::byte*>(zeroes);
  close_gates({address_, bytes_}, shape_);
  ::mprotect(address_, bytes_, PROT_READ);
  return {};
}

void ControlWindow::borrow(std::span<std::byte> bytes, const ControlShape& shape) {
  give_up();
  shape_ = shape;
  bytes_ = bytes.size();
  address_ = bytes.data();
  borrowed_ = true;
  close_gates(bytes, shape_);
}

void ControlWindow::give_up() noexcept {
  if (address_ != nullptr && !borrowed_) ::munmap(address_, bytes_);
  address_ = nullptr;
  inode_ = 0;
  borrowed_ = false;
}

ControlWindow::~ControlWindow() {
  give_up();
}

bool ControlWindow::swap_in(const std::string& path, FileError& error) {
  if (borrowed_) return false;
  const Opened opened = open_control_file(path, Access::read_only, shape_, error);
  if (!opened.file || opened.check.inode == inode_) return false;
  // MAP_FIXED replaces the pages in one step: the hot path keeps its addresses
  // and never sees a hole. By the bare system call, because ThreadSanitizer takes
  // a call of mmap for a write to all of the mapping, which it is not: a reader
  // sees the zeroes or the file, and both are safe. The arguments are variadic:
  // an offset of type int would bring along whatever the stack held beside it.
  constexpr long offset = 0;
  // What an older sidecar's file lacks stays zero: no directives.
  const long mapped = ::syscall(SYS_mmap, address_, std::min(bytes_, opened.check.size), PROT_READ,
                                MAP_SHARED | MAP_FIXED | MAP_POPULATE, opened.file.get(), offset);
  if (mapped == -1) {
    error = {errno, path + ": cannot map: " + errno_text(errno)};
    return false;
  }
  inode_ = opened.check.inode;
  return true;
}

}  // namespace outrider::shm
