// SPDX-License-Identifier: Apache-2.0
#include "config/address.hpp"

#include <arpa/inet.h>
#include <unistd.h>

#include <array>
#include <charconv>

namespace outrider::config {

namespace {

bool is_numeric(const std::string& host, int family) {
  std::array<unsigned char, sizeof(in6_addr)> address;
  return inet_pton(family, host.c_str(), address.data()) == 1;
}

}  // namespace

std::optional<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  ListenAddress address;
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc{} || end != port.data() + port.size()) return std::nullopt;

  address.host = text.substr(0, colon);
  if (address.host.empty()) address.host = "0.0.0.0";
  if (address.host == "localhost") address.host = "127.0.0.1";
  if (is_numeric(address.host, AF_INET)) return address;
  if (!address.host.starts_with('[') || !address.host.ends_with(']')) return std::nullopt;
  address.host = address.host.substr(1, address.host.size() - 2);
  if (!is_numeric(address.host, AF_INET6)) return std::nullopt;
  return address;
}

std::string address_text(const ListenAddress& address) {
  const bool brackets = address.host.find(':') != std::string::npos;
  const std::string host = brackets ? '[' + address.host + ']' : address.host;
  return host + ':' + std::to_string(address.port);
}

std::string reachable_text(ListenAddress address) {
  std::array<char, 256> name{};
  const bool is_everywhere = address.host == "0.0.0.0" || address.host == "::";
  if (is_everywhere && ::gethostname(name.data(), name.size() - 1) == 0) address.host = name.data();
  return address_text(address);
}

std::string open_pages_warning(const WebConfig& web) {
  if (is_loopback(web.listen_address.host) || web.allow || !web.viewer_tokens.empty()) return {};
  return "web.listen-address: found " + address_text(web.listen_address) +
         ", where whoever reaches it may read positions and losses; needed loopback, or who may; "
         "give web.viewer-tokens or web.allow";
}

}  // namespace outrider::config
