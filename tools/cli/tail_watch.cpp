// SPDX-License-Identifier: Apache-2.0
#include "cli/tail_watch.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "cli/ring_look.hpp"
#include "cli/series_selector.hpp"
#include "segments/listing.hpp"

namespace outrider::cli {
namespace {

/// A look that found this part of a ring new may miss some at the same pace.
constexpr std::uint64_t part_that_hurries = 4;

bool is_over(const Opened& opened) {
  // sync(closed): acquire, pairs with the producer's good-bye.
  return opened.view().state().closed.load(std::memory_order_acquire) == 1 || has_ended(opened);
}

std::string lane_name(const Opened& opened, std::uint32_t lane) {
  const auto& name = opened.view().lane(lane).header->name;
  const std::string text{name.data(), strnlen(name.data(), name.size())};
  return text.empty() ? std::to_string(lane) : text;
}

std::string counted(std::uint64_t samples) {
  return std::to_string(samples) + (samples == 1 ? " sample" : " samples");
}

void sort_by_stamp(std::vector<TailedSample>& samples) {
  std::stable_sort(samples.begin(), samples.end(), [](const auto& a, const auto& b) {
    return a.sample.stamp_ns < b.sample.stamp_ns;
  });
}

}  // namespace

TailWatch::TailWatch(std::string directory, std::vector<promql::LabelMatcher> matchers)
    : directory_{std::move(directory)}, matchers_{std::move(matchers)} {}

void TailWatch::read_table(Followed& followed) const {
  std::vector<std::string> problems;  // a sample of a damaged entry is shown by nobody
  followed.series = read_series_values(followed.opened, problems);
  followed.wanted.clear();
  for (const SeriesReading& each : followed.series) {
    followed.wanted.push_back(is_selected(matchers_, followed.opened.name(), each.info));
  }
}

void TailWatch::begin(const SegmentFiles& files, bool from_now, TailLook& look) {
  Followed followed;
  std::string why;
  const shm::AttachResult result = open_files(files, shm::Access::read_only, followed.opened, why);
  if (result != shm::AttachResult::attached) {
    if (!why.empty()) look.notices.push_back({files.name, "damaged", 0, why});
    return;
  }
  if (is_over(followed.opened)) return;
  const std::uint32_t lanes = followed.opened.header().geometry.lanes + 1;
  followed.next.assign(lanes, 0);
  if (from_now) {
    for (std::uint32_t lane = 0; lane < lanes; ++lane)
      followed.next[lane] = head_of(followed.opened, lane);
    followed.spilled = read_law(followed.opened).spilled;
  }
  read_table(followed);
  look.notices.push_back({files.name, "began", 0,
                          files.name + ": generation " +
                              std::to_string(followed.opened.header().generation) +
                              (from_now ? ", from now on" : ", from its beginning")});
  followed_[files.name] = std::move(followed);
}

void TailWatch::look_for_producers(TailLook& look) {
  for (auto each = followed_.begin(); each != followed_.end();) {
    if (!is_over(each->second.opened)) {
      ++each;
      continue;
    }
    read(each->second, look);  // what it recorded last
    look.notices.push_back({each->first, "ended", 0, each->first + ": its trader has ended"});
    each = followed_.erase(each);
  }
  for (const segments::Found& found : segments::list_segments(directory_)) {
    std::uint64_t& seen = seen_[found.name];
    if (found.generation <= seen) continue;
    seen = found.generation;
    if (const auto old = followed_.find(found.name); old != followed_.end()) {
      read(old->second, look);
      followed_.erase(old);
    }
    begin(files_of(directory_, found.name, found.generation), first_, look);
  }
  first_ = false;
  sort_by_stamp(look.samples);
}

void TailWatch::read_lane(Followed& followed, std::uint32_t lane, TailLook& look) const {
  const Opened& opened = followed.opened;
  RingLook ring = look_into_ring(opened, lane, followed.next[lane]);
  if (ring.impossible) ring.next = head_of(opened, lane);
  if (ring.missed != 0) {
    look.notices.push_back({opened.name(), "missed", ring.missed,
                            opened.name() + " lane " + lane_name(opened, lane) + ": " +
                                counted(ring.missed) +
                                " overwritten before they were looked at, of any series"});
  }
  look.hurries = look.hurries || (ring.next - followed.next[lane]) * part_that_hurries >
                                     opened.header().geometry.ring_capacity;
  followed.next[lane] = ring.next;
  // Every series was registered before the first sample of it.
  if (!ring.samples.empty() && opened.view().series_published() > followed.series.size())
    read_table(followed);
  for (const shm::Sample& sample : ring.samples) {
    auto decoded = decode(opened, followed.series, sample);
    if (!decoded || !followed.wanted[decoded->series]) continue;
    decoded->lane = lane;
    look.samples.push_back({opened.name(), opened.header().generation, lane_name(opened, lane),
                            followed.series[decoded->series].info, *decoded});
  }
}

/// False when its file was cut short: then nothing of it was added.
bool TailWatch::read(Followed& followed, TailLook& look) const {
  const std::size_t samples = look.samples.size();
  const std::size_t notices = look.notices.size();
  for (std::uint32_t lane = 0; lane < followed.opened.lanes(); ++lane)
    read_lane(followed, lane, look);
  const std::uint64_t spilled = read_law(followed.opened).spilled;
  if (spilled > followed.spilled) {
    const std::string& name = followed.opened.name();
    look.notices.push_back({name, "spilled", spilled - followed.spilled,
                            name + ": " + counted(spilled - followed.spilled) +
                                " went to spill, since a ring was full: they are counted, but "
                                "stand in no ring"});
  }
  followed.spilled = spilled;
  if (!followed.opened.is_cut_short()) return true;
  look.samples.resize(samples);
  look.notices.resize(notices);
  look.notices.push_back(
      {followed.opened.name(), "damaged", 0,
       followed.opened.files.telemetry + ": found it cut short while in use; needed it whole"});
  return false;
}

TailLook TailWatch::look() {
  TailLook look;
  for (auto each = followed_.begin(); each != followed_.end();)
    each = read(each->second, look) ? std::next(each) : followed_.erase(each);
  sort_by_stamp(look.samples);
  return look;
}

}  // namespace outrider::cli
