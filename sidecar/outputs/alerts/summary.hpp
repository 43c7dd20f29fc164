// SPDX-License-Identifier: Apache-2.0
// The text of a summary: a line a field. Pure.
#pragma once

#include <span>
#include <string>

#include "config/summaries.hpp"
#include "outputs/alerts/intake.hpp"
#include "rules/template_action.hpp"

namespace outrider::alerts {

/// The alert that a summary is.
inline constexpr const char* summary_alert = "OutriderSummary";

/// "1,234.50", "0.0123", "17": as people write numbers.
std::string number_text(double value);

/// "PnL: 12.50" and so on; `values` may hold those of other summaries. A field without a
/// value, or whose value is none (NaN), says so. One with several has a line for each,
/// up to some number, with what tells them apart.
std::string summary_text(const config::SummaryConfig& summary, std::span<const FieldValue> values,
                         const rules::TemplateFacts& facts = {});

}  // namespace outrider::alerts
