// SPDX-License-Identifier: Apache-2.0
// A directory of a test's own with the parts of a segment directory that
// protection uses, and plain reading and writing of whole files.
#pragma once

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>

#include "protection/start.hpp"
#include "temporary_directory.hpp"

namespace outrider::protection {

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

class OwnDirectory {
 public:
  OwnDirectory() { std::filesystem::create_directories(file("c/kill")); }

  std::string file(const std::string& name) const { return directory_.path() + "/" + name; }
  StartPaths paths() const { return {file("c/latch"), file("c/kill"), {file("latch.journal")}}; }

  /// Both copies of the journal.
  void write_journals(const std::string& bytes) const {
    write_bytes(paths().journal.path, bytes);
    write_bytes(paths().journal.copy, bytes);
  }
  void remove_journals() const {
    std::filesystem::remove(paths().journal.path);
    std::filesystem::remove(paths().journal.copy);
  }

 private:
  test::TemporaryDirectory directory_{test::memory_directory(), "protection"};
};

inline JournalImage read_journal_text(const std::string& bytes) {
  return read_journal(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

/// Files of this process grow to so many bytes while it lives, and no further.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes = 100) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit full{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &full);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

inline std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace outrider::protection
