// SPDX-License-Identifier: Apache-2.0
#include "outrider/shm/series.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>

#include "outrider/shm/file.hpp"
#include "outrider/shm/hdr.hpp"

namespace outrider::shm {
namespace {

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_label_name(std::string_view name) noexcept {
  if (name.empty() || !is_letter(name.front())) return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

bool is_metric_name(std::string_view name) noexcept {
  if (name.empty() || is_digit(name.front())) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == ':'; });
}

bool is_text(std::string_view text) noexcept {
  return text.size() <= max_text_bytes && is_utf8(text) &&
         text.find('\0') == std::string_view::npos;
}

/// What is wrong with a text that is_text() refuses.
std::string found_text(std::string_view text) {
  const std::string needed = "; needed UTF-8 of at most 1024 bytes without NUL; ";
  if (text.size() > max_text_bytes)
    return "found " + std::to_string(text.size()) + " bytes" + needed + "shorten it";
  return std::string{is_utf8(text) ? "found a NUL" : "found bytes that are not UTF-8"} + needed +
         "convert it";
}

std::string number_text(double number) {
  std::ostringstream text;
  text << number;
  return text.str();
}

std::string refusal_of_labels(const SeriesInfo& info) {
  if (info.labels.size() > max_labels) {
    return "found " + std::to_string(info.labels.size()) + " labels; needed at most 32; drop some";
  }
  for (std::size_t i = 0; i < info.labels.size(); ++i) {
    const auto& [name, value] = info.labels[i];
    if (!is_label_name(name))
      return "found label name \"" + shown(name) + "\"; needed [a-zA-Z_][a-zA-Z0-9_]*; rename it";
    if (name.starts_with("__"))
      return "found label name \"" + shown(name) +
             "\"; needed one without __ in front, which is Prometheus' own; rename it";
    if (name == "le" || name == "quantile")
      return "found label name \"" + name +
             "\", which is the exposition's own; needed another; rename it";
    if (!is_text(value)) return "label \"" + name + "\": " + found_text(value);
    if (i > 0 && info.labels[i - 1].first >= name)
      return "found label \"" + name + "\" twice; needed once; drop one";
  }
  return {};
}

std::string refusal_of_histogram(const SeriesInfo& info) {
  if (info.unit == SeriesUnit::none)
    return "found a histogram without unit; needed one; set HistogramOptions::unit";
  if (!(info.scale > 0) || !std::isfinite(info.scale))
    return "found unit scale " + number_text(info.scale) +
           "; needed a positive number, such as 0.001 for milliseconds";
  if (info.significant_figures != 2 && info.significant_figures != 3) {
    return "found " + std::to_string(info.significant_figures) +
           " significant figures; needed 2 or 3; set HistogramOptions::significant_figures";
  }
  if (info.bounds.size() > max_bounds)
    return "found " + std::to_string(info.bounds.size()) + " bounds; needed at most 64; drop some";
  for (std::size_t i = 0; i < info.bounds.size(); ++i) {
    if (!std::isfinite(info.bounds[i]) || info.bounds[i] < 0)
      return "found bound " + number_text(info.bounds[i]) +
             "; needed finite numbers from 0 up; +Inf comes by itself";
    if (i > 0 && info.bounds[i - 1] >= info.bounds[i])
      return "found bound " + number_text(info.bounds[i]) + " after " +
             number_text(info.bounds[i - 1]) + "; needed them to ascend; sort them";
  }
  return {};
}

/// The string area of a table while an entry is added.
struct TextArea {
  std::span<std::byte> bytes;
  std::uint32_t used;

  /// Appends; false when it does not fit.
  bool put(const void* data, std::size_t size, std::uint32_t& offset) {
    if (size > bytes.size() - used) return false;
    offset = used;
    if (size > 0) std::memcpy(bytes.data() + used, data, size);
    used += static_cast<std::uint32_t>(size);
    return true;
  }
};

std::optional<std::string> get(std::span<const std::byte> area, std::uint32_t offset,
                               std::uint32_t bytes) {
  if (offset > area.size() || bytes > area.size() - offset) return std::nullopt;
  std::string text(bytes, '\0');
  if (bytes > 0) std::memcpy(text.data(), area.data() + offset, bytes);
  return text;
}

bool split_labels(const std::string& packed, SeriesInfo& info) {
  std::size_t at = 0;
  while (at < packed.size()) {
    const std::size_t name_end = packed.find('\0', at);
    if (name_end == std::string::npos) return false;
    const std::size_t value_end = packed.find('\0', name_end + 1);
    if (value_end == std::string::npos) return false;
    info.labels.emplace_back(packed.substr(at, name_end - at),
                             packed.substr(name_end + 1, value_end - name_end - 1));
    at = value_end + 1;
  }
  return true;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
    if ((byte >= 0x80 && byte < 0xC2) || byte > 0xF4 || length > text.size() - i) return false;
    std::uint32_t code = length == 1 ? byte : byte & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0) != 0x80) return false;
      code = (code << 6) | (next & 0x3FU);
    }
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    if (overlong || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
    i += length;
  }
  return true;
}

