// SPDX-License-Identifier: Apache-2.0
#include "outputs/http_message.hpp"

#include <algorithm>
#include <charconv>

namespace outrider::outputs {

std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

bool asks_to_listen(const Request& request) {
  return lower_case(request.header("upgrade")) == "websocket";
}

std::string lower_case(std::string_view text) {
  std::string lower{text};
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool set_target(Request& request, std::string_view target) {
  if (target.starts_with("http://")) {
    target.remove_prefix(std::min(target.find('/', 7), target.size()));
    if (target.empty()) target = "/";
  }
  const std::size_t question = std::min(target.find('?'), target.size());
  auto path = percent_decoded(target.substr(0, question), false);
  if (!path || !path->starts_with('/') || path->find('\0') != std::string::npos) return false;
  request.path = *std::move(path);
  request.query = target.substr(std::min(question + 1, target.size()));
  return true;
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded += ' ';
      continue;
    }
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const std::string_view digits = text.substr(i + 1, 2);
    unsigned char byte = 0;
    const char* last = digits.data() + digits.size();
    const auto [end, error] = std::from_chars(digits.data(), last, byte, 16);
    if (error != std::errc{} || digits.size() != 2 || end != last) return std::nullopt;
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

std::vector<std::optional<std::string>> query_parameters(std::string_view query,
                                                         std::string_view name) {
  std::vector<std::optional<std::string>> values;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (percent_decoded(pair.substr(0, equals), true) != name) continue;
    values.push_back(percent_decoded(pair.substr(std::min(equals + 1, pair.size())), true));
  }
  return values;
}

std::optional<std::string> query_parameter(std::string_view query, std::string_view name) {
  auto values = query_parameters(query, name);
  if (values.empty()) return std::nullopt;
  return std::move(values.front());
}

}  // namespace outrider::outputs
