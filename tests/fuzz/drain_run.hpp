// SPDX-License-Identifier: Apache-2.0
// The sidecar's way over one segment, step by step, so that somebody can change
// the file in between: attach, bind, take, sweep, show, retire.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "aggregate/values_builder.hpp"
#include "drain/drainer.hpp"
#include "fuzz/fuzz.hpp"

namespace outrider::fuzz {

/// The sidecar's half.
class Sidecar {
 public:
  /// What is kept for pages costs more than all the rest: a run may do without.
  enum class Keeps { pages, nothing };

  explicit Sidecar(const std::string& directory, Keeps keeps = Keeps::pages)
      : directory_{directory}, keeps_{keeps} {}

  /// False when there is no checkpoint to be had.
  bool start();
  /// False when the segment is refused.
  bool attach();
  void bind();
  /// Batches until nothing is left, and what the guard looks at beside them.
  void take_all();
  void sweep();
  /// Everything a page shows, as text.
  void show();
  /// What the guard does with a trader that has ended; false when it must wait.
  bool retire();

  [[nodiscard]] bool found_damage() const { return damaged_; }
  [[nodiscard]] drain::Totals totals() const { return drainer_->totals(); }
  [[nodiscard]] bool is_complete() const { return drain::is_complete(*binding_); }

 private:
  void extend();

  std::string directory_;
  Keeps keeps_;
  std::unique_ptr<drain::Drainer> drainer_;
  std::shared_ptr<segments::Segment> segment_;
  std::shared_ptr<const drain::Binding> binding_;
  aggregate::HistogramSet histograms_;
  std::vector<std::string> refusals_;
  bool damaged_ = false;
};

}  // namespace outrider::fuzz
