// SPDX-License-Identifier: Apache-2.0
#include "merging/page.hpp"

#include <cstdlib>
#include <sstream>
#include <utility>

#include "outputs/promtool.hpp"

namespace outrider::merging {

Page::Page(std::string text) : text_{std::move(text)} {
  constexpr std::string_view type_line = "# TYPE ";
  std::istringstream lines{text_};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.rfind(' ');
    if (space == std::string::npos) continue;
    const bool is_type = line.starts_with(type_line);
    if (line.front() == '#' && !is_type) continue;
    const std::string what =
        is_type ? line.substr(type_line.size(), space - type_line.size()) : line.substr(0, space);
    auto& known = is_type ? types_ : samples_;
    if (!known.emplace(what, line.substr(space + 1)).second) repeated_.push_back(line);
  }
}

std::string Page::written(const std::string& sample) const {
  const auto found = samples_.find(sample);
  return found == samples_.end() ? std::string{} : found->second;
}

std::optional<double> Page::value(const std::string& sample) const {
  const std::string text = written(sample);
  return text.empty() ? std::nullopt : std::optional{std::strtod(text.c_str(), nullptr)};
}

std::size_t Page::count(const std::string& beginning) const {
  std::size_t count = 0;
  for (auto each = samples_.lower_bound(beginning);
       each != samples_.end() && each->first.starts_with(beginning); ++each) {
    ++count;
  }
  return count;
}

std::string Page::type(const std::string& name) const {
  const auto found = types_.find(name);
  return found == types_.end() ? std::string{} : found->second;
}

std::string Page::complaints() const {
  std::string all;
  for (const std::string& line : repeated_) all += "twice: " + line + "\n";
  if (samples_.empty()) all += "no samples\n";
  return all + outputs::testing::promtool_complaints(text_);
}

}  // namespace outrider::merging
