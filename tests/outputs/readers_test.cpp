// SPDX-License-Identifier: Apache-2.0
// Who may read the pages: by address, by token, and what is told to the others.
#include "outputs/readers.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "temporary_directory.hpp"

namespace outrider::outputs {
namespace {

using Verdict = Readers::Verdict;

struct PageReaders : testing::Test {
  test::TemporaryDirectory directory{testing::TempDir(), "readers"};
  config::WebConfig config;
  std::vector<std::string> problems;

  void tokens(const std::string& text, mode_t mode = 0600) {
    config.viewer_tokens = directory.path() + "/viewers";
    std::ofstream{config.viewer_tokens} << text;
    ::chmod(config.viewer_tokens.c_str(), mode);
  }
  void allow(std::initializer_list<const char*> networks) {
    config.allow.emplace();
    for (const char* each : networks) config.allow->push_back(*config::parse_network(each));
  }
  Verdict judge(const std::string& path, const std::string& remote,
                const std::string& authorization = {}) {
    Request request{.method = "GET", .path = path};
    request.remote = remote;
    if (!authorization.empty()) request.headers = {{"authorization", authorization}};
    return Readers::load(config, problems).judge(request);
  }
};

TEST_F(PageReaders, AreAllWhereNothingIsConfigured) {
  EXPECT_EQ(judge("/metrics", "203.0.113.1"), Verdict::may_read);
}

TEST_F(PageReaders, NeedAKnownTokenForEveryPathButThoseOfLiveness) {
  tokens("prometheus 0123456789abcdef\nanna fedcba9876543210\n");
  for (const char* path :
       {"/metrics", "/", "/health", "/api/v1/query", "/nowhere", "/-/healthy/x"}) {
    EXPECT_EQ(judge(path, "127.0.0.1"), Verdict::no_token) << path;
    EXPECT_EQ(judge(path, "127.0.0.1", "Bearer 0123456789abcdee"), Verdict::no_token) << path;
    EXPECT_EQ(judge(path, "127.0.0.1", "Bearer fedcba9876543210"), Verdict::may_read) << path;
  }
  for (const char* path : {"/-/healthy", "/-/ready", "/healthz", "/readyz"})
    EXPECT_EQ(judge(path, "127.0.0.1"), Verdict::may_read) << path;
  EXPECT_TRUE(problems.empty());
}

TEST_F(PageReaders, ComeFromABlockThatIsAllowedWhateverTheyAskAndShow) {
  tokens("prometheus 0123456789abcdef\n");
  allow({"10.0.0.0/8", "fd00::/8"});
  const std::string right = "Bearer 0123456789abcdef";
  EXPECT_EQ(judge("/metrics", "10.1.2.3", right), Verdict::may_read);
  EXPECT_EQ(judge("/metrics", "::ffff:10.1.2.3", right), Verdict::may_read);
  EXPECT_EQ(judge("/metrics", "fd00::1", right), Verdict::may_read);
  EXPECT_EQ(judge("/metrics", "10.1.2.3"), Verdict::no_token);
  for (const char* outside : {"127.0.0.1", "11.1.2.3", "::1", "::ffff:11.1.2.3", "", "10.1.2"}) {
    EXPECT_EQ(judge("/metrics", outside, right), Verdict::outside) << outside;
    EXPECT_EQ(judge("/-/healthy", outside), Verdict::outside) << outside;
  }
}

TEST_F(PageReaders, AreNobodyWhereTheListOfBlocksIsEmpty) {
  allow({});
  EXPECT_EQ(judge("/metrics", "127.0.0.1"), Verdict::outside);
}

TEST_F(PageReaders, AreRefusedWithTheirSentence) {
  Request request{.method = "GET", .path = "/metrics"};
  request.remote = "10.0.0.9";
  const Response outside = refusal(Verdict::outside, request);
  EXPECT_EQ(outside.status, 403U);
  EXPECT_NE(outside.body.find("found the address 10.0.0.9"), std::string::npos);
  const Response unknown = refusal(Verdict::no_token, request);
  EXPECT_EQ(unknown.status, 401U);
  EXPECT_EQ(unknown.headers, (Headers{{"WWW-Authenticate", "Bearer"}}));
}

TEST_F(PageReaders, AreNotReadFromAFileThatIsNoSecretOrHasNoToken) {
  const auto only_problem = [&] {
    problems.clear();
    Readers::load(config, problems);
    return problems.size() == 1 ? problems.front() : "";
  };
  tokens("prometheus 0123456789abcdef\n", 0644);
  EXPECT_NE(only_problem().find("found it open to every user"), std::string::npos);
  tokens("# nobody yet\n\n");
  EXPECT_NE(only_problem().find("found no token in it; needed a line NAME TOKEN"),
            std::string::npos);
  tokens("0123456789abcdef\n");
  EXPECT_NE(only_problem().find("viewers:1: found no token of at least 16 bytes"),
            std::string::npos);
  config.viewer_tokens += "-nowhere";
  EXPECT_NE(only_problem().find("No such file"), std::string::npos);
}

}  // namespace
}  // namespace outrider::outputs
