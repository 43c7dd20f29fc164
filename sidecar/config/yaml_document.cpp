// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_document.hpp"

#include <yaml-cpp/eventhandler.h>

#include <sstream>

#include "config/problem.hpp"

namespace outrider::config {
namespace {

/// Where the last document's content begins; the content is not kept. The names
/// are the library's.
class Start : public YAML::EventHandler {  // NOLINTBEGIN(readability-identifier-naming)
 public:
  [[nodiscard]] const YAML::Mark& mark() const { return mark_; }

  void OnDocumentStart(const YAML::Mark&) override { is_new_ = true; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { note(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { note(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                const std::string&) override {
    note(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    note(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    note(mark);
  }
  void OnMapEnd() override {}

 private:
  void note(const YAML::Mark& mark) {
    if (is_new_) mark_ = mark;
    is_new_ = false;
  }

  YAML::Mark mark_;
  bool is_new_ = false;
};  // NOLINTEND(readability-identifier-naming)

}  // namespace

YamlText read_yaml(const std::string& text) {
  std::istringstream stream{text};
  YAML::Parser parser{stream};
  Start start;
  if (!parser.HandleNextDocument(start)) return {};
  YamlText found;
  if (parser.HandleNextDocument(start)) found.second = start.mark();
  found.document = YAML::Load(text);
  return found;
}

std::string not_yaml(const YAML::Exception& error, std::string_view needed) {
  return "found text that is not YAML: " + in_quotes(error.msg) + "; needed " +
         std::string{needed} + "; look there and above for a quote or bracket left open, or a tab";
}

}  // namespace outrider::config
