// SPDX-License-Identifier: Apache-2.0
#include "crash/mirror.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace outrider::crash {
namespace {

/// Above this a file is taken to be sparse: only pages that it has are compared.
constexpr std::uint64_t largest_compared_whole = 1 << 20;
constexpr std::uint64_t page = 4096;

[[noreturn]] void give_up(const std::string& what) {
  std::perror(what.c_str());
  std::exit(1);
}

bool is_zero(const std::byte* bytes, std::uint64_t size) {
  return size == 0 || (bytes[0] == std::byte{0} && std::memcmp(bytes, bytes + 1, size - 1) == 0);
}

}  // namespace

Mirror::Mirror(std::string from, std::string to) : from_{std::move(from)}, to_{std::move(to)} {
  folders_.emplace_back();
  for (const auto& each : std::filesystem::recursive_directory_iterator{from_}) {
    if (each.is_directory()) folders_.push_back(each.path().string().substr(from_.size()));
  }
}

Mirror::~Mirror() {
  reset();
}

void Mirror::reset() {
  for (auto& [name, file] : files_) close(file);
  files_.clear();
  names_changed_ = true;
}

void Mirror::close(File& file) {
  if (file.bytes != nullptr) ::munmap(const_cast<std::byte*>(file.bytes), file.size);
  if (file.fd >= 0) ::close(file.fd);
  file = {};
}

void Mirror::open(const std::string& name, File& file) const {
  file.fd = ::open((from_ + name).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  struct stat info {};
  if (file.fd < 0 || ::fstat(file.fd, &info) != 0) give_up(from_ + name);
  file.size = static_cast<std::uint64_t>(info.st_size);
  file.inode = info.st_ino;
  file.mode = info.st_mode & 07777;
  if (file.size == 0) return;
  void* bytes = ::mmap(nullptr, file.size, PROT_READ, MAP_SHARED, file.fd, 0);
  if (bytes == MAP_FAILED) give_up(from_ + name);
  file.bytes = static_cast<const std::byte*>(bytes);
}

void Mirror::look_into(const std::string& folder, std::map<std::string, File>& found) {
  DIR* stream = ::opendir((from_ + folder).c_str());
  if (stream == nullptr) give_up(from_ + folder);
  while (const dirent* entry = ::readdir(stream)) {
    if (entry->d_type != DT_REG) continue;
    const std::string name = folder + "/" + entry->d_name;
    struct stat info {};
    if (::stat((from_ + name).c_str(), &info) != 0) give_up(from_ + name);
    const auto known = files_.find(name);
    const bool same = known != files_.end() && known->second.inode == info.st_ino &&
                      known->second.size == static_cast<std::uint64_t>(info.st_size) &&
                      known->second.mode == (info.st_mode & 07777);
    if (same) {
      found[name] = std::exchange(known->second, {});
    } else {
      open(name, found[name]);
      names_changed_ = true;
    }
  }
  ::closedir(stream);
}

void Mirror::look() {
  std::map<std::string, File> found;
  for (const std::string& folder : folders_) look_into(folder, found);
  for (auto& [name, file] : files_) {
    names_changed_ = names_changed_ || found.find(name) == found.end();
    close(file);
  }
  files_ = std::move(found);
}

Mirror::Extents Mirror::extents_of(const std::string& name, const File& file) const {
  if (file.size <= largest_compared_whole) return {{0, file.size}};
  const auto known = sparse_.find(name);
  return known == sparse_.end() ? Extents{} : known->second;
}

bool Mirror::changed() {
  bool changed = std::exchange(names_changed_, false);
  for (auto& [name, file] : files_) {
    std::uint64_t at = 0;
    for (const auto& [begin, end] : extents_of(name, file)) {
      const std::uint64_t bytes = end - begin;
      const bool is_new = file.last.size() < at + bytes;
      if (is_new) file.last.resize(at + bytes);
      if (bytes != 0 &&
          (is_new || std::memcmp(file.last.data() + at, file.bytes + begin, bytes) != 0)) {
        std::memcpy(file.last.data() + at, file.bytes + begin, bytes);
        changed = true;
      }
      at += bytes;
    }
  }
  return changed;
}

void Mirror::copy_file(const std::string& name, const File& file) const {
  const int fd = ::open((to_ + name).c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, file.mode);
  if (fd < 0 || ::ftruncate(fd, static_cast<off_t>(file.size)) != 0) give_up(to_ + name);
  std::uint64_t from = 0;
  for (const auto& [begin, end] : extents_of(name, file)) {
    for (std::uint64_t at = begin; at < end; at += page) {
      const std::uint64_t bytes = std::min(page, end - at);
      const std::byte* data = file.last.data() + from;
      from += bytes;
      if (is_zero(data, bytes)) continue;
      if (::pwrite(fd, data, bytes, static_cast<off_t>(at)) != static_cast<ssize_t>(bytes))
        give_up(to_ + name);
    }
  }
  ::close(fd);
}

void Mirror::copy() const {
  namespace fs = std::filesystem;
  for (const std::string& folder : folders_) {
    for (const auto& entry : fs::directory_iterator{to_ + folder}) {
      if (!entry.is_directory()) ::unlink(entry.path().c_str());
    }
  }
  std::map<std::uint64_t, const std::string*> by_inode;  // one file may have two names
  for (const auto& [name, file] : files_) {
    const auto [other, is_first] = by_inode.emplace(file.inode, &name);
    if (is_first) {
      copy_file(name, file);
    } else if (::link((to_ + *other->second).c_str(), (to_ + name).c_str()) != 0) {
      give_up(to_ + name);
    }
  }
}

bool Mirror::learn() {
  bool news = false;
  for (auto& [name, file] : files_) {
    if (file.size <= largest_compared_whole) continue;
    Extents& known = sparse_[name];
    off_t at = 0;
    while ((at = ::lseek(file.fd, at, SEEK_DATA)) >= 0) {
      const off_t end = ::lseek(file.fd, at, SEEK_HOLE);
      for (auto begin = static_cast<std::uint64_t>(at); begin < static_cast<std::uint64_t>(end);
           begin += page) {
        const std::pair extent{begin, std::min(begin + page, file.size)};
        const auto place = std::lower_bound(known.begin(), known.end(), extent);
        if (place != known.end() && *place == extent) continue;
        known.insert(place, extent);
        news = true;
      }
      at = end;
    }
  }
  return news;
}

}  // namespace outrider::crash
