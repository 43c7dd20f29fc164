// SPDX-License-Identifier: Apache-2.0
// Runs a target over files instead of mutations: what was found once is found by
// every compiler and sanitizer from then on. Without libFuzzer.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

#include "fuzz/fuzz.hpp"

namespace {

std::vector<std::filesystem::path> files_of(int count, char** arguments) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < count; ++i) {
    if (!std::filesystem::is_directory(arguments[i])) {
      files.emplace_back(arguments[i]);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator{arguments[i]}) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int count, char** arguments) {
  const auto files = files_of(count, arguments);
  // A replay of nothing would be a check that cannot fail.
  if (files.empty()) {
    std::fprintf(stderr, "usage: %s FILE|DIRECTORY...: found no file\n", arguments[0]);
    return 2;
  }
  for (const auto& path : files) {
    // Said first: it is the last line of a replay that crashes.
    std::fprintf(stderr, "%s\n", path.c_str());
    std::ifstream file{path, std::ios::binary};
    const std::vector<char> bytes{std::istreambuf_iterator<char>{file}, {}};
    outrider::fuzz::run_one({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  }
  std::printf("%zu inputs\n", files.size());
  return 0;
}
