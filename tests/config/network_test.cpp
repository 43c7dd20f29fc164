// SPDX-License-Identifier: Apache-2.0
// Blocks of addresses: what is one, and who is in it.
#include "config/network.hpp"

#include <gtest/gtest.h>

#include "config/address.hpp"
#include "config/keys.hpp"
#include "config/load.hpp"

namespace outrider::config {
namespace {

bool holds(const char* network, const char* address) {
  return parse_network(network).value().contains(parse_address(address).value());
}

TEST(Network, HoldsTheAddressesWithItsFirstBits) {
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(holds("192.0.2.128/25", "192.0.2.128"));
  EXPECT_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(holds("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(holds("192.0.2.7", "192.0.2.6"));
  EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.1"));
  EXPECT_TRUE(holds("fd00::/9", "fd7f:ffff::1"));
  EXPECT_FALSE(holds("fd00::/9", "fd80::"));
  EXPECT_TRUE(holds("::1", "::1"));
  EXPECT_FALSE(holds("::1", "::"));
}

TEST(Network, TakesAnAddressOfIPv4ForOneHoweverASocketOfIPv6ShowsIt) {
  EXPECT_TRUE(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
  EXPECT_FALSE(holds("10.0.0.0/8", "::ffff:11.1.2.3"));
  EXPECT_TRUE(holds("::ffff:10.0.0.0/104", "10.1.2.3"));
  EXPECT_FALSE(holds("::/0", "::ffff:10.1.2.3")) << "all of IPv6 is none of IPv4";
  EXPECT_FALSE(holds("0.0.0.0/0", "fd00::1"));
}

TEST(Network, IsNothingElse) {
  for (const char* text :
       {"", "/", "10.0.0.0/", "/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/ 8",
        "10.0.0.1/8", "10.0.0/8", "10/8", "::/129", "fd00::1/64", "localhost", "desk.example/32",
        "10.0.0.0/8/8", "10.0.0.0/99999999999999999999", "fe80::1%lo"})
    EXPECT_FALSE(parse_network(text)) << text;
}

TEST(Network, OfALoopbackAddressIsThisMachineAlone) {
  for (const char* host : {"127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(is_loopback(host)) << host;
  for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "fd00::1", ""})
    EXPECT_FALSE(is_loopback(host)) << host;
}

TEST(AllowedNetworks, AreThoseOfTheFlagsWhereThereAreAny) {
  const std::string file = "web: {allow: [10.0.0.0/8, \"fd00::/8\"]}\n";
  Loaded loaded = load_text(file, "sidecar.yml");
  ASSERT_TRUE(loaded.problems.empty());
  EXPECT_EQ(loaded.config.web.allow.value().size(), 2U);

  const Key& key = *find_key("web.allow");
  key.begin(loaded.config);
  EXPECT_TRUE(key.set(loaded.config, "192.0.2.0/24").empty());

  EXPECT_EQ(loaded.config.web.allow.value().size(), 1U);
  EXPECT_TRUE(loaded.config.rules.files.empty());
}

TEST(ListeningPages, AreOriginsAsBrowsersSendThem) {
  const Key& key = *find_key("web.origins");
  Config config;
  for (const char* origin : {"https://desk.example.org", "http://10.0.0.1:8080", "http://[::1]:80"})
    EXPECT_TRUE(key.set(config, origin).empty()) << origin;
  EXPECT_EQ(config.web.origins.size(), 3U);
  for (const char* none :
       {"desk.example.org", "https://", "https://desk.example.org/", "https://Desk.example.org",
        "ws://desk.example.org", "*", "null", "https://a b", "https://a@b", ""})
    EXPECT_NE(key.set(config, none).find("an origin as browsers send it"), std::string_view::npos)
        << none;
}

TEST(AllowedNetworks, AreNoneWhereTheListIsEmptyAndAllWhereThereIsNoList) {
  const auto allowed = [](const char* file) {
    const Loaded loaded = load_text(file, "");
    return loaded.config.web.allow;
  };
  EXPECT_FALSE(allowed("web: {}\n"));
  EXPECT_TRUE(allowed("web: {allow: []}\n").value().empty());
  EXPECT_EQ(allowed("web: {allow: 10.0.0.0/8}\n").value().size(), 1U);
}

using ChecklistR107 = ::testing::Test;
// Breaks it: sidecar/config/servers.hpp: `std::string host = "127.0.0.1";` -> `std::string host =
// "0.0.0.0";`
TEST_F(ChecklistR107, PagesAreServedOnLoopbackUnlessItIsWrittenOtherwise) {
  const Loaded nothing = load_text("{}", "");
  EXPECT_TRUE(is_loopback(nothing.config.web.listen_address.host));
  EXPECT_FALSE(nothing.config.control.listen_address);
}

// Breaks it: sidecar/config/address.cpp: `if (is_loopback(web.listen_address.host) || web.allow ||`
// -> `if (web.allow ||`
TEST_F(ChecklistR107, OnlyAListenerThatAnybodyReachesAndMayReadIsWarnedOf) {
  const auto warning = [](const char* web) {
    const Loaded loaded = load_text(web, "");
    return open_pages_warning(loaded.config.web);
  };
  EXPECT_NE(warning("web: {listen-address: '0.0.0.0:9717'}").find("found 0.0.0.0:9717"),
            std::string::npos);
  EXPECT_NE(warning("web: {listen-address: '[::]:9717'}").find("found [::]:9717"),
            std::string::npos);
  EXPECT_EQ(warning("web: {listen-address: '127.0.0.1:9717'}"), "");
  EXPECT_EQ(warning("web: {listen-address: '0.0.0.0:9717', viewer-tokens: t}"), "");
  EXPECT_EQ(warning("web: {listen-address: '0.0.0.0:9717', allow: [10.0.0.0/8]}"), "");
}

}  // namespace
}  // namespace outrider::config
