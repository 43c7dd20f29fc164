// SPDX-License-Identifier: Apache-2.0
// Attaching to a trader's file: each way in which it can be unfit has its own
// answer, and none of them is believing it.
#include "outrider/shm/telemetry.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>

#include "outrider/shm/control.hpp"
#include "outrider/shm/crc32c.hpp"
#include "shm/segment_directory.hpp"

namespace {

using namespace outrider;
using namespace outrider::shm;

Geometry small_geometry() {
  Geometry geometry;
  geometry.lanes = 1;
  geometry.ring_capacity = 2;
  geometry.series = 4;
  geometry.cells = 4;
  geometry.gauges = 2;
  geometry.histograms = 1;
  geometry.gates = 1;
  geometry.string_bytes = 512;
  geometry.spill_bytes = 0;
  return geometry;
}

class Attach : public testing::Test {
 protected:
  Attach() {
    FileError error;
    const std::uint64_t bytes = TelemetryLayout{small_geometry()}.total;
    const Descriptor file = make_nameless(directory_.path() + "/t", bytes, error);
    const Mapping mapping = Mapping::of_file(file, Access::read_write, bytes, error);
    format_telemetry({mapping.data(), static_cast<std::size_t>(bytes)}, small_geometry(), {},
                     {"oms", "desk", "1.2", 7});
    error = give_name(file, path_);
    EXPECT_FALSE(error) << error.message;
  }

  AttachResult attach() { return attach_telemetry(path_, attached_, why_); }
  [[nodiscard]] bool reason_has(const std::string& words) const {
    return why_.find(words) != std::string::npos;
  }

  /// Changes the header as a writer of another build would: with a good checksum.
  void change(const std::function<void(TelemetryHeader&)>& edit, bool seal = true) {
    TelemetryHeader header{};
    std::fstream file{path_, std::ios::in | std::ios::out | std::ios::binary};
    file.read(reinterpret_cast<char*>(&header), sizeof header);
    edit(header);
    if (seal) {
      // The checksum is over what the writer had in hand: magic and all.
      header.header_crc = 0;
      header.header_crc = crc32c(&header, sizeof header);
    }
    file.seekp(0);
    file.write(reinterpret_cast<const char*>(&header), sizeof header);
  }

  test::SegmentDirectory directory_;
  const std::string path_ = telemetry_path(directory_.path(), "oms", 7);
  AttachedTelemetry attached_;
  std::string why_;
};

TEST_F(Attach, MapsASoundSegment) {
  ASSERT_EQ(attach(), AttachResult::attached) << why_;
  EXPECT_STREQ(attached_.header.name.data(), "oms");
  EXPECT_STREQ(attached_.header.instance.data(), "desk");
  EXPECT_STREQ(attached_.header.version.data(), "1.2");
  EXPECT_EQ(attached_.header.generation, 7U);
  EXPECT_EQ(attached_.header.geometry, small_geometry());
  EXPECT_EQ(attached_.view().series_published(), 0U);
}

TEST_F(Attach, FindsNoFileAbsentWhichIsNoError) {
  std::filesystem::remove(path_);
  EXPECT_EQ(attach(), AttachResult::absent);
  EXPECT_EQ(why_, "");
}

TEST_F(Attach, IsNotReadyUntilTheMagicIsWritten) {
  change([](TelemetryHeader& header) { header.magic = 0; });
  EXPECT_EQ(attach(), AttachResult::not_ready);
}

TEST_F(Attach, RefusesALayoutVersionItDoesNotKnow) {
  change([](TelemetryHeader& header) { header.major = 2; });
  EXPECT_EQ(attach(), AttachResult::layout_mismatch);
  EXPECT_TRUE(reason_has("layout version 2; needed 1")) << why_;
}

TEST_F(Attach, ReadsANewerMinorVersionAndUnknownCompatibleFeatures) {
  change([](TelemetryHeader& header) {
    header.minor = 9;
    header.compatible = 5;
  });
  EXPECT_EQ(attach(), AttachResult::attached) << why_;
}

TEST_F(Attach, RefusesAnIncompatibleFeatureItDoesNotKnow) {
  change([](TelemetryHeader& header) { header.incompatible = 4; });
  EXPECT_EQ(attach(), AttachResult::layout_mismatch);
  EXPECT_TRUE(reason_has("bits 4")) << why_;
}

TEST_F(Attach, RefusesTheOtherByteOrder) {
  change([](TelemetryHeader& header) { header.byte_order = 0x04030201; });
  EXPECT_EQ(attach(), AttachResult::layout_mismatch);
  EXPECT_TRUE(reason_has("byte order")) << why_;
}

TEST_F(Attach, FindsAFileOfAnotherKindCorrupt) {
  change([](TelemetryHeader& header) { header.magic = control_magic; });
  EXPECT_EQ(attach(), AttachResult::corrupt);
  EXPECT_TRUE(reason_has("OUTRDRT1")) << why_;
}

TEST_F(Attach, FindsAHeaderCorruptWhoseChecksumDoesNotMatch) {
  change([](TelemetryHeader& header) { ++header.generation; }, false);
  EXPECT_EQ(attach(), AttachResult::corrupt);
  EXPECT_TRUE(reason_has("checksum")) << why_;
}

TEST_F(Attach, FindsATruncatedFileCorrupt) {
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 4096);
  EXPECT_EQ(attach(), AttachResult::corrupt);
  EXPECT_TRUE(reason_has("as its geometry says")) << why_;
  std::filesystem::resize_file(path_, 100);
  EXPECT_EQ(attach(), AttachResult::corrupt);
  EXPECT_TRUE(reason_has("shorter than a header; needed")) << why_;
  std::filesystem::resize_file(path_, 0);
  EXPECT_EQ(attach(), AttachResult::corrupt);
}

