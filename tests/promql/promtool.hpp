// SPDX-License-Identifier: Apache-2.0
// Prometheus' own tool as the judge: runs `promtool test rules` on a file made
// of a timeline and of claims about it.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "promql/timeline.hpp"

namespace outrider::test {

struct Verdict {
  int exit_code = -1;
  std::string output;
};

/// Claims that `expr` at `at` has exactly these elements; none may be NaN.
struct Claim {
  std::string expr;
  std::chrono::milliseconds at{};
  std::vector<Result::Element> elements;
};

/// A directory of the test's own, removed with it.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  /// Writes a file and returns its path.
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

/// The lines of a file of the repository, without those that begin with `##`.
std::vector<std::string> lines_of(const std::string& path);

Verdict run_promtool(const std::string& arguments);

/// `input_series` of a unit test file, indented for the test it stands in.
std::string input_series_yaml(const Timeline& timeline);

/// Text in YAML's double quotes.
std::string quoted(const std::string& text);

Verdict judge(const Timeline& timeline, const std::vector<Claim>& claims);

}  // namespace outrider::test
