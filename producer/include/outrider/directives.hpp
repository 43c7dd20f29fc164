// SPDX-License-Identifier: Apache-2.0
// What the sidecar tells this trader to do: cancel all orders, reconnect, ... A
// thread looks for it in its loop, at the cost of one load, and answers.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>

#include "outrider/detail.hpp"
#include "outrider/shm/directive.hpp"

namespace outrider {

namespace detail {

/// Where one thread keeps how far it has looked. In process memory, for as long as
/// the producer lives.
struct DirectiveInbox {
  const shm::DirectiveTable* table = nullptr;
  shm::LaneHeader* lane = nullptr;
  const WriterGuard* guard = nullptr;
  std::uint64_t seen = 0;  ///< epoch of the last directive that was looked at
  std::uint64_t missed = 0;
  std::array<Directive, shm::directive_room> taken{};  ///< by the last poll
};

DirectiveInbox& null_inbox() noexcept;

}  // namespace detail

/// Copyable handle, for the thread of the Writer that it was asked for; must not
/// outlive it.
class Directives {
 public:
  /// Never has any.
  Directives() noexcept : inbox_{&detail::null_inbox()} {}
  Directives(detail::DirectiveInbox& inbox, std::uint64_t claim) noexcept
      : inbox_{&inbox}, claim_{claim} {}

  /// What was issued since the last poll, oldest first, at most sixteen; valid until
  /// the next poll. One load and a comparison while there is nothing new.
  [[nodiscard]] std::span<const Directive> poll() noexcept {
    if constexpr (detail::checks_writers) check();
    // relaxed: only whether to look; take() acquires.
    if (inbox_->table->epoch.load(std::memory_order_relaxed) == inbox_->seen) [[likely]] {
      return {};
    }
    return take(*inbox_);
  }

  /// Says to the sidecar what became of it. The last word counts.
  void acknowledge(const Directive& directive,
                   DirectiveOutcome outcome = DirectiveOutcome::done) noexcept;

  /// Directives that were overwritten before this thread looked: more than sixteen
  /// came between two polls. Only grows.
  [[nodiscard]] std::uint64_t missed() const noexcept { return inbox_->missed; }

 private:
  void check() const noexcept { detail::check_writer(*inbox_->guard, claim_); }
  [[gnu::cold, gnu::noinline]] static std::span<const Directive> take(
      detail::DirectiveInbox& inbox) noexcept;

  detail::DirectiveInbox* inbox_;
  std::uint64_t claim_ = 0;
};

}  // namespace outrider
