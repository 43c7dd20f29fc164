// SPDX-License-Identifier: Apache-2.0
// The parts of a bound expression. A vector node has one slot for every label
// set it can ever yield; evaluation only fills present[] and value[], so it
// neither allocates nor looks at a label.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "aggregate/schema.hpp"
#include "promql/labels.hpp"

namespace outrider::promql {

/// One evaluation on its way through the nodes.
struct Evaluation {
  const aggregate::ValueSource& source;
  std::chrono::nanoseconds now{};   ///< steady: what histories are kept by
  std::chrono::nanoseconds wall{};  ///< since 1970: what time() says
  const char* error = nullptr;      ///< the first one; its text lives forever
  bool met_no_number = false;       ///< a series was NaN or infinite: what it decides is not known

  void fail(const char* reason) noexcept {
    if (!error) error = reason;
  }
};

class ScalarNode {
 public:
  virtual ~ScalarNode() = default;
  virtual double evaluate(Evaluation& evaluation) noexcept = 0;

  /// Whether a series that it is made of found no room to be watched.
  [[nodiscard]] virtual bool is_blind() const noexcept { return false; }
};

class VectorNode {
 public:
  virtual ~VectorNode() = default;

  virtual void evaluate(Evaluation& evaluation) noexcept = 0;

  /// Whether every series that could have made this vector non-empty was there
  /// at the last evaluation. False: an empty result proves nothing.
  [[nodiscard]] virtual bool has_data() const noexcept = 0;

  [[nodiscard]] std::size_t size() const noexcept { return labels_.size(); }
  [[nodiscard]] const std::vector<Labels>& labels() const noexcept { return labels_; }
  [[nodiscard]] bool present(std::size_t slot) const noexcept { return present_[slot] != 0; }
  [[nodiscard]] double value(std::size_t slot) const noexcept { return value_[slot]; }
  [[nodiscard]] bool any_present() const noexcept;

  /// Whether a series that goes into this slot found no room to be watched: what
  /// the slot says, or that it is empty, is not the truth. Fixed when it is made.
  [[nodiscard]] bool is_blind(std::size_t slot) const noexcept { return blind_[slot] != 0; }
  [[nodiscard]] bool any_blind() const noexcept;

 protected:
  /// For constructors only.
  void set_slots(std::vector<Labels> labels);
  void set_blind(std::size_t slot) noexcept { blind_[slot] = 1; }
  void set_all_blind() noexcept;
  /// Slot for slot, what `other` does not see.
  void inherit_blindness(const VectorNode& other) noexcept;

  void set(std::size_t slot, double value) noexcept {
    present_[slot] = 1;
    value_[slot] = value;
  }
  void clear(std::size_t slot) noexcept { present_[slot] = 0; }
  void clear_all() noexcept;

  /// Two present slots with one label set are an error in PromQL.
  void check_duplicates(Evaluation& evaluation) const noexcept;

 private:
  std::vector<Labels> labels_;
  std::vector<std::uint8_t> present_;
  std::vector<std::uint8_t> blind_;
  std::vector<double> value_;
  std::vector<std::vector<std::uint32_t>> same_labels_;  ///< slots, two or more in each
};

using ScalarNodePtr = std::unique_ptr<ScalarNode>;
using VectorNodePtr = std::unique_ptr<VectorNode>;

}  // namespace outrider::promql
