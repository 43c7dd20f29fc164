// SPDX-License-Identifier: Apache-2.0
// The file that outlives everybody. Ending the object at some point is the same
// to the file as a kill at that point: the mapping is shared, and nothing is
// written on the way out.
#include "drain/checkpoint.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "shm/segment_directory.hpp"

namespace {

using namespace outrider;
using drain::Checkpoint;

shm::SeriesInfo counter(const std::string& name) {
  shm::SeriesInfo info;
  info.name = name;
  return info;
}

shm::SeriesInfo histogram(const std::string& name, std::vector<double> bounds) {
  shm::SeriesInfo info = counter(name);
  info.kind = shm::SeriesKind::histogram;
  info.unit = shm::SeriesUnit::count;
  info.bounds = std::move(bounds);
  return info;
}

class CheckpointFile : public testing::Test {
 protected:
  CheckpointFile() { open(); }

  void open() {
    checkpoint_.reset();
    shm::FileError error;
    damaged_ = false;
    checkpoint_ = Checkpoint::open(directory_.path(), "oms", damaged_, error);
    ASSERT_TRUE(checkpoint_) << error.message;
  }
  drain::Row& row(const shm::SeriesInfo& info) {
    shm::FileError error;
    drain::Row* found = checkpoint_->row_for(info, error);
    EXPECT_TRUE(found) << error.message;
    return *found;
  }
  [[nodiscard]] const drain::ImageHead& active() const {
    return checkpoint_->head(checkpoint_->active());
  }
  [[nodiscard]] drain::ImageHead& inactive() const {
    return checkpoint_->head(checkpoint_->inactive());
  }
  void overwrite(std::uint64_t offset, const std::string& bytes) {
    checkpoint_.reset();
    std::fstream file{path_, std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(static_cast<std::streamoff>(offset));
    file << bytes;
  }
  void expect_put_aside() {
    open();
    EXPECT_TRUE(damaged_);
    EXPECT_TRUE(checkpoint_->rows().empty());
    EXPECT_EQ(active().drained, 0U);
    EXPECT_TRUE(std::filesystem::exists(path_ + ".damaged"));
    open();
    EXPECT_FALSE(damaged_);
  }

  test::SegmentDirectory directory_;
  const std::string path_ = directory_.path() + "/c/oms.checkpoint";
  std::unique_ptr<Checkpoint> checkpoint_;
  bool damaged_ = false;
};

TEST_F(CheckpointFile, BeginsEmptyAndUndamaged) {
  EXPECT_FALSE(damaged_);
  EXPECT_TRUE(checkpoint_->rows().empty());
  EXPECT_EQ(active().generation, 0U);
}

TEST_F(CheckpointFile, SwitchesImagesWithACommit) {
  inactive().drained = 5;
  EXPECT_EQ(active().drained, 0U);
  checkpoint_->commit();
  EXPECT_EQ(active().drained, 5U);
  EXPECT_EQ(inactive().drained, 0U);
  checkpoint_->copy_head();
  EXPECT_EQ(inactive().drained, 5U);
}

TEST_F(CheckpointFile, ForgetsABatchThatWasNotCommitted) {
  drain::Row& latency = row(histogram("h", {}));
  inactive().drained = 5;
  inactive().positions[0] = 5;
  drain::apply(latency, latency.cells[checkpoint_->inactive()], 7, 7);
  open();
  EXPECT_EQ(active().drained, 0U);
  EXPECT_EQ(active().positions[0], 0U);
  EXPECT_EQ(*row(histogram("h", {})).cells[checkpoint_->active()].count, 0U);
  EXPECT_EQ(*row(histogram("h", {})).cells[checkpoint_->inactive()].count, 0U);
}

TEST_F(CheckpointFile, KeepsABatchThatWasCommittedButNotAppliedTwice) {
  drain::Row& latency = row(histogram("h", {}));
  inactive().drained = 5;
  inactive().positions[3] = 5;
  drain::apply(latency, latency.cells[checkpoint_->inactive()], 7, 7);
  checkpoint_->commit();
  open();
  for (const unsigned image : {0U, 1U}) {
    EXPECT_EQ(checkpoint_->head(image).drained, 5U);
    EXPECT_EQ(checkpoint_->head(image).positions[3], 5U);
    EXPECT_EQ(*row(histogram("h", {})).cells[image].count, 1U);
    EXPECT_EQ(row(histogram("h", {})).cells[image].buckets[7], 1U);
  }
}

TEST_F(CheckpointFile, KeepsRowsWithAllThatTheyAre) {
  shm::SeriesInfo orders = counter("orders_total");
  orders.labels = {{"strategy", "mm1"}, {"venue", "binance"}};
  orders.help = "Orders";
  *row(orders).carry[0] = 11;
  *row(orders).carry[1] = 11;
  shm::SeriesInfo sizes = histogram("sizes", {1, 100, 5000});
  sizes.significant_figures = 3;
  row(sizes).cells[0].cuts[2] = 4;
  row(counter("last_total"));
  open();
  ASSERT_EQ(checkpoint_->rows().size(), 3U);
  EXPECT_EQ(row(orders).info.help, "Orders");
  EXPECT_EQ(row(orders).index, 0U);
  EXPECT_EQ(*row(orders).carry[checkpoint_->active()], 11U);
  EXPECT_EQ(row(sizes).bounds, (std::vector<std::uint64_t>{1, 100, 5000}));
  EXPECT_EQ(row(sizes).layout.significant_figures(), 3);
  EXPECT_EQ(row(sizes).cells[0].cuts[2], 4U);
  EXPECT_EQ(row(counter("last_total")).index, 2U);
  row(counter("one_more_total"));
  EXPECT_EQ(checkpoint_->rows().size(), 4U);
}

TEST_F(CheckpointFile, GivesTheSameRowForTheSameSeries) {
  drain::Row& first = row(histogram("h", {1, 2}));
  EXPECT_EQ(&row(histogram("h", {1, 2})), &first);
}

TEST_F(CheckpointFile, RefusesASeriesThatHasAnotherShapeOnRecord) {
  row(histogram("h", {1, 2}));
  open();
  for (const shm::SeriesInfo& other : {histogram("h", {1, 3}), counter("h")}) {
    shm::FileError error;
    EXPECT_EQ(checkpoint_->row_for(other, error), nullptr);
    EXPECT_NE(error.message.find("an earlier start of this producer"), std::string::npos);
  }
  EXPECT_EQ(checkpoint_->rows().size(), 1U);
}

TEST_F(CheckpointFile, PutsAFileAsideThatIsNoCheckpoint) {
  row(counter("c_total"));
  overwrite(0, "garbage!");
  expect_put_aside();
}

TEST_F(CheckpointFile, PutsAFileAsideThatWasCutShort) {
  row(counter("c_total"));
  checkpoint_.reset();
  std::filesystem::resize_file(path_, 10'000);
  expect_put_aside();
}

TEST_F(CheckpointFile, PutsAFileAsideWhoseTableIsDamaged) {
  row(counter("c_total"));
  row(counter("d_total"));
  // The first entry's kind: entries begin at a page after the front.
  const std::uint64_t entries = (384 + 8192 * 8 + 4095) / 4096 * 4096;
  overwrite(entries, std::string(4, '\xff'));
  expect_put_aside();
}

TEST_F(CheckpointFile, PutsAFileAsideWhoseCellsLieElsewhere) {
  row(counter("c_total"));
  row(counter("d_total"));
  overwrite(264, std::string(8, '\x7f'));  // the first row's offset within an image
  expect_put_aside();
}

TEST_F(CheckpointFile, PutsAFileAsideThatCountsMoreRowsThanThereCanBe) {
  overwrite(256, std::string(8, '\x7f'));
  expect_put_aside();
}

TEST_F(CheckpointFile, IsRefusedWhenOthersMayWriteIt) {
  checkpoint_.reset();
  std::filesystem::permissions(path_, std::filesystem::perms::all);
  shm::FileError error;
  bool damaged = false;
  EXPECT_EQ(Checkpoint::open(directory_.path(), "oms", damaged, error), nullptr);
  EXPECT_EQ(error.code, EPERM);
  EXPECT_FALSE(damaged);
}

TEST_F(CheckpointFile, IsSparseUntilThereAreRows) {
  struct stat info {};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_GT(info.st_size, std::int64_t{128} << 20);
  EXPECT_LT(info.st_blocks * 512, std::int64_t{4} << 20);
}

TEST_F(CheckpointFile, CountsABoundExactlyInABatch) {
  drain::Row& sizes = row(histogram("h", {1'000, 1'001, 5'000}));
  const drain::HistogramCells& cells = sizes.cells[0];
  for (const std::uint64_t value : {999U, 1'000U, 1'001U, 1'002U}) {
    drain::apply(sizes, cells, sizes.layout.index(value), value);
  }
  EXPECT_EQ(*cells.count, 4U);
  EXPECT_EQ(*cells.sum_low, 4'002U);
  EXPECT_EQ((std::vector<std::uint64_t>{cells.cuts.begin(), cells.cuts.end()}),
            (std::vector<std::uint64_t>{1, 2, 0}));  // 999 has a bucket below
}

}  // namespace
