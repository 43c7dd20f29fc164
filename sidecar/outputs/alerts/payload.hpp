// SPDX-License-Identifier: Apache-2.0
// Messages as the bodies that receivers understand. Pure.
#pragma once

#include <map>
#include <span>
#include <string>

#include "outputs/alerts/book.hpp"

namespace outrider::alerts {

struct PayloadFacts {
  std::string receiver;
  std::string generator_url;
  /// Unix: when an alert that fires counts as over if nothing more is said of it.
  nanoseconds valid_until{};
  /// Unix: how long what only happens counts as firing, so that it is not over before
  /// its group is told.
  nanoseconds shown_until{};
};

/// For POST /api/v2/alerts.
std::string alertmanager_payload(std::span<const Message> messages, const PayloadFacts& facts);

/// What Alertmanager's webhook sends, version 4. All of one alertname, and all
/// firing or all over.
std::string webhook_payload(std::span<const Message> messages, const PayloadFacts& facts);

/// The same messages in short, as variables of a program: OUTRIDER_STATUS and others.
std::map<std::string, std::string> essentials(std::span<const Message> messages,
                                              const std::string& receiver);

}  // namespace outrider::alerts
