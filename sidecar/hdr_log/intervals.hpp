// SPDX-License-Identifier: Apache-2.0
// What each histogram of each producer has counted between two looks: each completed call
// in one interval, whoever dies meanwhile. Reads files alone; the guard knows nothing of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "drain/checkpoint_look.hpp"
#include "hdr_log/spilled.hpp"

namespace outrider::hdr_log {

struct Interval {
  std::string producer;
  shm::SeriesInfo info;
  std::vector<std::uint64_t> buckets;  ///< of info's significant figures
};

class Intervals {
 public:
  using Wanted = std::function<bool(const std::string& producer, const shm::SeriesInfo&)>;

  /// Of what `wanted` says yes to, once a series. `from_now`: without what was counted
  /// before the first look.
  Intervals(std::string directory, Wanted wanted, bool from_now);

  /// Since the look before; only what was hit. Why a checkpoint cannot be read is told once,
  /// in `problems`.
  std::vector<Interval> look(std::vector<std::string>& problems);

 private:
  struct Series {
    bool is_wanted = false;
    bool is_old = false;   ///< what it counted before the first look is not told
    bool is_anew = false;  ///< another checkpoint has its name
    std::vector<std::uint64_t> told;
    std::vector<std::uint64_t> told_spill;  ///< of it, what no checkpoint had
    drain::SegmentId segment;               ///< whose that is
  };
  struct Followed {
    std::string producer;
    bool is_old = false;  ///< there at the first look
    std::unique_ptr<drain::CheckpointLook> checkpoint;
    std::map<std::string, Series> series;  ///< by name and labels
    Spilled spilled;
    std::string problem;  ///< as told
  };
  bool take_up(Followed& followed, shm::FileError& refusal) const;
  void look(Followed& followed, std::vector<Interval>& intervals, std::string& problem);
  /// What is new of a histogram; nothing when it cannot be read now.
  std::vector<std::uint64_t> news(Followed& followed,
                                  const drain::CheckpointLook::Histogram& histogram, Series& series,
                                  std::string& problem) const;
  static void tell(std::string& told, std::string problem, std::vector<std::string>& problems);

  std::string directory_;
  Wanted wanted_;
  bool is_first_;                             ///< what is there is old
  std::string problem_;                       ///< of the directory, as told
  std::map<std::string, Followed> followed_;  ///< by producer
};

}  // namespace outrider::hdr_log
