// SPDX-License-Identifier: Apache-2.0
// "host:port" as the operator writes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/config.hpp"

namespace outrider::config {

/// 127.0.0.1:9717, [::1]:9717, localhost:9717, or :9717 for every interface.
/// Names other than localhost are refused: nothing is looked up.
std::optional<ListenAddress> parse_listen_address(std::string_view text);

/// As it is written in a URL: a host with colons in brackets.
std::string address_text(const ListenAddress& address);

/// The same as others write it: the name of this host instead of every interface.
std::string reachable_text(ListenAddress address);

/// A warning when other machines reach the pages and nobody is asked who he is. Empty:
/// nothing to say.
std::string open_pages_warning(const WebConfig& web);

}  // namespace outrider::config
