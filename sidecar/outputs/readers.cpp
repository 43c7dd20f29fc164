// SPDX-License-Identifier: Apache-2.0
#include "outputs/readers.hpp"

#include <algorithm>

#include "outputs/pages.hpp"

namespace outrider::outputs {

namespace {

bool is_within(const std::vector<config::Network>& networks, const std::string& remote) {
  const auto address = config::parse_address(remote);
  return address && std::any_of(networks.begin(), networks.end(),
                                [&](const auto& each) { return each.contains(*address); });
}

}  // namespace

Readers Readers::load(const config::WebConfig& config, std::vector<std::string>& problems) {
  Readers readers;
  readers.allowed_ = config.allow;
  if (!config.viewer_tokens.empty()) readers.holders_ = Access::load(config, problems);
  return readers;
}

Readers::Verdict Readers::judge(const Request& request) const {
  if (allowed_ && !is_within(*allowed_, request.remote)) return Verdict::outside;
  if (!holders_ || is_liveness_page(request.path)) return Verdict::may_read;
  const bool is_known = holders_->caller_of(request).role >= protection::Role::viewer;
  return is_known ? Verdict::may_read : Verdict::no_token;
}

Response refusal(Readers::Verdict verdict, const Request& request) {
  if (verdict == Readers::Verdict::outside) {
    return {.status = 403,
            .body = "found the address " + request.remote +
                    "; needed one in web.allow; ask whoever runs this sidecar\n"};
  }
  return {.status = 401,
          .body =
              "found nobody who may look; needed Authorization: Bearer TOKEN with a token of "
              "web.viewer-tokens\n",
          .headers = {{"WWW-Authenticate", "Bearer"}}};
}

}  // namespace outrider::outputs
