// SPDX-License-Identifier: Apache-2.0
// The trader's window on its control segment: zeroes until there is a fit file,
// then that file, at the same address.
#include "outrider/shm/control.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "outrider/shm/gate_word.hpp"
#include "shm/segment_directory.hpp"

namespace {

using namespace outrider;
using namespace outrider::shm;

constexpr std::uint64_t generation = 3;

class Window : public testing::Test {
 protected:
  Window() {
    geometry_.lanes = 2;
    geometry_.gates = 3;
    const FileError error = window_.open({geometry_, generation});
    EXPECT_FALSE(error) << error.message;
  }

  /// The sidecar's control segment of a generation.
  Mapping make(std::uint64_t of_generation, const Geometry& geometry) {
    FileError error;
    Mapping mapping =
        open_or_make_control(directory_.path(), "oms", {geometry, of_generation}, error);
    EXPECT_FALSE(error) << error.message;
    return mapping;
  }
  Control control(const Mapping& mapping) {
    return {{mapping.data(), static_cast<std::size_t>(mapping.size())},
            geometry_.lanes + 1,
            geometry_.gates};
  }
  bool swap_in(std::uint64_t of_generation = generation) {
    error_ = {};
    return window_.swap_in(control_path(directory_.path(), "oms", of_generation), error_);
  }

