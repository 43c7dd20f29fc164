// SPDX-License-Identifier: Apache-2.0
// Whether something on the network answers: HTTP with its status and body, or
// nothing but a connection, with TLS where that is asked for.
#pragma once

#include <re2/re2.h>

#include "probes/transfers.hpp"

namespace outrider::probes {

class WebSource final : public Source {
 public:
  WebSource(const std::string& name, const config::WebProbe& config, Transfers& transfers);

  [[nodiscard]] const Metrics& metrics() const override { return metrics_; }
  std::unique_ptr<Attempt> begin() override;

 private:
  class Try;
  const config::WebProbe config_;
  Transfers& transfers_;
  const RE2 body_;
  Metrics metrics_;
};

}  // namespace outrider::probes
