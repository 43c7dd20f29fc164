// SPDX-License-Identifier: Apache-2.0
// The cold half of a producer: its mapping, its table of series and lanes, its
// housekeeping. Everything here is done under one mutex of the trader's own
// process; nothing of it is on the hot path.
#pragma once

#include <condition_variable>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "outrider/producer.hpp"
#include "outrider/shm/control.hpp"
#include "outrider/shm/heartbeat.hpp"
#include "outrider/shm/identity.hpp"
#include "outrider/shm/ring.hpp"
#include "outrider/shm/series.hpp"
#include "outrider/shm/telemetry.hpp"
#include "process_clock.hpp"

namespace outrider::detail {

/// A registered series and its bounds in kept units.
struct Registered {
  shm::SeriesInfo info;
  std::uint32_t number = 0;
  std::vector<std::uint64_t> bounds;
};

/// A lane as this process knows it.
struct Lane {
  shm::RingWriter writer;
  WriterGuard guard;
  std::string name;
  std::unique_ptr<DirectiveInbox> inbox;  ///< once it was asked for
  std::uint32_t users = 0;  ///< writers holding it: at most one, but on the shared lane
  std::map<std::uint32_t, std::unique_ptr<shm::HistogramCells>> histograms;  ///< by slot
};

class ProducerState {
 public:
  /// Makes and publishes the segment; with an error, a detached state.
  ProducerState(const ProducerOptions& options, Status& status);
  ProducerState();  ///< detached
  ProducerState(const ProducerState&) = delete;
  ProducerState& operator=(const ProducerState&) = delete;
  ~ProducerState();

  std::uint32_t claim_lane(std::string_view name) noexcept;
  void free_lane(std::uint32_t lane) noexcept;

  Cell cell(std::uint32_t lane, shm::SeriesInfo info) noexcept;
  std::atomic<std::uint64_t>& gauge(shm::SeriesInfo info) noexcept;
  Histogram histogram(std::uint32_t lane, shm::SeriesInfo info) noexcept;
  Gate gate(shm::SeriesInfo info) noexcept;
  Directives directives(std::uint32_t lane) noexcept;

  void housekeep() noexcept;
  void start_thread();

  [[nodiscard]] bool is_shared(std::uint32_t lane) const noexcept {
    return lane == geometry_.lanes;
  }
  [[nodiscard]] bool is_detached() const noexcept { return directory_.empty(); }
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
  [[nodiscard]] const shm::TickClock& clock() const noexcept { return clock_; }
  [[nodiscard]] std::string last_refusal() const;

  /// Around a fork only.
  [[nodiscard]] std::mutex& mutex() noexcept { return mutex_; }
  /// In the child of a fork: the mappings become private memory, the thread is gone.
  void abandon_in_child() noexcept;

 private:
  Status open_segment(const ProducerOptions& options);
  shm::FileError make_segment(const ProducerOptions& options, const std::string& directory);
  [[nodiscard]] std::uint32_t choose_lane(std::string_view name) const noexcept;
  void open_detached();
  void open_last_resort();
  [[nodiscard]] bool take_generation(const std::string& directory, shm::FileError& error);
  void remove_retired(const std::string& name);
  void remove_if_retired(const std::string& file);

  Registered* find_or_register(shm::SeriesInfo&& info);
  Registered* refuse(const std::string& why);
  shm::HistogramCells* histogram_cells(Lane& lane, std::uint32_t lane_number,
                                       const Registered& series);
  [[nodiscard]] std::uint32_t& next_slot(shm::SeriesKind kind);

  mutable std::mutex mutex_;
  std::string directory_;  ///< empty: detached
  std::string name_;
  std::uint64_t generation_ = 0;
  shm::NameLock lock_;
  shm::Geometry geometry_;
  ClockUse clock_use_;
  shm::TickClock clock_;
  std::unique_ptr<std::byte, decltype(&std::free)> last_resort_{nullptr, &std::free};
  shm::Mapping mapping_;
  std::unique_ptr<shm::Telemetry> telemetry_;
  shm::ControlWindow window_;

  std::map<std::string, std::unique_ptr<Registered>> series_;  ///< by text()
  std::map<std::uint32_t, std::uint32_t> slots_used_;  ///< by the first kind of a slot space
  std::uint32_t text_used_ = 0;
  std::uint64_t spill_used_ = 0;
  std::string last_refusal_;
  std::unique_ptr<Lane[]> lanes_;
  std::uint32_t lanes_used_ = 0;
  bool anybody_listened_ = false;  ///< for directives, ever

  std::thread thread_;
  std::unique_ptr<std::condition_variable> wake_ = std::make_unique<std::condition_variable>();
  bool stopping_ = false;
  std::uint64_t beats_ = 0;
};

/// Where refused handles point.
shm::RingWriter& null_writer() noexcept;
const shm::HistogramCells& null_histogram() noexcept;
const WriterGuard& null_guard() noexcept;

}  // namespace outrider::detail
