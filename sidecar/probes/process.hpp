// SPDX-License-Identifier: Apache-2.0
// Whether a process runs, by the file with its number or by its name, and what it
// uses, as the kernel says.
#pragma once

#include "probes/source.hpp"

namespace outrider::probes {

class ProcessSource final : public Source {
 public:
  ProcessSource(const std::string& name, const config::ProcessProbe& config);

  [[nodiscard]] const Metrics& metrics() const override { return metrics_; }
  std::unique_ptr<Attempt> begin() override;

 private:
  [[nodiscard]] Outcome look() const;

  const config::ProcessProbe config_;
  Metrics metrics_;
};

}  // namespace outrider::probes
