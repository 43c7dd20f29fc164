// SPDX-License-Identifier: Apache-2.0
// The bytes of the two segments. The telemetry segment is written by the trader
// alone and mapped read-only by the sidecar; the control segment the other way
// round. Every word that changes while both look at it is an atomic, but for
// ring slots, which `head` publishes. shm/README.md draws the offsets.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "outrider/shm/ticks.hpp"

namespace outrider::shm {

/// Distance, in bytes, that keeps two writers off each other's cache lines.
/// Fixed, not std::hardware_destructive_interference_size: it is part of the
/// layout, so it must not change with a compiler flag. Two lines, because
/// adjacent-line prefetch on x86 pairs them.
inline constexpr std::size_t false_sharing_range = 128;

inline constexpr std::uint64_t telemetry_magic = 0x31'54'52'44'52'54'55'4F;  // "OUTRDRT1"
inline constexpr std::uint64_t control_magic = 0x31'43'52'44'52'54'55'4F;    // "OUTRDRC1"
inline constexpr std::uint32_t layout_major = 1;  ///< another one is refused
inline constexpr std::uint32_t layout_minor = 1;  ///< a larger one only adds
/// The first minor whose traders read directives; a control segment that was made
/// for an earlier one ends before their table.
inline constexpr std::uint32_t minor_with_directives = 1;
inline constexpr std::uint32_t byte_order_mark = 0x01020304;

/// How much of everything a telemetry segment has room for, chosen at creation.
struct Geometry {
  std::uint32_t lanes = 16;                ///< writer threads at once, 1 to 1024
  std::uint32_t ring_capacity = 4096;      ///< samples a lane, a power of two, 2 to 2^20
  std::uint32_t series = 1024;             ///< 1 to 65535
  std::uint32_t cells = 512;               ///< counters and up-down counters, a lane
  std::uint32_t gauges = 256;              ///< in the process
  std::uint32_t histograms = 64;           ///< in the process
  std::uint32_t gates = 64;                ///< in the process
  std::uint32_t string_bytes = 128 << 10;  ///< names, help, labels, bounds
  std::uint64_t spill_bytes = 6 << 20;     ///< spill histograms: 42 KiB each at two figures

  friend bool operator==(const Geometry&, const Geometry&) = default;
};

/// Why a geometry cannot be used; empty when it can.
std::string refusal_of(const Geometry& geometry);

/// Of a name, an instance, a version; the last one is NUL.
inline constexpr std::size_t identity_text_bytes = 64;

/// What the trader writes before the segment has a name, and never again.
struct TelemetryHeader {
  std::uint64_t magic;  ///< written last
  std::uint32_t major;
  std::uint32_t minor;
  std::uint64_t incompatible;  ///< a bit that a reader does not know: refuse
  std::uint64_t compatible;    ///< a bit that a reader does not know: ignore
  std::uint32_t byte_order;
  std::uint32_t header_crc;  ///< CRC-32C of the header with this word zero
  std::uint64_t total_bytes;
  Geometry geometry;
  TickClock clock;
  std::uint64_t generation;
  std::uint64_t process_start;  ///< field 22 of /proc/PID/stat
  std::uint64_t pid_namespace;  ///< inode of /proc/PID/ns/pid
  std::uint64_t created_wall_ns;
  std::uint32_t pid;
  std::uint32_t reserved;
  std::array<char, 40> boot_id;  ///< /proc/sys/kernel/random/boot_id
  std::array<char, 64> name;     ///< NUL-terminated, as all text here
  std::array<char, 64> instance;
  std::array<char, 64> version;
};
static_assert(offsetof(TelemetryHeader, magic) == 0);
static_assert(offsetof(TelemetryHeader, byte_order) == 32);
static_assert(offsetof(TelemetryHeader, header_crc) == 36);
static_assert(offsetof(TelemetryHeader, total_bytes) == 40);
static_assert(offsetof(TelemetryHeader, geometry) == 48);
static_assert(offsetof(TelemetryHeader, clock) == 88);
static_assert(offsetof(TelemetryHeader, generation) == 120);
static_assert(offsetof(TelemetryHeader, pid) == 152);
static_assert(offsetof(TelemetryHeader, boot_id) == 160);
static_assert(offsetof(TelemetryHeader, name) == 200);
static_assert(sizeof(TelemetryHeader) == 392);

/// A heartbeat: both clocks read at one moment, and how often that was done.
/// `count` is odd while the pair is being replaced.
struct alignas(false_sharing_range) Heartbeat {
  std::atomic<std::uint64_t> count;
  std::atomic<std::uint64_t> ticks;  ///< in the clock that the telemetry header names
  std::atomic<std::uint64_t> ns;     ///< CLOCK_MONOTONIC
};

/// What the trader changes while it runs, apart from lanes and gauges.
struct TelemetryState {
  /// Entries of the series table below this number are whole and never change.
  alignas(false_sharing_range) std::atomic<std::uint64_t> series_count;
  /// Lanes below this number have been claimed at least once.
  alignas(false_sharing_range) std::atomic<std::uint64_t> lanes_used;
  std::atomic<std::uint64_t> refused;  ///< registrations refused
  std::atomic<std::uint64_t> closed;   ///< 1: the trader ended in good order
  Heartbeat heartbeat;
};
static_assert(offsetof(TelemetryState, lanes_used) == 128);
static_assert(offsetof(TelemetryState, heartbeat) == 256);
static_assert(sizeof(TelemetryState) == 384);

/// One line of the series table. Text and bounds stand in the string area.
struct SeriesEntry {
  std::uint32_t kind;
  std::uint32_t unit;
  double scale;        ///< base units (seconds, bytes) in one recorded unit
  std::uint32_t slot;  ///< number within its kind: cell, gauge, histogram, gate
  std::uint32_t figures;
  std::uint32_t name_offset, name_bytes;
  std::uint32_t help_offset, help_bytes;
  std::uint32_t labels_offset, labels_bytes;  ///< name NUL value NUL, again and again
  std::uint32_t bounds_offset, bounds_count;  ///< doubles, ascending
};
static_assert(sizeof(SeriesEntry) == 56);

/// One latency observation.
struct Sample {
  std::uint64_t stamp;   ///< ticks
  std::uint64_t packed;  ///< series number in the upper 16 bits, value below
};
static_assert(sizeof(Sample) == 16);
inline constexpr unsigned sample_value_bits = 48;

enum class LaneState : std::uint32_t { free = 0, claimed = 1, shared = 2 };

/// Directives that a control segment keeps; the one after takes the place of the oldest.
inline constexpr std::size_t directive_room = 16;

/// Front of a lane: what one writer thread publishes.
struct LaneHeader {
  alignas(false_sharing_range) std::atomic<std::uint32_t> state;  ///< LaneState
  std::atomic<std::uint32_t> generation;  ///< how often the lane was claimed
  std::atomic<std::uint32_t> tid;
  std::uint32_t reserved;
  /// Of its first writer, NUL-terminated. Written before `lanes_used` counts the
  /// lane and never again: `tid` says who writes now.
  std::array<char, 32> name;
  /// 1 + the last directive when its writer began to look for them; 0: it does not.
  std::atomic<std::uint64_t> listening;
  /// By epoch modulo the room: acknowledgement_word() of the last of them.
  std::array<std::atomic<std::uint32_t>, directive_room> acknowledged;
  std::atomic<std::uint64_t> acknowledged_ticks;  ///< when the latest one was

