// SPDX-License-Identifier: Apache-2.0
// The directives that one trader was told of and has not answered. Kept by the
// guard; what a sidecar before this one issued is read back from the table.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "protection/state.hpp"
#include "segments/segment.hpp"

namespace outrider {

class DirectiveBook {
 public:
  struct Pending {
    std::uint64_t epoch = 0;
    DirectiveKind kind = DirectiveKind::cancel_all;
    protection::ScopeText scope;
    std::chrono::nanoseconds issued{};  ///< steady
    bool is_overdue = false;
  };
  enum class News { none, done, refused, overdue };
  struct Look {
    News news = News::none;
    Pending directive;
    DirectiveOutcome outcome = DirectiveOutcome::done;
  };

  /// Another generation: begins with what its table says and nobody has answered.
  void adopt(const segments::Segment& segment, const protection::Now& now) noexcept;

  /// False where the trader's layout has no room for directives.
  bool issue(const segments::Segment& segment, const shm::NewDirective& directive,
             const protection::Now& now) noexcept;

  /// Looks for the answer to number `index` < pending(), which a final one removes.
  Look look(std::size_t index, const segments::Segment& segment, std::chrono::nanoseconds now,
            std::chrono::nanoseconds timeout) noexcept;

  /// Nobody is there to answer.
  void give_up() noexcept { count_ = 0; }

  [[nodiscard]] std::size_t pending() const noexcept { return count_; }
  [[nodiscard]] std::size_t overdue() const noexcept;
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }
  /// Overwritten by later ones before they were answered.
  [[nodiscard]] std::uint64_t overwritten() const noexcept { return overwritten_; }
  /// From the issue to the last lane's answer, of the directive answered last.
  [[nodiscard]] std::chrono::nanoseconds latency() const noexcept { return latency_; }

 private:
  void add(const Pending& pending) noexcept;
  void remove(std::size_t index) noexcept;

  std::array<Pending, shm::directive_room> pending_{};  ///< the first `count_`, oldest first
  std::size_t count_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t overwritten_ = 0;
  std::chrono::nanoseconds latency_{};
};

}  // namespace outrider
