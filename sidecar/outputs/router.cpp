// SPDX-License-Identifier: Apache-2.0
#include "outputs/router.hpp"

#include <algorithm>

namespace outrider::outputs {

void Router::add(std::string method, std::string path, Handler handler) {
  paths_[std::move(path)][std::move(method)] = std::move(handler);
}

/// As it stands, or with one of its parts taken for "*"; null: nowhere.
const Router::Methods* Router::find(const std::string& path) const {
  if (const auto found = paths_.find(path); found != paths_.end()) return &found->second;
  for (std::size_t begin = 1; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    std::string pattern = path;
    pattern.replace(begin, end - begin, "*");
    if (const auto found = paths_.find(pattern); found != paths_.end()) return &found->second;
    begin = end + 1;
  }
  return nullptr;
}

Response Router::answer(const Request& request) const {
  const Methods* methods = find(request.path);
  if (methods == nullptr) {
    return {.status = 404, .body = "found nothing at this path; needed one that / lists\n"};
  }
  const auto handler = methods->find(request.method == "HEAD" ? "GET" : request.method);
  if (handler != methods->end()) return handler->second(request);
  std::string allowed;
  for (const auto& [method, unused] : *methods) {
    allowed += (allowed.empty() ? "" : ", ") + (method == "GET" ? "GET, HEAD" : method);
  }
  return {.status = 405,
          .body = "found another method; needed " + allowed + "\n",
          .headers = {{"Allow", allowed}}};
}

}  // namespace outrider::outputs