TEST_F(Attach, FindsAFileLongerThanItsGeometryCorrupt) {
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) + 4096);
  EXPECT_EQ(attach(), AttachResult::corrupt);
}

TEST_F(Attach, FindsAGeometryCorruptThatNobodyMayChoose) {
  change([](TelemetryHeader& header) { header.geometry.ring_capacity = 3; });
  EXPECT_EQ(attach(), AttachResult::corrupt);
  EXPECT_TRUE(reason_has("power of two")) << why_;
  change([](TelemetryHeader& header) {
    header.geometry.ring_capacity = 2;
    header.geometry.lanes = 0xffff'ffff;
  });
  EXPECT_EQ(attach(), AttachResult::corrupt);
}

TEST_F(Attach, FindsAGeometryCorruptThatLeadsOutsideTheFile) {
  change([](TelemetryHeader& header) { header.geometry.lanes = 1024; });
  EXPECT_EQ(attach(), AttachResult::corrupt);
  EXPECT_TRUE(reason_has("as its geometry says")) << why_;
}

TEST_F(Attach, FindsAClockCorruptThatCannotBe) {
  change([](TelemetryHeader& header) { header.clock.mult = 0; });
  EXPECT_EQ(attach(), AttachResult::corrupt);
  EXPECT_TRUE(reason_has("clock")) << why_;
  change([](TelemetryHeader& header) {
    header.clock.mult = 1;
    header.clock.shift = 64;
  });
  EXPECT_EQ(attach(), AttachResult::corrupt);
}

TEST_F(Attach, FindsANameCorruptThatIsNotTextOrLeadsElsewhere) {
  change([](TelemetryHeader& header) { header.name.fill('a'); });
  EXPECT_EQ(attach(), AttachResult::corrupt);
  change([](TelemetryHeader& header) {
    header.name.fill('\0');
    std::strcpy(header.name.data(), "../oms");
  });
  EXPECT_EQ(attach(), AttachResult::corrupt);
  EXPECT_TRUE(reason_has("name")) << why_;
}

TEST_F(Attach, RefusesASymbolicLink) {
  std::filesystem::rename(path_, path_ + ".real");
  std::filesystem::create_symlink(path_ + ".real", path_);
  EXPECT_EQ(attach(), AttachResult::refused_owner);
  EXPECT_TRUE(reason_has(path_)) << why_;
}

TEST_F(Attach, RefusesAFifoWithoutWaitingForItsWriter) {
  std::filesystem::remove(path_);
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(attach(), AttachResult::refused_owner);
  EXPECT_TRUE(reason_has("no regular file")) << why_;
}

TEST_F(Attach, RefusesAFileWithASecondName) {
  std::filesystem::create_hard_link(path_, path_ + ".second");
  EXPECT_EQ(attach(), AttachResult::refused_owner);
  EXPECT_TRUE(reason_has("needed exactly one")) << why_;
}

TEST_F(Attach, RefusesAFileThatOthersMayWrite) {
  for (const mode_t mode : {0642U, 0660U, 0666U}) {
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
    EXPECT_EQ(attach(), AttachResult::refused_owner);
    EXPECT_TRUE(reason_has("others than its owner may write it; needed 0640")) << why_;
  }
}

TEST_F(Attach, FindsASegmentThatItsWriterMakesPrivateToItself) {
  struct stat info {};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0640U);
}

TEST(TelemetryView, FindsNoSpillHistogramOutsideTheSpillArea) {
  Geometry geometry = small_geometry();
  geometry.spill_bytes = 8192;
  FileError error;
  const TelemetryLayout layout{geometry};
  const Mapping mapping = Mapping::anonymous(layout.total, error);
  const Telemetry view{{mapping.data(), static_cast<std::size_t>(mapping.size())}, geometry};

  EXPECT_TRUE(view.spill(layout.spill, 2, 100));
  EXPECT_TRUE(view.spill(layout.total - spill_bytes(2, 100), 2, 100));
  for (const std::uint64_t offset : {std::uint64_t{0}, layout.spill - 8, layout.spill + 1,
                                     layout.total - 8, layout.total - spill_bytes(2, 100) + 8,
                                     layout.total, layout.total + 8, ~std::uint64_t{7}}) {
    EXPECT_FALSE(view.spill(offset, 2, 100)) << offset;
  }
  EXPECT_FALSE(view.spill(layout.spill, 2, 100'000));
}

TEST(Crc32c, GivesTheCheckValueOfItsStandard) {
  EXPECT_EQ(crc32c("123456789", 9), 0xE3069283U);
}

}  // namespace
