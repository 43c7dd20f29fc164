// SPDX-License-Identifier: Apache-2.0
#include "outputs/readers.hpp"

#include <algorithm>
#include <string_view>

#include "outputs/pages.hpp"

namespace outrider::outputs {

namespace {

bool is_within(const std::vector<config::Network>& networks, const std::string& remote) {
  const auto address = config::parse_address(remote);
  return address && std::any_of(networks.begin(), networks.end(),
                                [&](const auto& each) { return each.contains(*address); });
}

/// Pages of any site may open a WebSocket to anywhere: what stops them is that the browser
/// says whose page it is. No browser, no such word.
bool is_of_our_page(const Request& request, const std::vector<std::string>& others) {
  const std::string origin = lower_case(request.header("origin"));
  if (origin.empty()) return true;
  const std::size_t scheme = origin.find("://");
  if (scheme != std::string::npos &&
      origin.substr(scheme + 3) == lower_case(request.header("host")))
    return true;
  return std::find(others.begin(), others.end(), origin) != others.end();
}

/// Empty for what is none.
std::string from_hexadecimal(std::string_view digits) {
  std::string escaped;
  for (std::size_t i = 0; i < digits.size(); i += 2)
    escaped += '%' + std::string{digits.substr(i, 2)};
  return percent_decoded(escaped, false).value_or(std::string{});
}

/// With the token that a browser's WebSocket offers, where a program sends its own.
Request with_offered_token(Request request) {
  constexpr std::string_view scheme = "outrider.token.";
  const std::string offered{request.header("sec-websocket-protocol")};
  const std::size_t begin = offered.find(scheme);
  if (begin == std::string::npos || !request.header("authorization").empty()) return request;
  const std::size_t first = begin + scheme.size();
  const std::size_t end = std::min(offered.find_first_of(", ", first), offered.size());
  const auto digits = std::string_view{offered}.substr(first, end - first);
  request.headers.emplace_back("authorization", "Bearer " + from_hexadecimal(digits));
  return request;
}

}  // namespace

Readers Readers::load(const config::WebConfig& config, std::vector<std::string>& problems) {
  Readers readers;
  readers.allowed_ = config.allow;
  readers.origins_ = config.origins;
  if (!config.viewer_tokens.empty()) readers.holders_ = Access::load(config, problems);
  return readers;
}

Readers::Verdict Readers::judge(const Request& request) const {
  if (allowed_ && !is_within(*allowed_, request.remote)) return Verdict::outside;
  const bool listens = asks_to_listen(request);
  if (listens && !is_of_our_page(request, origins_)) return Verdict::foreign;
  if (!holders_ || is_open_page(request.path)) return Verdict::may_read;
  const protection::Caller caller =
      holders_->caller_of(listens ? with_offered_token(request) : request);
  return caller.role >= protection::Role::viewer ? Verdict::may_read : Verdict::no_token;
}

Response refusal(Readers::Verdict verdict, const Request& request) {
  if (verdict == Readers::Verdict::outside) {
    return {.status = 403,
            .body = "found the address " + request.remote +
                    "; needed one in web.allow; ask whoever runs this sidecar\n"};
  }
  if (verdict == Readers::Verdict::foreign) {
    return {.status = 403,
            .body = "found a page of " + std::string{request.header("origin")} +
                    "; needed our own, or one of web.origins; ask whoever runs this sidecar\n"};
  }
  return {.status = 401,
          .body =
              "found nobody who may look; needed Authorization: Bearer TOKEN with a token of "
              "web.viewer-tokens\n",
          .headers = {{"WWW-Authenticate", "Bearer"}}};
}

}  // namespace outrider::outputs
