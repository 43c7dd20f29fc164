// SPDX-License-Identifier: Apache-2.0
// Who may read the pages of the port that only shows: from where, with which token, and
// who listens also on whose page. Nobody's word but the kernel's counts for an address: no
// header is looked at.
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
    foreign,   ///< a page of another site would listen; web.origins does not have it
  };
  /// What tells nothing of the trading (`is_open_page`) is shown without a token. A
  /// browser, which can send no Authorization with a WebSocket, offers the token as a
  /// subprotocol: `outrider.token.` and its bytes in hexadecimal.
  [[nodiscard]] Verdict judge(const Request& request) const;

 private:
  std::optional<std::vector<config::Network>> allowed_;  ///< none: from everywhere
  std::optional<Access> holders_;                        ///< none: no token is asked for
  std::vector<std::string> origins_;
};

/// What is told to whoever may not read: 403 or 401.
Response refusal(Readers::Verdict verdict, const Request& request);

}  // namespace outrider::outputs
