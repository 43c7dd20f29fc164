// SPDX-License-Identifier: Apache-2.0
#include "config/network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace outrider::config {

namespace {

constexpr std::array<unsigned char, 12> mapped_v4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t mapped_bits = 8 * mapped_v4.size();

std::size_t width(const Address& address) {
  return address.is_v4 ? 32 : 128;
}

bool bit(const Address& address, std::size_t number) {
  return (address.bytes[number / 8] >> (7 - number % 8) & 1) != 0;
}

/// As it is written, or nothing.
std::optional<Address> parse_plain(const std::string& text) {
  Address address;
  if (inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) return address;
  address.is_v4 = false;
  if (inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

bool is_mapped(const Address& address) {
  return !address.is_v4 && std::equal(mapped_v4.begin(), mapped_v4.end(), address.bytes.begin());
}

Address unmapped(const Address& address) {
  Address v4;
  std::copy_n(address.bytes.begin() + mapped_v4.size(), 4, v4.bytes.begin());
  return v4;
}

}  // namespace

std::optional<Address> parse_address(const std::string& text) {
  const auto address = parse_plain(text);
  return address && is_mapped(*address) ? unmapped(*address) : address;
}

bool Network::contains(const Address& address) const {
  if (address.is_v4 != first.is_v4) return false;
  for (std::size_t i = 0; i < bits; ++i) {
    if (bit(address, i) != bit(first, i)) return false;
  }
  return true;
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_plain(std::string{text.substr(0, slash)});
  if (!address) return std::nullopt;
  Network network{*address, width(*address)};
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), network.bits);
    const bool whole = error == std::errc{} && end == digits.data() + digits.size();
    if (!whole || network.bits > width(*address)) return std::nullopt;
  }
  for (std::size_t i = network.bits; i < width(*address); ++i) {
    if (bit(*address, i)) return std::nullopt;
  }
  if (!is_mapped(*address) || network.bits < mapped_bits) return network;
  return Network{unmapped(*address), network.bits - mapped_bits};
}

bool is_loopback(const std::string& host) {
  static const Network v4 = *parse_network("127.0.0.0/8");
  static const Network v6 = *parse_network("::1");
  const auto address = parse_address(host);
  return address && (v4.contains(*address) || v6.contains(*address));
}

}  // namespace outrider::config
