// SPDX-License-Identifier: Apache-2.0
#include "outputs/promtool.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace outrider::outputs::testing {

std::string promtool_complaints(const std::string& page) {
  char name[] = "/tmp/outrider-page-XXXXXX";
  const int fd = mkstemp(name);
  if (fd < 0) return "no temporary file";
  close(fd);
  std::ofstream{name, std::ios::binary} << page;
  const std::string command = std::string{"promtool check metrics <"} + name + " 2>&1";
  std::string complaints;
  FILE* pipe = popen(command.c_str(), "r");
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    complaints += static_cast<char>(c);
  }
  const int status = pclose(pipe);
  unlink(name);
  if (status != 0 && complaints.empty()) complaints = "exit status " + std::to_string(status);
  return complaints;
}

}  // namespace outrider::outputs::testing