// Escaped as Prometheus writes it, so that two series never have one text: it is
// what they are found by.
std::string SeriesInfo::text() const {
  std::string out = name;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    out += (i == 0 ? "{" : ",") + labels[i].first + "=\"";
    for (const char c : labels[i].second) {
      if (c == '"' || c == '\\') out += '\\';
      out += c == '\n' ? std::string{"\\n"} : std::string(1, c);
    }
    out += '"';
  }
  return labels.empty() ? out : out + "}";
}

std::string refusal_of(const SeriesInfo& info) {
  if (!is_metric_name(info.name))
    return "found name \"" + shown(info.name) + "\"; needed [a-zA-Z_:][a-zA-Z0-9_:]*; rename it";
  if (info.name.size() > max_text_bytes) return "name: " + found_text(info.name);
  if (!is_text(info.help)) return "help: " + found_text(info.help);
  if (std::string why = refusal_of_labels(info); !why.empty()) return why;
  return info.kind == SeriesKind::histogram ? refusal_of_histogram(info) : std::string{};
}

std::uint32_t slots_of(const Geometry& geometry, SeriesKind kind) noexcept {
  switch (kind) {
    case SeriesKind::counter:
    case SeriesKind::up_down:
      return geometry.cells;
    case SeriesKind::gauge_f64:
    case SeriesKind::gauge_i64:
      return geometry.gauges;
    case SeriesKind::histogram:
      return geometry.histograms;
    case SeriesKind::gate:
      return geometry.gates;
  }
  return 0;
}

std::uint64_t bound_in_units(double bound, double scale) noexcept {
  const double exact = bound / scale;
  const double nearest = std::nearbyint(exact);
  const double units = std::abs(exact - nearest) <= 1e-9 * nearest ? nearest : std::floor(exact);
  if (!(units < static_cast<double>(highest_trackable_value))) return highest_trackable_value;
  return units > 0 ? static_cast<std::uint64_t>(units) : 0;
}

std::optional<SeriesInfo> read_series(const SeriesTable<const std::byte>& table,
                                      std::uint32_t number) {
  if (number >= table.entries.size() / sizeof(SeriesEntry)) return std::nullopt;
  SeriesEntry entry;
  std::memcpy(&entry, table.entries.data() + number * sizeof(SeriesEntry), sizeof entry);

  SeriesInfo info;
  info.kind = static_cast<SeriesKind>(entry.kind);
  info.unit = static_cast<SeriesUnit>(entry.unit);
  if (entry.kind < 1 || entry.kind > 6 || entry.unit > 3) return std::nullopt;
  if (entry.bounds_count > max_bounds) return std::nullopt;
  info.scale = entry.scale;
  info.slot = entry.slot;
  info.significant_figures = static_cast<int>(entry.figures);
  const auto name = get(table.text, entry.name_offset, entry.name_bytes);
  const auto help = get(table.text, entry.help_offset, entry.help_bytes);
  const auto labels = get(table.text, entry.labels_offset, entry.labels_bytes);
  const auto bounds = get(table.text, entry.bounds_offset, entry.bounds_count * 8);
  if (!name || !help || !labels || !bounds || !split_labels(*labels, info)) return std::nullopt;
  info.name = *name;
  info.help = *help;
  info.bounds.resize(entry.bounds_count);
  if (!bounds->empty()) std::memcpy(info.bounds.data(), bounds->data(), bounds->size());
  if (!refusal_of(info).empty()) return std::nullopt;
  return info;
}

bool write_series(const SeriesTable<std::byte>& table, std::uint32_t number, const SeriesInfo& info,
                  std::uint32_t& text_used) {
  if (number >= table.entries.size() / sizeof(SeriesEntry)) return false;
  std::string labels;
  for (const auto& [name, value] : info.labels) labels += name + '\0' + value + '\0';

  SeriesEntry entry{};
  entry.kind = static_cast<std::uint32_t>(info.kind);
  entry.unit = static_cast<std::uint32_t>(info.unit);
  entry.scale = info.scale;
  entry.slot = info.slot;
  entry.figures = static_cast<std::uint32_t>(info.significant_figures);
  entry.name_bytes = static_cast<std::uint32_t>(info.name.size());
  entry.help_bytes = static_cast<std::uint32_t>(info.help.size());
  entry.labels_bytes = static_cast<std::uint32_t>(labels.size());
  entry.bounds_count = static_cast<std::uint32_t>(info.bounds.size());
  TextArea area{table.text, text_used};
  if (!area.put(info.name.data(), info.name.size(), entry.name_offset) ||
      !area.put(info.help.data(), info.help.size(), entry.help_offset) ||
      !area.put(labels.data(), labels.size(), entry.labels_offset) ||
      !area.put(info.bounds.data(), info.bounds.size() * 8, entry.bounds_offset)) {
    return false;
  }
  text_used = area.used;
  std::memcpy(table.entries.data() + number * sizeof(SeriesEntry), &entry, sizeof entry);
  return true;
}

}  // namespace outrider::shm
