// SPDX-License-Identifier: Apache-2.0
// What every target is: a function of bytes that returns, whatever the bytes
// are, or ends the process. The same function serves libFuzzer and the replay.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "temporary_directory.hpp"

namespace outrider::fuzz {

using Bytes = std::span<const std::uint8_t>;

/// Defined once by each target.
void run_one(Bytes input);

inline std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// What must hold for every input. A finding says which promise was broken.
inline void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

/// For what is asked for its own sake: that it can be asked.
template <class T>
void ask(const T& /*answer*/) {}

/// A directory in memory that goes with the process; the runner removes what a
/// process that crashed has left.
class Scratch : public test::TemporaryDirectory {
 public:
  Scratch() : TemporaryDirectory{parent(), "fuzz"} {}

 private:
  static std::string parent() {
    const char* wanted = std::getenv("OUTRIDER_FUZZ_SCRATCH");
    return wanted != nullptr ? wanted : test::memory_directory();
  }
};

}  // namespace outrider::fuzz
