// SPDX-License-Identifier: Apache-2.0
// Our figures beside those of Python's statistics module, on random samples.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>

#include "analytics/correlation.hpp"
#include "analytics/drawdown.hpp"
#include "analytics/sharpe.hpp"
#include "analytics/value_at_risk.hpp"
#include "temporary_directory.hpp"

namespace outrider::analytics {
namespace {

using Samples = std::vector<double>;

constexpr unsigned seed = 20261121;

class Reference : public ::testing::Test {
 protected:
  /// Asks what we have found; `ours` is empty where there is no value.
  void ask(const std::string& question, const std::vector<Samples>& lists, Samples ours) {
    std::ostringstream line;
    line.precision(17);
    line << question;
    for (const Samples& list : lists) {
      line << " |";
      for (const double sample : list) line << ' ' << sample;
    }
    questions_.push_back(line.str());
    ours_.push_back(std::move(ours));
  }
  /// All answers at once; at least so many of them must be values.
  void compare(std::size_t least_values) {
    std::ofstream file{directory_.path() + "/questions"};
    for (const std::string& question : questions_) file << question << '\n';
    file.close();
    const std::string answers = directory_.path() + "/answers";
    const std::string command = "python3 " OUTRIDER_SOURCE_DIR "/tests/analytics/reference.py < " +
                                directory_.path() + "/questions > " + answers;
    ASSERT_EQ(std::system(command.c_str()), 0);
    std::ifstream theirs{answers};
    std::size_t values = 0;
    for (std::size_t i = 0; i < questions_.size(); ++i) {
      std::string line;
      ASSERT_TRUE(std::getline(theirs, line)) << questions_[i];
      std::istringstream words{line};
      Samples expected;
      for (double value = 0; words >> value;) expected.push_back(value);
      ASSERT_EQ(ours_[i].size(), expected.size()) << questions_[i];
      for (std::size_t k = 0; k < expected.size(); ++k)
        EXPECT_NEAR(ours_[i][k], expected[k], 1e-9 * std::max(1.0, std::abs(expected[k])))
            << questions_[i];
      values += expected.size();
    }
    EXPECT_GE(values, least_values);
  }
  /// Results of trades: some large, some the same, now and then all of them.
  Samples results(std::size_t count) {
    std::normal_distribution<double> spread{0.5, 20};
    Samples samples;
    for (std::size_t i = 0; i < count; ++i)
      samples.push_back(pick(10) == 0 ? 1.5 : spread(random_) * (pick(30) == 0 ? 100 : 1));
    if (pick(20) == 0) std::fill(samples.begin(), samples.end(), 0.1);
    return samples;
  }
  std::size_t pick(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>{0, below - 1}(random_);
  }

 private:
  test::TemporaryDirectory directory_{"/tmp", "reference"};
  std::mt19937_64 random_{seed};
  std::vector<std::string> questions_;
  std::vector<Samples> ours_;
};

Samples listed(const std::optional<double>& value) {
  return value ? Samples{*value} : Samples{};
}

TEST_F(Reference, AgreesOnEachVariantOfTheSharpeRatio) {
  for (const auto variants : {std::span{trade_variants}, std::span{daily_variants}}) {
    for (const SharpeVariant& variant : variants) {
      std::ostringstream question;
      question.precision(17);
      question << "sharpe " << (variant.deviation == Deviation::sample ? "sample " : "population ")
               << variant.periods_per_year << ' ' << variant.risk_free;
      for (std::size_t i = 0; i < 200; ++i) {
        const Samples samples = results(pick(60));
        ask(question.str(), {samples}, listed(sharpe(samples, variant)));
      }
    }
  }
  compare(600);
}

TEST_F(Reference, AgreesOnValueAtRiskAndExpectedShortfall) {
  for (const unsigned percent : {95U, 99U}) {
    for (std::size_t i = 0; i < 300; ++i) {
      Samples samples = results(pick(250));
      std::sort(samples.begin(), samples.end());
      const auto risk = tail_risk(samples, percent);
      ask("tail " + std::to_string(percent), {samples},
          risk ? Samples{risk->value_at_risk, risk->expected_shortfall} : Samples{});
    }
  }
  compare(1000);
}

TEST_F(Reference, AgreesOnCurrentAndMaximumDrawdown) {
  for (std::size_t i = 0; i < 300; ++i) {
    Samples curve{static_cast<double>(pick(300)) - 100};
    for (const double step : results(pick(100))) curve.push_back(curve.back() + step);
    Drawdown drawdown;
    for (const double equity : curve) drawdown.observe(equity);
    ask("drawdown", {curve},
        drawdown.current() ? Samples{*drawdown.current(), *drawdown.maximum()} : Samples{});
  }
  compare(300);
}

TEST_F(Reference, AgreesOnCorrelation) {
  for (std::size_t i = 0; i < 300; ++i) {
    const std::size_t count = least_common + pick(100);
    Samples x = results(count);
    Samples y = results(count);
    const double share = static_cast<double>(pick(11)) / 10;
    for (std::size_t k = 0; k < count; ++k) y[k] = share * x[k] + (1 - share) * y[k];
    const auto moves = [](const Samples& all) {
      const auto [least, most] = std::minmax_element(all.begin(), all.end());
      return *most - *least > 1e-6;
    };
    if (moves(x) && moves(y)) ask("pearson", {x, y}, listed(pearson(x, y)));
  }
  compare(200);
}

}  // namespace
}  // namespace outrider::analytics
