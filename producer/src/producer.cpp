// SPDX-License-Identifier: Apache-2.0
#include "outrider/producer.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "state.hpp"

namespace outrider {
namespace {

shm::SeriesInfo series(shm::SeriesKind kind, std::string_view name, std::string_view help,
                       const Labels& labels) {
  shm::SeriesInfo info;
  info.kind = kind;
  info.name = name;
  info.help = help;
  info.labels = labels.sorted();
  return info;
}

std::shared_ptr<detail::ProducerState> open_state(const ProducerOptions& options, Status& status) {
  auto state = std::make_shared<detail::ProducerState>(options, status);
  if (status.ok() && options.housekeeping == Housekeeping::thread) state->start_thread();
  return state;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> Labels::sorted() const {
  auto pairs = pairs_;
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

Producer::Producer(std::shared_ptr<detail::ProducerState> state) noexcept
    : state_{std::move(state)} {}

Producer Producer::create(const ProducerOptions& options, Status& status) noexcept {
  try {
    return Producer{open_state(options, status)};
  } catch (const std::system_error& failure) {
    // Most likely the housekeeping thread, which the machine has no room for.
    status = {failure.code().value(),
              std::string{"producer \""} + std::string{options.name} +
                  "\": cannot start its housekeeping: " + failure.code().message() +
                  "; raise the limit on threads, or choose "
                  "Housekeeping::manual"};
  } catch (const std::exception& failure) {
    status = {ENOMEM,
              std::string{"producer \""} + std::string{options.name} + "\": " + failure.what()};
  }
  return detached();
}

Producer Producer::detached() noexcept {
  return Producer{std::make_shared<detail::ProducerState>()};
}

Producer::Producer(const ProducerOptions& options) {
  Status status;
  state_ = open_state(options, status);
  if (!status.ok()) throw Error{status.message};
}

Writer Producer::writer(std::string_view thread_name) noexcept {
  return {state_, state_->claim_lane(thread_name)};
}

Gate Producer::gate(std::string_view name, const Labels& labels) noexcept {
  return state_->gate(series(shm::SeriesKind::gate, name, "Gate that orders pass", labels));
}

Directives Producer::directives(const Writer& writer) noexcept {
  return writer.state_ == nullptr ? Directives{} : writer.state_->directives(writer.lane_);
}

bool Producer::is_detached() const noexcept {
  return state_->is_detached();
}
std::uint64_t Producer::generation() const noexcept {
  return state_->generation();
}
std::string Producer::last_refusal() const {
  return state_->last_refusal();
}
void Producer::housekeep() noexcept {
  state_->housekeep();
}

double Producer::seconds(Ticks from, Ticks to) const noexcept {
  return static_cast<double>(state_->clock().interval_ns(to - from)) * 1e-9;
}

// ------------------------------------------------------------------ Writer

Writer::Writer(std::shared_ptr<detail::ProducerState> state, std::uint32_t lane) noexcept
    : state_{std::move(state)}, lane_{lane} {}

Writer::Writer(Writer&& other) noexcept = default;

Writer& Writer::operator=(Writer&& other) noexcept {
  std::swap(state_, other.state_);
  std::swap(lane_, other.lane_);
  return *this;
}

Writer::~Writer() {
  if (state_ != nullptr) state_->free_lane(lane_);
}

Counter Writer::counter(std::string_view name, std::string_view help,
                        const Labels& labels) noexcept {
  return Counter{state_->cell(lane_, series(shm::SeriesKind::counter, name, help, labels))};
}

UpDownCounter Writer::up_down_counter(std::string_view name, std::string_view help,
                                      const Labels& labels) noexcept {
  return UpDownCounter{state_->cell(lane_, series(shm::SeriesKind::up_down, name, help, labels))};
}

Gauge Writer::gauge(std::string_view name, std::string_view help, const Labels& labels) noexcept {
  return Gauge{state_->gauge(series(shm::SeriesKind::gauge_f64, name, help, labels))};
}

IntGauge Writer::int_gauge(std::string_view name, std::string_view help,
                           const Labels& labels) noexcept {
  return IntGauge{state_->gauge(series(shm::SeriesKind::gauge_i64, name, help, labels))};
}

FailureStreak Writer::failure_streak(std::string_view name, std::string_view help,
                                     const Labels& labels) noexcept {
  return FailureStreak{state_->gauge(series(shm::SeriesKind::gauge_i64, name, help, labels))};
}

Histogram Writer::histogram(std::string_view name, std::string_view help,
                            const HistogramOptions& options, const Labels& labels) noexcept {
  shm::SeriesInfo info = series(shm::SeriesKind::histogram, name, help, labels);
  info.unit = options.unit.unit;
  info.scale = options.unit.scale;
  info.bounds = options.bounds;
  info.significant_figures = options.significant_figures;
  return state_->histogram(lane_, std::move(info));
}

bool Writer::shared() const noexcept {
  return state_->is_shared(lane_);
}

}  // namespace outrider
