// SPDX-License-Identifier: Apache-2.0
// What is tried, in which order, when an alert fires, before people must help. Read
// by read_recovery.cpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "config/place.hpp"

namespace outrider::config {

struct RecoveryStep {
  enum class Kind : std::uint8_t {
    directive,  ///< traders of the scope are told to do something
    halt,       ///< the scope is HALTED for a time
    exec,       ///< a program of the operator's
  };
  Kind kind = Kind::directive;
  std::string directive{};                                      ///< as `outrider direct` takes it
  std::string parameters{};                                     ///< of the directive
  std::chrono::nanoseconds halt{};                              ///< 100 ms to 1 d
  std::vector<std::string> command{};                           ///< the file, then its arguments
  std::chrono::nanoseconds timeout = std::chrono::seconds{10};  ///< of the program, 10 ms to 1 h
  std::chrono::nanoseconds verify = std::chrono::seconds{30};   ///< the alert has so long to end

  bool operator==(const RecoveryStep&) const = default;
};

struct RecoveryConfig {
  std::string alert{};           ///< name of an alert in the loaded rule files
  std::string scope = "global";  ///< `global`, `host`, or a label of the firing alert
  /// From the begin of one recovery to that of the next, of the same scope.
  std::chrono::nanoseconds cooldown = std::chrono::minutes{5};
  std::vector<RecoveryStep> steps{};
  Place place{};

  bool operator==(const RecoveryConfig& other) const {
    return alert == other.alert && scope == other.scope && cooldown == other.cooldown &&
           steps == other.steps;
  }
};

}  // namespace outrider::config
