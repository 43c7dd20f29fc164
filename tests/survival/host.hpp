// SPDX-License-Identifier: Apache-2.0
// One host of real programs: a sidecar, a trader that asks its gate without a
// pause and keeps count of every order that it was permitted, and a person who
// types `outrider`. The count lies outside the segments and outlives the trader.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include <string>
#include <vector>

#include "process/harness.hpp"
#include "process/ledger.hpp"
#include "process/small_disk.hpp"

namespace outrider::testing {

class Host {
 public:
  /// Armed by a person, and its trader is permitted to trade. `rules` are those of a
  /// rule file, of which the alert Loss kills.
  explicit Host(const std::string& rules = "groups: []\n");

  /// `outrider ARGUMENTS` of this host; its exit code.
  int outrider(const std::string& arguments, std::string* output = nullptr) const;
  /// From here on no order may be permitted.
  void expect_no_order();

  void end_sidecar(int signal = SIGKILL);
  void start_sidecar(bool arm_at_start = false);
  void end_trader() { trader_.kill_now(); }
  void start_trader();

  /// Waits until the sidecar says this state of the gate by its own verdict and `outrider
  /// status` the same or `by_status`, goes on for longer than it takes to renew the
  /// leases, and asks the ledger.
  ::testing::AssertionResult stays(const std::string& state, const std::string& by_status = {});
  /// Whether the sidecar's own verdict on the gate is this now.
  [[nodiscard]] bool is(const std::string& state) const;
  /// Whether the trader comes to be permitted again.
  bool trades_again();

  [[nodiscard]] SidecarProcess& sidecar() { return sidecar_; }
  [[nodiscard]] const std::string& segments() const { return sidecar_.segments(); }
  [[nodiscard]] std::string path(const std::string& name) const { return directory_.path() + name; }
  /// The state directory, a disk of its own.
  [[nodiscard]] std::string state() const { return path("/state"); }
  /// Leaves no room for one more record in the journal, which the last block of a file
  /// has for a while on a full disk. For a sidecar that runs.
  void fill_disk() const;
  [[nodiscard]] std::string latch() const { return segments() + "/c/latch"; }
  [[nodiscard]] std::string checkpoint() const { return segments() + "/c/trader.checkpoint"; }
  /// Both copies.
  [[nodiscard]] std::vector<std::string> journals() const;
  /// Those of every generation that there is.
  [[nodiscard]] std::vector<std::string> controls() const;

 private:
  void configure(bool arm_at_start) const;
  [[nodiscard]] std::string state_by_status() const;
  /// Waits until the trader has asked its gate a few times more.
  bool looks_on();

  test::TemporaryDirectory directory_{test::memory_directory(), "survival"};
  SmallDisk disk_{path("/state"), "1m"};
  Ledger& ledger_ = open_ledger(path("/ledger"));
  SidecarProcess sidecar_;
  Process trader_;
  std::uint64_t permitted_ = 0;  ///< until no order may be any more
};

}  // namespace outrider::testing
