// SPDX-License-Identifier: Apache-2.0
// What --series says: a selector as in PromQL, with the label producer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "outrider/shm/series.hpp"
#include "promql/matcher.hpp"

namespace outrider::cli {

/// Of an empty text, none: everything is selected. Nothing, and a sentence, when it is no
/// selector.
std::optional<std::vector<promql::LabelMatcher>> selector_matchers(const std::string& text,
                                                                   std::string& why);

bool is_selected(const std::vector<promql::LabelMatcher>& matchers, const std::string& producer,
                 const shm::SeriesInfo& info);

}  // namespace outrider::cli
