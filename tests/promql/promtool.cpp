// SPDX-License-Identifier: Apache-2.0
#include "promql/promtool.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace outrider::test {

ScratchDirectory::ScratchDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "outrider-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error{"mkdtemp failed"};
  path_ = pattern;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string ScratchDirectory::write(const std::string& name, const std::string& text) const {
  std::string path = path_ + "/" + name;
  std::ofstream{path} << text;
  return path;
}

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file{std::string{OUTRIDER_SOURCE_DIR} + "/" + path};
  if (!file) throw std::runtime_error{"no such file: " + path};
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("##")) lines.push_back(line);
  }
  return lines;
}

Verdict run_promtool(const std::string& arguments) {
  Verdict verdict;
  std::FILE* const pipe = popen(("promtool " + arguments + " 2>&1").c_str(), "r");
  if (!pipe) throw std::runtime_error{"promtool cannot be run"};
  std::array<char, 4096> buffer;
  for (std::size_t size = 0; (size = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    verdict.output.append(buffer.data(), size);
  }
  const int status = pclose(pipe);
  verdict.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return verdict;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? std::string{"\\n"} : std::string{c};
  }
  return out + '"';
}

std::string input_series_yaml(const Timeline& timeline) {
  std::ostringstream out;
  out << "  input_series:\n";
  for (const TimedSeries& series : timeline) {
    Labels labels = series.labels;
    labels.emplace_back("__name__", series.name);
    out << "  - series: " << quoted(promql::to_text(promql::normalized(labels)))
        << "\n    values: '";
    bool before = false;
    for (const auto& value : series.values) {
      // Without the marker Prometheus would show the last value for 5 minutes.
      out << (value ? number_text(*value) : before ? "stale" : "_") << ' ';
      before = value.has_value();
    }
    out << "'\n";
  }
  return out.str();
}

Verdict judge(const Timeline& timeline, const std::vector<Claim>& claims) {
  std::ostringstream out;
  out << "evaluation_interval: 1s\ntests:\n- interval: 1s\n"
      << input_series_yaml(timeline) << "  promql_expr_test:\n";
  for (const Claim& claim : claims) {
    out << "  - expr: " << quoted(claim.expr) << "\n    eval_time: " << claim.at.count()
        << "ms\n    exp_samples:\n";
    for (const Result::Element& element : claim.elements) {
      const std::string value = number_text(element.value);
      out << "    - labels: " << quoted(promql::to_text(element.labels)) << "\n      value: "
          << (value == "Inf"    ? ".inf"
              : value == "-Inf" ? "-.inf"
                                : value)
          << "\n";
    }
  }
  const ScratchDirectory directory;
  return run_promtool("test rules " + directory.write("claims.yml", out.str()));
}

}  // namespace outrider::test
