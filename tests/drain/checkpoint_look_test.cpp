// SPDX-License-Identifier: Apache-2.0
// A checkpoint seen by somebody who only looks.
#include "drain/checkpoint_look.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <thread>

#include "drain/checkpoint.hpp"
#include "shm/segment_directory.hpp"

namespace outrider::drain {
namespace {

shm::SeriesInfo histogram(const std::string& name) {
  shm::SeriesInfo info;
  info.name = name;
  info.kind = shm::SeriesKind::histogram;
  info.unit = shm::SeriesUnit::count;
  info.bounds = {5, 50};
  return info;
}

class CheckpointSeen : public testing::Test {
 protected:
  CheckpointSeen() {
    shm::FileError error;
    bool damaged = false;
    checkpoint_ = Checkpoint::open(directory_.path(), "oms", damaged, error);
    EXPECT_TRUE(checkpoint_) << error.message;
  }
  Row& row(const std::string& name) {
    shm::FileError error;
    Row* const found = checkpoint_->row_for(histogram(name), error);
    EXPECT_TRUE(found) << error.message;
    return *found;
  }
  /// As the guard does: to the image that does not count, the word, then to the other one.
  void count(const Row& row, const std::vector<std::uint64_t>& values) {
    for (int image = 0; image < 2; ++image) {
      const HistogramCells& cells = row.cells[checkpoint_->inactive()];
      for (const std::uint64_t value : values) apply(row, cells, row.layout.index(value), value);
      if (image == 0) checkpoint_->commit();
    }
  }
  std::unique_ptr<CheckpointLook> look() {
    shm::FileError error;
    auto look = CheckpointLook::open(directory_.path(), "oms", error);
    EXPECT_TRUE(look) << error.message;
    return look;
  }

  test::SegmentDirectory directory_;
  std::unique_ptr<Checkpoint> checkpoint_;
};

TEST_F(CheckpointSeen, HasEachHistogramAndThoseThatCome) {
  count(row("first_size"), {3, 3, 700});
  const auto seen = look();
  ASSERT_EQ(seen->histograms().size(), 1U);
  EXPECT_EQ(seen->histograms()[0].info.name, "first_size");

  count(row("second_size"), {9});

  ASSERT_EQ(seen->histograms().size(), 2U);
  std::vector<std::uint64_t> buckets;
  SegmentId drained;
  ASSERT_TRUE(seen->read(seen->histograms()[0], buckets, drained));
  EXPECT_EQ(buckets[3], 2U);
  EXPECT_EQ(buckets[shm::BucketLayout{2}.index(700)], 1U);
  ASSERT_TRUE(seen->read(seen->histograms()[1], buckets, drained));
  EXPECT_EQ(buckets[9], 1U);
  EXPECT_EQ(buckets[3], 0U);
}

TEST_F(CheckpointSeen, HasEachPartAsOfOneCommitWhileAnotherThreadCommits) {
  constexpr std::uint64_t batches = 20'000;
  Row& sizes = row("order_size");
  const auto seen = look();
  const auto& histograms = seen->histograms();
  std::atomic<bool> done{false};
  std::thread guard{[&] {
    for (std::uint64_t i = 0; i < batches; ++i) count(sizes, {1, 60'000, 7});
    done = true;
  }};
  std::vector<std::uint64_t> buckets;
  SegmentId drained;
  std::uint64_t before = 0;
  const std::uint32_t far = shm::BucketLayout{2}.index(60'000);
  for (bool last = false; !last;) {
    last = done;
    if (!seen->read(histograms[0], buckets, drained)) continue;
    EXPECT_EQ(buckets[1], buckets[7]);
    EXPECT_GE(buckets[1], before);
    EXPECT_GE(buckets[far], buckets[1]);  // of a later part
    before = buckets[far];
  }
  guard.join();
  ASSERT_TRUE(seen->read(histograms[0], buckets, drained));
  EXPECT_EQ(buckets[1], batches);
}

TEST_F(CheckpointSeen, IsRefusedWhereItIsNoneAndMissingWhereThereIsNone) {
  shm::FileError error;
  EXPECT_EQ(CheckpointLook::open(directory_.path(), "nobody", error), nullptr);
  EXPECT_EQ(error.code, ENOENT);

  std::filesystem::resize_file(directory_.path() + "/c/oms.checkpoint", 4096);
  EXPECT_EQ(CheckpointLook::open(directory_.path(), "oms", error), nullptr);
  EXPECT_NE(error.message.find("found no checkpoint of this version"), std::string::npos)
      << error.message;
}

TEST_F(CheckpointSeen, YieldsNothingOnceItIsCutShort) {
  count(row("order_size"), {1});
  const auto seen = look();
  const auto& histograms = seen->histograms();
  checkpoint_.reset();
  std::filesystem::resize_file(directory_.path() + "/c/oms.checkpoint", 4096);

  std::vector<std::uint64_t> buckets;
  SegmentId drained;
  EXPECT_FALSE(seen->read(histograms[0], buckets, drained));
}

}  // namespace
}  // namespace outrider::drain
