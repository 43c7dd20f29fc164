// SPDX-License-Identifier: Apache-2.0
#include "cli/series_selector.hpp"

#include "outrider/shm/file.hpp"
#include "promql/parser.hpp"

namespace outrider::cli {

std::optional<std::vector<promql::LabelMatcher>> selector_matchers(const std::string& text,
                                                                   std::string& why) {
  if (text.empty()) return std::vector<promql::LabelMatcher>{};
  const promql::ParseResult parsed = promql::parse_grammar(text);
  why = "--series: found " + shm::shown(text) +
        "; needed a selector such as order_send_seconds{venue=\"binance\"} or {producer=\"oms\"}";
  if (parsed.expr == nullptr) {
    why += "; " + parsed.problems.front().reason;
    return std::nullopt;
  }
  const auto* selector = std::get_if<promql::VectorSelector>(&parsed.expr->node);
  if (selector == nullptr || selector->shift.offset_at || selector->shift.at_at)
    return std::nullopt;
  return selector->matchers;
}

bool is_selected(const std::vector<promql::LabelMatcher>& matchers, const std::string& producer,
                 const shm::SeriesInfo& info) {
  aggregate::Labels labels = info.labels;
  labels.emplace_back("__name__", info.name);
  labels.emplace_back("producer", producer);
  return promql::matches_all(matchers, labels);
}

}  // namespace outrider::cli
