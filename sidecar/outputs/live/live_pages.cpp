// SPDX-License-Identifier: Apache-2.0
#include "outputs/live/live_pages.hpp"

#include <span>
#include <string>

#include "outputs/live/page_files.hpp"

namespace outrider::outputs {
namespace {

constexpr unsigned upgrade_required = 426;

/// Nothing is loaded or run but what comes from here, and nobody frames it to steal clicks.
/// `ws:` beside 'self' is for browsers to which 'self' is only http:.
constexpr const char* content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self' "
    "ws: wss:; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

Response file_response(const PageFile& file) {
  return {.content_type = file.content_type,
          .body = {reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()},
          .headers = {{"Cache-Control", "no-cache"},
                      {"Content-Security-Policy", content_policy},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"}}};
}

Response listen(const Request& request) {
  const bool upgrades = lower_case(request.header("upgrade")) == "websocket";
  if (upgrades && request.method == "GET") return {.joins_stream = true};
  return {.status = upgrade_required,
          .body = "found a plain request; needed a WebSocket, as /live opens one\n",
          .headers = {{"Upgrade", "websocket"}}};
}

}  // namespace

void add_live_pages(Router& router) {
  for (const PageFile& file : page_files()) {
    router.add("GET", file.path, [&file](const Request&) { return file_response(file); });
  }
  router.add("GET", "/ws", listen);
}

}  // namespace outrider::outputs
