// SPDX-License-Identifier: Apache-2.0
#include "config/read_write_back.hpp"

#include <algorithm>

#include "config/ascii.hpp"
#include "config/entry_fields.hpp"
#include "config/keys.hpp"
#include "config/problem.hpp"

namespace outrider::config {

namespace {

constexpr std::string_view states[] = {"KILLED", "HALTED", "REDUCE_ONLY", "UNARMED", "TRADING"};

/// What a file of assignments takes as it is, in any quotes.
bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '-';
  });
}

void read_entry(const EntryFields& fields, WriteBackConfig& entry) {
  fields.refuse_all_but({"file", "key", "scope", "states"});
  if (fields.text("file", entry.file)) {
    entry.file = fields.context().beside_the_file(entry.file);
  } else if (fields.find("file") == nullptr) {
    fields.lacks("found no file; needed the one to write to; add file: PATH");
  }
  if (fields.text("key", entry.key) && !is_scope(entry.key))
    fields.problem(*fields.find("key"), "key",
                   "found " + in_quotes(entry.key) + "; needed a name such as status");
  if (fields.text("scope", entry.scope) && !is_whole_scope(entry.scope))
    fields.problem(*fields.find("scope"), "scope",
                   "found " + in_quotes(entry.scope) + "; needed global, host, or LABEL=VALUE");
  fields.pairs("states",
               [&](const std::string& state, const std::string& word) -> std::string_view {
                 if (std::find(std::begin(states), std::end(states), state) == std::end(states))
                   return "KILLED, HALTED, REDUCE_ONLY, UNARMED or TRADING before it";
                 if (!is_word(word)) return "a word of letters, digits, _ and -";
                 entry.words[state] = word;
                 return {};
               });
  if (fields.find("states") == nullptr)
    fields.lacks("found no states; needed words for them; add states: {HALTED: blocked}");
}

}  // namespace

void read_write_back(std::vector<WriteBackConfig>& all, const YAML::Node& list,
                     const ReadContext& context) {
  read_entries({"write_back", list}, context, all, read_entry);
}

}  // namespace outrider::config
