// SPDX-License-Identifier: Apache-2.0
// POSTs to all receivers at once; to each, one at a time in either of two lanes: a
// kill does not wait for whatever the receiver is slow to answer. The only file pair that
// knows libcurl. One thread. No secret ever reaches an error text.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aggregate/bell.hpp"
#include "config/alerting.hpp"

namespace outrider::alerts {

using std::chrono::nanoseconds;

/// How a request ended.
struct Outcome {
  std::string receiver;
  bool is_kill = false;  ///< the lane
  long status = 0;       ///< of HTTP, 200 of a program that was content; 0: no answer
  std::string error;     ///< a sentence, when there was no answer
  std::optional<nanoseconds> retry_after;
};

class Sender {
 public:
  Sender();
  ~Sender();  ///< gives up what is under way
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  /// Begins to POST `body` as JSON; secrets are read from their files now. What
  /// cannot even begin is an outcome of the next wait().
  void post(const config::ReceiverConfig& to, std::string body, bool is_kill);

  [[nodiscard]] bool is_busy(const std::string& receiver, bool is_kill) const;
  [[nodiscard]] bool is_idle() const;

  /// What has ended, at once or within `patience`, or until the bell rings.
  std::vector<Outcome> wait(std::chrono::milliseconds patience, const aggregate::Bell& bell);

 private:
  struct Transfers;
  std::unique_ptr<Transfers> transfers_;
};

}  // namespace outrider::alerts