  test::SegmentDirectory directory_;
  Geometry geometry_;
  ControlWindow window_;
  FileError error_;
};

TEST_F(Window, IsUnreadWithItsGatesClosedUntilTheSwap) {
  EXPECT_FALSE(window_.connected());
  for (std::uint32_t gate = 0; gate < geometry_.gates; ++gate) {
    EXPECT_EQ(state_of_word(window_.view().gate(gate).word, ticks()), GateState::unarmed);
    EXPECT_FALSE(lease_runs(window_.view().gate(gate).word, Ticks{}));
  }
  for (std::uint32_t lane = 0; lane <= geometry_.lanes; ++lane) {
    EXPECT_EQ(window_.view().position(lane), 0U);
  }
}

TEST_F(Window, StaysAsItIsWhileThereIsNoFile) {
  EXPECT_FALSE(swap_in());
  EXPECT_EQ(error_.code, ENOENT);
  EXPECT_FALSE(window_.connected());
}

/// Leaves ones where the next call's frame will be.
[[gnu::noinline]] void soil_the_stack() {
  std::array<volatile unsigned char, 16'384> bytes;
  for (auto& byte : bytes) byte = 0xff;
}

TEST_F(Window, ShowsTheFileFromItsBeginningWhateverTheStackHeldBefore) {
  const Mapping file = make(generation, geometry_);
  control(file).gate(1).word = 1'000;
  soil_the_stack();
  ASSERT_TRUE(swap_in()) << error_.message;
  EXPECT_EQ(window_.view().gate(1).word, 1'000U);
}

TEST_F(Window, ShowsTheSidecarsFileAtTheSameAddress) {
  const std::byte* before = window_.view().bytes().data();
  const std::atomic<std::uint64_t>& word = window_.view().gate(1).word;
  const Mapping file = make(generation, geometry_);
  control(file).gate(1).word = 1'000;
  control(file).position(2) = 77;

  ASSERT_TRUE(swap_in()) << error_.message;

  EXPECT_TRUE(window_.connected());
  EXPECT_EQ(window_.view().bytes().data(), before);
  EXPECT_EQ(word, 1'000U);
  EXPECT_EQ(window_.view().position(2), 77U);
  control(file).gate(1).word = 2'000;
  EXPECT_EQ(word, 2'000U);
}

TEST_F(Window, SwapsTheSameFileInOnce) {
  const Mapping file = make(generation, geometry_);
  EXPECT_TRUE(swap_in());
  EXPECT_FALSE(swap_in());
}

TEST_F(Window, FollowsToANewFileOfTheSameName) {
  const Mapping first = make(generation, geometry_);
  ASSERT_TRUE(swap_in());
  control(first).gate(0).word = 1;
  const std::string path = control_path(directory_.path(), "oms", generation);
  std::filesystem::rename(path, path + ".old");
  const Mapping second = make(generation, geometry_);
  ASSERT_TRUE(swap_in()) << error_.message;
  EXPECT_EQ(window_.view().gate(0).word, closed_word(GateState::unarmed));
}

// A sidecar that is older than directives writes no table; a trader that is older
// asks for none, whatever its sidecar knows.
TEST_F(Window, ShowsAnEmptyTableWhereTheFileHasNone) {
  FileError error;
  const Mapping file =
      open_or_make_control(directory_.path(), "oms", {geometry_, generation, 0, 0}, error);
  ASSERT_TRUE(file) << error.message;
  EXPECT_EQ(control(file).directives(), nullptr);
  control(file).gate(2).word = 1'000;

  ASSERT_TRUE(swap_in()) << error_.message;

  EXPECT_EQ(window_.view().gate(2).word, 1'000U);
  ASSERT_NE(window_.view().directives(), nullptr);
  EXPECT_EQ(window_.view().directives()->epoch, 0U);
}

TEST_F(Window, RefusesTheFileOfAnotherGeneration) {
  const Mapping file = make(generation + 1, geometry_);
  EXPECT_FALSE(swap_in(generation + 1));
  EXPECT_NE(error_.message.find("found generation 4; needed 3"), std::string::npos)
      << error_.message;
  EXPECT_FALSE(window_.connected());
}

TEST_F(Window, RefusesAFileOfAnotherSize) {
  Geometry larger = geometry_;
  larger.gates += 64;
  const Mapping file = make(generation, larger);
  EXPECT_FALSE(swap_in());
  EXPECT_NE(error_.message.find("bytes; needed"), std::string::npos) << error_.message;
}

TEST_F(Window, RefusesAFileThatWasCutShort) {
  { const Mapping file = make(generation, geometry_); }
  const std::string path = control_path(directory_.path(), "oms", generation);
  std::filesystem::resize_file(path, 4096 / 2);
  EXPECT_FALSE(swap_in());
  EXPECT_FALSE(window_.connected());
}

TEST_F(Window, RefusesAFileThatOthersMayWrite) {
  const Mapping file = make(generation, geometry_);
  ASSERT_EQ(::chmod(control_path(directory_.path(), "oms", generation).c_str(), 0666), 0);
  EXPECT_FALSE(swap_in());
  EXPECT_EQ(error_.code, EPERM);
}

TEST_F(Window, RefusesAFileThatIsNoControlSegment) {
  const std::string path = control_path(directory_.path(), "oms", generation);
  FileError error;
  const Descriptor file =
      make_nameless(directory_.path() + "/c", window_.view().bytes().size(), error);
  ASSERT_FALSE(give_name(file, path));
  EXPECT_FALSE(swap_in());
  EXPECT_NE(error_.message.find("OUTRDRC1"), std::string::npos) << error_.message;
}

TEST_F(Window, FindsWhatAnEarlierSidecarLeftOfTheGeneration) {
  control(make(generation, geometry_)).position(0) = 5;
  EXPECT_EQ(control(make(generation, geometry_)).position(0), 5U);
}

TEST(SegmentDirectory, IsRefusedWithTheCommandsThatMakeIt) {
  const test::SegmentDirectory directory;
  EXPECT_FALSE(check_directory(directory.path()));
  std::filesystem::remove(directory.path() + "/c/kill");
  const FileError error = check_directory(directory.path());
  EXPECT_EQ(error.code, ENOENT);
  EXPECT_NE(error.message.find("install -d -m 0700 " + directory.path()), std::string::npos)
      << error.message;
}

TEST(SegmentDirectory, IsRefusedWhenAnybodyMayWriteIt) {
  const test::SegmentDirectory directory;
  ASSERT_EQ(::chmod((directory.path() + "/t").c_str(), 0777), 0);
  EXPECT_NE(check_directory(directory.path()).message.find("anybody may write it"),
            std::string::npos);
}

}  // namespace
