// SPDX-License-Identifier: Apache-2.0
// The cold half of Directives: copying what is new out of a table in which nothing
// is believed, and answering.
#include "outrider/directives.hpp"

#include <algorithm>

#include "state.hpp"

namespace outrider {

detail::DirectiveInbox& detail::null_inbox() noexcept {
  static const shm::DirectiveTable nothing{};
  static shm::LaneHeader nobody{};
  static DirectiveInbox inbox{&nothing, &nobody, &null_guard(), 0, 0, {}};
  return inbox;
}

std::span<const Directive> Directives::take(detail::DirectiveInbox& inbox) noexcept {
  const std::uint64_t last = shm::last_directive(*inbox.table);
  // A smaller number: the table was made anew, and all in it is news.
  const std::uint64_t before = last < inbox.seen ? 0 : inbox.seen;
  inbox.seen = last;
  const std::uint64_t news = std::min<std::uint64_t>(last - before, shm::directive_room);
  inbox.missed += last - before - news;
  std::size_t taken = 0;
  for (std::uint64_t epoch = last - news + 1; epoch != last + 1; ++epoch) {
    Directive& directive = inbox.taken[taken];
    std::uint64_t number = 0;
    if (!shm::load_directive(*inbox.table, epoch, directive, number)) {
      ++inbox.missed;
      continue;
    }
    const std::optional<DirectiveKind> kind = directive_kind(number);
    if (!kind) {  // of a newer sidecar
      shm::acknowledge(*inbox.lane, epoch, DirectiveOutcome::unsupported, ticks());
      continue;
    }
    directive.kind = *kind;
    ++taken;
  }
  return {inbox.taken.data(), taken};
}

void Directives::acknowledge(const Directive& directive, DirectiveOutcome outcome) noexcept {
  if constexpr (detail::checks_writers) check();
  shm::acknowledge(*inbox_->lane, directive.epoch, outcome, ticks());
}

// A writer that shares its lane has no place of its own to answer in.
Directives detail::ProducerState::directives(std::uint32_t number) noexcept {
  const std::lock_guard guard{mutex_};
  if (is_shared(number)) {
    refuse(
        "directives: found a writer that shares its lane, because all were taken; needed one "
        "of its own; raise ProducerOptions::geometry.lanes");
    return {};
  }
  Lane& lane = lanes_[number];
  shm::LaneHeader& header = *telemetry_->lane(number).header;
  // relaxed: this thread claimed the lane.
  const std::uint64_t claim = lane.guard.claim.load(std::memory_order_relaxed);
  if (lane.inbox == nullptr) lane.inbox = std::make_unique<DirectiveInbox>();
  // relaxed: this thread's own word.
  if (header.listening.load(std::memory_order_relaxed) == 0) {
    const shm::DirectiveTable& table = *window_.view().directives();
    const std::uint64_t seen = anybody_listened_ ? shm::last_directive(table) : 0;
    *lane.inbox = {&table, &header, &lane.guard, seen, 0, {}};
    anybody_listened_ = true;
    // relaxed: a number on its own.
    header.listening.store(seen + 1, std::memory_order_relaxed);
  }
  return {*lane.inbox, claim};
}

}  // namespace outrider
