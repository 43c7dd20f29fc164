// SPDX-License-Identifier: Apache-2.0
// Copies of segments that somebody writes, cuts short or makes enormous.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <thread>

#include "flight/copy_segment.hpp"
#include "flight/gather.hpp"
#include "outrider/shm/control.hpp"
#include "outrider/shm/telemetry.hpp"
#include "process/harness.hpp"

namespace outrider::flight {
namespace {

using testing::TempDirectory;

constexpr std::uint64_t plenty = std::uint64_t{1} << 30;

/// A trader's file, and its one lane as the trader writes it.
class Written {
 public:
  explicit Written(const std::string& directory, const std::string& name = "gateway-1",
                   std::uint64_t generation = 1)
      : path{shm::telemetry_path(directory, name, generation)} {
    shm::Geometry geometry;
    geometry.lanes = 1;
    geometry.ring_capacity = 64;
    const std::uint64_t bytes = shm::TelemetryLayout{geometry}.total;
    shm::FileError error;
    const shm::Descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    EXPECT_EQ(::ftruncate(file.get(), static_cast<off_t>(bytes)), 0);
    mapping_ = shm::Mapping::of_file(file, shm::Access::read_write, bytes, error);
    EXPECT_TRUE(mapping_) << error.message;
    const std::span<std::byte> all{mapping_.data(), bytes};
    shm::format_telemetry(all, geometry, shm::TickClock{}, {name, "", "", generation});
    telemetry_.emplace(all, geometry);
    telemetry_->publish_lanes(1);
  }

  /// The next sample; its stamp is its number.
  void record() {
    const auto lane = telemetry_->lane(0);
    auto& slot = lane.ring[number_ & (lane.ring.size() - 1)];
    std::atomic_ref<std::uint64_t>{slot.stamp}.store(number_, std::memory_order_relaxed);
    std::atomic_ref<std::uint64_t>{slot.packed}.store(number_, std::memory_order_relaxed);
    lane.header->head.store(++number_, std::memory_order_release);
  }

  const std::string path;

 private:
  shm::Mapping mapping_;
  std::optional<shm::Telemetry> telemetry_;
  std::uint64_t number_ = 0;
};

struct SegmentCopies : ::testing::Test {
  TempDirectory place;
  std::string directory = testing::make_segment_directory(place.path());
  std::string to = place.path() + "/copy";

