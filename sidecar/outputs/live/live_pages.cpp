// SPDX-License-Identifier: Apache-2.0
#include "outputs/live/live_pages.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "outputs/gzip.hpp"
#include "outputs/live/page_files.hpp"

namespace outrider::outputs {
namespace {

constexpr unsigned upgrade_required = 426;

/// Nothing is loaded or run but what comes from here, and nobody frames it to steal clicks.
constexpr const char* content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
constexpr unsigned not_modified = 304;

/// Packed once: anybody may ask for it, without a token.
class ServedFile {
 public:
  explicit ServedFile(const PageFile& file)
      : type_{file.content_type},
        plain_{std::make_shared<const std::string>(reinterpret_cast<const char*>(file.bytes.data()),
                                                   file.bytes.size())},
        packed_{std::make_shared<const std::string>(gzipped(*plain_).value_or(std::string{}))},
        tag_{'"' + std::to_string(std::hash<std::string>{}(*plain_)) + '"'} {}

  [[nodiscard]] Response answer(const Request& request) const {
    Headers headers{{"Cache-Control", "no-cache"},
                    {"ETag", tag_},
                    {"Content-Security-Policy", content_policy},
                    {"X-Content-Type-Options", "nosniff"},
                    {"Referrer-Policy", "no-referrer"}};
    if (request.header("if-none-match") == tag_)
      return {.status = not_modified, .content_type = type_, .headers = std::move(headers)};
    const bool is_packed = !packed_->empty() && accepts_gzip(request.header("accept-encoding"));
    if (is_packed) {
      headers.emplace_back("Vary", "Accept-Encoding");
      headers.emplace_back("Content-Encoding", "gzip");
    }
    return {
        .content_type = type_, .headers = std::move(headers), .page = is_packed ? packed_ : plain_};
  }

 private:
  std::string type_;
  std::shared_ptr<const std::string> plain_;
  std::shared_ptr<const std::string> packed_;
  std::string tag_;
};

Response listen(const Request& request) {
  if (asks_to_listen(request) && request.method == "GET") return {.joins_stream = true};
  return {.status = upgrade_required,
          .body = "found a plain request; needed a WebSocket, as /live opens one\n",
          .headers = {{"Upgrade", "websocket"}}};
}

}  // namespace

void add_live_pages(Router& router) {
  for (const PageFile& file : page_files()) {
    router.add("GET", file.path, [served = ServedFile{file}](const Request& request) {
      return served.answer(request);
    });
  }
  router.add("GET", "/ws", listen);
}

}  // namespace outrider::outputs
