// SPDX-License-Identifier: Apache-2.0
#include "process/small_disk.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

namespace outrider::testing {

SmallDisk::SmallDisk(const std::string& directory, const std::string& size)
    : directory_{directory} {
  std::filesystem::create_directories(directory);
  const std::string how = "size=" + size + ",mode=0755";
  if (::mount("tmpfs", directory.c_str(), "tmpfs", 0, how.c_str()) != 0)
    throw std::runtime_error{"cannot mount a tmpfs: this needs root"};
}

SmallDisk::~SmallDisk() {
  ::umount2(directory_.c_str(), MNT_DETACH);
}

void fill(const std::string& directory, std::uint64_t bytes) {
  const std::string path = directory + "/filler";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  bool is_full = false;
  // Once more where somebody has taken of what was free between the look and the taking.
  for (int attempt = 0; attempt < 100 && !is_full; ++attempt) {
    struct statvfs now {};
    ::statvfs(directory.c_str(), &now);
    const std::uint64_t free = now.f_bavail * now.f_frsize;
    is_full = free <= bytes || ::posix_fallocate(file, 0, static_cast<off_t>(free - bytes)) == 0;
  }
  ::close(file);
  if (!is_full) throw std::runtime_error{"cannot fill " + directory};
}

}  // namespace outrider::testing
