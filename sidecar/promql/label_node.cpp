// SPDX-License-Identifier: Apache-2.0
// label_replace. All of it happens when it is made: evaluating copies values.
#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "promql/matcher.hpp"
#include "promql/nodes.hpp"

namespace outrider::promql {

namespace {

using re2::StringPiece;

/// What a regular expression has found: groups by number and by name.
struct Found {
  const re2::RE2& regex;
  const std::vector<StringPiece>& groups;

  [[nodiscard]] std::string group(std::string_view name) const {
    std::size_t number = groups.size();
    const char* const end = name.data() + name.size();
    if (std::from_chars(name.data(), end, number).ptr != end) {
      const auto named = regex.NamedCapturingGroups().find(std::string{name});
      number = named == regex.NamedCapturingGroups().end()
                   ? groups.size()
                   : static_cast<std::size_t>(named->second);
    }
    return number < groups.size() ? std::string{groups[number]} : std::string{};
  }
};

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// `$1`, `${1}` and `${name}` are groups, `$$` is one dollar sign: as Go has it.
std::string expanded(std::string_view text, const Found& found) {
  std::string out;
  while (!text.empty()) {
    const std::size_t dollar = text.find('$');
    out += text.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar + 1);
    if (text.starts_with('$')) {
      out += '$';
      text.remove_prefix(1);
      continue;
    }
    const bool braced = text.starts_with('{');
    const std::string_view rest = text.substr(braced ? 1 : 0);
    const auto end = std::find_if_not(rest.begin(), rest.end(), is_word);
    const auto length = static_cast<std::size_t>(end - rest.begin());
    if (length == 0 || (braced && !rest.substr(length).starts_with('}'))) {
      out += '$';  // no group: it stands for itself
      continue;
    }
    out += found.group(rest.substr(0, length));
    text.remove_prefix(length + (braced ? 2 : 0));
  }
  return out;
}

class LabelReplacement : public VectorNode {
 public:
  LabelReplacement(VectorNodePtr operand, const LabelChange& change)
      : operand_{std::move(operand)} {
    const re2::RE2 regex{change.regex, re2::RE2::Quiet};
    std::vector<Labels> labels = operand_->labels();
    for (Labels& each : labels) replace(each, change, regex);
    set_slots(std::move(labels));
    inherit_blindness(*operand_);
  }

  void evaluate(Evaluation& evaluation) noexcept override {
    operand_->evaluate(evaluation);
    clear_all();
    for (std::size_t slot = 0; slot < size(); ++slot) {
      if (operand_->present(slot)) set(slot, operand_->value(slot));
    }
    check_duplicates(evaluation);
  }

  bool has_data() const noexcept override { return operand_->has_data(); }

 private:
  static void replace(Labels& labels, const LabelChange& change, const re2::RE2& regex) {
    const std::string value{label_value(labels, change.source)};
    std::vector<StringPiece> groups(static_cast<std::size_t>(regex.NumberOfCapturingGroups()) + 1);
    if (!regex.Match(value, 0, value.size(), re2::RE2::ANCHOR_BOTH, groups.data(),
                     static_cast<int>(groups.size())))
      return;
    set_label(labels, change.target, expanded(change.replacement, {regex, groups}));
  }

  VectorNodePtr operand_;
};

}  // namespace

VectorNodePtr make_label_replacement(VectorNodePtr operand, const LabelChange& change) {
  return std::make_unique<LabelReplacement>(std::move(operand), change);
}

}  // namespace outrider::promql
