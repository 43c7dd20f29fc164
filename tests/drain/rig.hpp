// SPDX-License-Identifier: Apache-2.0
// A producer and the drain of it in one process and one thread, on files of a
// few KiB: what a trader and a sidecar do to each other, step by step.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "drain/drainer.hpp"
#include "producer/segment_view.hpp"

namespace outrider::test {

/// What sweeps found, by series.
struct Swept {
  struct Sums {
    std::uint64_t count = 0;
    std::uint64_t sum = 0;
    std::map<std::size_t, std::uint64_t> cuts;
  };
  std::map<std::string, Sums> rows;

  void add(const drain::Row& row, std::uint32_t, std::uint64_t count) {
    rows[row.info.text()].count += count;
  }
  void add_cut(const drain::Row& row, std::size_t bound, std::uint64_t count) {
    rows[row.info.text()].cuts[bound] += count;
  }
  void add_sum(const drain::Row& row, std::uint64_t low, std::uint64_t high) {
    rows[row.info.text()].sum += low + (high << 32);
  }
  [[nodiscard]] std::uint64_t count() const {
    return std::accumulate(
        rows.begin(), rows.end(), std::uint64_t{0},
        [](std::uint64_t sum, const auto& row) { return sum + row.second.count; });
  }
};

inline std::uint64_t lost(const drain::Totals& totals) {
  return std::accumulate(totals.lost.begin(), totals.lost.end(), std::uint64_t{0});
}
inline std::uint64_t lost(const drain::Totals& totals, drain::LossCause cause) {
  return totals.lost[static_cast<std::size_t>(cause)];
}

/// The sidecar's half.
class Drain {
 public:
  explicit Drain(const std::string& directory) : directory_{directory} { start(); }

  /// As a sidecar starts: on what the checkpoint holds.
  void start() {
    shm::FileError error;
    damaged_ = false;
    drainer_.reset();
    binding_.reset();
    segment_.reset();
    auto checkpoint = drain::Checkpoint::open(directory_, "oms", damaged_, error);
    ASSERT_TRUE(checkpoint) << error.message;
    checkpoint_ = checkpoint.get();
    drainer_ = std::make_unique<drain::Drainer>(std::move(checkpoint));
  }

  /// Finds a generation and adopts what it has registered so far.
  void attach(std::uint64_t generation) {
    shm::AttachResult result{};
    std::string why;
    segment_ = segments::open_segment(directory_, {"oms", generation}, result, why);
    ASSERT_TRUE(segment_) << why;
    bind();
  }
  void bind() {
    binding_ = drainer_->bind(segment_, binding_.get(), refusals_);
    drainer_->adopt(binding_);
  }

  /// Everything that can be taken now.
  std::vector<drain::Observation> take_all() {
    std::vector<drain::Observation> all;
    for (auto batch = drainer_->take(); !batch.empty(); batch = drainer_->take())
      all.insert(all.end(), batch.begin(), batch.end());
    return all;
  }
  std::uint64_t sweep() {
    const std::uint64_t before = swept_.count();
    drainer_->sweep(swept_);
    return swept_.count() - before;
  }
  /// As the guard does it once the trader is gone.
  void end() {
    segment_->ended = true;
    take_all();
    bind();
    take_all();
    ASSERT_TRUE(drainer_->is_drained());
    sweep();
    drainer_->retire();
  }

  drain::Drainer& drainer() { return *drainer_; }
  drain::Checkpoint& checkpoint() { return *checkpoint_; }
  [[nodiscard]] const std::shared_ptr<segments::Segment>& segment() const { return segment_; }
  [[nodiscard]] const std::shared_ptr<const drain::Binding>& binding() const { return binding_; }
  [[nodiscard]] const std::vector<std::string>& refusals() const { return refusals_; }
  [[nodiscard]] Swept& swept() { return swept_; }
  [[nodiscard]] bool damaged() const { return damaged_; }

  [[nodiscard]] const drain::BoundSeries& series(const std::string& text) const {
    const auto found = std::find_if(binding_->series.begin(), binding_->series.end(),
                                    [&](const auto& each) { return each.info.text() == text; });
    EXPECT_NE(found, binding_->series.end()) << text;
    return *found;
  }
  /// A histogram's samples in the image that counts.
  [[nodiscard]] std::uint64_t kept(const std::string& text) const {
    const auto row = checkpoint_->rows().find(text);
    return row == checkpoint_->rows().end() ? 0 : *row->second->cells[checkpoint_->active()].count;
  }
  [[nodiscard]] std::uint64_t counter(const std::string& text) const {
    return drainer_->counter(series(text));
  }

 private:
  std::string directory_;
  std::unique_ptr<drain::Drainer> drainer_;
  drain::Checkpoint* checkpoint_ = nullptr;
  std::shared_ptr<segments::Segment> segment_;
  std::shared_ptr<const drain::Binding> binding_;
  std::vector<std::string> refusals_;
  Swept swept_;
  bool damaged_ = false;
};

/// recorded = drained + spilled + in the ring + lost.
inline void expect_the_law(const drain::Totals& totals) {
  EXPECT_EQ(totals.recorded, totals.drained + totals.spilled + totals.in_ring + lost(totals));
}

}  // namespace outrider::test
