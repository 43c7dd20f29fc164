// SPDX-License-Identifier: Apache-2.0
// Somebody else's /metrics: what others export of machines, Redis or databases
// comes in as values like any other, and `up` as Prometheus has it.
#pragma once

#include <re2/re2.h>

#include <map>

#include "probes/families.hpp"
#include "probes/transfers.hpp"

namespace outrider::probes {

class ScrapeSource final : public Source {
 public:
  ScrapeSource(const std::string& name, const config::ScrapeProbe& config, Transfers& transfers);

  [[nodiscard]] const Metrics& metrics() const override { return metrics_; }
  [[nodiscard]] std::uint64_t shape() const override { return shape_; }
  std::unique_ptr<Attempt> begin() override;

 private:
  class Try;
  Outcome outcome_of(const Answer& answer);
  Outcome place(std::vector<FoundMetric> found);
  void forget();

  const config::ScrapeProbe config_;
  Transfers& transfers_;
  const RE2 keep_;
  aggregate::Labels labels_;
  /// `up`, then every series that was ever seen: what goes and comes again makes no new
  /// shape. Begun anew when it is twice what one page may have.
  Metrics metrics_;
  std::map<std::string, std::size_t> places_;  ///< of values, by key of the metric
  std::size_t values_ = 1;
  std::uint64_t shape_ = 0;
};

}  // namespace outrider::probes
