// SPDX-License-Identifier: Apache-2.0
// One thread's door to telemetry: it owns a lane of the segment and hands out
// handles to what the thread records. Cold; the handles are the hot path.
#pragma once

#include <memory>
#include <string_view>

#include "outrider/counter.hpp"
#include "outrider/failure_streak.hpp"
#include "outrider/gauge.hpp"
#include "outrider/histogram.hpp"
#include "outrider/labels.hpp"

namespace outrider {

namespace detail {
class ProducerState;
}

/// Movable. Its handles must not outlive it: with it the lane becomes free for
/// another thread, and goes on counting where this one stopped. When all lanes
/// are taken, a writer shares one with others, through locked instructions.
///
/// The same name and labels give the same series, in every thread; with another
/// kind, unit or bounds they are refused. What is refused returns a handle that
/// counts nowhere, is counted in the segment, and is told by
/// Producer::last_refusal(): a trader must not stop over a label.
class Writer {
 public:
  Writer() noexcept = default;
  Writer(std::shared_ptr<detail::ProducerState> state, std::uint32_t lane) noexcept;
  Writer(Writer&& other) noexcept;
  Writer& operator=(Writer&& other) noexcept;
  ~Writer();

  Counter counter(std::string_view name, std::string_view help, const Labels& labels = {}) noexcept;
  Gauge gauge(std::string_view name, std::string_view help, const Labels& labels = {}) noexcept;
  IntGauge int_gauge(std::string_view name, std::string_view help,
                     const Labels& labels = {}) noexcept;
  UpDownCounter up_down_counter(std::string_view name, std::string_view help,
                                const Labels& labels = {}) noexcept;
  FailureStreak failure_streak(std::string_view name, std::string_view help,
                               const Labels& labels = {}) noexcept;
  Histogram histogram(std::string_view name, std::string_view help,
                      const HistogramOptions& options = {}, const Labels& labels = {}) noexcept;

  /// Whether this writer shares its lane because all were taken.
  [[nodiscard]] bool shared() const noexcept;

 private:
  friend class Producer;

  std::shared_ptr<detail::ProducerState> state_;
  std::uint32_t lane_ = 0;
};

}  // namespace outrider
