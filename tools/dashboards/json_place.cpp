// SPDX-License-Identifier: Apache-2.0
// The library's parser gives no places; this walks over a text that it has taken.
#include <cctype>

#include "dashboards/grafana_reader.hpp"

namespace outrider::dashboards {

namespace {

class Walk {
 public:
  explicit Walk(std::string_view text) : text_{text} {}

  /// Stands before a value. The line of what `pointer` names within it.
  std::size_t find(std::string_view pointer) {
    space();
    const std::size_t here = line_;
    if (pointer.empty() || (peek() != '{' && peek() != '[')) return here;
    const bool is_object = take() == '{';
    const std::size_t slash = pointer.find('/', 1);
    const std::string_view wanted = pointer.substr(1, slash - 1);
    const std::string_view rest = slash == pointer.npos ? "" : pointer.substr(slash);
    for (std::size_t index = 0; space(), peek() != '}' && peek() != ']' && peek() != '\0';
         ++index) {
      const std::size_t line = line_;
      const std::string key = is_object ? text_of_key() : std::to_string(index);
      if (key == wanted) return rest.empty() ? line : find(rest);
      skip_value();
      if (space(), peek() == ',') take();
    }
    return here;
  }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  char take() {
    const char c = peek();
    line_ += c == '\n' ? 1 : 0;
    ++at_;
    return c;
  }
  void space() {
    while (std::isspace(static_cast<unsigned char>(peek())) != 0) take();
  }
  /// With its quotes left away; what was escaped stays so.
  std::string text() {
    std::string found;
    take();
    while (peek() != '"' && peek() != '\0') {
      if (peek() == '\\') found += take();
      found += take();
    }
    take();
    return found;
  }
  std::string text_of_key() {
    const std::string key = text();
    space();
    take();  // the colon
    return key;
  }
  void skip_value() {
    std::size_t depth = 0;
    do {
      space();
      const char c = peek();
      if (c == '"') {
        text();
        continue;
      }
      if (depth == 0 && (c == ',' || c == '}' || c == ']')) return;
      depth += c == '{' || c == '[' ? 1 : 0;
      depth -= c == '}' || c == ']' ? 1 : 0;
      take();
    } while (at_ < text_.size() && (depth > 0 || !is_end()));
  }
  [[nodiscard]] bool is_end() const { return peek() == ',' || peek() == '}' || peek() == ']'; }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

std::size_t line_of(std::string_view text, const std::string& pointer) {
  return Walk{text}.find(pointer);
}

}  // namespace outrider::dashboards
