// SPDX-License-Identifier: Apache-2.0
#include "config/url.hpp"

#include <algorithm>

namespace outrider::config {

std::string host_and_port(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::string_view rest = url.substr(scheme + 3);
  return std::string{rest.substr(0, rest.find_first_of("/?#"))};
}

std::string_view url_problem(std::string_view url) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) return "http:// or https://";
  const std::string host = host_and_port(url);
  if (host.empty()) return "a host after the scheme";
  if (host.find('@') != std::string::npos)
    return "no user or password in it; use basic_auth with a password_file";
  const auto printable = [](char c) { return c > ' ' && c < 0x7f; };
  if (!std::all_of(url.begin(), url.end(), printable)) return "printable ASCII without blanks";
  return {};
}

}  // namespace outrider::config
