// SPDX-License-Identifier: Apache-2.0
#include "outputs/query_answer.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "outputs/json.hpp"

namespace outrider::outputs {

namespace {

using history::nanoseconds;
using history::Row;

constexpr unsigned bad_request = 400;
constexpr unsigned unprocessable = 422;
constexpr unsigned unavailable = 503;

unsigned status_of(std::string_view type) {
  if (type == "bad_data") return bad_request;
  return type == "execution" ? unprocessable : unavailable;
}

std::string quoted(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Seconds, with milliseconds where there are any.
std::string time_text(nanoseconds wall) {
  const std::int64_t ms = wall / std::chrono::milliseconds{1};
  std::string text = std::to_string(ms / 1000);
  if (ms % 1000 == 0) return text;
  std::string fraction = std::to_string(1000 + ms % 1000);
  fraction.erase(0, 1);
  while (fraction.back() == '0') fraction.pop_back();
  return text + "." + fraction;
}

std::string point_text(const history::Point& point) {
  return "[" + time_text(point.wall) + ",\"" + sample_text(point.value) + "\"]";
}

/// The items, which write themselves, with commas between them.
template <class Items, class Write>
std::string joined(const Items& items, const Write& write) {
  std::string text;
  for (const auto& item : items) {
    if (!text.empty()) text += ',';
    text += write(item);
  }
  return text;
}

std::string data(const char* type, const std::string& result) {
  return std::string{R"({"resultType":")"} + type + R"(","result":)" + result + "}";
}

Response answer(unsigned status, std::string body) {
  return {.status = status, .content_type = "application/json", .body = std::move(body)};
}

}  // namespace

std::string sample_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  // The longest has 309 digits, the shortest that is no zero 324 behind the point.
  std::array<char, 400> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed).ptr;
  return {text.data(), end};
}

std::string labels_object(const aggregate::Labels& labels) {
  return "{" +
         joined(
             labels,
             [](const auto& label) { return quoted(label.first) + ":" + quoted(label.second); }) +
         "}";
}

std::string text_list(const std::vector<std::string>& texts) {
  return "[" + joined(texts, quoted) + "]";
}

std::string vector_data(const std::vector<Row>& rows) {
  return data("vector", "[" + joined(rows, [](const Row& row) {
                          return R"({"metric":)" + labels_object(row.labels) + R"(,"value":)" +
                                 point_text(row.points.back()) + "}";
                        }) + "]");
}

std::string matrix_data(const std::vector<Row>& rows) {
  return data("matrix", "[" + joined(rows, [](const Row& row) {
                          return R"({"metric":)" + labels_object(row.labels) + R"(,"values":[)" +
                                 joined(row.points, point_text) + "]}";
                        }) + "]");
}

std::string scalar_data(const std::vector<Row>& rows, nanoseconds at) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  return data("scalar", point_text({at, rows.empty() ? none : rows[0].points.back().value}));
}

std::string string_data(const std::string& text, nanoseconds at) {
  return data("string", "[" + time_text(at) + "," + quoted(text) + "]");
}

std::vector<std::string> warnings_of(const history::Answer& answer, std::uint64_t refused_series) {
  std::vector<std::string> warnings;
  if (answer.begins_late) {
    warnings.push_back("found history from " +
                       wall_text(*answer.begins_late / std::chrono::milliseconds{1}) +
                       " on; needed an earlier one for all of this answer; ask Prometheus for "
                       "what is older, or raise history.retention and history.max-bytes");
  }
  if (refused_series != 0) {
    warnings.push_back("found more series than history.max-bytes has room for; needed room for " +
                       std::to_string(refused_series) + " more; raise it");
  }
  return warnings;
}

Response success(const std::string& data, const std::vector<std::string>& warnings) {
  std::string body = R"({"status":"success","data":)" + data;
  if (!warnings.empty()) body += R"(,"warnings":)" + text_list(warnings);
  return answer(200, body + "}\n");
}

Response failure(std::string_view type, const std::string& reason) {
  return answer(status_of(type), R"({"status":"error","errorType":")" + std::string{type} +
                                     R"(","error":)" + quoted(reason) + "}\n");
}

}  // namespace outrider::outputs
