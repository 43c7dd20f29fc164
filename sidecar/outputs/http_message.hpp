// SPDX-License-Identifier: Apache-2.0
// A request and its answer as plain values, so that what is served can be
// tested without a socket.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace outrider::outputs {

/// Who is at the other end of a Unix socket, as the kernel saw it connect.
struct PeerCredentials {
  pid_t pid = 0;
  uid_t uid = 0;
  std::vector<gid_t> groups{};  ///< its own and the supplementary ones
};

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method{};  ///< GET, HEAD or POST; the server refuses the others
  std::string path{};    ///< decoded, begins with '/'
  std::string query{};   ///< what follows '?', not decoded
  std::string body{};
  Headers headers{};                      ///< names in lower case
  std::optional<PeerCredentials> peer{};  ///< on a Unix socket only
  std::string remote{};                   ///< the numeric address, on TCP only

  /// The first header of that name (lower case); empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// Whether it would become a WebSocket.
bool asks_to_listen(const Request& request);

/// Sets path and query from a request target; false for one that is neither
/// "/path" nor "http://host/path".
bool set_target(Request& request, std::string_view target);

std::string lower_case(std::string_view text);

/// Decoded value of a parameter of Request::query, the first if there are several; nothing
/// when it is not there or an escape in it is broken.
std::optional<std::string> query_parameter(std::string_view query, std::string_view name);

/// Decoded values of a parameter that may come several times, in their order; nothing in
/// the place of one in which an escape is broken.
std::vector<std::optional<std::string>> query_parameters(std::string_view query,
                                                         std::string_view name);

/// "%2F" and, in a query, "+"; nothing when an escape is broken.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

struct Response {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body{};
  Headers headers{};  ///< beside those that the server writes itself
  /// Sent in place of `body`: one page in memory, however many are reading it.
  std::shared_ptr<const std::string> page{};
  /// In place of an answer: the connection becomes a WebSocket that is told the server's
  /// Stream.
  bool joins_stream = false;
};

/// Called on the server's thread, one request at a time. What it throws is
/// answered with 500.
using Handler = std::function<Response(const Request&)>;

}  // namespace outrider::outputs
