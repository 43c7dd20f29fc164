// SPDX-License-Identifier: Apache-2.0
#include "outputs/query_parameters.hpp"

#include <time.h>

#include <charconv>
#include <cmath>
#include <variant>

#include "config/duration.hpp"
#include "config/problem.hpp"
#include "promql/parser.hpp"

namespace outrider::outputs {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Beyond it nanoseconds do not fit, nor those between two such times: the years 1825 to 2115.
constexpr double most_seconds = 4.6e9;

[[noreturn]] void refuse(std::string_view name, const std::string& found, const char* needed) {
  throw BadParameter{std::string{name} + ": found " + config::in_quotes(found) + "; needed " +
                     needed};
}

std::optional<double> as_number(std::string_view text) {
  double number = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc{} || end != last || !std::isfinite(number)) return std::nullopt;
  return number;
}

/// To the millisecond: that is as far as Prometheus goes.
std::optional<nanoseconds> from_seconds(std::string_view text) {
  const auto number = as_number(text);
  if (!number || std::abs(*number) > most_seconds) return std::nullopt;
  return milliseconds{std::llround(*number * 1e3)};
}

/// "Z" or "+01:00".
std::optional<seconds> zone(std::string_view text) {
  if (text == "Z" || text == "z") return seconds{0};
  int hours = 0;
  int minutes = 0;
  const bool has_shape =
      text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':' &&
      std::from_chars(text.data() + 1, text.data() + 3, hours).ptr == text.data() + 3 &&
      std::from_chars(text.data() + 4, text.data() + 6, minutes).ptr == text.data() + 6;
  if (!has_shape || hours > 23 || minutes > 59) return std::nullopt;
  const seconds offset = std::chrono::hours{hours} + std::chrono::minutes{minutes};
  return text[0] == '-' ? -offset : offset;
}

/// "2026-11-22T09:30:00.250+01:00".
std::optional<nanoseconds> from_rfc3339(const std::string& text) {
  tm fields{};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &fields);
  if (rest == nullptr) return std::nullopt;
  std::string_view tail{rest};
  nanoseconds fraction{};
  if (tail.starts_with('.')) {
    const std::size_t digits = std::min(tail.find_first_not_of("0123456789", 1), tail.size());
    const auto part = as_number("0" + std::string{tail.substr(0, digits)});
    if (digits < 2 || !part) return std::nullopt;
    fraction = nanoseconds{std::llround(*part * 1e9)};
    tail.remove_prefix(digits);
  }
  const auto offset = zone(tail);
  if (!offset) return std::nullopt;
  return seconds{::timegm(&fields)} - *offset + fraction;
}

}  // namespace

QueryParameters::QueryParameters(const Request& request, nanoseconds now)
    : form_{request.query + "&" + request.body}, now_{now} {}

std::optional<std::string> QueryParameters::find(std::string_view name) const {
  auto value = query_parameter(form_, name);
  if (value && value->empty()) return std::nullopt;
  return value;
}

std::string QueryParameters::need(std::string_view name) const {
  if (auto value = find(name)) return *std::move(value);
  throw BadParameter{std::string{name} + ": found none; needed one"};
}

nanoseconds QueryParameters::time(std::string_view name,
                                  std::optional<nanoseconds> otherwise) const {
  if (!find(name) && otherwise) return *otherwise;
  const std::string text = need(name);
  if (const auto number = from_seconds(text)) return *number;
  if (const auto time = from_rfc3339(text)) return *time;
  refuse(name, text, "seconds since 1970, or a time such as 2026-11-22T09:30:00Z");
}

history::Steps QueryParameters::steps() const {
  history::Steps steps{time("start", {}), time("end", {}), {}};
  const std::string text = need("step");
  const auto number = from_seconds(text);
  const auto step = number ? number : config::parse_duration(text);
  if (!step || step->count() <= 0) refuse("step", text, "seconds, or a duration such as 15s");
  steps.step = *step;
  if (steps.end < steps.start)
    throw BadParameter{"end: found a time before start; needed one that is not"};
  // As Prometheus counts: a point more passes.
  if (steps.count() > most_steps + 1)
    throw BadParameter{"step: found " + std::to_string(steps.count()) +
                       " points for each series; needed at most 11000; ask for a longer step"};
  return steps;
}

std::vector<std::vector<promql::LabelMatcher>> QueryParameters::matches() const {
  std::vector<std::vector<promql::LabelMatcher>> all;
  for (const auto& text : query_parameters(form_, "match[]")) {
    if (!text) throw BadParameter{"match[]: found a % that begins no byte; needed two hex digits"};
    const promql::ParseResult parsed = promql::parse(*text);
    if (parsed.expr == nullptr) throw BadParameter{"match[]: " + parsed.problems.front().reason};
    const auto* selector = std::get_if<promql::VectorSelector>(&parsed.expr->node);
    if (selector == nullptr) refuse("match[]", *text, "a selector such as up{job=\"api\"}");
    all.push_back(selector->matchers);
  }
  return all;
}

}  // namespace outrider::outputs
