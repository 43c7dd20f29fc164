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
  for (const char* path :
       {"/-/healthy", "/-/ready", "/healthz", "/readyz", "/live", "/live/live.js"})
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

struct Listening : PageReaders {
  Verdict listen(Headers headers) {
    Request request{.method = "GET", .path = "/ws", .headers = std::move(headers)};
    request.headers.emplace_back("upgrade", "WebSocket");
    request.headers.emplace_back("host", "127.0.0.1:9717");
    request.remote = "127.0.0.1";
    return Readers::load(config, problems).judge(request);
  }
};

TEST_F(Listening, IsForOurOwnPagesAndThoseThatAreNamedAndForPrograms) {
  config.origins = {"https://desk.example.org"};
  EXPECT_EQ(listen({}), Verdict::may_read);
  EXPECT_EQ(listen({{"origin", "http://127.0.0.1:9717"}}), Verdict::may_read);
  EXPECT_EQ(listen({{"origin", "https://127.0.0.1:9717"}}), Verdict::may_read);
  EXPECT_EQ(listen({{"origin", "https://desk.example.org"}}), Verdict::may_read);
  for (const char* foreign :
       {"http://evil.example.org", "null", "http://127.0.0.1:9718", "http://127.0.0.1",
        "http://127.0.0.1:9717.evil.org", "https://desk.example.org:444", "127.0.0.1:9717"})
    EXPECT_EQ(listen({{"origin", foreign}}), Verdict::foreign) << foreign;
}

TEST_F(Listening, NeedsATokenAsAHeaderOrInHexadecimalAmongTheSubprotocols) {
  tokens("anna 0123456789abcde/\n");
  const std::string right = "outrider.token.303132333435363738396162636465" + std::string{"2f"};
  EXPECT_EQ(listen({}), Verdict::no_token);
  EXPECT_EQ(listen({{"authorization", "Bearer 0123456789abcde/"}}), Verdict::may_read);
  EXPECT_EQ(listen({{"sec-websocket-protocol", "outrider.live, " + right}}), Verdict::may_read);
  EXPECT_EQ(listen({{"sec-websocket-protocol", right + ",more"}}), Verdict::may_read);
  for (const std::string& wrong :
       {std::string{"outrider.live"}, std::string{"outrider.token."}, right + "00", right + "0",
        right.substr(0, right.size() - 2), std::string{"outrider.token.zz"}})
    EXPECT_EQ(listen({{"sec-websocket-protocol", wrong}}), Verdict::no_token) << wrong;
}

TEST_F(Listening, TakesNoTokenFromASubprotocolOfAPlainRequest) {
  tokens("anna 0123456789abcdef\n");
  Request request{.method = "GET", .path = "/metrics"};
  request.headers = {{"sec-websocket-protocol", "outrider.token.30313233343536373839616263646566"}};
  EXPECT_EQ(Readers::load(config, problems).judge(request), Verdict::no_token);
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
  request.headers = {{"origin", "http://evil.example.org"}};
  const Response foreign = refusal(Verdict::foreign, request);
  EXPECT_EQ(foreign.status, 403U);
  EXPECT_NE(foreign.body.find("found a page of http://evil.example.org; needed our own"),
            std::string::npos);
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
