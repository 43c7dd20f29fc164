// SPDX-License-Identifier: Apache-2.0
// Between what the guard publishes and the history that people ask: one thread looks now
// and then, any other asks.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "history/timeline.hpp"
#include "outputs/exposition.hpp"
#include "publication.hpp"

namespace outrider {

class HistoryKeeper {
 public:
  explicit HistoryKeeper(const history::Limits& limits) : timeline_{limits} {}

  /// Whether a look is due; by the clock that only grows.
  [[nodiscard]] bool is_due(nanoseconds now) const;
  /// Any thread: one is due, whenever the last one was.
  void want_look() { wanted_ = true; }
  /// Takes in all that `/metrics` shows, what rules record, and ALERTS: pending or firing,
  /// as Prometheus names it. `more`: families that no publication has.
  void look(const Publication& publication, const outputs::Families& more);

  /// Any thread: calls back with the history, which does not change meanwhile.
  void ask(const std::function<void(const history::Timeline&)>& question) const;

 private:
  void bind(const Publication& publication);
  void look_at_alerts(const Publication& publication);
  void set(const aggregate::Labels& labels, double value);

  mutable std::mutex mutex_;  ///< over the timeline
  history::Timeline timeline_;
  nanoseconds looked_{};  ///< steady
  std::atomic<bool> wanted_{false};

  /// Where the values of publications with these names go; made anew when they change.
  std::shared_ptr<const PublicationNames> names_;
  std::vector<std::pair<aggregate::ValueId, std::shared_ptr<history::Series>>> shown_;
  std::vector<std::shared_ptr<history::Series>> recorded_;
};

}  // namespace outrider
