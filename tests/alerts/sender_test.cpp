// SPDX-License-Identifier: Apache-2.0
// Over HTTP, against a server in the same process.
#include "outputs/alerts/sender.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <mutex>

#include "outputs/http_server.hpp"
#include "temporary_directory.hpp"

namespace outrider::alerts {
namespace {

using namespace std::chrono_literals;

struct AlertSender : testing::Test {
  test::TemporaryDirectory directory{test::memory_directory(), "sender"};
  outputs::Response answer;
  std::mutex mutex;
  std::vector<outputs::Request> requests;
  outputs::HttpServer server{{}, [this](const outputs::Request& request) {
                               const std::lock_guard guard{mutex};
                               requests.push_back(request);
                               return answer;
                             }};
  config::ReceiverConfig to;
  Sender sender;

  void SetUp() override {
    server.start();
    to.name = "receiver";
    to.url = "http://127.0.0.1:" + std::to_string(server.port());
  }
  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream{directory.path() + "/" + name} << text;
    return directory.path() + "/" + name;
  }
  std::vector<outputs::Request> seen() {
    const std::lock_guard guard{mutex};
    return requests;
  }
  aggregate::Bell bell;

  Outcome post() {
    sender.post(to, "[]", false);
    std::vector<Outcome> outcomes;
    while (outcomes.empty()) outcomes = sender.wait(100ms, bell);
    return outcomes.front();
  }
};

TEST_F(AlertSender, PostsToAlertmanagersApiBelowItsPrefix) {
  to.url += "/prefix/";
  const Outcome outcome = post();
  EXPECT_EQ(outcome.status, 200) << outcome.error;
  ASSERT_EQ(seen().size(), 1U);
  EXPECT_EQ(seen().front().path, "/prefix/api/v2/alerts");
  EXPECT_EQ(seen().front().body, "[]");
  EXPECT_EQ(seen().front().header("content-type"), "application/json");
}

TEST_F(AlertSender, ReadsSecretsFromTheirFilesAtEachRequest) {
  to.bearer_token_file = file("token", "one\n");
  post();
  file("token", "two");
  post();
  ASSERT_EQ(seen().size(), 2U);
  EXPECT_EQ(seen()[0].header("authorization"), "Bearer one");
  EXPECT_EQ(seen()[1].header("authorization"), "Bearer two");
}

TEST_F(AlertSender, AuthenticatesWithThePasswordOfAFile) {
  to.username = "ann";
  to.password_file = file("password", "secret\n");
  post();
  ASSERT_EQ(seen().size(), 1U);
  EXPECT_EQ(seen().front().header("authorization"), "Basic YW5uOnNlY3JldA==");
}

TEST_F(AlertSender, FailsBeforeItSendsWhenASecretIsMissing) {
  to.bearer_token_file = directory.path() + "/none";
  const Outcome outcome = post();
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.error, directory.path() + "/none: No such file or directory");
  EXPECT_TRUE(seen().empty());
}

TEST_F(AlertSender, SaysHowLongTheReceiverWantsToBeLeftAlone) {
  answer = {.status = 429, .headers = {{"Retry-After", "7"}}};
  const Outcome outcome = post();
  EXPECT_EQ(outcome.status, 429);
  EXPECT_EQ(outcome.retry_after, nanoseconds{7s});
}

TEST_F(AlertSender, FollowsNoRedirect) {
  answer = {.status = 302, .headers = {{"Location", to.url + "/elsewhere"}}};
  EXPECT_EQ(post().status, 302);
  EXPECT_EQ(seen().size(), 1U);
}

TEST_F(AlertSender, NeverNamesTheUrlOfAReceiverThatDoesNotAnswer) {
  to.kind = config::ReceiverKind::webhook;
  to.url = "";
  to.url_file = file("url", "http://127.0.0.1:1/T0/B0/secret");
  const Outcome outcome = post();
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.error, "");
  EXPECT_EQ(outcome.error.find("secret"), std::string::npos) << outcome.error;
}

TEST_F(AlertSender, LetsAKillPassWhatIsUnderWay) {
  sender.post(to, "[]", false);
  EXPECT_TRUE(sender.is_busy("receiver", false));
  EXPECT_FALSE(sender.is_busy("receiver", true));
}

}  // namespace
}  // namespace outrider::alerts
