// SPDX-License-Identifier: Apache-2.0
// What the sidecar writes into files of others: the state of a scope, as a word.
// Nothing unless it is configured. Read by read_write_back.cpp.
#pragma once

#include <map>
#include <string>

namespace outrider::config {

struct WriteBackConfig {
  std::string file{};  ///< of `key=value` lines; made if it is not there
  std::string key = "status";
  std::string scope = "global";  ///< whole, as people write it: `venue=binance`
  /// By KILLED, HALTED, REDUCE_ONLY, UNARMED, TRADING: the word to write. A state
  /// without one leaves the file as it is.
  std::map<std::string, std::string> words{};

  bool operator==(const WriteBackConfig&) const = default;
};

}  // namespace outrider::config
