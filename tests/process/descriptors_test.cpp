// SPDX-License-Identifier: Apache-2.0
// How many descriptors a sidecar may hold, whatever the shell that started it says.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "process/harness.hpp"

namespace outrider::testing {
namespace {

TEST(DescriptorLimit, IsRaisedToWhatTheMachineAllows) {
  rlimit ours{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &ours), 0);
  ASSERT_GT(ours.rlim_max, 256U);
  const rlimit few{256, ours.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  const TempDirectory directory;
  SidecarProcess sidecar{directory.path()};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &ours), 0);

  rlimit theirs{};
  ASSERT_EQ(::prlimit(sidecar.process().pid(), RLIMIT_NOFILE, nullptr, &theirs), 0);

  EXPECT_EQ(theirs.rlim_cur, ours.rlim_max);
}

}  // namespace
}  // namespace outrider::testing
