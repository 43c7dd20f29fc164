// SPDX-License-Identifier: Apache-2.0
// What is new between two looks at checkpoints, each call once.
#include "hdr_log/intervals.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <numeric>

#include "drain/checkpoint.hpp"
#include "shm/segment_directory.hpp"

namespace outrider::hdr_log {
namespace {

/// A checkpoint as a guard writes it.
class Counted {
 public:
  Counted(const std::string& directory, const std::string& name) {
    shm::FileError error;
    bool damaged = false;
    checkpoint_ = drain::Checkpoint::open(directory, name, damaged, error);
    EXPECT_TRUE(checkpoint_) << error.message;
    shm::SeriesInfo info;
    info.name = "order_size";
    info.kind = shm::SeriesKind::histogram;
    info.unit = shm::SeriesUnit::count;
    row_ = checkpoint_->row_for(info, error);
    EXPECT_TRUE(row_) << error.message;
  }
  void count(std::uint64_t value, int times) {
    for (int image = 0; image < 2; ++image) {
      const drain::HistogramCells& cells = row_->cells[checkpoint_->inactive()];
      for (int i = 0; i < times; ++i) apply(*row_, cells, row_->layout.index(value), value);
      if (image == 0) checkpoint_->commit();
    }
  }

 private:
  std::unique_ptr<drain::Checkpoint> checkpoint_;
  drain::Row* row_ = nullptr;
};

class IntervalsOfCheckpoints : public testing::Test {
 protected:
  /// PRODUCER:samples for each interval.
  std::string look(Intervals& intervals) {
    std::string text;
    for (const Interval& each : intervals.look(problems_)) {
      const auto sum = std::accumulate(each.buckets.begin(), each.buckets.end(), std::uint64_t{0});
      text += (text.empty() ? "" : " ") + each.producer + ':' + std::to_string(sum);
    }
    return text;
  }
  Intervals intervals(bool from_now) {
    return {directory_.path(), [](const auto&, const auto&) { return true; }, from_now};
  }

  test::SegmentDirectory directory_;
  std::vector<std::string> problems_;
};

TEST_F(IntervalsOfCheckpoints, TellWhatIsNewOnceAndOfWhoComesAll) {
  Counted oms{directory_.path(), "oms"};
  oms.count(5, 10);
  Intervals seen = intervals(true);

  EXPECT_EQ(look(seen), "");
  oms.count(5, 3);
  oms.count(900, 1);
  Counted risk{directory_.path(), "risk"};
  risk.count(1, 2);
  EXPECT_EQ(look(seen), "oms:4 risk:2");
  EXPECT_EQ(look(seen), "");
  EXPECT_TRUE(problems_.empty());
}

TEST_F(IntervalsOfCheckpoints, BeginWithAllThatWasCountedWhereThatIsAskedFor) {
  Counted oms{directory_.path(), "oms"};
  oms.count(5, 10);
  Intervals seen = intervals(false);

  EXPECT_EQ(look(seen), "oms:10");
  EXPECT_EQ(look(seen), "");
}

TEST_F(IntervalsOfCheckpoints, TellOfAnotherCheckpointAllThatItCounts) {
  const std::string path = directory_.path() + "/c/oms.checkpoint";
  Intervals seen = intervals(false);
  Counted first{directory_.path(), "oms"};
  first.count(5, 10);
  EXPECT_EQ(look(seen), "oms:10");

  std::filesystem::rename(path, path + ".damaged");
  Counted second{directory_.path(), "oms"};
  second.count(5, 4);
  EXPECT_EQ(look(seen), "oms:4");
}

TEST_F(IntervalsOfCheckpoints, GoOnWithTheOthersAndSayOnceWhatCannotBeRead) {
  Intervals seen = intervals(false);
  Counted oms{directory_.path(), "oms"};
  std::filesystem::copy_file(directory_.path() + "/c/oms.checkpoint",
                             directory_.path() + "/c/copied.checkpoint");
  std::filesystem::resize_file(directory_.path() + "/c/copied.checkpoint", 4096);
  oms.count(5, 1);

  EXPECT_EQ(look(seen), "oms:1");
  EXPECT_EQ(look(seen), "");
  ASSERT_EQ(problems_.size(), 1U);
  EXPECT_NE(problems_[0].find("copied.checkpoint: found no checkpoint of this version"),
            std::string::npos);
}

}  // namespace
}  // namespace outrider::hdr_log
