// SPDX-License-Identifier: Apache-2.0
// Registering what outrider/profiles/trading.hpp counts.
#include <utility>

#include "outrider/profiles/rate_limit.hpp"
#include "outrider/profiles/trading.hpp"

namespace outrider::trading {

namespace {

auto counters(Writer& writer) {
  return [&writer](std::string_view name, std::string_view help, const Labels& labels) {
    return writer.counter(name, help, labels);
  };
}
auto gauges(Writer& writer) {
  return [&writer](std::string_view name, std::string_view help, const Labels& labels) {
    return writer.gauge(name, help, labels);
  };
}
auto streaks(Writer& writer) {
  return [&writer](std::string_view name, std::string_view help, const Labels& labels) {
    return writer.failure_streak(name, help, labels);
  };
}
auto histograms(Writer& writer, Unit unit, const std::vector<double>& bounds) {
  return [&writer, options = HistogramOptions{unit, bounds}](
             std::string_view name, std::string_view help, const Labels& labels) {
    return writer.histogram(name, help, options, labels);
  };
}

}  // namespace

Orders::Orders(Writer& writer, const Names& names, const Vocabulary& words)
    : placed_{names.placed, words, counters(writer)},
      outcome_{names.outcome, words, counters(writer)},
      filled_{names.filled, words, counters(writer)},
      filled_at_{names.filled_at, words, counters(writer)},
      cancelled_{names.cancelled, words, counters(writer)},
      closed_{names.closed, words, counters(writer)},
      latency_{names.latency, words, histograms(writer, names.latency_unit, names.latency_bounds)} {
}

Book::Book(Writer& writer, const Names& names, const Vocabulary& words)
    : position_{names.position, words, gauges(writer)},
      position_value_{names.position_value, words, gauges(writer)},
      position_price_{names.position_price, words, gauges(writer)},
      open_positions_{names.open_positions, words, gauges(writer)},
      only_pnl_{names.only_pnl},
      pnl_{names.pnl, words, gauges(writer)},
      daily_result_{names.daily_result, words, gauges(writer)},
      daily_limit_{names.daily_limit, words, gauges(writer)},
      exposure_{names.exposure, words, gauges(writer)},
      leverage_{names.leverage, words, gauges(writer)},
      portfolio_value_{names.portfolio_value, words, gauges(writer)} {}

Feed::Feed(Writer& writer, const Names& names, const Vocabulary& words)
    : connected_{names.connected, words, gauges(writer)},
      streaming_{names.feed_connected, words, gauges(writer)},
      gap_{names.feed_gap, words, histograms(writer, Unit::ticks(), names.gap_bounds)},
      requests_{names.requests, words, counters(writer)},
      errors_{names.errors, words, counters(writer)},
      failures_{names.failure_streak, words, streaks(writer)} {}

Decisions::Decisions(Writer& writer, const Names& names, const Vocabulary& words)
    : decisions_{names.decisions, words, counters(writer)},
      confidence_{names.decision_confidence, words, gauges(writer)},
      validations_{names.validations, words, counters(writer)},
      violations_{names.violations, words, counters(writer)},
      risk_{names.risk_score, words, gauges(writer)},
      predictions_{names.agent_predictions, words, counters(writer)},
      agent_confidence_{names.agent_confidence, words, gauges(writer)},
      agent_failures_{names.agent_failures, words, streaks(writer)},
      outcomes_{names.agent_outcomes, words, counters(writer)},
      votes_{names.votes, words, counters(writer)} {}

RateLimits::RateLimits(Writer& writer, const Names& names, const Vocabulary& words,
                       std::vector<TokenBucket> buckets)
    : buckets_{std::move(buckets)},
      left_{names.rate_tokens, words, gauges(writer)},
      refused_{names.rate_refused, words, counters(writer)},
      reported_{names.rate_reported, words, gauges(writer)} {}

Vocabulary words_of(const Names& names, const Lists& lists) {
  Vocabulary words = names.words;
  words[std::size_t(Dimension::venue)] = lists.venues;
  words[std::size_t(Dimension::symbol)] = lists.symbols;
  words[std::size_t(Dimension::strategy)] = lists.strategies;
  words[std::size_t(Dimension::agent)] = lists.agents;
  words[std::size_t(Dimension::regime)] = lists.regimes;
  return words;
}

}  // namespace outrider::trading
