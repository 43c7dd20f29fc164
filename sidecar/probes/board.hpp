// SPDX-License-Identifier: Apache-2.0
// The series that all probes have, from their thread to the one that makes plans.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "aggregate/outside.hpp"

namespace outrider::probes {

class Board {
 public:
  using All = std::vector<std::shared_ptr<aggregate::OutsideSeries>>;

  /// Probes: these, from now on.
  void set(All all) {
    const std::lock_guard guard{mutex_};
    all_ = std::move(all);
    is_new_ = true;
  }
  /// Discovery: true, with those that there are, when they are others than the last time.
  bool take(All& all) {
    const std::lock_guard guard{mutex_};
    if (!is_new_) return false;
    is_new_ = false;
    all = all_;
    return true;
  }

 private:
  std::mutex mutex_;
  All all_;
  bool is_new_ = false;
};

}  // namespace outrider::probes
