// SPDX-License-Identifier: Apache-2.0
// The sidecar of the storm: the real segments and drain code in the order in
// which discovery and guard call it, oldest generation first.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "drain/drainer.hpp"
#include "storm/ledger.hpp"

namespace outrider::storm {

class Reader {
 public:
  Reader(const std::string& directory, Ledger& ledger);

  /// Why it cannot go on; empty while all is well.
  [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; }

  /// One pass; false when there was no segment to look at.
  bool pass();

  [[nodiscard]] drain::Drainer& drainer() noexcept { return *drainer_; }

 private:
  void attach(const std::vector<segments::Found>& found);
  void bind();
  void take();
  void sweep();
  void look_whether_it_ended();
  void retire();
  void show();

  std::string directory_;
  Ledger& ledger_;
  std::string trouble_;
  std::unique_ptr<drain::Drainer> drainer_;
  std::shared_ptr<segments::Segment> segment_;
  std::shared_ptr<const drain::Binding> binding_;
  std::uint64_t passes_ = 0;
};

/// Reads until somebody kills the process; returns only in trouble, with 1.
int run_reader(const std::string& directory, Ledger& ledger);

}  // namespace outrider::storm
