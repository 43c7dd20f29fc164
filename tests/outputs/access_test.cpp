// SPDX-License-Identifier: Apache-2.0
// Who may do what: by the kernel's word, or by a token.
#include "outputs/access.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "temporary_directory.hpp"

namespace outrider::outputs {
namespace {

using protection::Role;

constexpr const char* token = "0123456789abcdef";
constexpr const char* other_token = "fedcba9876543210";

struct TokenFile : testing::Test {
  test::TemporaryDirectory directory{testing::TempDir(), "access"};
  config::ControlConfig config;
  std::vector<std::string> problems;

  std::string file(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const std::string path = directory.path() + "/" + name;
    std::ofstream{path} << text;
    ::chmod(path.c_str(), mode);
    return path;
  }
  Access load() { return Access::load(config, problems); }
  static Request with(const std::string& authorization) {
    Request request;
    request.remote = "10.0.0.9";
    request.headers = {{"authorization", authorization}};
    return request;
  }
  std::string only_problem() {
    load();
    EXPECT_EQ(problems.size(), 1U);
    return problems.empty() ? "" : problems.front();
  }
};

TEST_F(TokenFile, NamesItsHoldersWithTheirRole) {
  config.killers.token_file =
      file("killers", std::string("# the desk\n\nanna ") + token + "\r\nbert " + other_token);
  const Access access = load();

  EXPECT_EQ(problems, std::vector<std::string>{});
  EXPECT_EQ(access.caller_of(with("Bearer fedcba9876543210")).name, "bert");
  EXPECT_EQ(access.caller_of(with("bearer 0123456789abcdef")).name, "anna");
  EXPECT_EQ(access.caller_of(with("Bearer 0123456789abcdef")).role, Role::killer);
}

TEST_F(TokenFile, LetsNobodyInWhoHasNoneOrAnotherOrAPieceOfOne) {
  config.armers.token_file = file("armers", std::string("anna ") + token);
  const Access access = load();

  for (const char* wrong :
       {"", "Bearer", "Bearer ", "Bearer 0123456789abcde", "Bearer 0123456789abcdeff",
        "Bearer anna", "Basic 0123456789abcdef", "0123456789abcdef"}) {
    EXPECT_EQ(access.caller_of(with(wrong)).role, Role::none) << wrong;
  }
  EXPECT_EQ(access.caller_of(with("")).name, "somebody at 10.0.0.9");
}

TEST_F(TokenFile, IsRefusedWhereEverybodyMayReadIt) {
  config.armers.token_file = file("armers", std::string("anna ") + token, 0644);

  EXPECT_EQ(only_problem(), config.armers.token_file +
                                ": found it open to every user; needed a secret; chmod o= " +
                                config.armers.token_file);
}

TEST_F(TokenFile, IsRefusedWhenItIsMissingOrNoFile) {
  config.armers.token_file = directory.path();
  EXPECT_NE(only_problem().find("found no regular file"), std::string::npos);
  problems.clear();
  config.armers.token_file = directory.path() + "/nowhere";
  EXPECT_NE(only_problem().find("No such file"), std::string::npos);
}

TEST_F(TokenFile, IsRefusedWithTheLineAndNeverWithTheSecret) {
  for (const std::string line : {"anna", "anna short-secret", "anna 0123456789abcdef more"}) {
    problems.clear();
    config.armers.token_file = file("armers", "# comment\n" + line + "\n");
    const std::string problem = only_problem();
    EXPECT_NE(problem.find("armers:2: found no token of at least 16 bytes"), std::string::npos);
    EXPECT_EQ(problem.find("secret"), std::string::npos);
    EXPECT_EQ(problem.find("0123"), std::string::npos);
  }
}

TEST_F(TokenFile, GivesEachPersonOneTokenAndOneRole) {
  config.killers.token_file = file("killers", std::string("anna ") + token);
  config.armers.token_file = file("armers", std::string("anna ") + other_token);
  EXPECT_NE(only_problem().find("found anna a second time"), std::string::npos);
  problems.clear();
  config.armers.token_file = file("armers", std::string("bert ") + token);
  EXPECT_NE(only_problem().find("found the token of anna again"), std::string::npos);
}

TEST_F(TokenFile, IsNeededForATcpAddress) {
  config.listen_address = config::ListenAddress{};

  EXPECT_NE(only_problem().find("found no token that anybody could use"), std::string::npos);
}

struct UnixPeer : TokenFile {
  static constexpr uid_t somebody = 4711;
  static Request from(uid_t uid, std::vector<gid_t> groups) {
    Request request;
    request.peer = PeerCredentials{1, uid, std::move(groups)};
    return request;
  }
};

TEST_F(UnixPeer, MayDoEverythingWhereNoGroupIsConfigured) {
  EXPECT_EQ(load().caller_of(from(somebody, {somebody})).role, Role::armer);
}

TEST_F(UnixPeer, HasTheWidestRoleOfItsGroups) {
  config.viewers.group = "daemon";
  config.killers.group = "bin";
  const Access access = load();

  ASSERT_EQ(problems, std::vector<std::string>{});
  EXPECT_EQ(access.caller_of(from(somebody, {somebody})).role, Role::none);
  EXPECT_EQ(access.caller_of(from(somebody, {somebody, 1})).role, Role::viewer);
  EXPECT_EQ(access.caller_of(from(somebody, {2, 1})).role, Role::killer);
  EXPECT_EQ(access.caller_of(from(0, {})).role, Role::armer);
  EXPECT_EQ(access.caller_of(from(::geteuid(), {})).role, Role::armer);
}

TEST_F(UnixPeer, IsNotLetInByAGroupThatDoesNotExist) {
  config.armers.group = "no-such-group";

  const Access access = load();

  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0],
            "control.armer-group: found no group \"no-such-group\"; needed one of "
            "this machine; see getent group");
  EXPECT_EQ(access.caller_of(from(somebody, {0})).role, Role::none);
}

TEST_F(UnixPeer, NeedsNoTokenAndATokenGivesItNothing) {
  config.viewers.group = "daemon";
  config.armers.token_file = file("armers", std::string("anna ") + token);
  Request request = from(somebody, {1});
  request.headers = {{"authorization", std::string("Bearer ") + token}};

  EXPECT_EQ(load().caller_of(request).role, Role::viewer);
}

}  // namespace
}  // namespace outrider::outputs
