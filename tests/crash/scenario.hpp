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
  virtual void sidecar(const Round&) {}

  /// Recovers in `copy`, the files of this stop, and says what is wrong with them.
  virtual std::string judge(const Round& round, const std::string& copy) = 0;
};

struct ScenarioEntry {
  const char* name;
  std::unique_ptr<Scenario> (*make)();
};
/// All of them, in the order in which they run.
const std::vector<ScenarioEntry>& scenarios();

}  // namespace outrider::crash
