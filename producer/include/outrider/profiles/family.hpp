// SPDX-License-Identifier: Apache-2.0
// A family of series as an array: a handle for each combination of the values of its labels,
// registered once, and found by the position of each value, without a look at any string.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "outrider/labels.hpp"

namespace outrider::trading {

/// What a series may be told apart by. Each system has its own label for it, or none.
enum class Dimension : std::uint8_t {
  venue,
  symbol,
  strategy,
  order_type,
  side,
  status,
  pnl,
  agent,
  regime,
  approved,
  result,
  connection,
  verdict,
  limit,
  dimensions
};

/// The values of each dimension, in the order of the enumeration that names them in calls.
using Vocabulary = std::array<std::vector<std::string>, std::size_t(Dimension::dimensions)>;

/// What one system calls a family. Without a name the system has no such family.
struct FamilyName {
  std::string_view name = {};
  std::string_view help = {};
  std::vector<std::pair<Dimension, std::string_view>> labels = {};  ///< and its label for each
};

/// Positions of values, in the order of `dimensions`; one that the family has no label for
/// makes no difference, and one beyond the vocabulary counts nowhere.
template <class Handle, Dimension... dimensions>
class Family {
 public:
  /// All calls go nowhere.
  Family() : handles_(1) { limits_.fill(any); }

  /// `add(name, help, labels)` registers one series.
  template <class Add>
  Family(const FamilyName& named, const Vocabulary& words, Add&& add) : Family() {
    if (named.name.empty()) return;
    const std::array<Dimension, sizeof...(dimensions)> all{dimensions...};
    std::size_t count = 1;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (label_of(named, all[i]).empty()) continue;
      strides_[i] = count;
      limits_[i] = words[std::size_t(all[i])].size();
      count *= limits_[i];
    }
    handles_.clear();
    handles_.reserve(count + 1);
    for (std::size_t at = 0; at < count; ++at)
      handles_.push_back(add(named.name, named.help, labels_at(named, words, all, at)));
    handles_.emplace_back();
  }

  template <class... Values>
  Handle& operator()(Values... values) noexcept {
    static_assert(sizeof...(Values) == sizeof...(dimensions), "a value for each dimension");
    std::size_t at = 0;
    std::size_t i = 0;
    bool known = true;
    ((known = known && std::size_t(values) < limits_[i], at += std::size_t(values) * strides_[i++]),
     ...);
    return handles_[known ? at : handles_.size() - 1];
  }

 private:
  static constexpr std::size_t any = std::numeric_limits<std::size_t>::max();

  static std::string_view label_of(const FamilyName& named, Dimension dimension) {
    for (const auto& [each, label] : named.labels)
      if (each == dimension) return label;
    return {};
  }
  template <class All>
  [[nodiscard]] Labels labels_at(const FamilyName& named, const Vocabulary& words, const All& all,
                                 std::size_t at) const {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (strides_[i] == 0) continue;
      const std::size_t value = at / strides_[i] % limits_[i];
      pairs.emplace_back(label_of(named, all[i]), words[std::size_t(all[i])][value]);
    }
    return Labels{std::move(pairs)};
  }

  std::vector<Handle> handles_;  ///< the last one counts nowhere
  std::array<std::size_t, sizeof...(dimensions)> strides_{};
  std::array<std::size_t, sizeof...(dimensions)> limits_{};
};

/// A family without labels.
template <class Handle>
class Family<Handle> {
 public:
  Family() = default;
  template <class Add>
  Family(const FamilyName& named, const Vocabulary&, Add&& add) {
    if (!named.name.empty()) handle_ = add(named.name, named.help, Labels{});
  }
  Handle& operator()() noexcept { return handle_; }

 private:
  Handle handle_;
};

}  // namespace outrider::trading
