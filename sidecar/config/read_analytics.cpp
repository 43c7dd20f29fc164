// SPDX-License-Identifier: Apache-2.0
#include "config/read_analytics.hpp"

#include <algorithm>
#include <set>

#include "config/entry_fields.hpp"
#include "config/keys.hpp"
#include "config/problem.hpp"
#include "config/trimmed.hpp"

namespace outrider::config {

namespace {

using namespace std::chrono_literals;

/// One `label="value"`, off the front of `text`, with the comma behind it.
bool take_matcher(std::string_view& text, SeriesSelector& selector) {
  const std::size_t equals = text.find('=');
  if (equals == text.npos) return false;
  const std::string_view label = trimmed(text.substr(0, equals));
  text = trimmed(text.substr(equals + 1));
  if (!is_scope(label) || !text.starts_with('"')) return false;
  const std::size_t end = text.find('"', 1);
  if (end == text.npos) return false;
  selector.labels.emplace_back(label, text.substr(1, end - 1));
  text = trimmed(text.substr(end + 1));
  if (text.empty()) return true;
  if (!text.starts_with(',')) return false;
  text = trimmed(text.substr(1));
  return true;
}

void read_input(const EntryFields& fields, std::size_t index, AnalyticsConfig& account) {
  const char* const name = analytics_inputs[index].data();
  std::string given;
  if (!fields.text(name, given)) return;
  account.inputs[index] = parse_selector(given);
  if (account.inputs[index]) return;
  fields.problem(*fields.find(name), name,
                 "found " + in_quotes(given) +
                     "; needed the name of a series, and labels if there are several: "
                     "'account_equity{desk=\"a\"}'; record what else it is made of");
}

void check_inputs(const EntryFields& fields, const AnalyticsConfig& account) {
  const bool has_result = fields.find("realized_pnl") != nullptr;
  if (fields.find("equity") == nullptr && !has_result && fields.find("prices") == nullptr)
    fields.lacks("found nothing to look at; needed equity, realized_pnl, or prices");
  if (account.input(AnalyticsInput::trades) && !has_result)
    fields.problem(*fields.find("trades"), "trades",
                   "found it without realized_pnl; needed both: what a trade makes is what that "
                   "changes by");
}

void read_account(const EntryFields& fields, AnalyticsConfig& account,
                  std::set<std::string>& taken) {
  std::vector<std::string_view> known{"name", "interval", "price_step"};
  known.insert(known.end(), analytics_inputs.begin(), analytics_inputs.end());
  fields.refuse_all_but(known);
  fields.name(taken, account.name);
  for (std::size_t i = 0; i < analytics_inputs.size(); ++i) read_input(fields, i, account);
  check_inputs(fields, account);
  fields.duration("interval", account.interval, {10ms, 10s});
  fields.duration("price_step", account.price_step, {100ms, 24h});
}

}  // namespace

std::optional<SeriesSelector> parse_selector(std::string_view text) {
  SeriesSelector selector;
  const std::size_t brace = std::min(text.find('{'), text.size());
  selector.name = trimmed(text.substr(0, brace));
  if (!is_metric_name(selector.name)) return std::nullopt;
  text = trimmed(text.substr(brace));
  if (text.empty()) return selector;
  if (!text.ends_with('}')) return std::nullopt;
  text = trimmed(text.substr(1, text.size() - 2));
  while (!text.empty()) {
    if (!take_matcher(text, selector)) return std::nullopt;
  }
  return selector;
}

void read_analytics(std::vector<AnalyticsConfig>& accounts, const YAML::Node& list,
                    const ReadContext& context) {
  std::set<std::string> taken;
  read_entries({"analytics", list, most_accounts}, context, accounts,
               [&](const EntryFields& fields, AnalyticsConfig& account) {
                 read_account(fields, account, taken);
               });
}

}  // namespace outrider::config
