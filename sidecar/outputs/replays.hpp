// SPDX-License-Identifier: Apache-2.0
// What was done for whom under which Idempotency-Key, so that a request sent
// again, because its answer was lost, is answered again and not done again.
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "outputs/http_message.hpp"

namespace outrider::outputs {

/// Any thread.
class Replays {
 public:
  /// What `handler` answers; or what it answered before, when `who` sent the same
  /// request under the same key and it was done then. Only what was done is kept:
  /// what was refused may be tried again. Without a key, always the handler.
  Response once(const std::string& who, const Request& request, const Handler& handler);

 private:
  struct Done {
    std::string key;   ///< who, path and Idempotency-Key
    std::string body;  ///< of the request
    Response response;
  };
  std::optional<Response> find(const std::string& key, const std::string& body);
  void keep(Done done);

  static constexpr std::size_t room = 1024;
  std::mutex mutex_;
  std::deque<Done> done_;  ///< the oldest first
};

}  // namespace outrider::outputs
