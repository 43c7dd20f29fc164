// SPDX-License-Identifier: Apache-2.0
// Messages for whoever keeps listening: what a WebSocket is told, without the socket.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace outrider::outputs {

/// UTF-8; shared by all who are told it.
using Message = std::shared_ptr<const std::string>;

/// All of it is called on the server's thread.
class Stream {
 public:
  virtual ~Stream() = default;

  /// What is told now, of one look.
  struct Telling {
    std::vector<Message> to_new;  ///< to those who have come since the last time, and first
    std::vector<Message> to_all;
  };
  /// Called each period while somebody listens, more seldom where it takes long.
  virtual Telling tell(bool somebody_is_new) = 0;
  [[nodiscard]] virtual std::chrono::milliseconds period() const = 0;

  /// How many listen, after each change.
  virtual void listened_by(std::size_t clients) = 0;
  /// One was cut off because it read too slowly.
  virtual void dropped(const std::string& remote) = 0;
  /// tell() has thrown; nobody was told anything.
  virtual void failed(const std::string& why) = 0;
};

}  // namespace outrider::outputs
