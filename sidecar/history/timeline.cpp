// SPDX-License-Identifier: Apache-2.0
#include "history/timeline.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

namespace outrider::history {

namespace {

/// Changes that a series has room for beyond those it has.
constexpr std::size_t spare = 16;

/// No text has it: it is never part of UTF-8.
constexpr char end_of_text = '\xff';

std::string pack(const Labels& labels) {
  std::string packed;
  for (const auto& [name, value] : labels) {
    packed += name;
    packed += end_of_text;
    packed += value;
    packed += end_of_text;
  }
  packed.shrink_to_fit();
  return packed;
}

std::string take_text(std::string_view& packed) {
  const std::size_t size = packed.find(end_of_text);
  std::string text{packed.substr(0, size)};
  packed.remove_prefix(size + 1);
  return text;
}

/// What a series takes beside its changes: its labels, a node, what allocation adds.
std::size_t fixed_bytes(std::string_view packed) {
  constexpr std::size_t overhead = 224;
  return overhead + packed.size();
}

bool is_same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

/// The first change after a look.
template <class Changes>
auto after(Changes& changes, LookNumber look) {
  return std::upper_bound(
      changes.begin(), changes.end(), look,
      [](LookNumber number, const Change& change) { return number < change.look; });
}

}  // namespace

const Change* Series::at(LookNumber look) const noexcept {
  const auto next = after(changes, look);
  return next == changes.begin() ? nullptr : &*std::prev(next);
}

Labels Series::labels() const {
  Labels labels;
  for (std::string_view rest = packed; !rest.empty();) {
    std::string name = take_text(rest);
    labels.emplace_back(std::move(name), take_text(rest));
  }
  return labels;
}

std::shared_ptr<Series> Timeline::find_or_add(const Labels& labels) {
  std::string packed = pack(labels);
  const auto found = series_.find(std::string_view{packed});
  if (found != series_.end()) return *found;
  // Half of the room is for the past of those that are there.
  if (label_bytes_ + fixed_bytes(packed) > limits_.bytes / 2) {
    ++refused_now_;
    return nullptr;
  }
  label_bytes_ += fixed_bytes(packed);
  return *series_.insert(std::make_shared<Series>(Series{std::move(packed)})).first;
}

void Timeline::begin(nanoseconds wall) {
  forget_from(wall);
  times_.push_back(wall);
  ++next_;
}

void Timeline::set(Series& series, double value) {
  const LookNumber now = next_ - 1;
  series.last_set = next_;
  if (!series.changes.empty() && series.changes.back().present &&
      is_same(series.changes.back().value, value))
    return;
  // By steps: all series that change grow at the same look, and would double together.
  if (series.changes.size() == series.changes.capacity())
    series.changes.reserve(series.changes.size() + spare);
  series.changes.push_back({now, true, value});
}

void Timeline::end() {
  const LookNumber now = next_ - 1;
  for (const auto& series : series_) {
    const bool was_there = !series->changes.empty() && series->changes.back().present;
    if (series->last_set != next_ && was_there) series->changes.push_back({now, false, 0});
  }
  refused_ = std::exchange(refused_now_, 0);
  // By their number: a clock that is wrong for one look must not take all others with it.
  const auto most = static_cast<std::size_t>(limits_.retention / limits_.interval) + 1;
  if (times_.size() > most) forget_before(next_ - static_cast<LookNumber>(most));
  count_bytes();
  while (bytes_ > limits_.bytes && times_.size() > 1) {
    constexpr std::size_t part = 16;
    forget_before(first_ + std::max(LookNumber{1}, static_cast<LookNumber>(times_.size() / part)));
    count_bytes();
  }
}

/// Looks from a time on never were.
void Timeline::forget_from(nanoseconds wall) {
  const auto kept = std::lower_bound(times_.begin(), times_.end(), wall);
  if (kept == times_.end()) return;
  times_.erase(kept, times_.end());
  next_ = first_ + static_cast<LookNumber>(times_.size());
  for (const auto& series : series_) {
    std::vector<Change>& changes = series->changes;
    changes.erase(std::find_if(changes.begin(), changes.end(),
                               [this](const Change& each) { return each.look >= next_; }),
                  changes.end());
    series->last_set = 0;
  }
}

void Timeline::forget_before(LookNumber look) {
  if (look == first_) return;
  times_.erase(times_.begin(), times_.begin() + static_cast<std::ptrdiff_t>(look - first_));
  first_ = look;
  for (const auto& series : series_) {
    std::vector<Change>& changes = series->changes;
    const auto next = after(changes, look);
    if (next != changes.begin()) changes.erase(changes.begin(), std::prev(next));
    if (changes.capacity() > changes.size() + 2 * spare) changes.shrink_to_fit();
  }
  forget_unused();
}

/// Nobody holds it, and in no look has it a value.
void Timeline::forget_unused() {
  std::erase_if(series_, [](const std::shared_ptr<Series>& series) {
    const bool has_value = std::any_of(series->changes.begin(), series->changes.end(),
                                       [](const Change& change) { return change.present; });
    return !has_value && series.use_count() == 1;
  });
}

void Timeline::count_bytes() {
  label_bytes_ = 0;
  bytes_ = times_.size() * sizeof(nanoseconds);
  for (const auto& series : series_) {
    label_bytes_ += fixed_bytes(series->packed);
    bytes_ += series->changes.capacity() * sizeof(Change);
  }
  bytes_ += label_bytes_;
}

LookNumber Timeline::look_from(nanoseconds wall) const {
  const auto there = std::lower_bound(times_.begin(), times_.end(), wall);
  return first_ + static_cast<LookNumber>(there - times_.begin());
}

LookNumber Timeline::look_after(nanoseconds wall) const {
  const auto later = std::upper_bound(times_.begin(), times_.end(), wall);
  return first_ + static_cast<LookNumber>(later - times_.begin());
}

std::vector<std::shared_ptr<const Series>> Timeline::select(
    const std::vector<promql::LabelMatcher>& matchers) const {
  std::vector<std::shared_ptr<const Series>> found;
  for (const auto& series : series_) {
    if (promql::matches_all(matchers, series->labels())) found.push_back(series);
  }
  return found;
}

}  // namespace outrider::history
