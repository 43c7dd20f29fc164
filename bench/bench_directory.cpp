// SPDX-License-Identifier: Apache-2.0
#include "bench_directory.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace outrider::bench {

SegmentDirectory::SegmentDirectory() : path_{"/dev/shm/outrider-bench-XXXXXX"} {
  if (mkdtemp(path_.data()) == nullptr) give_up("cannot make " + path_);
  for (const char* part : {"/t", "/c", "/c/kill"}) {
    std::filesystem::create_directory(path_ + part);
    std::filesystem::permissions(path_ + part, std::filesystem::perms::owner_all);
  }
}

SegmentDirectory::~SegmentDirectory() {
  std::filesystem::remove_all(path_);
}

void give_up(const std::string& why) {
  std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::exit(EXIT_FAILURE);
}

}  // namespace outrider::bench
