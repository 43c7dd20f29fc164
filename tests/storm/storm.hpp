// SPDX-License-Identifier: Apache-2.0
// Kills writer and reader, real processes on real cores, at random moments, and
// starts them again; every round ends with a reader that nobody kills and exact
// totals.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "storm/ledger.hpp"

namespace outrider::storm {

struct StormOptions {
  std::string directory;  ///< a segment directory of the storm's own
  std::uint64_t kills = 300;
  std::uint64_t seed = 1;
};

struct StormResult {
  std::uint64_t kills = 0;
  std::uint64_t rounds = 0;
  std::uint64_t generations = 0;  ///< starts of the writer
  std::uint64_t readers = 0;
  std::uint64_t calls = 0;      ///< completed
  std::uint64_t in_flight = 0;  ///< calls that a kill caught
  std::uint64_t drained = 0;
  std::uint64_t spilled = 0;
  std::uint64_t lane_changes = 0;
  std::array<std::uint64_t, writer_phases> writer_kills{};  ///< by WriterPhase
  std::array<std::uint64_t, reader_phases> reader_kills{};  ///< by ReaderPhase
  std::string violation;                                    ///< the first; empty: exact
};

StormResult run_storm(const StormOptions& options);

}  // namespace outrider::storm
