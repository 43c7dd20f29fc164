// SPDX-License-Identifier: Apache-2.0
// Who may take how much of a table that all producers share and that only grows.
// Invariant: what nobody has taken is at least the sum of what is kept for each.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>

namespace outrider::aggregate {

struct AllowanceLimits {
  std::size_t kept_for_each = 0;  ///< that nobody else can take
  std::size_t most_each = 0;      ///< that one owner may take, kept ones included
  std::size_t shared = 0;         ///< for what goes beyond the kept ones, of all owners
};

class Allowance {
 public:
  explicit Allowance(const AllowanceLimits& limits) : limits_{limits} {}

  /// Charges `count` places to `owner`; false: they are not there, none is charged.
  bool take(const std::string& owner, std::size_t count) {
    std::size_t& taken = taken_[owner];
    const std::size_t more = beyond(taken + count) - beyond(taken);
    if (taken + count > limits_.most_each || shared_taken_ + more > limits_.shared) return false;
    taken += count;
    shared_taken_ += more;
    return true;
  }

 private:
  [[nodiscard]] std::size_t beyond(std::size_t taken) const {
    return std::max(taken, limits_.kept_for_each) - limits_.kept_for_each;
  }

  AllowanceLimits limits_;
  std::map<std::string, std::size_t> taken_;
  std::size_t shared_taken_ = 0;
};

}  // namespace outrider::aggregate
