// SPDX-License-Identifier: Apache-2.0
// A mapped file that somebody cuts short.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <vector>

#include "outrider/shm/file.hpp"
#include "shm/segment_directory.hpp"

namespace outrider::test {

inline constexpr std::uint64_t bytes = 4 * 4096;

/// A mapped file of ones and the descriptor to cut it with.
struct MappedFile {
  explicit MappedFile(shm::Access access = shm::Access::read_only) {
    shm::FileError error;
    file = shm::Descriptor{::open(directory.path().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
    const std::vector<char> ones(bytes, 1);
    EXPECT_EQ(::pwrite(file.get(), ones.data(), bytes, 0), static_cast<ssize_t>(bytes));
    mapping = shm::Mapping::of_file(file, access, bytes, error);
    EXPECT_TRUE(mapping) << error.message;
  }
  void cut(off_t length) const { ASSERT_EQ(::ftruncate(file.get(), length), 0); }
  [[nodiscard]] int at(std::uint64_t offset) const {
    return std::atomic_ref<const std::byte>{mapping.data()[offset]}.load(
               std::memory_order_relaxed) ==  // relaxed: a byte
                   std::byte{1}
               ? 1
               : 0;
  }

  SegmentDirectory directory;
  shm::Descriptor file;
  shm::Mapping mapping;
};

}  // namespace outrider::test
