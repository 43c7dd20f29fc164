// SPDX-License-Identifier: Apache-2.0
// What operators do to label sets. Label sets here are sorted by name and hold
// no empty value: to PromQL an empty label is an absent one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aggregate/schema.hpp"

namespace outrider::promql {

using aggregate::Labels;

inline constexpr const char* metric_name_label = "__name__";

/// Letters, digits and "_", no digit first.
bool is_label_name(std::string_view name);

/// Sorted, each name once, nothing empty.
Labels normalized(Labels labels);

Labels keep_labels(const Labels& labels, const std::vector<std::string>& names);
Labels drop_labels(const Labels& labels, const std::vector<std::string>& names);
Labels drop_name(const Labels& labels);

/// Adds or replaces; an empty value removes.
void set_label(Labels& labels, const std::string& name, const std::string& value);

/// `{a="b", c="d"}`, with the name in front if there is one: for messages.
std::string to_text(const Labels& labels);

}  // namespace outrider::promql
