// SPDX-License-Identifier: Apache-2.0
#include "directive_book.hpp"

#include <algorithm>

#include "segments/answers.hpp"

namespace outrider {

using std::chrono::nanoseconds;

void DirectiveBook::adopt(const segments::Segment& segment, const protection::Now& now) noexcept {
  count_ = 0;
  const shm::DirectiveTable* table = segment.control.directives();
  if (table == nullptr) return;
  const std::uint64_t last = shm::last_directive(*table);
  const std::uint64_t kept = std::min<std::uint64_t>(last, shm::directive_room);
  for (std::uint64_t epoch = last - kept + 1; epoch != last + 1; ++epoch) {
    Directive directive;
    std::uint64_t number = 0;
    if (!shm::load_directive(*table, epoch, directive, number)) continue;
    const std::optional<DirectiveKind> kind = directive_kind(number);
    if (!kind || segments::answer_to(segment.view, epoch).is_complete) continue;
    const nanoseconds issued{static_cast<std::int64_t>(directive.issued_wall_ms) * 1'000'000};
    const nanoseconds age = std::max(now.wall - issued, nanoseconds{0});
    add({epoch, *kind, protection::ScopeText{directive.scope()}, now.steady - age, false});
  }
}

bool DirectiveBook::issue(const segments::Segment& segment, const shm::NewDirective& directive,
                          const protection::Now& now) noexcept {
  shm::DirectiveTable* table = segment.control.directives();
  if (table == nullptr) return false;
  const std::uint64_t epoch = shm::issue(*table, directive);
  if (count_ > 0 && pending_[0].epoch + shm::directive_room <= epoch) {
    ++overwritten_;
    remove(0);
  }
  add({epoch, directive.kind, protection::ScopeText{directive.scope}, now.steady, false});
  return true;
}

DirectiveBook::Look DirectiveBook::look(std::size_t index, const segments::Segment& segment,
                                        nanoseconds now, nanoseconds timeout) noexcept {
  Pending& pending = pending_[index];
  const segments::Answer answer = segments::answer_to(segment.view, pending.epoch);
  if (!answer.is_complete) {
    if (pending.is_overdue || now - pending.issued < timeout) return {};
    pending.is_overdue = true;
    return {News::overdue, pending, answer.outcome};
  }
  const bool done = answer.outcome == DirectiveOutcome::done;
  const Look look{done ? News::done : News::refused, pending, answer.outcome};
  // By the trader's own stamp, but no longer than it can have been.
  const auto ago = segment.clock().interval_ns(shm::ticks(segment.clock().kind) - answer.latest);
  const nanoseconds longest = std::max(now - pending.issued, nanoseconds{0});
  latency_ = ago < static_cast<std::uint64_t>(longest.count())
                 ? longest - nanoseconds{static_cast<std::int64_t>(ago)}
                 : longest;
  if (!done) ++refused_;
  remove(index);
  return look;
}

std::size_t DirectiveBook::overdue() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count_),
                    [](const Pending& each) { return each.is_overdue; }));
}

void DirectiveBook::add(const Pending& pending) noexcept {
  if (count_ == pending_.size()) remove(0);
  pending_[count_++] = pending;
}

void DirectiveBook::remove(std::size_t index) noexcept {
  const auto at = pending_.begin() + static_cast<std::ptrdiff_t>(index);
  std::move(at + 1, pending_.begin() + static_cast<std::ptrdiff_t>(count_), at);
  --count_;
}

}  // namespace outrider
