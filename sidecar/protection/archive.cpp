// SPDX-License-Identifier: Apache-2.0
#include "protection/archive.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace outrider::protection {
namespace {

constexpr std::size_t digits = 12;

}  // namespace

std::string archive_name(const std::string& path, std::uint64_t first_seq) {
  std::string number = std::to_string(first_seq);
  if (number.size() < digits) number.insert(0, digits - number.size(), '0');
  return path + "." + number;
}

std::vector<std::string> archives_of(const std::string& path) {
  const std::filesystem::path journal(path);
  const std::string prefix = journal.filename().string() + ".";
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& each : std::filesystem::directory_iterator(journal.parent_path(), error)) {
    const std::string name = each.path().filename().string();
    if (!name.starts_with(prefix)) continue;
    const std::string_view number = std::string_view(name).substr(prefix.size());
    const bool is_number =
        number.size() >= digits && number.find_first_not_of("0123456789") == std::string_view::npos;
    if (is_number) found.push_back(each.path().string());
  }
  // Longer numbers are larger ones.
  std::sort(found.begin(), found.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  return found;
}

}  // namespace outrider::protection
