// SPDX-License-Identifier: Apache-2.0
#include "hdr_log/log_text.hpp"

#include <time.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "hdr_log/encode.hpp"
#include "outrider/shm/hdr.hpp"

namespace outrider::hdr_log {
namespace {

using Digits = std::array<char, 64>;

/// Three places behind the point, as the format has them.
std::string seconds_text(nanoseconds time) {
  Digits digits{};
  const auto ms = static_cast<long long>(time / std::chrono::milliseconds{1});
  std::snprintf(digits.data(), digits.size(), "%lld.%03lld", ms / 1000, ms % 1000);
  return digits.data();
}

std::string max_text(const Interval& interval) {
  const shm::BucketLayout layout{interval.info.significant_figures};
  const auto last = std::find_if(interval.buckets.rbegin(), interval.buckets.rend(),
                                 [](std::uint64_t count) { return count != 0; });
  if (last == interval.buckets.rend()) return "0.000";
  const auto bucket = static_cast<std::uint32_t>(interval.buckets.rend() - last - 1);
  const bool is_time = interval.info.unit == shm::SeriesUnit::ticks ||
                       interval.info.unit == shm::SeriesUnit::nanoseconds;
  Digits digits{};
  std::snprintf(digits.data(), digits.size(), "%.3f",
                static_cast<double>(layout.highest(bucket)) / (is_time ? 1e6 : 1));
  return digits.data();
}

void add_clean(std::string& tag, const std::string& text) {
  for (const char c : text) {
    const bool parts = c == ',' || c == '"' || c == 0x7f || static_cast<unsigned char>(c) <= ' ';
    tag += parts ? '_' : c;
  }
}

}  // namespace

std::string log_front(nanoseconds wall) {
  const auto seconds = static_cast<time_t>(wall / std::chrono::seconds{1});
  tm fields{};
  ::gmtime_r(&seconds, &fields);
  Digits day{};
  ::strftime(day.data(), day.size(), "%a %b %d %H:%M:%S UTC %Y", &fields);
  return "#[Histogram log format version 1.3]\n#[StartTime: " + seconds_text(wall) +
         " (seconds since epoch), " + day.data() +
         "]\n\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
         "\"Interval_Compressed_Histogram\"\n";
}

std::string tag_of(const Interval& interval) {
  std::string tag;
  add_clean(tag, interval.info.name);
  tag += '{';
  for (const auto& [name, value] : interval.info.labels) {
    add_clean(tag, name);
    tag += '=';
    add_clean(tag, value);
    tag += ';';
  }
  tag += "producer=";
  add_clean(tag, interval.producer);
  return tag + '}';
}

std::string log_lines(const std::vector<Interval>& intervals, const Span& span) {
  std::string lines;
  for (const Interval& each : intervals) {
    lines += "Tag=" + tag_of(each) + ',' + seconds_text(span.from) + ',' +
             seconds_text(span.length) + ',' + max_text(each) + ',' +
             encode_compressed(each.buckets, each.info.significant_figures) + '\n';
  }
  return lines;
}

}  // namespace outrider::hdr_log
