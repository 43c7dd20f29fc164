// SPDX-License-Identifier: Apache-2.0
#include "flight/shelf.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "process/harness.hpp"
#include "process/small_disk.hpp"

namespace outrider::flight {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using testing::read_file;
using testing::SmallDisk;
using testing::TempDirectory;
using testing::write_file;

constexpr nanoseconds noon = 1'795'348'800s;

struct ShelfOfRecordings : ::testing::Test {
  /// A whole recording of so many bytes.
  std::string put(const Shelf& shelf, nanoseconds wall, std::size_t bytes = 1000) const {
    const std::string name = recording_name(wall, "Loss");
    EXPECT_EQ(shelf.make_room(bytes, bytes, wall), "");
    EXPECT_EQ(shelf.begin(name), "");
    write_file(shelf.unfinished_path_of(name) + "/series.openmetrics", std::string(bytes, 'x'));
    EXPECT_EQ(shelf.finish(name), "");
    return name;
  }

  TempDirectory place;
  std::string directory = place.path() + "/flight";
};

TEST_F(ShelfOfRecordings, NamesThemByTimeAndWhatTripped) {
  EXPECT_EQ(recording_name(noon + 7ms, "MaxLoss"), "20261122T120000.007Z-MaxLoss");
  EXPECT_EQ(recording_name(noon, "../etc: x"), "20261122T120000.000Z-___etc__x");
  EXPECT_EQ(recording_name(noon, ""), "20261122T120000.000Z-trip");
  EXPECT_TRUE(is_recording_name(recording_name(noon, std::string(500, 'a'))));
  for (const char* no : {"", "gateway-1", "20261122T120000.007Z-", "20261122T120000.007Z-a/b",
                         ".20261122T120000.007Z-Loss.unfinished"})
    EXPECT_FALSE(is_recording_name(no)) << no;
}

TEST_F(ShelfOfRecordings, KeepsTheNewest) {
  const Shelf shelf{directory, {.recordings = 3, .bytes = 1 << 20}};
  ASSERT_EQ(shelf.open(), "");
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) names.push_back(put(shelf, noon + i * 1s));

  EXPECT_EQ(shelf.list(noon + 10s), (std::vector{names[2], names[3], names[4]}));
}

TEST_F(ShelfOfRecordings, RemovesTheOldestForTheirBytes) {
  const Shelf shelf{directory, {.recordings = 100, .bytes = 1 << 20}};
  ASSERT_EQ(shelf.open(), "");
  std::vector<std::string> names;
  for (int i = 0; i < 4; ++i) names.push_back(put(shelf, noon + i * 1s, 400'000));

  EXPECT_EQ(shelf.list(noon + 10s), (std::vector{names[2], names[3]}));
}

// A clock that was wrong for a while must not keep its recordings for ever.
TEST_F(ShelfOfRecordings, RemovesFirstWhatIsOfATimeStillToCome) {
  const Shelf shelf{directory, {.recordings = 2, .bytes = 1 << 20}};
  ASSERT_EQ(shelf.open(), "");
  put(shelf, noon + 24h);
  put(shelf, noon + 25h);
  const std::string before = put(shelf, noon);
  const std::string now = put(shelf, noon + 1s);

  EXPECT_EQ(shelf.list(noon + 2s), (std::vector{before, now}));
}

TEST_F(ShelfOfRecordings, TakesNothingHalfWrittenForARecordingAndRemovesItAtTheNextStart) {
  const Shelf shelf{directory, {}};
  ASSERT_EQ(shelf.open(), "");
  const std::string name = recording_name(noon, "Loss");
  ASSERT_EQ(shelf.begin(name), "");
  write_file(shelf.unfinished_path_of(name) + "/recording.json", "{}");
  write_file(directory + "/somebody.else", "stays");

  EXPECT_TRUE(shelf.list(noon).empty());
  Shelf(directory, {}).remove_unfinished();

  EXPECT_FALSE(std::filesystem::exists(shelf.unfinished_path_of(name)));
  EXPECT_EQ(read_file(directory + "/somebody.else"), "stays");
}

TEST_F(ShelfOfRecordings, LeavesRoomOnTheDiskForOthers) {
  const SmallDisk disk{directory, "1m"};
  const Shelf shelf{directory, {}};
  ASSERT_EQ(shelf.open(), "");

  EXPECT_EQ(shelf.make_room(900'000, 900'000, noon), "");
  const std::string problem = shelf.make_room(1'000'000, 1'000'000, noon);

  EXPECT_EQ(problem, directory +
                         ": found 1048576 bytes free; needed room for 1000000 and 104857 left to "
                         "others; nothing is recorded until it is repaired");
}

TEST_F(ShelfOfRecordings, SaysWhyNothingCanBeKeptThere) {
  write_file(directory, "a file");
  EXPECT_NE(Shelf(directory, {}).open().find("; needed a directory"), std::string::npos);
}

}  // namespace
}  // namespace outrider::flight
