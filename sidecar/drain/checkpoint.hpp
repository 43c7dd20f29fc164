// SPDX-License-Identifier: Apache-2.0
// A producer's cumulative state and its read positions, committed together, so
// that a sidecar killed at any instruction neither loses nor doubles a sample.
// Two images in one file and a word that says which one counts: a batch is
// applied to the other image, the word is switched, and the batch is applied to
// the first one too. Only the checkpoint, of all files, outlives generations.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "outrider/shm/file.hpp"
#include "outrider/shm/hdr.hpp"
#include "outrider/shm/series.hpp"
#include "segments/fault_watch.hpp"

namespace outrider::drain {

inline constexpr std::uint32_t max_lanes = 1025;

/// Why samples are gone, when they are.
enum class LossCause : std::uint32_t {
  damaged_checkpoint = 0,  ///< history that a damaged checkpoint held
  quarantined_lane = 1,    ///< a lane whose head cannot be
  stale_file = 2,          ///< a dead generation that was removed unread
  bad_id = 3,              ///< samples of a series that the table does not have
};
inline constexpr std::size_t loss_causes = 4;
std::string_view to_string(LossCause cause) noexcept;

/// Front of an image: what is not a series.
struct ImageHead {
  std::uint64_t generation;    ///< whose positions these are; 0: nobody's
  std::uint64_t last_retired;  ///< generation that was carried over last; 0: none
  std::uint64_t drained;       ///< samples applied, over all generations
  std::array<std::uint64_t, loss_causes> lost;
  std::uint64_t retired_recorded;  ///< of retired generations: samples that calls completed
  std::uint64_t retired_spilled;   ///< of these, how many came through spill
  std::uint64_t retired_clipped;
  std::uint64_t retired_anomalies;
  std::array<std::uint64_t, max_lanes> positions;
  // Added behind the rest: zero in a file of a version before.
  std::uint64_t birth;               ///< of `generation`: numbers may begin anew
  std::uint64_t last_retired_birth;  ///< of `last_retired`
  std::uint64_t retired_refused;     ///< registrations, of retired generations
};

/// A histogram's cumulative cells in one image: samples from rings over all
/// generations, and the spill of retired ones.
struct HistogramCells {
  std::uint64_t* count = nullptr;  ///< followed by the sum's halves
  std::uint64_t* sum_low = nullptr;
  std::uint64_t* sum_high = nullptr;
  std::span<std::uint64_t> cuts;  ///< one for each registered bound
  std::span<std::uint64_t> buckets;
};

/// A series that the checkpoint keeps. Stable address; made on the discovery thread.
struct Row {
  std::uint32_t index = 0;  ///< in the order in which the producer's rows were made
  shm::SeriesInfo info;
  bool is_new = false;  ///< made since the checkpoint was opened: the guard owns its cells
  shm::BucketLayout layout{2};
  std::vector<std::uint64_t> bounds;      ///< in kept units
  std::vector<std::uint8_t> cut_of;       ///< by bucket: 1 + first bound that cuts it, 0: none
  std::array<HistogramCells, 2> cells;    ///< by image; histograms
  std::array<std::uint64_t*, 2> carry{};  ///< by image; counters: total of retired generations
  mutable std::uint64_t carry_shown = 0;  ///< the guard's: as last shown to anybody
};

/// Applies one observation to a histogram's cells.
inline void apply(const Row& row, const HistogramCells& cells, std::uint32_t bucket,
                  std::uint64_t value) noexcept {
  ++*cells.count;
  *cells.sum_low += value & 0xffff'ffff;
  *cells.sum_high += value >> 32;
  ++cells.buckets[bucket];
  if (const std::size_t first = row.cut_of[bucket]; first != 0) [[unlikely]] {
    for (std::size_t i = first - 1;
         i < row.bounds.size() && row.layout.index(row.bounds[i]) == bucket; ++i) {
      if (value <= row.bounds[i]) ++cells.cuts[i];
    }
  }
}

class Checkpoint {
 public:
  /// Opens c/NAME.checkpoint, or makes it. A damaged one is put aside as
  /// NAME.checkpoint.damaged and a fresh one made; `damaged` then says so.
  static std::unique_ptr<Checkpoint> open(const std::string& directory, const std::string& name,
                                          bool& damaged, shm::FileError& error);

  /// Discovery thread: the row of a series, found by name and labels or added.
  /// Null when its shape differs from the one on record, or there is no room.
  Row* row_for(const shm::SeriesInfo& info, shm::FileError& error);
  [[nodiscard]] const std::map<std::string, std::unique_ptr<Row>>& rows() const noexcept {
    return rows_;
  }

  /// Guard thread. The image that counts, and the one that is being prepared.
  [[nodiscard]] unsigned active() const noexcept { return active_; }
  [[nodiscard]] unsigned inactive() const noexcept { return active_ ^ 1U; }
  [[nodiscard]] ImageHead& head(unsigned image) const noexcept { return *heads_[image]; }

  /// Whether somebody cut its file short: what it says is nothing any more.
  [[nodiscard]] bool is_damaged() const noexcept { return watch_.faulted(); }

  /// Makes the inactive image the one that counts.
  void commit() noexcept;

  /// Bring the inactive image up to date after a commit, by what that has changed: a
  /// whole image may be 64 MiB, and gates wait. After a batch, applying the batch
  /// again is cheaper.
  void copy_head() noexcept { *heads_[inactive()] = *heads_[active()]; }
  void copy_row(const Row& row) noexcept;

 private:
  Checkpoint() = default;
  bool load_rows();
  void copy_image() noexcept;
  bool bind(const shm::SeriesInfo& info, std::uint64_t offset);

  shm::Descriptor file_;
  shm::Mapping mapping_;
  segments::FaultWatch watch_;
  std::array<ImageHead*, 2> heads_{};
  unsigned active_ = 0;
  std::map<std::string, std::unique_ptr<Row>> rows_;  ///< by name and labels
  std::uint32_t text_used_ = 0;
  std::uint64_t cells_used_ = 0;  ///< within an image
};

}  // namespace outrider::drain
