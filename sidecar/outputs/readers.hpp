// SPDX-License-Identifier: Apache-2.0
// Who may read the pages of the port that only shows: from where, and with which
// token. Nobody's word but the kernel's counts for an address: no header is looked at.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "outputs/access.hpp"
#include "outputs/http_message.hpp"

namespace outrider::outputs {

class Readers {
 public:
  /// Reads the token file, as `Access` does. Each problem is a sentence.
  static Readers load(const config::WebConfig& config, std::vector<std::string>& problems);

  enum class Verdict {
    may_read,
    outside,   ///< its address is in no block of web.allow
    no_token,  ///< or none that is known
  };
  /// Whether a pass finishes and all is loaded (`is_liveness_page`) is told without a token.
  [[nodiscard]] Verdict judge(const Request& request) const;

 private:
  std::optional<std::vector<config::Network>> allowed_;  ///< none: from everywhere
  std::optional<Access> holders_;                        ///< none: no token is asked for
};

/// What is told to whoever may not read: 403 or 401.
Response refusal(Readers::Verdict verdict, const Request& request);

}  // namespace outrider::outputs
