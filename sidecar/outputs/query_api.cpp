// SPDX-License-Identifier: Apache-2.0
#include "outputs/query_api.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>
#include <variant>

#include "outputs/json.hpp"
#include "outputs/process_metrics.hpp"
#include "outputs/query_answer.hpp"
#include "outputs/query_parameters.hpp"
#include "promql/parser.hpp"

namespace outrider::outputs {

namespace {

using history::Timeline;
using std::chrono::nanoseconds;
using Matches = std::vector<std::vector<promql::LabelMatcher>>;
using Found = std::vector<std::shared_ptr<const history::Series>>;

/// What is wrong with an expression, with its place.
std::string problem_text(const std::string& text, const promql::Problem& problem) {
  const promql::Location place = promql::locate(text, problem.offset);
  return std::to_string(place.line) + ":" + std::to_string(place.column) + ": " + problem.reason;
}

std::shared_ptr<const promql::Expr> parsed_or_throw(const std::string& text) {
  promql::ParseResult parsed = promql::parse(text);
  if (parsed.expr != nullptr) return parsed.expr;
  throw BadParameter{"query: " + problem_text(text, parsed.problems.front())};
}

/// Of an answer that may be a refusal.
Response answered(const history::Answer& answer, const Timeline& timeline,
                  const std::string& data) {
  if (!answer.problem.empty()) return failure("execution", answer.problem);
  return success(data, warnings_of(answer, timeline.refused()));
}

/// What an instant answer is ordered by, where it is not by labels: its value, upward or down.
enum class Order { by_labels, upward, downward };

Order order_of(const promql::Expr& expr) {
  if (const auto* call = std::get_if<promql::Call>(&expr.node)) {
    if (call->function->name == "sort") return Order::upward;
    if (call->function->name == "sort_desc") return Order::downward;
  }
  const auto* ranking = std::get_if<promql::Aggregation>(&expr.node);
  if (ranking == nullptr || !ranking->labels.empty()) return Order::by_labels;
  if (ranking->op == promql::AggregateOperator::topk) return Order::downward;
  return ranking->op == promql::AggregateOperator::bottomk ? Order::upward : Order::by_labels;
}

/// NaN comes last either way.
void put_in_order(std::vector<history::Row>& rows, Order order) {
  if (order == Order::by_labels) return;
  std::stable_sort(rows.begin(), rows.end(), [order](const auto& a, const auto& b) {
    const double one = a.points.front().value;
    const double other = b.points.front().value;
    if (std::isnan(one) || std::isnan(other)) return !std::isnan(one) && std::isnan(other);
    return order == Order::upward ? one < other : one > other;
  });
}

Response query(const QueryParameters& parameters, const Timeline& timeline) {
  const nanoseconds at = parameters.time("time", parameters.now());
  const auto expr = parsed_or_throw(parameters.need("query"));
  const promql::Expr& inner = promql::strip_parens(*expr);
  if (const auto* text = std::get_if<promql::StringLiteral>(&inner.node))
    return success(string_data(text->value, at));
  if (const auto* matrix = std::get_if<promql::MatrixSelector>(&inner.node)) {
    const history::Answer answer = samples(*matrix, timeline, at);
    return answered(answer, timeline, matrix_data(answer.rows));
  }
  history::Answer answer = replay(*expr, timeline, {at, at});
  put_in_order(answer.rows, order_of(inner));
  const bool is_scalar = promql::type_of(*expr) == promql::ValueType::scalar;
  return answered(answer, timeline,
                  is_scalar ? scalar_data(answer.rows, at) : vector_data(answer.rows));
}

Response query_range(const QueryParameters& parameters, const Timeline& timeline) {
  const history::Steps steps = parameters.steps();
  const auto expr = parsed_or_throw(parameters.need("query"));
  const promql::ValueType type = promql::type_of(*expr);
  if (type != promql::ValueType::scalar && type != promql::ValueType::vector)
    throw BadParameter{"query: found a " + std::string{promql::type_name(type)} +
                       "; needed a scalar or an instant vector for a range query"};
  const history::Answer answer = replay(*expr, timeline, steps);
  return answered(answer, timeline, matrix_data(answer.rows));
}

/// Whether a series had a value in one of the looks from `from` up to before `until`.
bool was_there(const history::Series& series, history::LookNumber from, history::LookNumber until) {
  if (from >= until) return false;
  const history::Change* first = series.at(from);
  if (first != nullptr && first->present) return true;
  return std::any_of(series.changes.begin(), series.changes.end(), [&](const auto& change) {
    return change.present && change.look > from && change.look < until;
  });
}

/// Series that one of `match[]` selects, all without one, with a value from `start` to `end`.
Found find_series(const QueryParameters& parameters, Matches matches, const Timeline& timeline) {
  const nanoseconds start = parameters.time("start", nanoseconds::min());
  const nanoseconds end = parameters.time("end", nanoseconds::max());
  const auto from = timeline.look_from(start);
  const auto until = timeline.look_after(end);
  std::set<std::shared_ptr<const history::Series>> chosen;
  if (matches.empty()) matches.emplace_back();
  for (const auto& matchers : matches) {
    for (auto& series : timeline.select(matchers)) chosen.insert(std::move(series));
  }
  Found found;
  std::copy_if(chosen.begin(), chosen.end(), std::back_inserter(found),
               [&](const auto& series) { return was_there(*series, from, until); });
  return found;
}

Response series(const QueryParameters& parameters, const Timeline& timeline) {
  Matches matches = parameters.matches();
  if (matches.empty())
    throw BadParameter{"match[]: found none; needed at least one, such as up{job=\"api\"}"};
  std::vector<std::string> all;
  for (const auto& each : find_series(parameters, std::move(matches), timeline))
    all.push_back(labels_object(each->labels()));
  std::sort(all.begin(), all.end());
  std::string list;
  for (const std::string& each : all) list += (list.empty() ? "" : ",") + each;
  return success("[" + list + "]");
}

Response labels(const QueryParameters& parameters, const Timeline& timeline) {
  std::set<std::string> names;
  for (const auto& each : find_series(parameters, parameters.matches(), timeline)) {
    for (const auto& [name, value] : each->labels()) names.insert(name);
  }
  return success(text_list({names.begin(), names.end()}));
}

Response label_values(const QueryParameters& parameters, const Timeline& timeline,
                      const std::string& path) {
  const std::size_t begin = std::string_view{"/api/v1/label/"}.size();
  const std::string name = path.substr(begin, path.find('/', begin) - begin);
  if (!promql::is_label_name(name))
    throw BadParameter{"found the label " + name + "; needed letters, digits and _"};
  std::set<std::string> values;
  for (const auto& each : find_series(parameters, parameters.matches(), timeline)) {
    const std::string value{promql::label_value(each->labels(), name)};
    if (!value.empty()) values.insert(value);
  }
  return success(text_list({values.begin(), values.end()}));
}

const char* kind_name(aggregate::FamilyKind kind) {
  switch (kind) {
    case aggregate::FamilyKind::counter:
      return "counter";
    case aggregate::FamilyKind::gauge:
      return "gauge";
    case aggregate::FamilyKind::histogram:
      return "histogram";
    case aggregate::FamilyKind::summary:
      break;
  }
  return "summary";
}

Response metadata(const QueryParameters& parameters, const aggregate::Schema* schema) {
  const auto wanted = parameters.find("metric");
  if (schema == nullptr) return failure("unavailable", "found no pass finished; needed one; wait");
  Json all = Json::object();
  for (const aggregate::Family& family : schema->families) {
    if (!family.is_shown || (wanted && *wanted != family.name)) continue;
    all[family.name] =
        Json::array({{{"type", kind_name(family.kind)}, {"help", family.help}, {"unit", ""}}});
  }
  return success(all.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Response build_info() {
  return success(Json{{"application", "outrider"}, {"version", version()}}.dump());
}

/// An answer that may refuse its parameters.
template <class Answer>
Handler guarded(const QuerySources& sources, const Answer& answer) {
  return [now = sources.now, answer](const Request& request) -> Response {
    try {
      return answer(QueryParameters{request, now()}, request);
    } catch (const BadParameter& bad) {
      return failure("bad_data", bad.what());
    }
  };
}

using Page = Response (*)(const QueryParameters&, const Timeline&);

Handler of_history(const QuerySources& sources, Page page) {
  return guarded(sources,
                 [ask = sources.ask, page](const QueryParameters& parameters, const Request&) {
                   Response response;
                   ask([&](const Timeline& timeline) { response = page(parameters, timeline); });
                   return response;
                 });
}

Response rules(const QuerySources& sources, const QueryParameters& parameters) {
  const std::string type = parameters.find("type").value_or("");
  if (!type.empty() && type != "alert" && type != "record")
    throw BadParameter{"type: found " + type + "; needed alert or record"};
  auto body = sources.rules_json(type);
  if (!body) return failure("unavailable", "found no pass finished; needed one; wait");
  return {.content_type = "application/json", .body = *std::move(body)};
}

}  // namespace

void add_query_api(Router& router, const QuerySources& sources) {
  for (const char* method : {"GET", "POST"}) {
    router.add(method, "/api/v1/query", of_history(sources, query));
    router.add(method, "/api/v1/query_range", of_history(sources, query_range));
    router.add(method, "/api/v1/series", of_history(sources, series));
    router.add(method, "/api/v1/labels", of_history(sources, labels));
  }
  router.add("GET", "/api/v1/label/*/values",
             guarded(sources, [ask = sources.ask](const QueryParameters& parameters,
                                                  const Request& request) {
               Response response;
               ask([&](const Timeline& timeline) {
                 response = label_values(parameters, timeline, request.path);
               });
               return response;
             }));
  router.add("GET", "/api/v1/metadata",
             guarded(sources,
                     [schema = sources.schema](const QueryParameters& parameters, const Request&) {
                       return metadata(parameters, schema().get());
                     }));
  router.add("GET", "/api/v1/rules",
             guarded(sources, [sources](const QueryParameters& parameters, const Request&) {
               return rules(sources, parameters);
             }));
  router.add("GET", "/api/v1/status/buildinfo", [](const Request&) { return build_info(); });
}

}  // namespace outrider::outputs
