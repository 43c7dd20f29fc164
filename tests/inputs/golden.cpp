// SPDX-License-Identifier: Apache-2.0
#include "golden.hpp"

#include <fstream>

namespace outrider::inputs {
namespace {

constexpr const char* heading =
    "# What outrider says to each bad input: what was found, what was needed, what to do.\n"
    "# Written by OUTRIDER_WRITE_SENTENCES=1; read it through before it is committed.\n";

bool is_name(const std::string& line) {
  return line.size() > 2 && line.front() == '[' && line.back() == ']';
}

}  // namespace

std::string golden_path() {
  return std::string{OUTRIDER_SOURCE_DIR} + "/tests/inputs/sentences.txt";
}

Sentences read_golden() {
  Sentences sentences;
  std::ifstream file{golden_path()};
  std::string* current = nullptr;
  for (std::string line; std::getline(file, line);) {
    if (is_name(line)) {
      current = &sentences[line.substr(1, line.size() - 2)];
    } else if (current != nullptr) {
      *current += line + "\n";
    }
  }
  for (auto& [name, text] : sentences) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
  }
  return sentences;
}

void write_golden(const std::string& name, const std::string& sentence) {
  Sentences sentences = read_golden();
  sentences[name] = sentence;
  std::ofstream file{golden_path()};
  file << heading;
  for (const auto& [each, text] : sentences) file << "\n[" << each << "]\n" << text << "\n";
}

}  // namespace outrider::inputs
