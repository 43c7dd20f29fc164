// SPDX-License-Identifier: Apache-2.0
// Which handler answers which path: 404 for a path that nobody has, 405 for a
// method it does not take. HEAD goes where GET goes; the server drops the body.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "outputs/http_message.hpp"

namespace outrider::outputs {

class Router {
 public:
  /// `method` is GET or POST. A path is matched whole.
  void add(std::string method, std::string path, Handler handler);

  [[nodiscard]] Response answer(const Request& request) const;

 private:
  std::map<std::string, std::map<std::string, Handler>, std::less<>> paths_;
};

}  // namespace outrider::outputs
