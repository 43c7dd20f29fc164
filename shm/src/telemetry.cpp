// SPDX-License-Identifier: Apache-2.0
#include "outrider/shm/telemetry.hpp"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "outrider/shm/crc32c.hpp"
#include "outrider/shm/identity.hpp"

namespace outrider::shm {
namespace {

template <std::size_t size>
void put_text(std::array<char, size>& to, std::string_view text) {
  std::copy_n(text.data(), std::min(text.size(), size - 1), to.data());
}

template <std::size_t size>
bool is_text(const std::array<char, size>& text) {
  return std::find(text.begin(), text.end(), '\0') != text.end();
}

std::uint32_t crc_of(TelemetryHeader header) {
  header.header_crc = 0;
  return crc32c(&header, sizeof header);
}

}  // namespace

void format_telemetry(std::span<std::byte> bytes, const Geometry& geometry, const TickClock& clock,
                      const TelemetryIdentity& identity) {
  TelemetryHeader header{};
  header.magic = telemetry_magic;
  header.major = layout_major;
  header.minor = layout_minor;
  header.byte_order = byte_order_mark;
  header.total_bytes = bytes.size();
  header.geometry = geometry;
  header.clock = clock;
  header.generation = identity.generation;
  header.pid = static_cast<std::uint32_t>(::getpid());
  header.process_start = process_start_time(header.pid).value_or(0);
  header.pid_namespace = pid_namespace();
  timespec wall{};
  ::clock_gettime(CLOCK_REALTIME, &wall);
  header.created_wall_ns = static_cast<std::uint64_t>(wall.tv_sec) * 1'000'000'000U +
                           static_cast<std::uint64_t>(wall.tv_nsec);
  put_text(header.boot_id, boot_id());
  put_text(header.name, identity.name);
  put_text(header.instance, identity.instance);
  put_text(header.version, identity.version);
  header.header_crc = crc_of(header);

  // The magic comes last, although nobody can look yet: linkat gives the file its
  // name, and the kernel orders that after these stores.
  const std::uint64_t magic = std::exchange(header.magic, 0);
  std::memcpy(bytes.data(), &header, sizeof header);
  // relaxed: see above.
  std::atomic_ref<std::uint64_t>{reinterpret_cast<TelemetryHeader*>(bytes.data())->magic}.store(
      magic, std::memory_order_relaxed);
}

std::string_view to_string(AttachResult result) noexcept {
  switch (result) {
    case AttachResult::attached:
      return "attached";
    case AttachResult::absent:
      return "absent";
    case AttachResult::not_ready:
      return "not ready";
    case AttachResult::layout_mismatch:
      return "layout mismatch";
    case AttachResult::refused_owner:
      return "refused owner";
    case AttachResult::corrupt:
      return "corrupt";
  }
  return "corrupt";
}

namespace {

std::string no_segment(const std::string& found) {
  return found + "; needed a segment as a trader writes it; restart the trader, or remove the file";
}

/// Why this build cannot read what a whole header announces; empty when it can.
std::string mismatch_of(const TelemetryHeader& header) {
  if (header.byte_order != byte_order_mark)
    return "written by a machine of the other byte order; needed one of this machine";
  if (header.major != layout_major) {
    return "found layout version " + std::to_string(header.major) + "; needed " +
           std::to_string(layout_major) + ", which this build reads; upgrade the older side";
  }
  if (header.incompatible == 0) return {};
  return "found features that this build does not know (bits " +
         std::to_string(header.incompatible) + "); needed none; upgrade the sidecar";
}

/// What a header says that cannot be; empty when it can.
std::string damage_of(const TelemetryHeader& header, std::uint64_t file_bytes) {
  if (header.header_crc != crc_of(header))
    return no_segment("found a header that does not match its checksum");
  if (std::string why = refusal_of(header.geometry); !why.empty()) return why;
  const std::uint64_t needed = TelemetryLayout{header.geometry}.total;
  if (header.total_bytes != needed || file_bytes != needed) {
    return "found " + std::to_string(file_bytes) + " bytes; needed " + std::to_string(needed) +
           ", as its geometry says; restart the trader, which makes a new segment";
  }
  const bool clock_known =
      header.clock.kind == ClockKind::tsc || header.clock.kind == ClockKind::monotonic;
  if (!clock_known || header.clock.mult == 0 || header.clock.shift > 63) {
    return no_segment("found constants of a clock that make no sense");
  }
  if (!is_text(header.boot_id) || !is_text(header.name) || !is_text(header.instance) ||
      !is_text(header.version) || !is_producer_name(header.name.data())) {
    return no_segment("found a name in the header that is no text");
  }
  return {};
}

}  // namespace

AttachResult check_header(const TelemetryHeader& header, std::uint64_t file_bytes,
                          std::string& why) {
  if (header.magic == 0) return AttachResult::not_ready;
  if (header.magic != telemetry_magic) {
    why = no_segment("found other first eight bytes than OUTRDRT1");
    return AttachResult::corrupt;
  }
  why = mismatch_of(header);
  if (!why.empty()) return AttachResult::layout_mismatch;
  why = damage_of(header, file_bytes);
  return why.empty() ? AttachResult::attached : AttachResult::corrupt;
}

AttachResult attach_telemetry(const std::string& path, AttachedTelemetry& out, std::string& why) {
  FileError error;
  const Descriptor file = open_checked(path, Access::read_only, out.file, error);
  if (!file) {
    if (error.code == ENOENT) return AttachResult::absent;
    why = error.message;
    return AttachResult::refused_owner;
  }
  // Copied by a read, which is short on a truncated file where a load through a
  // mapping would end in SIGBUS.
  const ssize_t got = ::pread(file.get(), &out.header, sizeof out.header, 0);
  if (got != static_cast<ssize_t>(sizeof out.header)) {
    why = no_segment(path + ": found a file shorter than a header");
    return AttachResult::corrupt;
  }
  const AttachResult result = check_header(out.header, out.file.size, why);
  if (result != AttachResult::attached) {
    why = path + ": " + why;
    return result;
  }
  out.mapping = Mapping::of_file(file, Access::read_only, out.file.size, error);
  if (!out.mapping) {
    why = path + ": " + error.message;
    return AttachResult::corrupt;
  }
  return AttachResult::attached;
}

}  // namespace outrider::shm
