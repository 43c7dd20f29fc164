// SPDX-License-Identifier: Apache-2.0
#include "crash/recovery.hpp"

#include <unistd.h>

#include <numeric>

namespace outrider::crash {
namespace {

/// What a sweep reads, added up.
struct SweepInto {
  Tally& tally;
  void add(const drain::Row&, std::uint32_t bucket, std::uint64_t n) { tally.buckets[bucket] += n; }
  void add_cut(const drain::Row&, std::size_t bound, std::uint64_t n) { tally.cuts[bound] += n; }
  void add_sum(const drain::Row&, std::uint64_t low, std::uint64_t high) {
    tally.sum += low + (high << 32);
  }
};

class Recovery {
 public:
  explicit Recovery(const std::string& directory) : directory_{directory} {}

  Found run() {
    const auto segments = segments::list_segments(directory_);
    for (const segments::Found& each : segments) {
      if (found_.problem.empty()) bury(each);
    }
    if (found_.problem.empty() && drainer_ == nullptr && has_checkpoint()) open_checkpoint();
    if (drainer_ != nullptr) finish();
    return std::move(found_);
  }

 private:
  [[nodiscard]] bool has_checkpoint() const {
    const std::string path = directory_ + "/c/" + producer_name + ".checkpoint";
    return ::access(path.c_str(), F_OK) == 0;
  }

  void open_checkpoint() {
    bool damaged = false;
    shm::FileError error;
    auto checkpoint = drain::Checkpoint::open(directory_, producer_name, damaged, error);
    if (checkpoint == nullptr) return fail("checkpoint: " + error.message);
    if (damaged) return fail("the checkpoint is damaged");
    checkpoint_ = checkpoint.get();
    drainer_ = std::make_unique<drain::Drainer>(std::move(checkpoint));
  }

  /// One generation, whose trader is dead: drained, carried over, removed.
  void bury(const segments::Found& each) {
    shm::AttachResult result{};
    std::string why;
    auto segment = segments::open_segment(directory_, each, result, why);
    if (segment == nullptr) return fail("segment not attached: " + why);
    ++found_.generations;
    // sync(retired): acquire, pairs with Drainer::retire of the dead sidecar.
    if (segment->control.state().retired.load(std::memory_order_acquire) == 1) {
      if (drainer_ == nullptr && !has_checkpoint()) return fail("retired without a checkpoint");
      segments::remove_files(directory_, *segment);
      has_read_live_ = false;
      return;
    }
    if (drainer_ == nullptr) open_checkpoint();
    if (drainer_ == nullptr) return;
    drain(segment);
  }

  void drain(const std::shared_ptr<segments::Segment>& segment) {
    std::vector<std::string> refusals;
    const auto binding = drainer_->bind(segment, nullptr, refusals);
    if (!refusals.empty()) return fail(refusals.front());
    drainer_->adopt(binding);
    found_.series.clear();
    for (const auto& series : binding->series) found_.series.push_back(series.info.text());
    while (!drainer_->take().empty()) {
    }
    if (drainer_->has_unbound_series())
      return fail("a sample of a series that is not in the table");
    segment->ended.store(true, std::memory_order_relaxed);  // relaxed: one thread
    Tally swept;
    if (drainer_->is_live()) {
      if (!drainer_->is_drained()) return fail("not drained, and nothing more to take");
      SweepInto sink{swept};
      drainer_->sweep(sink);
    }
    read_live(*binding, std::move(swept));
    if (drainer_->is_live()) drainer_->retire();
    if (!segments::remove_files(directory_, *segment)) fail("the files cannot be removed");
  }

  void add_checkpoint(Tally& tally) const {
    const auto& rows = checkpoint_->rows();
    const unsigned image = checkpoint_->active();
    if (const auto row = rows.find(histogram_name); row != rows.end()) {
      const drain::HistogramCells& cells = row->second->cells[image];
      for (std::size_t i = 0; i < tally.buckets.size(); ++i) tally.buckets[i] += cells.buckets[i];
      for (std::size_t i = 0; i < tally.cuts.size(); ++i) tally.cuts[i] += cells.cuts[i];
      tally.sum += *cells.sum_low + (*cells.sum_high << 32);
    }
  }

  void read_live(const drain::Binding& binding, Tally&& swept) {
    has_read_live_ = true;
    found_.live = std::move(swept);
    add_checkpoint(found_.live);
    add_carried(found_.live);
    for (const auto& series : binding.series) {
      for (std::size_t i = 0; i < counter_names.size(); ++i) {
        if (series.info.name == counter_names[i])
          found_.live.counters[i] = drainer_->counter(series);
      }
    }
  }

  void add_carried(Tally& tally) const {
    const auto& rows = checkpoint_->rows();
    for (std::size_t i = 0; i < counter_names.size(); ++i) {
      const auto row = rows.find(counter_names[i]);
      if (row != rows.end()) tally.counters[i] = drainer_->carried(*row->second);
    }
  }

  void finish() {
    add_checkpoint(found_.retired);
    add_carried(found_.retired);
    found_.totals = drainer_->totals();
    if (!has_read_live_) found_.live = found_.retired;
    const auto row = checkpoint_->rows().find(histogram_name);
    if (row == checkpoint_->rows().end() || !found_.problem.empty()) return;
    const std::uint64_t count = *row->second->cells[checkpoint_->active()].count;
    if (count != found_.retired.samples())
      fail("count " + std::to_string(count) + ", in buckets " +
           std::to_string(found_.retired.samples()));
  }

  void fail(const std::string& why) {
    if (found_.problem.empty()) found_.problem = why;
  }

  std::string directory_;
  std::unique_ptr<drain::Drainer> drainer_;
  drain::Checkpoint* checkpoint_ = nullptr;
  bool has_read_live_ = false;  ///< the last generation was not retired already
  Found found_;
};

}  // namespace

Found recover(const std::string& directory) {
  return Recovery{directory}.run();
}

std::string judge(const Found& found, const Account& account) {
  if (!found.problem.empty()) return found.problem;
  if (const std::string why = account.judge(found.retired); !why.empty())
    return "after retirement: " + why;
  if (const std::string why = account.judge(found.live); !why.empty())
    return "before retirement: " + why;
  const drain::Totals& totals = found.totals;
  const std::uint64_t lost =
      std::accumulate(totals.lost.begin(), totals.lost.end(), std::uint64_t{0});
  if (lost != 0) return std::to_string(lost) + " samples declared lost";
  if (totals.in_ring != 0) return std::to_string(totals.in_ring) + " samples left in a ring";
  if (totals.recorded != totals.drained + totals.spilled)
    return "recorded " + std::to_string(totals.recorded) + ", drained " +
           std::to_string(totals.drained) + ", spilled " + std::to_string(totals.spilled);
  if (totals.recorded != found.retired.samples())
    return "recorded " + std::to_string(totals.recorded) + ", in buckets " +
           std::to_string(found.retired.samples());
  return {};
}

}  // namespace outrider::crash
