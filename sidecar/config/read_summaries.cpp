// SPDX-License-Identifier: Apache-2.0
#include "config/read_summaries.hpp"

#include <algorithm>
#include <set>

#include "config/day.hpp"
#include "config/entry_fields.hpp"
#include "config/problem.hpp"
#include "config/reader.hpp"

namespace outrider::config {

namespace {

constexpr std::size_t most_summaries = 16;
constexpr std::size_t most_fields = 64;
constexpr std::string_view day_words[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

void read_at(const EntryFields& fields, DueTime& due) {
  std::string text;
  const YAML::Node* at = fields.find("at");
  if (at == nullptr)
    return fields.lacks("found no at; needed a time of day in quotes; add at: \"23:00\"");
  if (!fields.text("at", text)) return;
  if (const auto time = parse_time_of_day(text)) {
    due.at = *time;
  } else {
    fields.problem(*at, "at",
                   "found " + in_quotes(text) + "; needed a time of day such as \"23:00\"");
  }
}

void read_days(const EntryFields& fields, DueTime& due) {
  const YAML::Node* list = fields.find("days");
  if (list == nullptr) return;
  due.days = {};
  std::vector<std::string> words;
  fields.texts("days", words);
  for (const std::string& word : words) {
    const auto* const found = std::find(std::begin(day_words), std::end(day_words), word);
    if (found == std::end(day_words))
      return fields.problem(
          *list, "days",
          "found " + in_quotes(word) + "; needed any of mon tue wed thu fri sat sun");
    due.days[static_cast<std::size_t>(found - std::begin(day_words))] = true;
  }
}

/// `PnL: EXPR`, or `PnL: {expr: EXPR, text: TEXT}`.
void read_field(const EntryFields& fields, const YAML::Node& value, SummaryField& field) {
  if (!value.IsMap()) {
    field.expr = value.IsScalar() ? value.Scalar() : "";
    field.place = place_of(value.Mark());
    if (field.expr.empty())
      fields.problem(value, "fields." + field.name,
                     "found " + found_text(value) + "; needed an expression");
    return;
  }
  const EntryFields inner{fields.path() + ".fields." + field.name, value, fields.context()};
  inner.refuse_all_but({"expr", "text"});
  if (inner.find("expr") == nullptr)
    return inner.lacks("found no expr; needed an expression; add expr: EXPR");
  if (inner.text("expr", field.expr)) field.place = place_of(inner.find("expr")->Mark());
  if (inner.text("text", field.text)) field.text_place = place_of(inner.find("text")->Mark());
}

void read_fields(const EntryFields& fields, SummaryConfig& summary) {
  const YAML::Node* mapping = fields.find("fields");
  if (mapping == nullptr || !mapping->IsMap() || mapping->size() == 0 ||
      mapping->size() > most_fields)
    return fields.lacks("found no mapping of 1 to " + std::to_string(most_fields) +
                        " fields; needed what it is to tell; add fields: {NAME: EXPR}");
  std::set<std::string> taken;
  for (const auto& item : *mapping) {
    SummaryField& field = summary.fields.emplace_back();
    field.name = item.first.IsScalar() ? item.first.Scalar() : "";
    if (field.name.empty()) {
      fields.problem(item.first, "fields",
                     "found " + found_text(item.first) + " as a key; needed a name");
    } else if (!taken.insert(field.name).second) {
      fields.problem(item.first, "fields." + field.name, "found a second time; needed once");
    } else {
      read_field(fields, item.second, field);
    }
  }
}

}  // namespace

void read_summaries(std::vector<SummaryConfig>& summaries, const YAML::Node& list,
                    const ReadContext& context) {
  std::set<std::string> taken;
  read_entries({"alerting.summaries", list, most_summaries}, context, summaries,
               [&](const EntryFields& fields, SummaryConfig& summary) {
                 fields.refuse_all_but({"name", "at", "days", "fields"});
                 fields.name(taken, summary.name);
                 read_at(fields, summary.due);
                 read_days(fields, summary.due);
                 read_fields(fields, summary);
               });
}

}  // namespace outrider::config
