// SPDX-License-Identifier: Apache-2.0
// A target with a fault in it: the runner must find it within seconds, or the
// silence about the others means nothing.
#include "fuzz/fuzz.hpp"

namespace outrider::fuzz {

void run_one(Bytes input) {
  std::string word;
  for (const std::uint8_t byte : input) word += static_cast<char>(byte);
  if (word.size() < 4 || word[0] != 'H' || word[1] != 'A' || word[2] != 'L') return;
  require(word[3] != 'T', "the canary sings");
}

}  // namespace outrider::fuzz
