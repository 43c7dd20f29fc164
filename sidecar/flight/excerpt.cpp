// SPDX-License-Identifier: Apache-2.0
#include "flight/excerpt.hpp"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <optional>

#include "outputs/query_answer.hpp"

namespace outrider::flight {
namespace {

using history::Change;
using history::LookNumber;

constexpr auto millisecond = std::chrono::milliseconds{1};

/// The newest look in which it had a value.
std::optional<LookNumber> last_look_of(const history::Series& series, LookNumber newest) {
  const auto present = std::find_if(series.changes.rbegin(), series.changes.rend(),
                                    [](const Change& change) { return change.present; });
  if (present == series.changes.rend()) return std::nullopt;
  if (present == series.changes.rbegin()) return newest;
  return std::prev(present)->look - 1;
}

/// Where a window begins that ends at `last`. By the number of looks, too: a wall clock that was
/// set forward has made all from before it old.
LookNumber begin_of(const history::Timeline& timeline, LookNumber last, nanoseconds window) {
  const LookNumber oldest = timeline.first_look();
  const auto looks = static_cast<LookNumber>(window / timeline.limits().interval);
  const LookNumber by_number = last - oldest > looks ? last - looks : oldest;
  return std::min(by_number, timeline.look_from(timeline.time_of(last) - window));
}

ExcerptSeries cut_out(const history::Series& series, LookNumber first, LookNumber last) {
  ExcerptSeries cut{{series.packed}, {}};
  for (const Change& change : series.changes) {
    if (change.look > last) break;
    if (change.look <= first) cut.series.changes.clear();
    cut.series.changes.push_back(change);
  }
  for (auto& [name, value] : cut.series.labels()) {
    if (name == promql::metric_name_label) cut.name = value;
  }
  return cut;
}

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\\' || c == '"') safe += '\\';
    safe += c == '\n' ? std::string{"\\n"} : std::string{c};
  }
  return safe;
}

/// `name{label="value"}`.
std::string head_of(const ExcerptSeries& series) {
  std::string labels;
  for (const auto& [name, value] : series.series.labels()) {
    if (name == promql::metric_name_label) continue;
    labels += (labels.empty() ? "" : ",") + name + "=\"" + escaped(value) + '"';
  }
  return labels.empty() ? series.name : series.name + '{' + labels + '}';
}

std::string seconds_text(nanoseconds time) {
  const auto milliseconds = time / millisecond;
  char text[32];
  std::snprintf(text, sizeof text, "%lld.%03d", static_cast<long long>(milliseconds / 1000),
                static_cast<int>(milliseconds % 1000));
  return text;
}

bool is_same(const Change* one, const Change* other) {
  const bool is_one = one != nullptr && one->present;
  const bool is_other = other != nullptr && other->present;
  if (!is_one || !is_other) return is_one == is_other;
  return std::bit_cast<std::uint64_t>(one->value) == std::bit_cast<std::uint64_t>(other->value);
}

/// The samples of one series, a line each: both ends of each time that it rested, and
/// between them now and then, so that whoever reads it draws what was.
class SeriesWriter {
 public:
  SeriesWriter(const Excerpt& excerpt, const ExcerptSeries& series)
      : excerpt_{excerpt}, series_{series}, head_{head_of(series)} {}

  std::uint64_t write(std::string& lines) {
    std::uint64_t count = 0;
    for (std::size_t look = series_.first; look <= series_.last; ++look) {
      const Change* here = at(look);
      if (here == nullptr || !here->present || !is_due(look)) continue;
      // Two looks in one millisecond would be one time with two values.
      if (written_ && *written_ / millisecond == excerpt_.times[look] / millisecond) continue;
      written_ = excerpt_.times[look];
      lines += head_ + ' ' + outputs::sample_text(here->value) + ' ' +
               seconds_text(excerpt_.times[look]) + '\n';
      ++count;
    }
    return count;
  }

 private:
  [[nodiscard]] const Change* at(std::size_t look) const {
    return series_.series.at(excerpt_.first_look + static_cast<LookNumber>(look));
  }
  [[nodiscard]] bool is_due(std::size_t look) const {
    if (look == series_.first || look == series_.last) return true;
    if (!is_same(at(look), at(look - 1)) || !is_same(at(look), at(look + 1))) return true;
    return !written_ || excerpt_.times[look] - *written_ >= rest_period;
  }

  const Excerpt& excerpt_;
  const ExcerptSeries& series_;
  std::string head_;
  std::optional<nanoseconds> written_;  ///< the time of the last line
};

}  // namespace

Excerpt excerpt_of(const history::Timeline& timeline, nanoseconds window) {
  Excerpt excerpt;
  if (timeline.look_count() == 0) return excerpt;
  const LookNumber oldest = timeline.first_look();
  const LookNumber newest = oldest + static_cast<LookNumber>(timeline.look_count()) - 1;
  LookNumber begin = begin_of(timeline, newest, window);
  std::vector<std::pair<LookNumber, LookNumber>> spans;
  for (const auto& series : timeline.select({})) {
    const auto last = last_look_of(*series, newest);
    if (!last || *last < oldest) continue;
    const LookNumber first = begin_of(timeline, *last, window);
    begin = std::min(begin, first);
    excerpt.series.push_back(cut_out(*series, first, *last));
    spans.emplace_back(first, *last);
  }
  excerpt.first_look = begin;
  for (LookNumber look = begin; look <= newest; ++look)
    excerpt.times.push_back(timeline.time_of(look));
  for (std::size_t i = 0; i < spans.size(); ++i) {
    excerpt.series[i].first = spans[i].first - begin;
    excerpt.series[i].last = spans[i].second - begin;
  }
  // A metric's lines stand together, whatever its labels sort before.
  std::stable_sort(excerpt.series.begin(), excerpt.series.end(),
                   [](const auto& a, const auto& b) { return a.name < b.name; });
  return excerpt;
}

std::uint64_t write_open_metrics(const Excerpt& excerpt,
                                 const std::function<void(std::string_view)>& put) {
  std::uint64_t count = 0;
  std::string lines;
  for (const ExcerptSeries& series : excerpt.series) {
    lines.clear();
    count += SeriesWriter{excerpt, series}.write(lines);
    put(lines);
  }
  put("# EOF\n");
  return count;
}

}  // namespace outrider::flight
