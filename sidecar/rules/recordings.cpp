// SPDX-License-Identifier: Apache-2.0
#include "rules/recordings.hpp"

#include <algorithm>
#include <set>

#include "config/problem.hpp"
#include "promql/selects.hpp"

namespace outrider::rules {

namespace {

class Linker {
 public:
  explicit Linker(RuleSet& rules)
      : rules_{rules}, recordings_{rules.recordings}, states_(recordings_.size()) {
    for (const RecordingRule& recording : recordings_) names_.insert(recording.name);
  }

  std::vector<FileProblem> link() {
    rules_.binding_order.clear();
    for (std::size_t i = 0; i < recordings_.size(); ++i) visit(i);
    if (!problems_.empty()) return std::move(problems_);
    for (RuleGroup& group : rules_.groups) {
      for (AlertRule& rule : group.rules) rule.reads = with_what_they_read(read_by(*rule.expr));
    }
    return {};
  }

 private:
  enum class State { unseen, being_visited, done };

  [[nodiscard]] RecordingNumbers read_by(const promql::Expr& expr) const {
    std::set<std::string> selected;
    for (const std::string& name : names_) {
      if (promql::selects(expr, name)) selected.insert(name);
    }
    RecordingNumbers found;
    for (std::size_t i = 0; i < recordings_.size(); ++i) {
      if (selected.contains(recordings_[i].name)) found.push_back(i);
    }
    return found;
  }

  [[nodiscard]] RecordingNumbers with_what_they_read(const RecordingNumbers& direct) const {
    std::set<std::size_t> all{direct.begin(), direct.end()};
    for (const std::size_t i : direct) {
      all.insert(recordings_[i].reads.begin(), recordings_[i].reads.end());
    }
    return {all.begin(), all.end()};
  }

  void visit(std::size_t number) {
    if (states_[number] == State::done) return;
    states_[number] = State::being_visited;
    path_.push_back(number);
    const RecordingNumbers direct = read_by(*recordings_[number].expr);
    for (const std::size_t read : direct) {
      if (states_[read] == State::being_visited) {
        report_circle(read);
      } else {
        visit(read);
      }
    }
    path_.pop_back();
    states_[number] = State::done;
    recordings_[number].reads = with_what_they_read(direct);
    rules_.binding_order.push_back(number);
  }

  void report_circle(std::size_t first) {
    const auto begin = std::find(path_.begin(), path_.end(), first);
    std::string circle = config::in_quotes(recordings_[first].name);
    for (auto each = begin + 1; each != path_.end(); ++each) {
      circle += ", which is made of " + config::in_quotes(recordings_[*each].name);
    }
    const RecordingRule& recording = recordings_[first];
    const bool itself = begin + 1 == path_.end();
    problems_.push_back(
        {recording.file, recording.line, recording.column,
         "expr: found " + circle +
             (itself ? " in the expression that records it" : ", which is made of the first") +
             "; needed other series; name the metrics that it is made of"});
  }

  RuleSet& rules_;
  std::vector<RecordingRule>& recordings_;
  std::set<std::string> names_;
  std::vector<State> states_;
  std::vector<std::size_t> path_;
  std::vector<FileProblem> problems_;
};

}  // namespace

std::vector<FileProblem> link_recordings(RuleSet& rules) {
  return Linker{rules}.link();
}

}  // namespace outrider::rules
