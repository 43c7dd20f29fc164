// SPDX-License-Identifier: Apache-2.0
// The states of scopes into files of others, each file replaced in one step: who
// reads it sees it as it was before or as it is now. On the probes' thread.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "config/write_back.hpp"

namespace outrider::probes {

class WriteBack {
 public:
  /// The state of a scope now, in the words of a gate.
  using StateOf = std::function<std::string(const std::string& scope)>;
  using Say = std::function<void(const std::string& line)>;
  WriteBack(StateOf state_of, Say say) : state_of_{std::move(state_of)}, say_{std::move(say)} {}

  /// Any thread. Those whose settings are what they were have written what they have.
  void configure(const std::vector<config::WriteBackConfig>& wanted);
  /// Probes thread: writes what has changed; what could not be written is tried again.
  /// False: there is nothing to write, ever.
  bool step();

 private:
  struct One {
    config::WriteBackConfig config;
    std::string written;  ///< state
    std::string problem;  ///< the last one told
  };
  StateOf state_of_;
  Say say_;
  std::mutex mutex_;  ///< over what follows
  std::vector<One> all_;
};

/// `text` in place of the file's, with its mode and owner; empty, or what went wrong.
std::string replace_file(const std::string& path, const std::string& text);

}  // namespace outrider::probes
