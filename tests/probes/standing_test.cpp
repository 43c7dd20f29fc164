// SPDX-License-Identifier: Apache-2.0
// How long a good answer counts for something, and what each kind of answer says.
#include "probes/standing.hpp"

#include <gtest/gtest.h>

#include "probes/fixtures.hpp"
#include "probes/test_server.hpp"

namespace outrider::probes {
namespace {

using aggregate::Health;

TEST(Standing, IsUnknownBeforeTheFirstAnswer) {
  EXPECT_EQ((Standing{"p", Health::unknown, 1s, {}, 60s}).health(0s), Health::unknown);
}

TEST(Standing, IsWhatTheAnswerSaidWhileTheNextOneIsNotOverdue) {
  const Standing standing{"p", Health::unhealthy, 10s, 1s, 60s};
  EXPECT_EQ(standing.health(9s), Health::unhealthy);
  EXPECT_EQ(standing.health(10s), Health::stale);
}

TEST(Standing, IsStaleAfterAGoodAnswerAndThenUnreachable) {
  const Standing standing{"p", Health::unreachable, 100s, 5s, 60s};
  EXPECT_EQ(standing.health(6s), Health::stale);
  EXPECT_EQ(standing.health(64s), Health::stale);
  EXPECT_EQ(standing.health(65s), Health::unreachable);
}

TEST(Standing, IsUnreachableWhereThereWasNeverAGoodAnswer) {
  EXPECT_EQ((Standing{"p", Health::unreachable, 100s, {}, 60s}).health(1s), Health::unreachable);
}

/// After one try.
Health after_one_try(config::ProbeConfig probe) {
  probe.name = "p";
  probe.interval = 1h;
  probe.timeout = 2s;
  ProbeRig rig{probe};
  EXPECT_EQ(rig.probe.standing().health(real_time().steady), Health::unknown);
  EXPECT_TRUE(rig.run_once());
  return rig.probe.standing().health(real_time().steady);
}

Health after_program(const std::string& body) {
  const test::TemporaryDirectory directory{"/tmp", "test"};
  config::ProbeConfig probe;
  config::ExecProbe exec;
  exec.series = "s";
  exec.command = {body.empty() ? directory.path() + "/none"
                               : write_script(directory.path() + "/script", body)};
  probe.what = exec;
  return after_one_try(probe);
}

TEST(Standing, OfAProgramIsByItsExitCode) {
  EXPECT_EQ(after_program("exit 0"), Health::healthy);
  EXPECT_EQ(after_program("exit 1"), Health::unhealthy);
  EXPECT_EQ(after_program("exit 2"), Health::not_configured);
  EXPECT_EQ(after_program(""), Health::not_configured);
  EXPECT_EQ(after_program("sleep 1000"), Health::unreachable);
}

TEST(Standing, OfAServerIsByWhatItSays) {
  const TestServer good{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
  const TestServer bad{"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"};
  const auto url = [](int port) { return "http://127.0.0.1:" + std::to_string(port) + '/'; };
  config::ProbeConfig probe;
  probe.what = config::WebProbe{.url = url(good.port()), .series = "s"};
  EXPECT_EQ(after_one_try(probe), Health::healthy);
  probe.what = config::WebProbe{.url = url(bad.port()), .series = "s"};
  EXPECT_EQ(after_one_try(probe), Health::unhealthy);
  probe.what = config::ScrapeProbe{.url = url(bad.port())};
  EXPECT_EQ(after_one_try(probe), Health::unhealthy);
  probe.what = config::ProcessProbe{.name = "no-such-process"};
  EXPECT_EQ(after_one_try(probe), Health::unhealthy);
}

}  // namespace
}  // namespace outrider::probes
