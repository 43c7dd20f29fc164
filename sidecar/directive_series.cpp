// SPDX-License-Identifier: Apache-2.0
#include "directive_series.hpp"

namespace outrider {

using aggregate::FamilyKind;

void DirectiveSeries::add(aggregate::ValuesBuilder& builder,
                          const std::vector<ProducerRuntime*>& producers,
                          const std::set<const ProducerRuntime*>& watched) {
  for (std::size_t i = 0; i < issued_.size(); ++i) {
    const auto kind = static_cast<DirectiveKind>(i + 1);
    issued_[i] =
        builder
            .add_own({"outrider_directives_total", "Directives to traders, by what they should do.",
                      FamilyKind::counter},
                     {{"kind", std::string{to_string(kind)}}})
            .front();
  }
  for (const ProducerRuntime* producer : producers) {
    const auto add = [&](const char* name, const char* help, FamilyKind kind) {
      return builder.add_own({name, help, kind}, {{"producer", producer->name}}).front();
    };
    Cells cells{};
    cells.producer = producer;
    cells.pending = add("outrider_directives_pending", "Directives that a trader has not answered.",
                        FamilyKind::gauge);
    cells.overdue =
        add("outrider_directives_overdue",
            "Of these, for longer than protection.directive_timeout.", FamilyKind::gauge);
    cells.refused =
        add("outrider_directives_refused_total",
            "Directives that a trader refused, or failed to carry out.", FamilyKind::counter);
    cells.overwritten =
        add("outrider_directives_overwritten_total",
            "Directives that sixteen later ones replaced, unanswered.", FamilyKind::counter);
    cells.latency = add("outrider_directive_acknowledgement_seconds",
                        "From a directive to its answer, the last time.", FamilyKind::gauge);
    if (watched.contains(producer))
      cells.after_kill = add("outrider_orders_after_kill",
                             "Orders that a trader sent although all its gates were KILLED; see "
                             "protection.escalation.",
                             FamilyKind::gauge);
    producers_.push_back(cells);
  }
}

void DirectiveSeries::refresh(const DirectiveCounts& issued) const noexcept {
  for (std::size_t i = 0; i < issued.size(); ++i) *issued_[i] = static_cast<double>(issued[i]);
  for (const Cells& cells : producers_) {
    const DirectiveBook& book = cells.producer->directives;
    *cells.pending = static_cast<double>(book.pending());
    *cells.overdue = static_cast<double>(book.overdue());
    *cells.refused = static_cast<double>(book.refused());
    *cells.overwritten = static_cast<double>(book.overwritten());
    if (cells.after_kill != nullptr)
      *cells.after_kill = cells.producer->orders_watch.orders_after_kill();
    *cells.latency = std::chrono::duration<double>(book.latency()).count();
  }
}

}  // namespace outrider
