// SPDX-License-Identifier: Apache-2.0
// The analytics thread: computes what no query can, out of what the guard has seen. It
// steps back behind guard and control.

#include <thread>

#include "sidecar.hpp"
#include "this_thread.hpp"

namespace outrider {

void Sidecar::run_analytics() {
  name_this_thread("analytics");
  step_this_thread_back();
  while (!stop_others_) {
    analytics_->step();
    std::this_thread::sleep_for(analytics_->pause());
  }
}

}  // namespace outrider
