// SPDX-License-Identifier: Apache-2.0
// The labels of a series: names and values, in any order, each name once.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace outrider {

class Labels {
 public:
  Labels() = default;
  Labels(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs) {
    for (const auto& [name, value] : pairs) pairs_.emplace_back(name, value);
  }
  explicit Labels(std::vector<std::pair<std::string, std::string>> pairs)
      : pairs_{std::move(pairs)} {}

  /// Sorted by name, as the segment keeps them.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> sorted() const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace outrider
