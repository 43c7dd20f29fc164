// SPDX-License-Identifier: Apache-2.0
// A program of the operator's: how it ends is the value. It runs in a process
// group of its own, which is killed whole when its time is over and whatever is
// left of it when it ends.
#pragma once

#include "probes/source.hpp"

namespace outrider::probes {

class ExecSource final : public Source {
 public:
  explicit ExecSource(const config::ExecProbe& config);

  [[nodiscard]] const Metrics& metrics() const override { return metrics_; }
  std::unique_ptr<Attempt> begin() override;

 private:
  const config::ExecProbe config_;
  const Metrics metrics_;
};

}  // namespace outrider::probes