  /// Samples ever pushed into the ring; the next one goes to `head & mask`.
  alignas(false_sharing_range) std::atomic<std::uint64_t> head;

  /// Samples that went to the lane's spill histograms instead.
  alignas(false_sharing_range) std::atomic<std::uint64_t> spilled;
  std::atomic<std::uint64_t> clipped;    ///< values above highest_trackable_value
  std::atomic<std::uint64_t> anomalies;  ///< intervals that ended before they began
};
static_assert(offsetof(LaneHeader, listening) == 48);
static_assert(offsetof(LaneHeader, acknowledged_ticks) == 120);
static_assert(offsetof(LaneHeader, head) == 128);
static_assert(offsetof(LaneHeader, spilled) == 256);
static_assert(sizeof(LaneHeader) == 384);

/// What the trader noticed of a gate that closed. Written on its cold path only.
struct alignas(64) GateAck {
  std::atomic<std::uint64_t> version;  ///< of the gate detail that refused an order first
  std::atomic<std::uint64_t> ticks;    ///< when it did
  std::atomic<std::uint64_t> spent;    ///< probes: spent_word() of the last probing
};
static_assert(sizeof(GateAck) == 64);

/// Front of a spill histogram; cut cells, then buckets follow, 8 bytes each.
/// The sum is kept in two halves so that each is one word which only grows:
/// sum = low + high * 2^32, and neither overflows before 2^32 samples a second
/// have come in for a year.
struct SpillHeader {
  std::atomic<std::uint64_t> count;     ///< samples in the buckets below
  std::atomic<std::uint64_t> sum_low;   ///< of the values' lower 32 bits
  std::atomic<std::uint64_t> sum_high;  ///< of the values' upper 16 bits
  std::uint64_t reserved;
};
static_assert(sizeof(SpillHeader) == 32);

/// Where everything lies in a telemetry segment of a given geometry.
struct TelemetryLayout {
  explicit TelemetryLayout(const Geometry& geometry) noexcept;

