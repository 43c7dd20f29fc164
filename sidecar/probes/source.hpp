// SPDX-License-Identifier: Apache-2.0
// What a probe looks at: each kind is a source, each look an attempt that is asked
// for its outcome and never waited for.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aggregate/health.hpp"
#include "aggregate/outside.hpp"
#include "config/probes.hpp"

namespace outrider::probes {

/// Why a try has no answer. What is `missing` is looked for again each time; the
/// others are what a breaker counts.
enum class Failure : std::uint8_t { none, missing, timeout, unreachable, bad_answer };
inline constexpr Failure failure_reasons[] = {Failure::missing, Failure::timeout,
                                              Failure::unreachable, Failure::bad_answer};
constexpr std::string_view to_string(Failure failure) {
  switch (failure) {
    case Failure::none:
      return "none";
    case Failure::missing:
      return "missing";
    case Failure::timeout:
      return "timeout";
    case Failure::unreachable:
      return "unreachable";
    case Failure::bad_answer:
      return "bad_answer";
  }
  return "unknown";
}

using Metrics = std::vector<aggregate::OutsideMetric>;

struct Outcome {
  Failure failure = Failure::none;
  std::string detail{};  ///< for the log: what was found
  /// Of the source's metrics, in their order; those that are not there have no value.
  std::vector<double> values{};
  aggregate::Health health = aggregate::Health::healthy;  ///< what an answer says
};

/// One try. Its end gives up what is under way.
class Attempt {
 public:
  Attempt() = default;
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;
  virtual ~Attempt() = default;

  /// Readable when it is worth a look; -1: none.
  [[nodiscard]] virtual int descriptor() const { return -1; }
  /// The outcome, once; nothing while there is none.
  virtual std::optional<Outcome> look() = 0;
  /// Its time is over: the outcome is a timeout, as soon as what it holds is free.
  virtual void give_up() = 0;
};

/// Of what need not be waited for: the outcome is there at once.
class KnownOutcome final : public Attempt {
 public:
  explicit KnownOutcome(Outcome outcome) : outcome_{std::move(outcome)} {}
  std::optional<Outcome> look() override { return std::move(outcome_); }
  void give_up() override {}

 private:
  Outcome outcome_;
};

class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  /// What it has values of.
  [[nodiscard]] virtual const Metrics& metrics() const = 0;
  /// Another number each time that they have become others, when an outcome was told.
  [[nodiscard]] virtual std::uint64_t shape() const { return 0; }
  virtual std::unique_ptr<Attempt> begin() = 0;

  /// Readable when there is a reason to look before it is due; -1: never.
  [[nodiscard]] virtual int changes() const { return -1; }
  /// Whether there was one, which is then done with.
  virtual bool take_change() { return false; }
};

class Transfers;
std::unique_ptr<Source> make_source(const config::ProbeConfig& config, Transfers& transfers);

}  // namespace outrider::probes
