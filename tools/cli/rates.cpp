// SPDX-License-Identifier: Apache-2.0
#include "cli/rates.hpp"

namespace outrider::cli {
namespace {

constexpr int marks_a_window = 10;

/// What of a window must have been watched.
constexpr std::chrono::nanoseconds enough(std::chrono::nanoseconds window) {
  return window / marks_a_window * (marks_a_window - 1);
}

}  // namespace

void Rate::add(std::chrono::nanoseconds now, double count) {
  if (last_ && (count < last_->count || now <= last_->at)) *this = {};
  before_ = last_;
  last_ = Mark{now, count};
  for (std::size_t i = 0; i < marks_.size(); ++i) {
    std::deque<Mark>& marks = marks_[i];
    if (marks.empty() ||
        now - marks.back().at >= std::chrono::nanoseconds{rate_windows[i]} / marks_a_window)
      marks.push_back(*last_);
    while (marks.size() > 1 && now - marks[1].at >= enough(rate_windows[i])) marks.pop_front();
  }
}

std::optional<double> Rate::between(const Mark& from, const Mark& to) {
  const std::chrono::duration<double> passed = to.at - from.at;
  if (passed.count() <= 0) return std::nullopt;
  return (to.count - from.count) / passed.count();
}

Averages Rate::averages() const {
  Averages averages;
  if (!last_) return averages;
  if (before_) averages.last = between(*before_, *last_);
  for (std::size_t i = 0; i < marks_.size(); ++i) {
    const Mark& first = marks_[i].front();
    if (last_->at - first.at >= enough(rate_windows[i])) averages.over[i] = between(first, *last_);
  }
  return averages;
}

}  // namespace outrider::cli
