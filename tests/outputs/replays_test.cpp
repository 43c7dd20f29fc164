// SPDX-License-Identifier: Apache-2.0
// A request that is sent again is not done again.
#include "outputs/replays.hpp"

#include <gtest/gtest.h>

namespace outrider::outputs {
namespace {

struct SentAgain : testing::Test {
  Replays replays;
  unsigned answers = 200;
  int done = 0;
  Request request{.method = "POST", .path = "/api/v1/kill", .body = "{}"};

  Response send(const std::string& key, const std::string& who = "anna") {
    request.headers = {{"idempotency-key", key}};
    return replays.once(who, request, [this](const Request&) -> Response {
      ++done;
      return {.status = answers, .body = std::to_string(done)};
    });
  }
};

TEST_F(SentAgain, IsDoneOnceAndAnsweredAlike) {
  EXPECT_EQ(send("k1").body, "1");
  EXPECT_EQ(send("k1").body, "1");
  EXPECT_EQ(send("k2").body, "2");
}

TEST_F(SentAgain, IsDoneEachTimeWithoutAKey) {
  send("");
  send("");
  EXPECT_EQ(done, 2);
}

TEST_F(SentAgain, IsTriedAgainWhenItWasRefused) {
  answers = 409;
  send("k1");
  answers = 200;
  EXPECT_EQ(send("k1").status, 200U);
}

TEST_F(SentAgain, IsAnotherRequestFromSomebodyElseOrToAnotherPath) {
  send("k1");
  EXPECT_EQ(send("k1", "bert").body, "2");
  request.path = "/api/v1/arm";
  EXPECT_EQ(send("k1").body, "3");
}

TEST_F(SentAgain, IsRefusedWithAnotherBody) {
  send("k1");
  request.body = R"({"scope": "host"})";
  EXPECT_EQ(send("k1").status, 422U);
  EXPECT_EQ(done, 1);
}

TEST_F(SentAgain, IsForgottenAfterAThousandOthers) {
  send("k1");
  for (int i = 0; i < 1024; ++i) send("other" + std::to_string(i));
  send("k1");
  EXPECT_EQ(done, 1026);
}

}  // namespace
}  // namespace outrider::outputs
