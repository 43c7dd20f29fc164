// SPDX-License-Identifier: Apache-2.0
// A directory of a test's own with the parts of a segment directory that
// protection uses, and plain reading and writing of whole files.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "protection/start.hpp"
#include "temporary_directory.hpp"

namespace outrider::protection {

class OwnDirectory {
 public:
  OwnDirectory() { std::filesystem::create_directories(file("c/kill")); }

  std::string file(const std::string& name) const { return directory_.path() + "/" + name; }
  StartPaths paths() const { return {file("c/latch"), file("latch.journal"), file("c/kill")}; }

 private:
  test::TemporaryDirectory directory_{std::filesystem::temp_directory_path(), "protection"};
};

inline std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace outrider::protection
