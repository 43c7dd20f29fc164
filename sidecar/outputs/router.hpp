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
  /// `method` is GET or POST. A path is matched whole; in it, a part "*" stands for any
  /// one part that no other path has there.
  void add(std::string method, std::string path, Handler handler);

  [[nodiscard]] Response answer(const Request& request) const;

 private:
  using Methods = std::map<std::string, Handler>;
  [[nodiscard]] const Methods* find(const std::string& path) const;

  std::map<std::string, Methods, std::less<>> paths_;
};

}  // namespace outrider::outputs
