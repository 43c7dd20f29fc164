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

/// What is in `now` and not in `told`, which it becomes. A count that is behind for once
/// waits: a segment may go while its spill is on the way into the checkpoint.
std::vector<std::uint64_t> advance(std::vector<std::uint64_t>& told,
                                   const std::vector<std::uint64_t>& now) {
  told.resize(now.size());
  std::vector<std::uint64_t> grown(now.size());
  for (std::size_t i = 0; i < now.size(); ++i) {
    grown[i] = now[i] - std::min(now[i], told[i]);
    told[i] = std::max(told[i], now[i]);
  }
  return grown;
}

bool is_hit(const std::vector<std::uint64_t>& buckets) {
  return std::any_of(buckets.begin(), buckets.end(), [](std::uint64_t each) { return each != 0; });
}

}  // namespace

Intervals::Intervals(std::string directory, Wanted wanted, bool from_now)
    : directory_{std::move(directory)},
      wanted_{std::move(wanted)},
      is_first_{from_now},
      spilled_{directory_} {}

bool Intervals::take_up(const std::string& producer, Followed& followed,
                        shm::FileError& refusal) const {
  const std::string path = directory_ + "/c/" + producer + std::string{suffix};
  struct stat there {};
  const bool is_there = ::stat(path.c_str(), &there) == 0;
  if (followed.checkpoint != nullptr && is_there && there.st_ino == followed.checkpoint->inode())
    return true;
  followed.series.clear();
  followed.checkpoint = drain::CheckpointLook::open(directory_, producer, refusal);
  if (refusal.code == ENOENT) refusal = {};  // it has gone since the directory was read
  return followed.checkpoint != nullptr;
}

void Intervals::look(const std::string& producer, Followed& followed,
                     std::vector<Interval>& intervals) {
  const auto& histograms = followed.checkpoint->histograms();
  for (std::size_t i = followed.series.size(); i < histograms.size(); ++i)
    followed.series.push_back({wanted_(producer, histograms[i].info), {}});
  for (std::size_t i = 0; i < histograms.size(); ++i) {
    if (!followed.series[i].is_wanted) continue;
    std::vector<std::uint64_t> buckets;
    drain::SegmentId retired;
    if (!followed.checkpoint->read(histograms[i], buckets, retired)) continue;
    spilled_.add(producer, histograms[i].info, retired, buckets);
    std::vector<std::uint64_t> grown = advance(followed.series[i].told, buckets);
    if (!is_first_ && is_hit(grown))
      intervals.push_back({producer, histograms[i].info, std::move(grown)});
  }
}

void Intervals::tell(std::string& told, std::string problem, std::vector<std::string>& problems) {
  if (!problem.empty() && problem != told) problems.push_back(problem);
  told = std::move(problem);
}

std::vector<Interval> Intervals::look(std::vector<std::string>& problems) {
  std::vector<Interval> intervals;
  spilled_.look();
  std::error_code error;
  const auto producers = producers_of(directory_, error);
  tell(problem_, error ? directory_ + "/c: found " + error.message() + "; needed to read it" : "",
       problems);
  if (!producers) return intervals;
  std::erase_if(followed_, [&](const auto& each) {
    return !std::binary_search(producers->begin(), producers->end(), each.first);
  });
  for (const std::string& producer : *producers) {
    Followed& followed = followed_[producer];
    shm::FileError refusal;
    if (take_up(producer, followed, refusal)) look(producer, followed, intervals);
    tell(followed.problem, refusal.message, problems);
  }
  is_first_ = false;
  return intervals;
}

}  // namespace outrider::hdr_log
