// SPDX-License-Identifier: Apache-2.0
#include "config/secret.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace outrider::config {

std::optional<std::string> read_secret(const std::string& file, std::string& problem) {
  std::ifstream stream{file};
  std::string line;
  if (!stream) {
    problem = file + ": " + std::strerror(errno);
  } else if (!std::getline(stream, line) || line.empty()) {
    problem = file + ": found nothing in its first line; needed the secret";
  } else {
    if (line.back() == '\r') line.pop_back();
    return line;
  }
  return std::nullopt;
}

}  // namespace outrider::config
