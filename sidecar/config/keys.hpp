// SPDX-License-Identifier: Apache-2.0
// Every setting that is one value, once: its name, which is both the YAML key
// and the flag, its help, and how its text becomes a field. One table, so that
// file and command line cannot drift apart.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace outrider::config {

enum class KeyKind {
  value,      ///< one text
  list,       ///< any number of texts; the flag may be repeated
  on_off,     ///< true or false; the flag stands for true
  file_only,  ///< one text, and no flag: it must be written out in the file
};

struct Key {
  std::string_view name;  ///< "web.listen-address"
  KeyKind kind = KeyKind::value;
  std::string_view value_name;  ///< as help shows it: "HOST:PORT"
  std::string_view help;        ///< with default and unit
  /// The value is a path: in a file, relative to the file's directory.
  bool path = false;
  /// Stores the value, or says what is needed. A list gets its items one by one.
  std::string_view (*set)(Config& config, const std::string& text) = nullptr;
  /// Of a list: makes it empty, before the items of the file or of the flags.
  void (*begin)(Config& config) = nullptr;
};

/// Sorted as help shows them.
std::span<const Key> all_keys();

const Key* find_key(std::string_view name);

/// "found X; needed Y", the text of every refusal.
std::string refusal(const Key& key, std::string_view found, std::string_view needed);

/// True for `global`, `host` and every text that can be a label name.
bool is_scope(std::string_view text);
/// True for `global`, `host` and LABEL=VALUE.
bool is_whole_scope(std::string_view text);

/// How many probes, or trips, may be configured.
inline constexpr std::uint32_t most_probes = 1000;
inline constexpr std::uint32_t most_trips_to_kill = 10;

}  // namespace outrider::config
