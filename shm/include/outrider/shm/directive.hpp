// SPDX-License-Identifier: Apache-2.0
// Directives: what the sidecar wants a trader to do beside not sending orders, and
// what the trader says it did. The sidecar writes a table of the last sixteen in
// the control segment, each lane its own answers in the telemetry segment. A slot
// names its directive while it is whole; a reader that finds another name, before
// or after its copy, has missed that directive and says so.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "outrider/shm/heartbeat.hpp"
#include "outrider/shm/layout.hpp"

namespace outrider {

/// What a trader can be told to do. Values are part of the layout.
enum class DirectiveKind : std::uint8_t {
  cancel_all = 1,
  reduce = 2,     ///< shrink positions, by its parameters
  reconnect = 3,  ///< drop venue sessions and log on again
  clear_cache = 4,
  reset_limits = 5,
  restart = 6,
  scale_down = 7,  ///< smaller orders, by its parameters
  close_positions = 8,
};
inline constexpr std::size_t directive_kinds = 8;

constexpr std::string_view to_string(DirectiveKind kind) noexcept {
  constexpr std::array<std::string_view, directive_kinds> words{
      "cancel_all",   "reduce",  "reconnect",  "clear_cache",
      "reset_limits", "restart", "scale_down", "close_positions"};
  return words[static_cast<std::size_t>(kind) - 1];
}

constexpr std::optional<DirectiveKind> directive_kind(std::uint64_t number) noexcept {
  if (number < 1 || number > directive_kinds) return std::nullopt;
  return static_cast<DirectiveKind>(number);
}

constexpr std::optional<DirectiveKind> directive_kind(std::string_view word) noexcept {
  for (std::uint64_t number = 1; number <= directive_kinds; ++number) {
    const auto kind = static_cast<DirectiveKind>(number);
    if (to_string(kind) == word) return kind;
  }
  return std::nullopt;
}

/// What a lane says of a directive. Values are part of the layout.
enum class DirectiveOutcome : std::uint8_t {
  done = 1,
  unsupported = 2,    ///< refused: this trader never does that
  bad_parameter = 3,  ///< refused: a parameter is missing, or is none it can use
  not_now = 4,        ///< refused: it would harm
  failed = 5,         ///< tried
};
inline constexpr std::size_t directive_outcomes = 5;

constexpr std::string_view to_string(DirectiveOutcome outcome) noexcept {
  constexpr std::array<std::string_view, directive_outcomes> words{
      "done", "unsupported", "bad_parameter", "not_now", "failed"};
  return words[static_cast<std::size_t>(outcome) - 1];
}

/// A private copy. `Text` is a view on the writing side.
struct Directive {
  std::uint64_t epoch = 0;  ///< its number in its trader's table, from 1
  DirectiveKind kind = DirectiveKind::cancel_all;
  std::uint64_t issued_wall_ms = 0;  ///< Unix milliseconds
  Ticks issued;                      ///< the same moment by the trader's clock
  std::array<char, 112> scope_text{};
  std::array<char, 96> parameter_text{};
  std::array<char, 80> reason_text{};

  /// "global", "venue=binance": why this trader is meant.
  [[nodiscard]] std::string_view scope() const noexcept { return text(scope_text); }
  /// By whom or by which rule, and why.
  [[nodiscard]] std::string_view reason() const noexcept { return text(reason_text); }
  [[nodiscard]] std::string_view parameters() const noexcept { return text(parameter_text); }
  /// The value of `key`; nothing when it was not given.
  [[nodiscard]] std::optional<std::string_view> parameter(std::string_view key) const noexcept;
  /// The same as a number; nothing, too, when it is none that is finite.
  [[nodiscard]] std::optional<double> number(std::string_view key) const noexcept;

 private:
  template <std::size_t size>
  static std::string_view text(const std::array<char, size>& bytes) noexcept {
    return {bytes.data(), ::strnlen(bytes.data(), size)};
  }
};

namespace shm {

/// What is wrong with "key=value,key=value"; empty when nothing is. Keys are
/// [a-z][a-z0-9_]*, values [A-Za-z0-9._:+-] and at least one of them.
std::string_view parameters_problem(std::string_view parameters) noexcept;

struct NewDirective {
  DirectiveKind kind = DirectiveKind::cancel_all;
  std::uint64_t issued_wall_ms = 0;
  Ticks issued = {};
  std::string_view scope = {};
  std::string_view parameters = {};
  std::string_view reason = {};
};

/// The sidecar only. Its epoch; texts are cut to their room. Nothing is allocated.
/// Killed anywhere in here it leaves a directive that nobody was told of, whose
/// number the next one takes.
std::uint64_t issue(DirectiveTable& table, const NewDirective& directive) noexcept;

/// Of the last directive; the table is whole up to there.
inline std::uint64_t last_directive(const DirectiveTable& table) noexcept {
  // sync(directive-epoch): acquire, pairs with issue. The slots of the directives up
  // to this one have been written.
  return table.epoch.load(std::memory_order_acquire);
}

/// False when the table does not have it whole: overwritten, or never there. `kind`
/// is a number that anybody may have written.
bool load_directive(const DirectiveTable& table, std::uint64_t epoch, Directive& out,
                    std::uint64_t& kind) noexcept;

/// The epoch's lower 24 bits beside the outcome: sixteen million directives lie
/// between two that look alike in one slot.
constexpr std::uint32_t acknowledgement_word(std::uint64_t epoch,
                                             DirectiveOutcome outcome) noexcept {
  return static_cast<std::uint32_t>(epoch << 8) | static_cast<std::uint32_t>(outcome);
}

/// The lane's writer only.
inline void acknowledge(LaneHeader& lane, std::uint64_t epoch, DirectiveOutcome outcome,
                        Ticks now) noexcept {
  // relaxed: the word below publishes it.
  lane.acknowledged_ticks.store(now.raw(), std::memory_order_relaxed);
  // sync(directive-ack): release, pairs with acknowledgement. Whatever the trader did
  // before it said so, the time of it included, is visible.
  lane.acknowledged[epoch % directive_room].store(acknowledgement_word(epoch, outcome),
                                                  std::memory_order_release);
}

/// What a lane has said of a directive; nothing when that is no word of ours.
inline std::optional<DirectiveOutcome> acknowledgement(const LaneHeader& lane,
                                                       std::uint64_t epoch) noexcept {
  // sync(directive-ack): acquire, pairs with acknowledge. The time is there.
  const std::uint32_t word =
      lane.acknowledged[epoch % directive_room].load(std::memory_order_acquire);
  const std::uint32_t outcome = word & 0xff;
  const bool ours = outcome >= 1 && outcome <= directive_outcomes;
  if (!ours || word >> 8 != (epoch & 0xff'ffff)) return std::nullopt;
  return static_cast<DirectiveOutcome>(outcome);
}

/// Whether the lane's writer looks for directives and has to answer for `epoch`.
inline bool is_addressed(const LaneHeader& lane, std::uint64_t epoch) noexcept {
  // relaxed: a number to compare; nothing else hangs on it.
  const std::uint64_t since = lane.listening.load(std::memory_order_relaxed);
  return since != 0 && epoch >= since;
}

}  // namespace shm
}  // namespace outrider
