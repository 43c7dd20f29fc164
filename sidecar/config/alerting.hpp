// SPDX-License-Identifier: Apache-2.0
// Who is told of alerts, and how often. Read by read_alerting.cpp; secrets are
// never here, only the files that hold them.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "config/summaries.hpp"

namespace outrider::config {

enum class ReceiverKind {
  alertmanager,  ///< POST /api/v2/alerts, again and again while an alert fires
  webhook,       ///< what Alertmanager's own webhook sends, version 4
  exec,          ///< a program of the operator's, with the same on its standard input
};

/// A condition on a label, in Alertmanager's words; a label that is not there is empty.
struct MatcherConfig {
  enum class Kind : std::uint8_t { equal, not_equal, matches, matches_not };
  std::string label{};
  Kind kind = Kind::equal;
  std::string value{};

  bool operator==(const MatcherConfig&) const = default;
};

struct ReceiverConfig {
  ReceiverKind kind = ReceiverKind::alertmanager;
  /// As metrics and the log call it: `name`, else host:port of the URL. Unique.
  std::string name{};
  /// http or https, without a user or a password in it.
  std::string url{};
  /// Instead of `url`, a file that holds it: some webhooks' URLs are secrets.
  std::string url_file{};
  /// For the whole request, or the program, which is then killed; 100 ms to 1 min.
  std::chrono::nanoseconds timeout = std::chrono::seconds{10};
  std::string bearer_token_file{};
  std::string username{};       ///< of basic_auth
  std::string password_file{};  ///< of basic_auth
  std::string ca_file{};        ///< certificates to trust in place of the system's
  /// It is told of alerts that meet all of these.
  std::vector<MatcherConfig> matchers{};
  std::vector<std::string> command{};                ///< of exec: the file, then its arguments
  std::map<std::string, std::string> environment{};  ///< of exec: beside what tells of the alert
};

struct AlertingConfig {
  std::vector<ReceiverConfig> receivers{};
  std::vector<SummaryConfig> summaries{};
  /// Added to every alert, below its own labels.
  std::vector<std::pair<std::string, std::string>> external_labels{};
  /// Words for severity that rules use, to info, warning, critical or emergency.
  std::map<std::string, std::string> severities{{"none", "info"},      {"low", "info"},
                                                {"medium", "warning"}, {"high", "critical"},
                                                {"page", "critical"},  {"error", "critical"}};
  /// By severity, or by the name of a rule: how soon after it was last told an
  /// alert that fires anew is told again, by webhook and in the log.
  std::map<std::string, std::chrono::nanoseconds> cooldowns{
      {"info", std::chrono::seconds{600}},
      {"warning", std::chrono::seconds{300}},
      {"critical", std::chrono::seconds{60}},
      {"emergency", std::chrono::seconds{10}}};
  /// Link to whoever raised an alert; empty: the page of the sidecar.
  std::string generator_url{};
  /// How often Alertmanager is told of what fires, 1 s to 5 min. An alert that it
  /// is told nothing more of is over four of these later.
  std::chrono::nanoseconds resend_interval = std::chrono::seconds{30};
  /// Alerts that are known of at once, 16 to 65536. More are dropped and counted.
  std::uint32_t queue_capacity = 4096;
  /// Requests a minute to one receiver, and to all. A kill is not held back.
  std::uint32_t rate_limit = 120;
  std::uint32_t global_rate_limit = 600;
};

}  // namespace outrider::config
