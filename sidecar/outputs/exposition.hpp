// SPDX-License-Identifier: Apache-2.0
// From numbers to the text that Prometheus scrapes: one HELP and one TYPE for
// each name, whatever its parts are, and the same bytes in every locale.
#pragma once

#include <prometheus/metric_family.h>

#include <functional>
#include <string>
#include <vector>

#include "aggregate/schema.hpp"

namespace outrider::outputs {

using Families = std::vector<prometheus::MetricFamily>;

/// What `/metrics` says it is.
inline constexpr const char* exposition_content_type = "text/plain; version=0.0.4; charset=utf-8";

/// The snapshot's series that have a value. HELP is escaped: the serializer
/// does not, and one newline would cost the whole scrape.
Families to_families(const aggregate::Snapshot& snapshot);

/// Adds `more` to `families`; metrics of a name that is there already join it.
/// A name that is there with another type, or with the same labels, would make the
/// page unreadable: such metrics stay out, and the name is returned.
std::vector<std::string> merge_families(Families& families, Families more);

/// Every line of the page as a full label set, `__name__` in it, and its value.
void for_each_sample(const Families& families,
                     const std::function<void(aggregate::Labels labels, double value)>& take);

/// prometheus-cpp's text format 0.0.4.
std::string to_text(const Families& families);

/// `\` and newline as HELP wants them.
std::string escaped_help(const std::string& help);

}  // namespace outrider::outputs
