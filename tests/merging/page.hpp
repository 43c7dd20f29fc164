// SPDX-License-Identifier: Apache-2.0
// A page as a reader of the exposition format has it: every sample by its text,
// and what must never be there: the same sample twice.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace outrider::merging {

class Page {
 public:
  explicit Page(std::string text);

  /// The value of a sample as it is written; empty when it is not there.
  [[nodiscard]] std::string written(const std::string& sample) const;
  [[nodiscard]] std::optional<double> value(const std::string& sample) const;
  /// Samples that begin so.
  [[nodiscard]] std::size_t count(const std::string& beginning) const;
  /// The type that TYPE gives a name; empty when none does.
  [[nodiscard]] std::string type(const std::string& name) const;
  [[nodiscard]] const std::string& text() const { return text_; }

  /// What is wrong with it, by our own count of samples and by promtool; empty: nothing.
  [[nodiscard]] std::string complaints() const;

 private:
  std::string text_;
  std::map<std::string, std::string> samples_;
  std::map<std::string, std::string> types_;
  std::vector<std::string> repeated_;
};

}  // namespace outrider::merging
