// SPDX-License-Identifier: Apache-2.0
// One receiver: what it may be sent next, and how it has fared. Pure.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "config/alerting.hpp"
#include "outputs/alerts/book.hpp"
#include "outputs/alerts/pace.hpp"

namespace outrider::alerts {

struct Tally {
  std::uint64_t sent = 0;     ///< alerts that it has accepted, repeats included
  std::uint64_t failed = 0;   ///< that it is asked to take again
  std::uint64_t refused = 0;  ///< that were put aside
  std::uint64_t dropped = 0;  ///< that it was never asked to take
};

struct Receiver {
  Receiver(const config::ReceiverConfig& from, const config::AlertingConfig& alerting)
      : config{from}, recipient{recipient_of(from, alerting)}, rate{alerting.rate_limit} {}

  /// Alertmanager groups and repeats by itself; webhooks and programs do neither.
  static Recipient recipient_of(const config::ReceiverConfig& from,
                                const config::AlertingConfig& alerting);

  /// The first of `due`, all of them kills or none, that go into one request; none
  /// when it must wait.
  [[nodiscard]] std::vector<Message> next_batch(std::vector<Message> due, nanoseconds now,
                                                RateLimit& everybody);
  [[nodiscard]] std::string payload_of(const std::vector<Message>& batch,
                                       const std::string& generator_url, nanoseconds wall) const;
  /// Of a program.
  [[nodiscard]] std::map<std::string, std::string> environment_of(
      const std::vector<Message>& batch) const;

  config::ReceiverConfig config;
  Recipient recipient;
  Pace pace;
  RateLimit rate;
  Tally tally;
  std::string last_error;
  std::array<std::vector<Message>, 2> under_way;  ///< kills are [1]
  /// How many to send by themselves: one of a batch was refused, which is not known.
  std::size_t singles = 0;
};

}  // namespace outrider::alerts
