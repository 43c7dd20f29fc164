// SPDX-License-Identifier: Apache-2.0
// libFuzzer's door to a target. An input that costs more than a second of this
// process's own time is a finding; the wall clock, which other processes slow
// down, is left to libFuzzer's -timeout.
#include <time.h>

#include "fuzz/fuzz.hpp"

namespace {

double seconds_used() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(  // NOLINT(readability-identifier-naming): libFuzzer's name
    const std::uint8_t* data, std::size_t size) {
  const double before = seconds_used();
  outrider::fuzz::run_one({data, size});
  outrider::fuzz::require(seconds_used() - before < 1, "no input costs more than a second");
  return 0;
}
