// SPDX-License-Identifier: Apache-2.0
// The files of a directory, looked through in steps: whoever may create files in
// it decides how many there are, but not how long a step takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace outrider::segments {

/// A file NAME.GENERATION + suffix seen in a directory.
struct Found {
  std::string name;
  std::uint64_t generation = 0;
  friend auto operator<=>(const Found&, const Found&) = default;
};

class Listing {
 public:
  Listing(std::string directory, std::string_view suffix)
      : directory_{std::move(directory)}, suffix_{suffix} {}

  /// Looks at that many further entries, and adds to `found` those that are such
  /// files. After the last entry, or an error, the next step begins anew.
  std::error_code step(std::size_t entries, std::vector<Found>& found);
  /// Whether the last step came to the end of the directory.
  [[nodiscard]] bool is_whole() const noexcept { return !at_.has_value(); }

 private:
  std::string directory_;
  std::string_view suffix_;
  std::optional<std::filesystem::directory_iterator> at_;  ///< none: begins anew
};

/// Every such file of a directory, by name and then generation: for who has time.
std::vector<Found> list_files(const std::string& directory, std::string_view suffix);
/// Every telemetry file in `directory`/t, likewise.
std::vector<Found> list_segments(const std::string& directory);

}  // namespace outrider::segments
