// SPDX-License-Identifier: Apache-2.0
// Answers of the query API in Prometheus' JSON. Written as text at once: an answer of a
// hundred thousand points is no tree of objects first.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "history/replay.hpp"
#include "outputs/http_message.hpp"

namespace outrider::outputs {

/// `{"status":"success","data":DATA}`, with `warnings` if there are any.
Response success(const std::string& data, const std::vector<std::string>& warnings = {});

/// The same words and codes as Prometheus: "bad_data" is 400, "execution" 422,
/// "unavailable" 503.
Response failure(std::string_view type, const std::string& reason);

// Data.
std::string vector_data(const std::vector<history::Row>& rows);
std::string matrix_data(const std::vector<history::Row>& rows);
/// "scalar"; NaN where there is no row, as the language has it.
std::string scalar_data(const std::vector<history::Row>& rows, history::nanoseconds at);
std::string string_data(const std::string& text, history::nanoseconds at);

/// An empty list where an answer begins in time; else why it does not.
std::vector<std::string> warnings_of(const history::Answer& answer, std::uint64_t refused_series);

/// `{"__name__":"up","job":"api"}`.
std::string labels_object(const aggregate::Labels& labels);
/// `["a","b"]`.
std::string text_list(const std::vector<std::string>& texts);
/// A value as Prometheus prints it: shortest, without exponent; NaN, +Inf, -Inf.
std::string sample_text(double value);

}  // namespace outrider::outputs
