// SPDX-License-Identifier: Apache-2.0
#include "outputs/router.hpp"

namespace outrider::outputs {

void Router::add(std::string method, std::string path, Handler handler) {
  paths_[std::move(path)][std::move(method)] = std::move(handler);
}

Response Router::answer(const Request& request) const {
  const auto path = paths_.find(request.path);
  if (path == paths_.end()) {
    return {.status = 404, .body = "found nothing at this path; needed one that / lists\n"};
  }
  const auto handler = path->second.find(request.method == "HEAD" ? "GET" : request.method);
  if (handler != path->second.end()) return handler->second(request);
  std::string allowed;
  for (const auto& [method, unused] : path->second) {
    allowed += (allowed.empty() ? "" : ", ") + (method == "GET" ? "GET, HEAD" : method);
  }
  return {.status = 405,
          .body = "found another method; needed " + allowed + "\n",
          .headers = {{"Allow", allowed}}};
}

}  // namespace outrider::outputs
