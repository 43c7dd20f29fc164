// SPDX-License-Identifier: Apache-2.0
#include "outputs/replays.hpp"

namespace outrider::outputs {

Response Replays::once(const std::string& who, const Request& request, const Handler& handler) {
  const std::string_view given = request.header("idempotency-key");
  if (given.empty()) return handler(request);
  const std::string key = who + '\n' + request.path + '\n' + std::string(given);
  if (auto earlier = find(key, request.body); earlier) return *std::move(earlier);
  Response response = handler(request);
  if (response.status < 300) keep({key, request.body, response});
  return response;
}

std::optional<Response> Replays::find(const std::string& key, const std::string& body) {
  const std::scoped_lock lock(mutex_);
  for (const Done& each : done_) {
    if (each.key != key) continue;
    if (each.body == body) return each.response;
    return Response{.status = 422,
                    .body =
                        "found an Idempotency-Key that was used for another body; needed a "
                        "new key for a new request\n"};
  }
  return std::nullopt;
}

void Replays::keep(Done done) {
  const std::scoped_lock lock(mutex_);
  if (done_.size() == room) done_.pop_front();
  done_.push_back(std::move(done));
}

}  // namespace outrider::outputs
