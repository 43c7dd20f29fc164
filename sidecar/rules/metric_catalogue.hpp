// SPDX-License-Identifier: Apache-2.0
// Which metrics there are, as a profile lists them (metrics.yml): what a rule's text alone
// cannot say.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace outrider::rules {

struct KnownMetric {
  std::string type;  ///< counter, gauge or histogram
  /// By label. A set that holds "..." is not all of its values.
  std::map<std::string, std::set<std::string>> labels;
  double last_bound = 0;  ///< of a histogram's buckets, without +Inf; 0: none are listed
};

class MetricCatalogue {
 public:
  /// Adds what a file lists; a sentence when it cannot be read as one, else empty.
  std::string add(const std::string& file);

  [[nodiscard]] bool empty() const { return metrics_.empty(); }
  /// Of a family, or of one of the series that a histogram yields; null: not listed.
  [[nodiscard]] const KnownMetric* find(const std::string& name) const;
  /// The name that is nearest in letters; empty where none is near.
  [[nodiscard]] std::string nearest(const std::string& name) const;

 private:
  std::map<std::string, KnownMetric> metrics_;
};

}  // namespace outrider::rules
