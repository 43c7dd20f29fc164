// SPDX-License-Identifier: Apache-2.0
#include "outputs/repeat_limiter.hpp"

namespace outrider::outputs {

std::optional<std::uint64_t> RepeatLimiter::admit(std::string_view message, Time now) {
  std::string key{message};
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    make_room(now);
    entries_.emplace(std::move(key), Entry{now, 0});
    return 0;
  }
  Entry& entry = found->second;
  if (now - entry.last_out < pause_) {
    ++entry.held_back;
    return std::nullopt;
  }
  const std::uint64_t held_back = entry.held_back;
  entry = {now, 0};
  return held_back;
}

/// Forgets messages whose pause is over. When more are fresh than may be kept,
/// all are forgotten: some then go out early, and none is kept back for ever.
void RepeatLimiter::make_room(Time now) {
  if (entries_.size() < most_keys_) return;
  std::erase_if(entries_, [&](const auto& item) {
    return item.second.held_back == 0 && now - item.second.last_out >= pause_;
  });
  if (entries_.size() >= most_keys_) entries_.clear();
}

}  // namespace outrider::outputs
