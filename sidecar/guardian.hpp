// SPDX-License-Identifier: Apache-2.0
// c/guardian: which sidecar guards the gates, and a beat each time it has passed. Its
// standby looks there, and ends a guardian that no longer passes before it takes over.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "outrider/shm/file.hpp"
#include "process_handle.hpp"

namespace outrider {

/// The whole file, in the order of the fields.
struct GuardianRecord {
  std::uint64_t magic;
  std::uint64_t pid;
  std::uint64_t start;
  std::uint64_t pid_namespace;
  std::atomic<std::uint64_t> beats;  ///< 0: has not passed yet
};
inline constexpr std::uint64_t guardian_magic = 0x314e'4452'4752'544f;  // "OTRGRDN1"

/// The side that guards, which holds the directory's lock.
class Guardian {
 public:
  Guardian() = default;
  /// A file of its own each time, so that nobody else's beat is taken for ours.
  static Guardian make(const std::string& directory, shm::FileError& error);

  explicit operator bool() const noexcept { return static_cast<bool>(mapping_); }
  /// The guard thread, after each pass.
  void beat() noexcept;

 private:
  shm::Mapping mapping_;
};

/// What a standby sees of it.
struct Pulse {
  ProcessIdentity process;
  std::uint64_t beats = 0;
  friend bool operator==(const Pulse&, const Pulse&) = default;
};

/// Nothing: no guardian has left a whole file there.
std::optional<Pulse> pulse_of(const std::string& directory);

/// How long a guardian may go without a pass. What counts is the time in which we looked:
/// when the whole machine stood still, the guardian had no more of it than we.
class HangWatch {
 public:
  /// True each time that another `patience` has gone by.
  bool look(const std::optional<Pulse>& pulse, std::chrono::nanoseconds now,
            std::chrono::nanoseconds patience) noexcept;

 private:
  std::optional<Pulse> last_;
  std::chrono::nanoseconds looked_{};
  std::chrono::nanoseconds still_{};
};

}  // namespace outrider
