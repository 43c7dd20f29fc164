// SPDX-License-Identifier: Apache-2.0
// Tells protection when a day has begun, and at the start what the journal knows of
// the day so far.
#pragma once

#include <string>

#include "config/config.hpp"
#include "protection/protection.hpp"

namespace outrider {

/// Discovery thread.
class DayWatch {
 public:
  /// `started`: Unix time from which on this process counts itself.
  DayWatch(protection::Protection& protection, std::string journal,
           std::chrono::nanoseconds started)
      : protection_{protection}, journal_{std::move(journal)}, started_{started} {}

  void look(const config::DayConfig& day, std::chrono::nanoseconds wall);

 private:
  protection::Protection& protection_;
  std::string journal_;
  std::chrono::nanoseconds started_;
  std::chrono::nanoseconds looked_{};  ///< 0: never
  std::chrono::nanoseconds day_{};
};

}  // namespace outrider
