// SPDX-License-Identifier: Apache-2.0
// What a venue allows and how long it takes, from the trader to the page and the rules.
#include <algorithm>
#include <cmath>
#include <outrider/profiles/rate_limit.hpp>
#include <random>

#include "profiles/derived.hpp"

namespace outrider::testing {
namespace {

using namespace trading;
using namespace std::chrono_literals;

enum class Limit { ip_weight, orders };

TEST(TokenBuckets, HoldTheirCapacityAndFillByTheSecond) {
  const Time start = std::chrono::steady_clock::now();
  TokenBucket bucket{50, 5};

  EXPECT_TRUE(bucket.take(50, start));
  EXPECT_FALSE(bucket.take(1, start));
  EXPECT_FALSE(bucket.take(1, start + 100ms));
  EXPECT_TRUE(bucket.take(1, start + 200ms));
  EXPECT_FALSE(bucket.take(1, start + 100ms));  // a clock that goes back gives nothing
  EXPECT_TRUE(bucket.take(10, start + 2200ms));
  EXPECT_EQ(bucket.left(), 0);
  EXPECT_FALSE(bucket.take(51, start + 1h));
  EXPECT_EQ(bucket.left(), 50);
}

using ChecklistR60 = Derived;
// Breaks it: tools/deploy/profiles/thunes/thunes.derived.rules.yml:
// `thunes_rate_limit_reported_weight > 1000` -> `thunes_rate_limit_reported_weight > 1200`
TEST_F(ChecklistR60, BucketsAreSeenAndTheServersOwnWeightWarns) {
  start("thunes");
  RateLimits limits{*writer, thunes(), Lists{}, thunes_buckets()};
  const auto shows = [&](const std::string& name, double wanted) {
    return eventually([&] {
      const std::string page = sidecar->get("/metrics");
      const std::size_t line = page.find("\n" + name);
      return line != page.npos && std::stod(page.substr(page.find("} ", line) + 2)) == wanted;
    });
  };
  const Time now = std::chrono::steady_clock::now();

  EXPECT_TRUE(limits.take(Limit::ip_weight, 1000, now));
  EXPECT_TRUE(limits.take(Limit::orders, 50, now));
  EXPECT_FALSE(limits.take(Limit::orders, 1, now));
  EXPECT_TRUE(shows("thunes_rate_limit_tokens{limit=\"ip_weight\"", 200));
  EXPECT_TRUE(shows("thunes_rate_limit_tokens{limit=\"orders\"", 0));
  EXPECT_TRUE(shows("thunes_rate_limit_refused_total{limit=\"orders\"", 1));
  EXPECT_FALSE(limits.take(Limit::ip_weight, 221, now + 1s));  // 20 more a second
  EXPECT_TRUE(limits.take(Limit::ip_weight, 220, now + 1s));
  EXPECT_TRUE(limits.take(Limit::orders, 5, now + 1s));  // 5 more

  limits.reported(1000);
  EXPECT_TRUE(shows("thunes_rate_limit_reported_weight{", 1000));
  EXPECT_FALSE(value("RateLimitWeightHigh"));
  limits.reported(1001);
  EXPECT_TRUE(eventually([&] { return value("RateLimitWeightHigh") == 1001; })) << sidecar->log();
}

// Breaks it: tools/deploy/profiles/graphwiz/graphwiz.rules.yml:
// `graphwiz_exchange_rate_limit_remaining < 10` -> `graphwiz_exchange_rate_limit_remaining < 1`
TEST_F(ChecklistR60, WhatIsLeftOfAnExchangesLimitWarnsBelowTen) {
  start("graphwiz");
  RateLimits limits{
      *writer, graphwiz(), Lists{.venues = {"binance", "kraken"}}, {{100, 1}, {60, 1}}};
  const Time now = std::chrono::steady_clock::now();
  for (const int venue : {0, 1}) limits.take(venue, 1, now);
  ASSERT_TRUE(eventually([&] { return !value("RateLimit"); }));

  EXPECT_TRUE(limits.take(1, 55, now));

  EXPECT_TRUE(eventually([&] { return value("RateLimit", {{"exchange", "kraken"}}) == 4; }));
  EXPECT_FALSE(value("RateLimit", {{"exchange", "binance"}}));
}

struct ChecklistR34 : Derived {
  [[nodiscard]] double percentile(const std::string& exchange, const std::string& quantile) const {
    const std::string page = sidecar->get("/metrics");
    const std::string family = "\ngraphwiz_exchange_latency_seconds_rolling{";
    for (std::size_t at = 0; (at = page.find(family, at)) != page.npos; ++at) {
      const std::string line = page.substr(at + 1, page.find('\n', at + 1) - at - 1);
      const auto has = [&](const std::string& label) { return line.find(label) != line.npos; };
      if (has("exchange=\"" + exchange + '"') && has("quantile=\"" + quantile + '"') &&
          has("window=\"60s\""))
        return std::stod(line.substr(line.rfind(' ')));
    }
    return 0;
  }
  /// Nearest rank; two figures are never below it and at most 0.78 % above.
  void agrees(const std::string& exchange, const std::string& quantile,
              const std::vector<double>& sorted) const {
    const double rank = std::ceil(std::stod(quantile) * static_cast<double>(sorted.size()));
    const double truth = sorted[static_cast<std::size_t>(rank) - 1];
    double found = 0;
    EXPECT_TRUE(eventually([&] {
      found = percentile(exchange, quantile);
      return found >= truth * (1 - 1e-9) && found <= truth * 1.0079;
    })) << exchange
        << ' ' << quantile << ": " << found << " and not " << truth;
  }
};
// Breaks it: sidecar/aggregate/histogram.cpp: `seen >= shm::quantile_rank(quantiles[next],
// summary.count)` -> `2 * seen >= shm::quantile_rank(quantiles[next], summary.count)`
TEST_F(ChecklistR34, PercentilesOfEachExchangeAreThoseOfItsSortedSamples) {
  start("graphwiz");
  constexpr std::size_t count = 5000;
  std::mt19937_64 random{20261121};
  const Names names = graphwiz();
  for (const auto& [exchange, median] : {std::pair{"binance", 2e6}, std::pair{"kraken", 4e7}}) {
    Histogram latency = writer->histogram(
        names.latency.name, names.latency.help,
        {.unit = Unit::nanoseconds(), .bounds = names.latency_bounds}, {{"exchange", exchange}});
    std::lognormal_distribution<double> spread{std::log(median), 0.7};
    std::vector<double> samples;
    for (std::size_t i = 0; i < count; ++i) {
      const auto nanoseconds = static_cast<std::uint64_t>(spread(random));
      latency.record(nanoseconds);
      samples.push_back(static_cast<double>(nanoseconds) * 1e-9);
    }
    std::sort(samples.begin(), samples.end());

    for (const char* quantile : {"0.5", "0.95", "0.99"}) agrees(exchange, quantile, samples);
  }
}

}  // namespace
}  // namespace outrider::testing
