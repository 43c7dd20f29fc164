// SPDX-License-Identifier: Apache-2.0
// What all metrics of a family have in common, and the names that it takes on a page.
#pragma once

#include <string>
#include <vector>

#include "aggregate/schema.hpp"

namespace outrider::aggregate {

struct Declaration {
  std::string name;
  std::string help;
  FamilyKind kind = FamilyKind::gauge;
  std::vector<double> edges = {};
  std::string unit = {};  ///< of a distribution: what its values are
};

/// Names that no other family of a page may have: its own, and those of its samples.
std::vector<std::string> names_of(const Declaration& declared);

/// Those of samples that have a metric's labels and no more, one or two of each.
std::vector<std::string> plain_samples(const Declaration& declared);

/// A sample by name and labels: no two have the same.
std::string sample_key(const std::string& name, const Labels& labels);

/// "a histogram of seconds with bounds 1 2", for people.
std::string description(const Declaration& declared);

}  // namespace outrider::aggregate
