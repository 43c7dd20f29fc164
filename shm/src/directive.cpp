// SPDX-License-Identifier: Apache-2.0
#include "outrider/shm/directive.hpp"

#include <charconv>
#include <cmath>

namespace outrider {
namespace {

constexpr bool is_lower(char c) noexcept {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr bool is_value(char c) noexcept {
  return is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c) ||
         std::string_view{"._:+-"}.find(c) != std::string_view::npos;
}

/// Takes "key=value" off the front of `rest`.
std::string_view next_pair(std::string_view& rest) noexcept {
  const std::size_t comma = rest.find(',');
  const std::string_view pair = rest.substr(0, comma);
  rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  return pair;
}

bool is_pair(std::string_view pair) noexcept {
  const std::size_t equals = pair.find('=');
  if (equals == 0 || equals == std::string_view::npos || equals + 1 == pair.size()) return false;
  if (!is_lower(pair.front())) return false;
  for (const char c : pair.substr(0, equals)) {
    if (!is_lower(c) && !is_digit(c) && c != '_') return false;
  }
  for (const char c : pair.substr(equals + 1)) {
    if (!is_value(c)) return false;
  }
  return true;
}

}  // namespace

std::optional<std::string_view> Directive::parameter(std::string_view key) const noexcept {
  for (std::string_view rest = parameters(); !rest.empty();) {
    const std::string_view pair = next_pair(rest);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == key)
      return pair.substr(equals + 1);
  }
  return std::nullopt;
}

std::optional<double> Directive::number(std::string_view key) const noexcept {
  const std::optional<std::string_view> text = parameter(key);
  if (!text) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  const bool whole = error == std::errc{} && end == text->data() + text->size();
  return whole && std::isfinite(value) ? std::optional{value} : std::nullopt;
}

namespace shm {

std::string_view parameters_problem(std::string_view parameters) noexcept {
  if (parameters.size() > Directive{}.parameter_text.size()) return "are longer than 96 bytes";
  if (!parameters.empty() && parameters.back() == ',') return "end with a comma";
  while (!parameters.empty()) {
    if (!is_pair(next_pair(parameters))) {
      return "are not key=value with a key of [a-z0-9_] and a value of [A-Za-z0-9._:+-]";
    }
  }
  return {};
}

std::uint64_t issue(DirectiveTable& table, const NewDirective& directive) noexcept {
  // relaxed: the sidecar reads back what it or one before it wrote.
  const std::uint64_t epoch = table.epoch.load(std::memory_order_relaxed) + 1;
  DirectiveSlot& slot = table.slots[epoch % directive_room];
  // relaxed: the releases below keep the slot's lost name in front of the new words.
  slot.epoch.store(0, std::memory_order_relaxed);
  // sync(directive-words): release, pairs with load_directive. Whoever sees one of
  // these sees, looking again, that the slot has lost its name.
  slot.kind.store(static_cast<std::uint64_t>(directive.kind), std::memory_order_release);
  slot.issued_wall_ms.store(directive.issued_wall_ms, std::memory_order_release);
  slot.issued_ticks.store(directive.issued.raw(), std::memory_order_release);
  store_text(slot.scope, directive.scope);
  store_text(slot.parameters, directive.parameters);
  store_text(slot.reason, directive.reason);
  // sync(directive-slot): release, pairs with load_directive. The words are whole.
  slot.epoch.store(epoch, std::memory_order_release);
  // sync(directive-epoch): release, pairs with last_directive. The slot is whole
  // before traders look for it.
  table.epoch.store(epoch, std::memory_order_release);
  return epoch;
}

bool load_directive(const DirectiveTable& table, std::uint64_t epoch, Directive& out,
                    std::uint64_t& kind) noexcept {
  const DirectiveSlot& slot = table.slots[epoch % directive_room];
  // sync(directive-slot): acquire, pairs with issue. The words read below are at
  // least as new as this name.
  if (epoch == 0 || slot.epoch.load(std::memory_order_acquire) != epoch) return false;
  out.epoch = epoch;
  // sync(directive-words): acquire, pairs with issue. The name read after these is
  // at least as new as they are.
  kind = slot.kind.load(std::memory_order_acquire);
  out.issued_wall_ms = slot.issued_wall_ms.load(std::memory_order_acquire);
  out.issued = Ticks::from_raw(slot.issued_ticks.load(std::memory_order_acquire));
  load_bytes(slot.scope, out.scope_text);
  load_bytes(slot.parameters, out.parameter_text);
  load_bytes(slot.reason, out.reason_text);
  // relaxed: the acquires above keep this load behind them.
  return slot.epoch.load(std::memory_order_relaxed) == epoch;
}

}  // namespace shm
}  // namespace outrider
