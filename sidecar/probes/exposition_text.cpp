// SPDX-License-Identifier: Apache-2.0
#include "probes/exposition_text.hpp"

#include <algorithm>
#include <charconv>

namespace outrider::probes {

namespace {

bool is_name_char(char c, bool colon) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (colon && c == ':');
}

/// One line, taken from the left.
class Line {
 public:
  explicit Line(std::string_view text) : rest_{text} {}

  void skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
  }
  [[nodiscard]] bool is_at_end() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view take_name(bool colon) {
    std::size_t size = 0;
    while (size < rest_.size() && is_name_char(rest_[size], colon)) ++size;
    const std::string_view name = rest_.substr(0, size);
    rest_.remove_prefix(size);
    const bool is_one = !name.empty() && (name.front() < '0' || name.front() > '9');
    return is_one ? name : std::string_view{};
  }
  std::string_view take_word() {
    const std::size_t size = std::min(rest_.find_first_of(" \t"), rest_.size());
    const std::string_view word = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return word;
  }
  /// After its opening quote, to the closing one.
  bool take_quoted(std::string& into) {
    while (!rest_.empty()) {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (c == '\\' && !rest_.empty()) {
        c = rest_.front() == 'n' ? '\n' : rest_.front();
        rest_.remove_prefix(1);
      }
      into += c;
    }
    return false;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

/// A page of short lines could fill memory long before its bytes are too many.
constexpr std::size_t most_samples = 200'000;

bool parse_value(std::string_view text, double& value) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

bool read_labels(Line& line, aggregate::Labels& labels) {
  for (;;) {
    line.skip_blanks();
    if (line.take('}')) return true;
    const std::string_view name = line.take_name(false);
    line.skip_blanks();
    if (name.empty() || !line.take('=')) return false;
    line.skip_blanks();
    std::string value;
    if (!line.take('"') || !line.take_quoted(value)) return false;
    // An empty one is none.
    if (!value.empty()) labels.emplace_back(name, std::move(value));
    line.skip_blanks();
    line.take(',');
  }
}

/// The time that may follow is not used: now is when it is looked at.
bool read_sample(Line line, Sample& sample) {
  sample.name = line.take_name(true);
  line.skip_blanks();
  if (sample.name.empty() || (line.take('{') && !read_labels(line, sample.labels))) return false;
  line.skip_blanks();
  std::sort(sample.labels.begin(), sample.labels.end());
  const auto same =
      std::adjacent_find(sample.labels.begin(), sample.labels.end(),
                         [](const auto& a, const auto& b) { return a.first == b.first; });
  return same == sample.labels.end() && parse_value(line.take_word(), sample.value);
}

void read_comment(Line line, Exposition& into) {
  line.take('#');
  line.skip_blanks();
  const std::string_view what = line.take_word();
  if (what != "TYPE" && what != "HELP") return;
  line.skip_blanks();
  const std::string family{line.take_word()};
  line.skip_blanks();
  (what == "TYPE" ? into.types : into.helps)[family] = line.rest();
}

}  // namespace

Exposition parse_exposition(std::string_view text) {
  Exposition found;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view whole = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (whole.ends_with('\r')) whole.remove_suffix(1);
    Line line{whole};
    line.skip_blanks();
    if (line.is_at_end()) continue;
    if (found.samples.size() == most_samples) {
      found.problem =
          "found more than " + std::to_string(most_samples) + " samples; needed fewer on one page";
      return found;
    }
    if (line.rest().front() == '#') {
      read_comment(line, found);
    } else if (!read_sample(line, found.samples.emplace_back())) {
      found.problem = "line " + std::to_string(number) + ": found what is no sample";
      return found;
    }
  }
  return found;
}

}  // namespace outrider::probes
