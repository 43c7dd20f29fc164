// SPDX-License-Identifier: Apache-2.0
// The rule file we ship fires on what it says.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace outrider::outputs {
namespace {

const std::string source = OUTRIDER_SOURCE_DIR;

TEST(ShippedRules, FireOnWhatTheyName) {
  const std::string tests = source + "/tests/outputs/fixtures/outrider.test.yml";

  EXPECT_EQ(std::system(("promtool test rules " + tests + " >/dev/null").c_str()), 0);
}

}  // namespace
}  // namespace outrider::outputs
