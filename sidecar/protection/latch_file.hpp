// SPDX-License-Identifier: Apache-2.0
// `c/latch`: the latches in force, in shared memory, so that they outlive the
// sidecar's death and anybody may look. Only the guard writes, with memory
// stores and nothing else; each record carries a version and a CRC, so that a
// reader at any moment sees a whole record or knows that it does not.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "outrider/shm/file.hpp"
#include "protection/initial_state.hpp"
#include "protection/protection.hpp"

namespace outrider::protection {

inline constexpr std::uint64_t latch_magic = 0x31'48'43'54'4C'52'54'4F;  // "OTRLTCH1"
inline constexpr std::uint32_t latch_version = 1;
/// A slot per scope, then one per breaker.
inline constexpr std::size_t latch_slots = max_scopes + max_breakers;

/// Any other value reads as in_doubt.
enum class LatchArming : std::uint64_t {
  unarmed = 0,
  armed = 1,     ///< an arming came into force
  in_doubt = 2,  ///< UNARMED, and only a person may arm
};

struct LatchHeader {
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t slots;
  std::uint64_t total_bytes;
  std::array<std::uint8_t, 16> reserved;
  /// LatchArming. Set after the journal; at start both must say armed.
  std::atomic<std::uint64_t> arming;
  std::atomic<std::uint64_t> armed_since_ns;  ///< Unix nanoseconds of the last change
};

/// What a slot holds. Written and read as words; the CRC covers all after it.
struct LatchBody {
  std::uint64_t crc;     ///< CRC-32C
  std::uint64_t action;  ///< an Action that is_latch(); 0: nothing in force
  std::int64_t wall_ns;  ///< since when
  double value;
  ScopeText scope;
  RuleText rule;
  ActorText actor;
  ReasonText reason;
};
inline constexpr std::size_t latch_words = sizeof(LatchBody) / 8;
static_assert(sizeof(LatchBody) == 480);

struct LatchSlot {
  std::atomic<std::uint64_t> version;  ///< odd while the words are replaced
  std::array<std::atomic<std::uint64_t>, latch_words> words;
};
inline constexpr std::size_t latch_header_bytes = 4096;
inline constexpr std::size_t latch_bytes = latch_header_bytes + latch_slots * sizeof(LatchSlot);

class LatchFile {
 public:
  /// For whoever looks, and for the next sidecar. Condition::missing or damaged
  /// says why not.
  static LatchFile view(const std::string& path, LatchImage& found);
  /// For the sidecar: a new file that holds what `restored` holds takes the
  /// place of the old one in one step, so that no moment forgets a latch.
  /// `in_doubt`: while not armed, say that only a person may arm.
  static LatchFile make(const std::string& path, const Protection& restored, bool in_doubt,
                        shm::FileError& error);

  /// guard: memory stores only.
  void store(const Change& change) noexcept;

  /// Any thread: every latch in force. Allocates.
  [[nodiscard]] LatchImage read() const;
  [[nodiscard]] LatchArming arming() const noexcept;
  [[nodiscard]] bool armed() const noexcept { return arming() == LatchArming::armed; }
  [[nodiscard]] std::chrono::nanoseconds armed_since() const noexcept;
  explicit operator bool() const noexcept { return static_cast<bool>(mapping_); }

 private:
  [[nodiscard]] LatchHeader& header() const noexcept;
  [[nodiscard]] LatchSlot& slot(std::size_t number) const noexcept;
  void store_arming(LatchArming arming, std::chrono::nanoseconds wall) noexcept;
  static void store_body(LatchSlot& slot, const LatchBody& body) noexcept;

  shm::Mapping mapping_;
};

}  // namespace outrider::protection
