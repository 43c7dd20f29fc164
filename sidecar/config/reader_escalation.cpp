// SPDX-License-Identifier: Apache-2.0
// `protection.escalation:`, what follows when orders flow through a kill.
#include "config/problem.hpp"
#include "config/reader.hpp"

namespace outrider::config {

std::optional<Problem> check_escalation(const Config& config) {
  const EscalationConfig& escalation = config.protection.escalation;
  if (escalation.orders.empty() || !config.producer_label.empty()) return std::nullopt;
  return Problem{config.file, escalation.place,
                 "protection.escalation.orders: found " + in_quotes(escalation.orders) +
                     " with producer-label off; needed the label that says whose orders they are; "
                     "remove one of the two"};
}

void Reader::read_escalation(const YAML::Node& value) {
  const std::string path = "protection.escalation";
  if (value.IsNull()) return;
  if (!value.IsMap())
    return problem(value, path + ": found " + found_text(value) +
                              "; needed a mapping of orders, after, signal and grace");
  EscalationConfig& escalation = loaded_.config.protection.escalation;
  const Fields fields = read_entry(path, value, {"orders", "after", "signal", "grace"});
  read_duration(path, "after", fields, escalation.after);
  read_duration(path, "grace", fields, escalation.grace);
  if (const auto orders = fields.find("orders"); orders != fields.end()) {
    escalation.orders = orders->second.Scalar();
    escalation.place = place_of(orders->second.Mark());
  }
  const auto given = fields.find("signal");
  if (given == fields.end()) return;
  const std::string& word = given->second.Scalar();
  escalation.signal = word == "term"   ? TraderSignal::term
                      : word == "kill" ? TraderSignal::kill
                                       : TraderSignal::none;
  if (escalation.signal == TraderSignal::none && word != "none")
    problem(given->second, path + ".signal: found \"" + word + "\"; needed none, term or kill");
  if (escalation.signal != TraderSignal::none && escalation.orders.empty())
    problem(given->second, path + ".signal: found \"" + word +
                               "\" without orders; needed the name of the traders' counter of "
                               "orders; add orders: orders_total");
}

}  // namespace outrider::config
