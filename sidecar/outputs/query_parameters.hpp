// SPDX-License-Identifier: Apache-2.0
// What a request to the query API asks for, read as Prometheus reads it: parameters from
// the address or, with POST, from a form.
#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "history/replay.hpp"
#include "outputs/http_message.hpp"
#include "promql/matcher.hpp"

namespace outrider::outputs {

using std::chrono::nanoseconds;

/// A parameter that cannot be used; what() says what was found and what was needed.
class BadParameter : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class QueryParameters {
 public:
  /// `now` is Unix time: what is asked for when no time is given.
  QueryParameters(const Request& request, nanoseconds now);

  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
  /// Throws BadParameter when it is not there.
  [[nodiscard]] std::string need(std::string_view name) const;

  // All of these throw BadParameter.
  /// Unix time, from seconds or RFC 3339; `otherwise` when it is not there.
  [[nodiscard]] nanoseconds time(std::string_view name, std::optional<nanoseconds> otherwise) const;
  /// `start`, `end` and `step` of a range query.
  [[nodiscard]] history::Steps steps() const;
  /// Each `match[]`; series are wanted that one of them selects.
  [[nodiscard]] std::vector<std::vector<promql::LabelMatcher>> matches() const;
  [[nodiscard]] nanoseconds now() const { return now_; }

 private:
  std::string form_;
  nanoseconds now_;
};

/// Points of one series that a range query may ask for, as in Prometheus.
inline constexpr std::size_t most_steps = 11'000;

}  // namespace outrider::outputs
