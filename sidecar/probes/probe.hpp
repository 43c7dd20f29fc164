// SPDX-License-Identifier: Apache-2.0
// One probe: when it is tried, what came of it, and the series that say so. At
// most one attempt is under way, and nothing here waits.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "probes/breaker.hpp"
#include "probes/source.hpp"
#include "probes/standing.hpp"

namespace outrider::probes {

/// Pauses are measured by `steady`, people read `wall` (Unix).
struct Time {
  nanoseconds steady{};
  nanoseconds wall{};
};

class Probe {
 public:
  using Say = std::function<void(const std::string& line)>;
  struct Parts {
    Transfers& transfers;
    const Say& say;
  };
  Probe(const config::ProbeConfig& config, const Time& now, const Parts& parts);

  [[nodiscard]] const config::ProbeConfig& config() const { return config_; }
  [[nodiscard]] const std::shared_ptr<aggregate::OutsideSeries>& series() const { return series_; }

  /// Looks for an outcome, gives up what has had its time, begins what is due. True:
  /// the standing is another.
  bool step(const Time& now);
  [[nodiscard]] const Standing& standing() const { return standing_; }
  /// When the next step is due, if `descriptor` says nothing before.
  [[nodiscard]] nanoseconds due() const;
  /// Readable when a step is worth it; -1: none.
  [[nodiscard]] int descriptor() const;

  /// Nothing is begun any more.
  void end();
  [[nodiscard]] bool is_idle() const { return attempt_ == nullptr; }

 private:
  void look(const Time& now);
  [[nodiscard]] nanoseconds due_to_begin() const;
  void begin(const Time& now);
  void finish(Outcome outcome, const Time& now);
  void say_change(Failure before, Breaker::State state_before) const;
  [[nodiscard]] std::shared_ptr<aggregate::OutsideSeries> make_series() const;
  void publish();
  void stand(const Time& now);
  [[nodiscard]] aggregate::OutsideMetric own(const char* name, const char* help,
                                             aggregate::FamilyKind kind) const;
  [[nodiscard]] Metrics all_metrics() const;

  const config::ProbeConfig config_;
  const Say& say_;
  std::unique_ptr<Source> source_;
  std::uint64_t shape_;  ///< of the source, that series_ has
  std::shared_ptr<aggregate::OutsideSeries> series_;
  Breaker breaker_;
  std::unique_ptr<Attempt> attempt_;
  bool is_given_up_ = false;  ///< the attempt under way
  bool has_ended_ = false;
  bool has_changed_ = false;  ///< what it looks at, since the last look
  nanoseconds due_;
  Time began_{};
  Outcome last_{};
  Standing standing_;
  bool stands_anew_ = false;
  double took_;      ///< seconds
  double last_run_;  ///< Unix
  std::uint64_t runs_ = 0;
  std::array<std::uint64_t, std::size(failure_reasons)> errors_{};
};

}  // namespace outrider::probes
