// SPDX-License-Identifier: Apache-2.0
#include "segments/listing.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "outrider/shm/identity.hpp"

namespace outrider::segments {
namespace {

std::optional<Found> parse(const std::string& file, std::string_view suffix) {
  if (!file.ends_with(suffix)) return std::nullopt;
  const std::string stem = file.substr(0, file.size() - suffix.size());
  const std::size_t dot = stem.rfind('.');
  if (dot == std::string::npos || !shm::is_producer_name(stem.substr(0, dot))) return std::nullopt;
  std::uint64_t generation = 0;
  const char* end = stem.data() + stem.size();
  const auto parsed = std::from_chars(stem.data() + dot + 1, end, generation);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  return Found{stem.substr(0, dot), generation};
}

}  // namespace

std::error_code Listing::step(std::size_t entries, std::vector<Found>& found) {
  std::error_code error;
  if (!at_) at_.emplace(directory_, error);
  // By hand: the increment of a range-for throws where a directory is taken away.
  for (; !error && *at_ != std::filesystem::directory_iterator{}; at_->increment(error)) {
    if (entries-- == 0) return error;
    if (auto file = parse((*at_)->path().filename(), suffix_)) found.push_back(std::move(*file));
  }
  at_.reset();
  return error;
}

std::vector<Found> list_files(const std::string& directory, std::string_view suffix) {
  std::vector<Found> found;
  Listing{directory, suffix}.step(std::numeric_limits<std::size_t>::max(), found);
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<Found> list_segments(const std::string& directory) {
  return list_files(directory + "/t", ".telemetry");
}

}  // namespace outrider::segments