  SegmentCopy copy(std::uint64_t most = plenty) {
    const OpenSegment segment = open_segment(directory, "gateway-1", 1);
    return copy_segment(segment, read_lanes(segment.file, most_image_bytes), to, most);
  }
};

TEST_F(SegmentCopies, HaveEachSampleOnceWhileItsTraderRecords) {
  Written trader{directory};
  std::atomic<bool> stop{false};
  std::thread writer{[&] {
    while (!stop) trader.record();
  }};
  const OpenSegment segment = open_segment(directory, "gateway-1", 1);
  std::uint64_t samples = 0;
  for (int i = 0; i < 2000; ++i) {
    const LaneImages images = read_lanes(segment.file, most_image_bytes);
    ASSERT_EQ(images.lanes.size(), 1U);
    const LaneImage& lane = images.lanes[0];
    ASSERT_LE(lane.whole.from, lane.whole.to);
    for (std::uint64_t number = lane.whole.from; number < lane.whole.to; ++number, ++samples) {
      shm::Sample sample{};
      std::memcpy(&sample, &lane.ring[(number % 64) * sizeof sample], sizeof sample);
      ASSERT_EQ(sample.stamp, number);
      ASSERT_EQ(sample.packed, number);
    }
  }
  stop = true;
  writer.join();
  EXPECT_GT(samples, 0U);
}

TEST_F(SegmentCopies, KeepTheSamplesOfTheMomentWhateverComesWhileTheyAreWritten) {
  Written trader{directory};
  for (int i = 0; i < 100; ++i) trader.record();
  const OpenSegment segment = open_segment(directory, "gateway-1", 1);
  const LaneImages images = read_lanes(segment.file, most_image_bytes);
  for (int i = 0; i < 1000; ++i) trader.record();

  const SegmentCopy copied = copy_segment(segment, images, to, plenty);

  EXPECT_EQ(copied.problem, "");
  ASSERT_EQ(copied.lanes.size(), 1U);
  EXPECT_EQ(copied.lanes[0].from, 100U - 64U + 1U);
  EXPECT_EQ(copied.lanes[0].to, 100U);
  shm::AttachedTelemetry attached;
  std::string why;
  ASSERT_EQ(shm::attach_telemetry(to, attached, why), shm::AttachResult::attached) << why;
  EXPECT_EQ(attached.view().lane(0).header->head.load(), 100U);
  EXPECT_EQ(attached.view().lane(0).ring[99 % 64].stamp, 99U);
}

TEST_F(SegmentCopies, OfAFileCutShortSayWhatWasFound) {
  Written trader{directory};
  std::filesystem::resize_file(trader.path, 6000);

  const SegmentCopy copied = copy();

  EXPECT_NE(copied.problem.find("found 6000 bytes; needed "), std::string::npos) << copied.problem;
  EXPECT_FALSE(copied.no_room);
  EXPECT_EQ(std::filesystem::file_size(to), 6000U) << "as it was found";
}

TEST_F(SegmentCopies, OfAFileThatIsMostlyHolesTakeNoRoom) {
  Written trader{directory};
  std::filesystem::resize_file(trader.path, std::uint64_t{1} << 40);

  const SegmentCopy copied = copy();

  EXPECT_LT(copied.bytes, std::uint64_t{1} << 20);
  EXPECT_EQ(std::filesystem::file_size(to), std::uint64_t{1} << 40);
  EXPECT_NE(copied.problem.find("found 1099511627776 bytes"), std::string::npos) << copied.problem;
}

TEST_F(SegmentCopies, LeaveNothingOfAFileThatIsTooLarge) {
  const Written trader{directory};

  const SegmentCopy copied = copy(1000);

  EXPECT_NE(copied.problem.find("found more than 1000 bytes in it"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(to));
}

TEST_F(SegmentCopies, GatherWhatATraderCanHaveMadeTheSmallestFirst) {
  const Written trader{directory};
  const Written other{directory, "gateway-2", 7};
  testing::write_file(shm::telemetry_path(directory, "rubbish", 1), std::string(9000, 'x'));
  std::filesystem::create_symlink(trader.path, shm::telemetry_path(directory, "linked", 1));

  const Gathered gathered = gather(directory, Departed{});

  EXPECT_EQ(gathered.problem, "");
  std::vector<std::string> names;
  for (const OpenSegment& each : gathered.segments) names.push_back(each.name);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"gateway-1", "gateway-2"}));
}

TEST_F(SegmentCopies, GatherTheLastOfATraderThatIsGoneWithItsFile) {
  Departed departed;
  for (std::uint64_t generation = 1; generation <= 3; ++generation) {
    Written trader{directory, "gateway-1", generation};
    trader.record();
    departed.keep(directory, "gateway-1", generation);
    if (generation != 2) std::filesystem::remove(trader.path);
  }

  const Gathered gathered = gather(directory, departed);

  ASSERT_EQ(gathered.segments.size(), 2U);
  const auto gone = std::find_if(gathered.segments.begin(), gathered.segments.end(),
                                 [](const auto& each) { return each.departed; });
  ASSERT_NE(gone, gathered.segments.end());
  EXPECT_EQ(gone->generation, 3U);
  EXPECT_EQ(read_lanes(gone->file, most_image_bytes).lanes.at(0).whole.to, 1U);
}

TEST_F(SegmentCopies, KeepOpenNoMoreOfThemThanIsWritten) {
  Departed departed;
  for (std::uint64_t i = 0; i < Departed::most + 5; ++i) {
    const std::string name = "gateway-" + std::to_string(i);
    const Written trader{directory, name};
    departed.keep(directory, name, 1);
  }
  EXPECT_EQ(departed.all().size(), Departed::most);
  EXPECT_EQ(departed.all().front().name, "gateway-5");
}

}  // namespace
}  // namespace outrider::flight
