// SPDX-License-Identifier: Apache-2.0
// Kill requests: what is obeyed, how wide, and what is not a request.
#include "protection/kill_request.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protection/files.hpp"

namespace outrider::protection {
namespace {

struct KillDirectory : testing::Test {
  OwnDirectory directory;
  std::string path = directory.file("c/kill");
  shm::FileError error;

  KillRequest only() const {
    const KillRequests requests = read_kill_requests(path);
    EXPECT_EQ(requests.obeyable.size(), 1U);
    return requests.obeyable.empty() ? KillRequest{} : requests.obeyable[0];
  }
};

TEST_F(KillDirectory, HoldsNothingAtFirst) {
  EXPECT_TRUE(read_kill_requests(path).obeyable.empty());
  EXPECT_EQ(read_kill_requests(path).problem, "");
}

TEST_F(KillDirectory, GivesWhatWasPublishedUnderTheNameOfItsOwner) {
  const std::string file = publish_kill_request(path, "venue=binance", "odd \"prices\"", error);

  ASSERT_FALSE(error) << error.message;
  EXPECT_EQ(only().scope, "venue=binance");
  EXPECT_EQ(only().reason, "odd \"prices\"");
  EXPECT_EQ(only().actor, user_name(::getuid()));
  EXPECT_TRUE(file.starts_with(path + "/"));
}

TEST_F(KillDirectory, TakesATouchedFileAsAKillOfEverything) {
  write_bytes(path + "/now", "");

  EXPECT_EQ(only().scope, "global");
  EXPECT_EQ(only().reason, "kill request now");
}

TEST_F(KillDirectory, TakesTextThatIsNoRequestAsTheReasonToKillEverything) {
  write_bytes(path + "/now", "stop it\nall of it\n");

  EXPECT_EQ(only().scope, "global");
  EXPECT_EQ(only().reason, "stop it all of it");
}

TEST_F(KillDirectory, KillsEverythingWhenTheScopeMakesNoSense) {
  write_bytes(path + "/now", R"({"scope": "binance", "reason": "typed in a hurry"})");

  EXPECT_EQ(only().scope, "global");
  EXPECT_EQ(only().reason, "typed in a hurry");
}

TEST_F(KillDirectory, KillsEverythingWhenTheFileIsTooLongToRead) {
  write_bytes(path + "/now",
              R"({"scope": "venue=x", "reason": ")" + std::string(9000, 'x') + "\"}");

  EXPECT_EQ(only().scope, "global");
}

TEST_F(KillDirectory, RefusesLinksPipesAndDirectories) {
  write_bytes(directory.file("elsewhere"), "x");
  ASSERT_EQ(::symlink(directory.file("elsewhere").c_str(), (path + "/symlink").c_str()), 0);
  ASSERT_EQ(::link(directory.file("elsewhere").c_str(), (path + "/hardlink").c_str()), 0);
  ASSERT_EQ(::mkfifo((path + "/fifo").c_str(), 0600), 0);
  ASSERT_EQ(::mkdir((path + "/directory").c_str(), 0700), 0);

  const KillRequests requests = read_kill_requests(path);

  EXPECT_TRUE(requests.obeyable.empty());
  EXPECT_EQ(requests.refused.size(), 4U);
}

TEST_F(KillDirectory, SaysWhenItCannotBeRead) {
  EXPECT_NE(read_kill_requests(path + "/absent").problem.find("No such file"), std::string::npos);
}

TEST_F(KillDirectory, TellsAPublisherWhyItCannot) {
  EXPECT_EQ(publish_kill_request(path + "/absent", "global", "", error), "");
  EXPECT_EQ(error.code, ENOENT);
}

TEST_F(KillDirectory, IsEmptiedByRemovalAlsoTwice) {
  publish_kill_request(path, "global", "", error);
  const KillRequest request = only();

  EXPECT_FALSE(remove_kill_request(path, request));
  EXPECT_FALSE(remove_kill_request(path, request));
  EXPECT_TRUE(read_kill_requests(path).obeyable.empty());
}

TEST_F(KillDirectory, GivesAWatchEachRefusalOnceAndAFileAgainThatWasNotObeyed) {
  ASSERT_EQ(::mkdir((path + "/now").c_str(), 0700), 0);
  publish_kill_request(path, "global", "", error);
  KillRequestWatch watch{path};

  const KillRequests first = watch.read_new();
  EXPECT_EQ(first.refused.size(), 1U);
  ASSERT_EQ(first.obeyable.size(), 1U);
  watch.give_again(first.obeyable[0]);
  const KillRequests second = watch.read_new();
  EXPECT_TRUE(second.refused.empty());
  EXPECT_EQ(second.obeyable.size(), 1U);
  EXPECT_TRUE(watch.read_new().obeyable.empty());
}

TEST_F(KillDirectory, GivesAWatchEachFileOnce) {
  KillRequestWatch watch(path);
  publish_kill_request(path, "global", "the first", error);
  EXPECT_EQ(watch.read_new().obeyable.size(), 1U);
  EXPECT_EQ(watch.read_new().obeyable.size(), 0U);

  publish_kill_request(path, "global", "the second", error);
  const KillRequests requests = watch.read_new();
  ASSERT_EQ(requests.obeyable.size(), 1U);
  EXPECT_EQ(requests.obeyable[0].reason, "the second");
}

}  // namespace
}  // namespace outrider::protection
