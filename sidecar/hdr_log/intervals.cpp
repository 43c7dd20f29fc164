// SPDX-License-Identifier: Apache-2.0
#include "hdr_log/intervals.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace outrider::hdr_log {
namespace {

constexpr std::string_view suffix = ".checkpoint";

/// Those with a checkpoint, sorted. Nothing when the directory cannot be read.
std::optional<std::vector<std::string>> producers_of(const std::string& directory,
                                                     std::error_code& error) {
  std::vector<std::string> names;
  std::filesystem::directory_iterator each{directory + "/c", error};
  for (; !error && each != std::filesystem::directory_iterator{}; each.increment(error)) {
    const std::string file = each->path().filename();
    if (file.ends_with(suffix)) names.push_back(file.substr(0, file.size() - suffix.size()));
  }
  if (error) return std::nullopt;
  std::sort(names.begin(), names.end());
  return names;
}

void add(std::vector<std::uint64_t>& sum, const std::vector<std::uint64_t>& more) {
  for (std::size_t i = 0; i < more.size(); ++i) sum[i] += more[i];
}

/// What is in `now` and not in `told`, which it becomes. What `waits` may come back: a segment
/// that could not be read just now still has its spill.
std::vector<std::uint64_t> advance(std::vector<std::uint64_t>& told,
                                   const std::vector<std::uint64_t>& now, bool waits) {
  told.resize(now.size());
  std::vector<std::uint64_t> grown(now.size());
  for (std::size_t i = 0; i < now.size(); ++i) {
    grown[i] = now[i] - std::min(now[i], told[i]);
    told[i] = waits ? std::max(told[i], now[i]) : now[i];
  }
  return grown;
}

bool is_hit(const std::vector<std::uint64_t>& buckets) {
  return std::any_of(buckets.begin(), buckets.end(), [](std::uint64_t each) { return each != 0; });
}

}  // namespace

Intervals::Intervals(std::string directory, Wanted wanted, bool from_now)
    : directory_{std::move(directory)}, wanted_{std::move(wanted)}, is_first_{from_now} {}

bool Intervals::take_up(Followed& followed, shm::FileError& refusal) const {
  const std::string path = directory_ + "/c/" + followed.producer + std::string{suffix};
  struct stat there {};
  const bool is_there = ::stat(path.c_str(), &there) == 0;
  if (followed.checkpoint != nullptr && is_there && there.st_ino == followed.checkpoint->inode())
    return true;
  // Another checkpoint counts anew; what is spilled is where it was, and told.
  for (auto& [text, series] : followed.series) {
    series.told = series.told_spill;
    series.is_anew = true;
  }
  followed.checkpoint = drain::CheckpointLook::open(directory_, followed.producer, refusal);
  if (refusal.code == ENOENT) refusal = {};  // it has gone since the directory was read
  return followed.checkpoint != nullptr;
}

std::vector<std::uint64_t> Intervals::news(Followed& followed,
                                           const drain::CheckpointLook::Histogram& histogram,
                                           Series& series, std::string& problem) const {
  std::vector<std::uint64_t> now;
  drain::SegmentId drained;
  if (!followed.checkpoint->read(histogram, now, drained)) {
    problem = directory_ + "/c/" + followed.producer + std::string{suffix} + ": " +
              histogram.info.text() +
              ": found that it changes faster than it can be read, or was cut short; its interval "
              "goes on until it can";
    return {};
  }
  followed.spilled.follow(directory_, followed.producer, drained);
  const std::vector<std::uint64_t> spill = followed.spilled.of(histogram.info);
  add(now, spill);
  const bool waits = series.segment == drained;
  if (std::exchange(series.is_anew, false) && !waits) series.told.clear();
  std::vector<std::uint64_t> grown = advance(series.told, now, waits);
  if (!waits || !spill.empty()) series.told_spill = spill;
  series.segment = drained;
  if (std::exchange(series.is_old, false)) return {};
  return grown;
}

void Intervals::look(Followed& followed, std::vector<Interval>& intervals, std::string& problem) {
  followed.spilled.begin_look();
  for (const auto& histogram : followed.checkpoint->histograms()) {
    const auto [place, is_new] = followed.series.try_emplace(histogram.info.text());
    Series& series = place->second;
    if (is_new) {
      series.is_wanted = wanted_(followed.producer, histogram.info);
      series.is_old = followed.is_old;
    }
    if (!series.is_wanted) continue;
    std::vector<std::uint64_t> grown = news(followed, histogram, series, problem);
    if (is_hit(grown)) intervals.push_back({followed.producer, histogram.info, std::move(grown)});
  }
  followed.is_old = false;  // what is registered from now on is new
}

void Intervals::tell(std::string& told, std::string problem, std::vector<std::string>& problems) {
  if (!problem.empty() && problem != told) problems.push_back(problem);
  told = std::move(problem);
}

std::vector<Interval> Intervals::look(std::vector<std::string>& problems) {
  std::vector<Interval> intervals;
  std::error_code error;
  const auto producers = producers_of(directory_, error);
  tell(problem_, error ? directory_ + "/c: found " + error.message() + "; needed to read it" : "",
       problems);
  if (!producers) return intervals;
  std::erase_if(followed_, [&](const auto& each) {
    return !std::binary_search(producers->begin(), producers->end(), each.first);
  });
  for (const std::string& producer : *producers) {
    const auto [place, is_new] = followed_.try_emplace(producer);
    Followed& followed = place->second;
    if (is_new) {
      followed.producer = producer;
      followed.is_old = is_first_;
    }
    shm::FileError refusal;
    if (take_up(followed, refusal)) look(followed, intervals, refusal.message);
    tell(followed.problem, refusal.message, problems);
  }
  is_first_ = false;
  return intervals;
}

}  // namespace outrider::hdr_log
