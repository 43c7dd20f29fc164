// SPDX-License-Identifier: Apache-2.0
// A scenario: what a trader and a sidecar do, which of them is stepped, and what
// must hold of the files at every instruction in between.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crash/ledger.hpp"

namespace outrider::crash {

/// Who is stepped. With one of them, the other has done its part before.
enum class Mode : std::uint8_t { writer, reader, both };

class Scenario {
 public:
  Scenario() = default;
  Scenario(const Scenario&) = delete;
  Scenario& operator=(const Scenario&) = delete;
  virtual ~Scenario() = default;

  [[nodiscard]] virtual Mode mode() const = 0;
  [[nodiscard]] virtual bool has_trader() const { return true; }
  [[nodiscard]] virtual bool has_sidecar() const { return true; }

  /// In the tracer, before the processes of a round start.
  virtual void begin(const Round&) {}
  /// The processes. A trader stands twice before its part: when its segment is
  /// there, and, after the sidecar has stood once, when it is connected. Then
  /// comes what is stepped, and done().
  virtual void trader(const Round&) {}
  /// Stands once, or, if it prepares, once more after the trader has done its part.
  [[nodiscard]] virtual bool sidecar_prepares() const { return false; }
  virtual void sidecar(const Round&) {}
  /// Whether what is stepped begins with much reading: then it runs freely up to its
  /// first system call that can change a file, which it must make.
  [[nodiscard]] virtual bool reads_first() const { return false; }

  /// Whether what is stepped changes nothing but by system calls: then it stops
  /// before and after each of these instead of at every instruction.
  [[nodiscard]] virtual bool only_system_calls() const { return false; }

  /// How often both are killed for good and started again in one round, on the
  /// files that are there, and after how many steps the next time.
  [[nodiscard]] virtual std::uint64_t lives() const { return 1; }
  [[nodiscard]] virtual std::uint64_t steps_of_life(const Round&) const {
    return ~std::uint64_t{0};
  }
  /// After such a kill, with a copy of what it left.
  virtual void settle(const Round&, const std::string&) {}

  /// Recovers in `copy`, the files of this stop, and says what is wrong with them.
  /// `round.refresh()` puts the copy back as it was.
  virtual std::string judge(const Round& round, const std::string& copy) = 0;
};

struct ScenarioEntry {
  const char* name;
  std::uint64_t weight;  ///< of its share of the points: what one round needs
  std::unique_ptr<Scenario> (*make)();
};
/// All of them, in the order in which they run.
const std::vector<ScenarioEntry>& scenarios();

}  // namespace outrider::crash
