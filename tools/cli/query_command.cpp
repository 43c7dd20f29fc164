// SPDX-License-Identifier: Apache-2.0
#include "cli/query_command.hpp"

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/control_client.hpp"
#include "cli/places.hpp"
#include "cli/table.hpp"
#include "config/address.hpp"
#include "config/config.hpp"
#include "outputs/status.hpp"
#include "outrider/shm/file.hpp"

namespace outrider::cli {
namespace {

using nlohmann::json;

struct QueryOptions {
  std::string expression;
  std::string address;
  std::string token_file;
  bool as_json = false;
};

std::string percent_encoded(const std::string& text) {
  constexpr const char* digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[byte >> 4];
    encoded += digits[byte & 0xf];
  }
  return encoded;
}

std::string string_at(const json& object, const char* key) {
  const json value = object.is_object() ? object.value(key, json()) : json();
  return value.is_string() ? value.get<std::string>() : std::string{};
}

/// name{label="value"}
std::string series_text(const json& metric) {
  std::string labels;
  for (const auto& [name, value] : metric.items()) {
    if (name == "__name__" || !value.is_string()) continue;
    labels += (labels.empty() ? "" : ",") + name + "=\"" + value.get<std::string>() + '"';
  }
  return string_at(metric, "__name__") + (labels.empty() ? "" : '{' + labels + '}');
}

/// [seconds, "value"] as its two texts.
Row point(const json& pair) {
  if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number() || !pair[1].is_string())
    return {"?", "?"};
  const auto ms = static_cast<outputs::WallMs>(pair[0].get<double>() * 1000);
  return {pair[1].get<std::string>(), outputs::wall_text(ms)};
}

void add_rows(const json& result, std::vector<Row>& rows) {
  for (const json& each : result) {
    if (!each.is_object()) continue;
    const std::string series = series_text(each.value("metric", json::object()));
    json points = each.value("values", json::array());
    if (each.contains("value")) points.push_back(each["value"]);
    for (const json& pair : points) {
      Row row = point(pair);
      row.insert(row.begin(), series.empty() ? "{}" : series);
      rows.push_back(std::move(row));
    }
  }
}

int complain_of(const Page& page, const QueryOptions& options) {
  // Before anybody was asked.
  const bool is_of_token =
      !options.token_file.empty() && page.problem.starts_with(options.token_file);
  if (is_of_token) return complain(exit_usage, page.problem);
  if (page.status == 401 || page.status == 403) {
    return complain(exit_not_permitted,
                    shm::shown(page.body.substr(0, page.body.find('\n'))) +
                        (page.status == 401 ? "; give its file by --web.token-file" : ""));
  }
  if (page.status == 0) {
    return complain(exit_nobody, options.address +
                                     ": found nobody who answers; needed a running sidecar; start "
                                     "it, or give its web.listen-address by --web.listen-address");
  }
  const json answer = json::parse(page.body, nullptr, false);
  const std::string error = string_at(answer, "error");
  const std::string why = error.empty() ? "found status " + std::to_string(page.status) +
                                              " as the answer; needed one of a sidecar's"
                                        : shm::shown(error);
  return complain(page.status == 400 ? exit_usage : exit_failed, why);
}

int show_answer(const QueryOptions& options) {
  if (!config::parse_listen_address(options.address)) {
    return complain(exit_usage, "--web.listen-address: found " + shm::shown(options.address) +
                                    "; needed HOST:PORT, such as 127.0.0.1:9717");
  }
  const Page page =
      look_at_page(Door{.socket = "", .address = options.address, .token_file = options.token_file},
                   "/api/v1/query?query=" + percent_encoded(options.expression));
  if (page.status != 200) return complain_of(page, options);
  if (options.as_json) {
    std::printf("%s\n", page.body.c_str());
    return exit_done;
  }
  const json answer = json::parse(page.body, nullptr, false);
  if (string_at(answer, "status") != "success") return complain_of({200, "", ""}, options);
  std::fputs(query_text(page.body).c_str(), stdout);
  for (const json& warning : answer.value("warnings", json::array())) {
    if (warning.is_string())
      std::fprintf(stderr, "warning: %s\n", printable(warning.get<std::string>()).c_str());
  }
  return exit_done;
}

}  // namespace

std::string query_text(const std::string& body) {
  const json answer = json::parse(body, nullptr, false);
  const json data = answer.is_object() ? answer.value("data", json()) : json();
  if (!data.is_object()) return {};
  const json result = data.value("result", json());
  const std::string type = string_at(data, "resultType");
  std::vector<Row> rows;
  if (type == "scalar" || type == "string") {
    rows.push_back(point(result));
  } else if (result.is_array()) {
    add_rows(result, rows);
  }
  return rows.empty() ? "no series\n" : table(rows);
}

void add_query_command(const Command& program) {
  const Command command =
      program.command("query", "what a PromQL expression is now, by the sidecar");
  command.footer(
      "The sidecar answers from its last hour, as Prometheus does at /api/v1/query: values and\n"
      "their times. \"no series\" is an answer, too.\n"
      "Exit codes: 0 answered, 1 refused, 2 no valid expression or token file, 3 not permitted,\n"
      "4 no sidecar.");
  const auto options = std::make_shared<QueryOptions>();
  options->address = config::address_text(config::Config{}.web.listen_address);
  command.option("EXPR", options->expression, "such as 'rate(orders_sent_total[1m])'").required();
  command.option("--web.listen-address", options->address,
                 "HOST:PORT of the sidecar's pages; default " + options->address);
  command.option("--web.token-file", options->token_file,
                 "holds the token, where the sidecar has web.viewer-tokens");
  command.flag("--json", options->as_json, "the answer as the sidecar gave it");
  command.does([options] { return show_answer(*options); });
}

}  // namespace outrider::cli
