// SPDX-License-Identifier: Apache-2.0
// The directory of the recordings: bounded by their number, by their bytes, and by what
// must stay free on the disk. What is being written has another name until it is whole.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::flight {

/// Of the disk so much stays free for others, the journal first: a tenth, at most 1 GiB.
inline constexpr std::uint64_t most_kept_free = std::uint64_t{1} << 30;

struct ShelfLimits {
  std::size_t recordings = 8;
  std::uint64_t bytes = std::uint64_t{256} << 20;  ///< of all
};

/// "20261122T140501.123Z-MaxLoss", of what tripped first.
std::string recording_name(std::chrono::nanoseconds wall, std::string_view what);
/// Whether recording_name() may have made it.
bool is_recording_name(std::string_view name);

class Shelf {
 public:
  Shelf(std::string directory, const ShelfLimits& limits)
      : directory_{std::move(directory)}, limits_{limits} {}

  /// Makes the directory where it is not there. Empty, or why nothing can be kept there.
  [[nodiscard]] std::string open() const;
  /// At a start: what a sidecar left that was killed while it wrote.
  void remove_unfinished() const;

  /// Makes the directory that a recording is written into.
  [[nodiscard]] std::string begin(const std::string& name) const;
  [[nodiscard]] std::string path_of(const std::string& name) const;
  [[nodiscard]] std::string unfinished_path_of(const std::string& name) const;

  /// Removes the oldest recordings until one more of `bytes` is within the limits, of which
  /// `to_write` are still to be written; `now` is Unix time. Empty, or why there is no room.
  [[nodiscard]] std::string make_room(std::uint64_t bytes, std::uint64_t to_write,
                                      std::chrono::nanoseconds now) const;

  /// It is whole and on the disk. Empty, or why it cannot have its name.
  [[nodiscard]] std::string finish(const std::string& name) const;
  void give_up(const std::string& name) const;

  /// Names, the oldest first.
  [[nodiscard]] std::vector<std::string> list(std::chrono::nanoseconds now) const;

 private:
  std::string directory_;
  ShelfLimits limits_;
};

}  // namespace outrider::flight
