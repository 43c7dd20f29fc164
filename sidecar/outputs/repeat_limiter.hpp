// SPDX-License-Identifier: Apache-2.0
// The same message logs once, and again after a while with a count: a fault that
// repeats with every pass must not fill the disk, nor be forgotten.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace outrider::outputs {

class RepeatLimiter {
 public:
  using Time = std::chrono::nanoseconds;  ///< since any fixed origin

  explicit RepeatLimiter(Time pause = std::chrono::seconds{60}, std::size_t most_keys = 1024)
      : pause_{pause}, most_keys_{most_keys} {}

  /// How often the message was held back since it was last let through, when it
  /// may go out now; nothing when it is held back.
  std::optional<std::uint64_t> admit(std::string_view message, Time now);

 private:
  struct Entry {
    Time last_out{};
    std::uint64_t held_back = 0;
  };

  void make_room(Time now);

  Time pause_;
  std::size_t most_keys_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace outrider::outputs
