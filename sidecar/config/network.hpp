// SPDX-License-Identifier: Apache-2.0
// Numeric addresses, and blocks of them as operators write them: 10.0.0.0/8, fd00::/8.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace outrider::config {

struct Address {
  bool is_v4 = true;
  std::array<unsigned char, 16> bytes{};  ///< the first four where it is v4
};

/// An IPv4 address that a socket of IPv6 shows as ::ffff:10.0.0.1 is the IPv4 address.
std::optional<Address> parse_address(const std::string& text);

/// All addresses whose first bits are the same. ::/0 holds no IPv4 address.
struct Network {
  Address first{};
  std::size_t bits = 0;

  [[nodiscard]] bool contains(const Address& address) const;
};

/// ADDRESS/BITS, or an address alone, which is a block of one. Nothing for another
/// text, and for an address with bits behind the prefix: it could be meant either way.
std::optional<Network> parse_network(std::string_view text);

/// Whether nobody on another machine can reach it.
bool is_loopback(const std::string& host);

}  // namespace outrider::config
