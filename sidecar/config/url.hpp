// SPDX-License-Identifier: Apache-2.0
// URLs as settings: http or https, and no secrets in them.
#pragma once

#include <string>
#include <string_view>

namespace outrider::config {

/// "https://host:443/path" without scheme, path and query; empty when it is none.
std::string host_and_port(std::string_view url);

/// What is needed instead; empty: nothing. Never the URL itself, which may hold a secret.
std::string_view url_problem(std::string_view url);

}  // namespace outrider::config
