// SPDX-License-Identifier: Apache-2.0
// The bytes of an interval: those that HdrHistogram of Java writes for the same values.
#include "hdr_log/encode.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "hdr_log/log_file.hpp"
#include "hdr_log/log_text.hpp"
#include "outrider/shm/hdr.hpp"
#include "temporary_directory.hpp"

namespace outrider::hdr_log {
namespace {

using namespace std::chrono_literals;

std::vector<std::uint64_t> buckets_of(const std::vector<std::uint64_t>& values, int figures) {
  const shm::BucketLayout layout{figures};
  std::vector<std::uint64_t> buckets(layout.count());
  for (const std::uint64_t value : values) ++buckets[layout.index(value)];
  return buckets;
}

using Bytes = std::vector<std::uint8_t>;

Bytes counts_of(const std::vector<std::uint64_t>& buckets, int figures = 2) {
  const Bytes all = encode(buckets, figures);
  return {all.begin() + 40, all.end()};
}

TEST(HdrEncoding, BeginsAsHdrHistogramDoes) {
  EXPECT_EQ(
      encode(buckets_of({1}, 3), 3),
      (Bytes{0x1c, 0x84, 0x93, 0x13,                       // cookie
             0,    0,    0,    2,                          // bytes of counts
             0,    0,    0,    0,                          // no offset
             0,    0,    0,    3,                          // significant figures
             0,    0,    0,    0,    0,    0,    0,    1,  // lowest
             0,    0,    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0,  // 1.0
             0,    2}));  // no 0, a 1: zigzag
}

TEST(HdrEncoding, WritesManyZeroesAsOneNegativeNumberAndTheLastNotAtAll) {
  EXPECT_EQ(counts_of(buckets_of({}, 2)), Bytes{});
  EXPECT_EQ(counts_of(buckets_of({0}, 2)), Bytes{2});
  EXPECT_EQ(counts_of(buckets_of({100, 100, 100}, 2)), (Bytes{0xc7, 1, 6}));  // -100, 3
}

TEST(HdrEncoding, HasNineBytesForTheLargestCount) {
  std::vector<std::uint64_t> buckets = buckets_of({}, 2);
  buckets[0] = 64;
  EXPECT_EQ(counts_of(buckets), (Bytes{0x80, 1}));
  buckets[0] = (std::uint64_t{1} << 63) - 1;
  EXPECT_EQ(counts_of(buckets), (Bytes{0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));
}

Interval interval() {
  Interval wanted;
  wanted.producer = "oms 1";
  wanted.info.name = "order_send_seconds";
  wanted.info.unit = shm::SeriesUnit::ticks;
  wanted.info.labels = {{"side", "buy,sell"}, {"venue", "binance"}};
  wanted.buckets = buckets_of({1'000, 2'500'000}, 2);
  return wanted;
}

TEST(HdrLogText, HasATagThatItsReadersTakeWhole) {
  EXPECT_EQ(tag_of(interval()), "order_send_seconds{side=buy_sell;venue=binance;producer=oms_1}");
}

TEST(HdrLogText, SaysWhenHowLongAndTheLargestInMilliseconds) {
  const std::string line = log_lines({interval()}, {1'700'000'000'123ms, 10s});

  EXPECT_EQ(line.substr(0, line.rfind(',')),
            "Tag=order_send_seconds{side=buy_sell;venue=binance;producer=oms_1},1700000000.123,"
            "10.000,2.507");
  EXPECT_EQ(line.substr(line.rfind(',') + 1, 7), "HISTFAA");
}

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream{path}.rdbuf();
  return text.str();
}

TEST(HdrLogFile, MovesAsideWhatIsFullAndBeginsEachFileAsALog) {
  const test::TemporaryDirectory place{"/tmp", "hdr-log"};
  const std::string path = place.path() + "/latency.hlog";
  LogFile file{path, 4096};
  const std::string line(1500, 'x');

  EXPECT_EQ(file.append(line + '\n', 1s), "");
  EXPECT_EQ(file.append(line + '\n', 2s), "");
  EXPECT_EQ(text_of(path), log_front(1s) + line + '\n' + line + '\n');
  EXPECT_EQ(file.append(line + '\n', 3s), "");
  EXPECT_EQ(text_of(path), log_front(3s) + line + '\n');
  EXPECT_EQ(text_of(path + ".1"), log_front(1s) + line + '\n' + line + '\n');
  EXPECT_EQ(file.append("", 4s), "");
  EXPECT_EQ(text_of(path), log_front(3s) + line + '\n');
}

TEST(HdrLogFile, SaysWhereItCannotBeWritten) {
  const test::TemporaryDirectory place{"/tmp", "hdr-log"};
  const std::string path = place.path() + "/missing/latency.hlog";
  LogFile file{path, 4096};

  EXPECT_EQ(file.append("line\n", 1s),
            path +
                ": found No such file or directory; needed a file that this user may append "
                "to; intervals are lost until then");
  std::filesystem::create_directory(place.path() + "/missing");
  EXPECT_EQ(file.append("line\n", 2s), "");
}

}  // namespace
}  // namespace outrider::hdr_log
