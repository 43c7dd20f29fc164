// SPDX-License-Identifier: Apache-2.0
// One request to the sidecar's control socket, or to its control port.
#pragma once

#include <chrono>
#include <string>

#include "cli/places.hpp"

namespace outrider::cli {

struct ControlReply {
  unsigned status = 0;  ///< as in HTTP; 0: nobody answered
  bool denied = false;  ///< the socket is there, but not for this user
  std::string message;  ///< the sidecar's sentence, or why nobody answered
  std::string state;    ///< of the scope, when the sidecar says
  /// Of what closes: in force is not yet on disk.
  bool journalled = false;
  std::string journal_problem;  ///< why not
};

/// What is asked for.
struct ControlWish {
  std::string scope;
  std::string reason;
  std::string duration{};    ///< of a halt; empty: until armed
  std::string directive{};   ///< empty: none
  std::string parameters{};  ///< of the directive
};

/// POST with {"scope", "reason"} and, where there are any, {"for"}, {"directive"} and
/// {"parameters"}; waits a few seconds at most.
ControlReply ask_sidecar(const Door& door, const std::string& path, const ControlWish& wish);

/// How long an answer is waited for: longer than the sidecar waits for its own guard
/// thread, twice, and for its disk.
inline constexpr std::chrono::milliseconds answer_patience{8000};

/// What came back: the page, or that nobody answered.
struct Page {
  unsigned status = 0;  ///< as in HTTP; 0: nobody answered, for this reason:
  std::string problem;
  std::string body;
};

/// GET the same way. An address without a token file is a sidecar's web.listen-address.
Page look_at_page(const Door& door, const std::string& path,
                  std::chrono::milliseconds patience = answer_patience);

/// The page, or empty when nobody answers with 200.
std::string page_of_sidecar(const Door& door, const std::string& path,
                            std::chrono::milliseconds patience = answer_patience);

/// What `reply` means for the exit code: 0, 1, 3 or 4.
int exit_code_of(const ControlReply& reply);

}  // namespace outrider::cli
