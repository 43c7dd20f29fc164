// SPDX-License-Identifier: Apache-2.0
// How the sidecar, its health checks and its probes are, in one word, and what of
// these has changed.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <tuple>

#include "outputs/status.hpp"

namespace outrider::outputs {

/// The worst of the sidecar itself, of every check and of every probe.
aggregate::Health overall_health(const Status& status);

/// The answer of /health; its members are in README.md.
std::string health_json(const Status& status);

/// What has changed, from one look to the next: the last `most_changes`.
class HealthHistory {
 public:
  struct Change {
    WallMs time = 0;
    std::string what{};  ///< overall, check or probe
    std::string name{};
    aggregate::Labels labels{};
    aggregate::Health from{};
    aggregate::Health to{};
  };
  static constexpr std::size_t most_changes = 1000;

  /// What is seen for the first time was unknown before.
  void look(const Status& status);
  /// Newest first.
  [[nodiscard]] const std::deque<Change>& changes() const { return changes_; }

 private:
  using Subject = std::tuple<std::string, std::string, aggregate::Labels>;  ///< see Change
  std::map<Subject, aggregate::Health> last_;  ///< of all that there are, and no more
  std::deque<Change> changes_;
};

/// The answer of /api/v1/health/history.
std::string history_json(const HealthHistory& history);

}  // namespace outrider::outputs