  std::uint64_t state;
  std::uint64_t series;
  std::uint64_t strings;
  std::uint64_t gauges;  ///< a cell each 64 bytes: any thread may write one
  std::uint64_t acks;    ///< a GateAck for each gate
  std::uint64_t lanes;   ///< geometry.lanes of them, then the shared lane
  std::uint64_t lane_stride;
  std::uint64_t lane_spills;  ///< within a lane: offset of each histogram's spill
  std::uint64_t lane_cells;   ///< within a lane
  std::uint64_t lane_ring;    ///< within a lane
  std::uint64_t spill;
  std::uint64_t total;
};

inline constexpr std::uint64_t gauge_stride = 64;

// ---------------------------------------------------------------- control

/// Why the sidecar grants nothing to a generation.
enum class RejectCode : std::uint32_t {
  none = 0,
  clock_skew = 1,     ///< the heartbeats' clock pairs differ by more than 10 ms
  foreign_clock = 2,  ///< a clock that the sidecar cannot read
  no_heartbeat = 3,   ///< the trader has not beaten yet
};

struct ControlHeader {
  std::uint64_t magic;  ///< written last
  std::uint32_t major;
  std::uint32_t minor;
  std::uint64_t total_bytes;
  std::uint64_t generation;
  std::uint32_t lanes;  ///< read positions, the shared lane's included
  std::uint32_t gates;
  std::uint64_t birth;  ///< created_wall_ns of the telemetry header; 0: of a version before
};
static_assert(offsetof(ControlHeader, birth) == 40);
static_assert(sizeof(ControlHeader) == 48);

/// What the sidecar says of itself to one generation.
struct ControlState {
  Heartbeat heartbeat;  ///< one beat for each whole pass that renewed the leases
  alignas(false_sharing_range) std::atomic<std::uint64_t> epoch;  ///< which sidecar
  std::atomic<std::uint64_t> reject;                              ///< RejectCode
  std::atomic<std::uint64_t> retired;  ///< 1: drained and carried over, may be unlinked
};
static_assert(sizeof(ControlState) == 256);

/// Samples that the sidecar has taken from a lane and committed.
struct alignas(false_sharing_range) ReadPosition {
  std::atomic<std::uint64_t> value;
};

/// One gate: the word, and what is read beside it off the hot path; then, on lines of
/// their own, what people want to know.
struct GateSlot {
  alignas(false_sharing_range) std::atomic<std::uint64_t> word;
  std::atomic<std::uint64_t> on_stale;  ///< OnStale; written when an operator changes it
  /// The lease of a gate that is PROBING or REDUCE_ONLY, whose word is no stamp.
  std::atomic<std::uint64_t> guarded_until;

  /// Even when the words below belong together; odd while they are replaced.
  alignas(false_sharing_range) std::atomic<std::uint64_t> version;
  std::atomic<std::uint64_t> state;                  ///< GateState
  std::atomic<std::uint64_t> since_wall_ms;          ///< Unix milliseconds
  std::atomic<std::uint64_t> since_ticks;            ///< the same moment by the trader\'s clock
  std::array<std::atomic<std::uint64_t>, 4> scope;   ///< 32 characters
  std::array<std::atomic<std::uint64_t>, 8> reason;  ///< 64: a rule's name, or who and why
};
static_assert(offsetof(GateSlot, version) == 128);
static_assert(offsetof(GateSlot, on_stale) == 8);
static_assert(offsetof(GateSlot, guarded_until) == 16);
static_assert(sizeof(GateSlot) == 256);

/// What a trader is told to do. Text is NUL-padded; none that is longer is stored.
struct alignas(64) DirectiveSlot {
  std::atomic<std::uint64_t> epoch;           ///< which one it is; 0: none, or being replaced
  std::atomic<std::uint64_t> kind;            ///< DirectiveKind
  std::atomic<std::uint64_t> issued_wall_ms;  ///< Unix milliseconds
  std::atomic<std::uint64_t> issued_ticks;    ///< the same moment by the trader's clock
  std::array<std::atomic<std::uint64_t>, 14> scope;
  std::array<std::atomic<std::uint64_t>, 12> parameters;  ///< "key=value,key=value"
  std::array<std::atomic<std::uint64_t>, 10> reason;
};
static_assert(offsetof(DirectiveSlot, scope) == 32);
static_assert(offsetof(DirectiveSlot, parameters) == 144);
static_assert(offsetof(DirectiveSlot, reason) == 240);
static_assert(sizeof(DirectiveSlot) == 320);

/// The last directives, number `epoch` in slot `epoch % directive_room`.
struct DirectiveTable {
  alignas(false_sharing_range) std::atomic<std::uint64_t> epoch;  ///< of the last one; 0: none
  alignas(false_sharing_range) std::array<DirectiveSlot, directive_room> slots;
};
static_assert(offsetof(DirectiveTable, slots) == 128);
static_assert(sizeof(DirectiveTable) == 5248);

struct ControlLayout {
  ControlLayout(std::uint32_t lanes, std::uint32_t gates,
                std::uint32_t minor = layout_minor) noexcept;

  std::uint64_t state;
  std::uint64_t positions;
  std::uint64_t gates;
  std::uint64_t directives;  ///< on a page of its own; `total` in a segment without
  std::uint64_t total;
};

}  // namespace outrider::shm
