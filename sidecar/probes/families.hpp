// SPDX-License-Identifier: Apache-2.0
// Samples of a page back into what they were: counters, gauges, histograms and
// summaries with their values in the order in which a Family has them. Pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "aggregate/outside.hpp"
#include "probes/exposition_text.hpp"

namespace outrider::probes {

struct FoundMetric {
  aggregate::OutsideMetric metric;
  std::vector<double> values;
};

/// Those of families that `wants`, each series once. `extra` labels are set; the
/// page's own of such a name become exported_NAME.
std::vector<FoundMetric> group_samples(const Exposition& page,
                                       const std::function<bool(const std::string&)>& wants,
                                       const aggregate::Labels& extra);

}  // namespace outrider::probes
