// SPDX-License-Identifier: Apache-2.0
#include "protection/latch_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <type_traits>

#include "outrider/shm/crc32c.hpp"

namespace outrider::protection {
namespace {

static_assert(std::is_trivially_copyable_v<LatchBody>);
static_assert(sizeof(LatchHeader) <= latch_header_bytes);

std::uint64_t crc_of(const LatchBody& body) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(&body);
  return shm::crc32c(bytes + sizeof body.crc, sizeof body - sizeof body.crc);
}

LatchBody body_of(const Entry& entry) {
  LatchBody body{};
  body.action = static_cast<std::uint64_t>(entry.action);
  body.wall_ns = entry.wall.count();
  body.value = entry.cause.value;
  body.scope = entry.scope;
  body.rule = entry.cause.rule;
  body.actor = entry.cause.actor;
  body.reason = entry.cause.reason;
  return body;
}

enum class Read { empty, latch, damaged };

/// A few attempts: the writer replaces a record in well under a microsecond,
/// and one that died in between leaves it odd for good.
Read read_slot(const LatchSlot& slot, Entry& entry) {
  for (int attempt = 0; attempt < 64; ++attempt) {
    // sync(latch-record): acquire, pairs with LatchFile::store_body. The words
    // read below are at least as new as this version.
    const std::uint64_t before = slot.version.load(std::memory_order_acquire);
    if (before == 0) return Read::empty;
    std::array<std::uint64_t, latch_words> words{};
    for (std::size_t i = 0; i < latch_words; ++i) {
      // sync(latch-words): acquire, pairs with LatchFile::store_body. The
      // version read after these is at least as new as they are.
      words[i] = slot.words[i].load(std::memory_order_acquire);
    }
    // relaxed: the acquires above keep this load behind them.
    const std::uint64_t after = slot.version.load(std::memory_order_relaxed);
    if (before != after || (before & 1) != 0) continue;
    LatchBody body{};
    std::memcpy(static_cast<void*>(&body), words.data(), sizeof body);
    if (body.crc != crc_of(body)) return Read::damaged;
    if (body.action == 0) return Read::empty;
    entry = {static_cast<Action>(body.action), body.scope,
             Cause{body.rule, body.actor, body.reason, body.value},
             std::chrono::nanoseconds(body.wall_ns)};
    return is_latch(entry.action) ? Read::latch : Read::damaged;
  }
  return Read::damaged;
}

/// Empty when the header is one that this build wrote.
std::string header_problem(const LatchHeader& header, std::uint64_t bytes) {
  if (header.magic != latch_magic) return "the first eight bytes are not OTRLTCH1";
  if (header.version != latch_version) {
    return "version " + std::to_string(header.version) + ", this build reads " +
           std::to_string(latch_version);
  }
  if (bytes != latch_bytes || header.total_bytes != latch_bytes || header.slots != latch_slots) {
    return "has " + std::to_string(bytes) + " bytes, needed " + std::to_string(latch_bytes);
  }
  return {};
}

shm::Mapping map_existing(const std::string& path, LatchImage& found) {
  constexpr shm::Access access = shm::Access::read_only;
  shm::FileError error;
  shm::FileCheck check;
  const shm::Descriptor file = shm::open_checked(path, access, check, error);
  if (!file) {
    found.condition = error.code == ENOENT ? Condition::missing : Condition::damaged;
    found.problem = error.message;
    return {};
  }
  found.condition = Condition::damaged;
  if (check.size != latch_bytes) {
    found.problem = path + " has " + std::to_string(check.size) + " bytes, needed " +
                    std::to_string(latch_bytes);
    return {};
  }
  shm::Mapping mapping = shm::Mapping::of_file(file, access, latch_bytes, error);
  if (!mapping) {
    found.problem = error.message;
    return {};
  }
  const auto& header = *reinterpret_cast<const LatchHeader*>(mapping.data());
  const std::string problem = header_problem(header, check.size);
  if (!problem.empty()) {
    found.problem = path + ": " + problem;
    return {};
  }
  found.condition = Condition::intact;
  return mapping;
}

}  // namespace

LatchHeader& LatchFile::header() const noexcept {
  return *reinterpret_cast<LatchHeader*>(mapping_.data());
}

LatchSlot& LatchFile::slot(std::size_t number) const noexcept {
  return reinterpret_cast<LatchSlot*>(mapping_.data() + latch_header_bytes)[number];
}

LatchFile LatchFile::make(const std::string& path, const Protection& restored, bool in_doubt,
                          shm::FileError& error) {
  LatchFile made;
  const std::string directory = path.substr(0, path.rfind('/'));
  const shm::Descriptor file = shm::make_nameless(directory, latch_bytes, error);
  if (!file) return {};
  made.mapping_ = shm::Mapping::of_file(file, shm::Access::read_write, latch_bytes, error);
  if (!made) return {};
  error = shm::populate(made.mapping_);
  if (error) return {};
  LatchHeader& header = made.header();
  header.version = latch_version;
  header.slots = latch_slots;
  header.total_bytes = latch_bytes;
  header.magic = latch_magic;
  const LatchArming otherwise = in_doubt ? LatchArming::in_doubt : LatchArming::unarmed;
  made.store_arming(restored.armed() ? LatchArming::armed : otherwise, restored.armed_since());
  for (const Change& change : restored.changes()) made.store(change);
  // A name of its own first, because linkat does not replace a file.
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());
  error = shm::give_name(file, fresh);
  if (error) return {};
  if (std::rename(fresh.c_str(), path.c_str()) != 0) {
    error = {errno, "cannot name " + path + ": " + shm::errno_text(errno)};
    return {};
  }
  return made;
}

LatchFile LatchFile::view(const std::string& path, LatchImage& found) {
  LatchFile file;
  file.mapping_ = map_existing(path, found);
  if (file) found = file.read();
  return file;
}

void LatchFile::store_body(LatchSlot& slot, const LatchBody& body) noexcept {
  std::array<std::uint64_t, latch_words> words{};
  std::memcpy(words.data(), &body, sizeof body);
  // relaxed: the guard reads back what it wrote itself. A record that an earlier
  // sidecar left half-written is odd and stays odd until this one is whole.
  const std::uint64_t begun = slot.version.load(std::memory_order_relaxed) | 1;
  // relaxed: the releases below keep the odd version in front of the new words.
  slot.version.store(begun, std::memory_order_relaxed);
  for (std::size_t i = 0; i < latch_words; ++i) {
    // sync(latch-words): release, pairs with read_slot. Whoever sees one of
    // these sees the odd version before it.
    slot.words[i].store(words[i], std::memory_order_release);
  }
  // sync(latch-record): release, pairs with read_slot. The words are whole.
  slot.version.store(begun + 1, std::memory_order_release);
}

void LatchFile::store(const Change& change) noexcept {
  const Action action = change.entry.action;
  const bool of_everything = !change.is_breaker && change.id == 0;
  if (of_everything && (action == Action::arm || action == Action::arm_at_start)) {
    store_arming(LatchArming::armed, change.entry.wall);
  }
  if (change.journal_only || action == Action::arm_at_start) return;
  LatchBody body = body_of(change.entry);
  if (!change.in_force) body.action = 0;
  body.crc = crc_of(body);
  store_body(slot(change.is_breaker ? max_scopes + change.id : change.id), body);
}

void LatchFile::store_arming(LatchArming arming, std::chrono::nanoseconds wall) noexcept {
  // relaxed: two facts, each whole by itself.
  header().armed_since_ns.store(static_cast<std::uint64_t>(wall.count()),
                                std::memory_order_relaxed);
  header().arming.store(static_cast<std::uint64_t>(arming), std::memory_order_relaxed);
}

LatchImage LatchFile::read() const {
  LatchImage image;
  image.condition = Condition::intact;
  for (std::size_t number = 0; number < latch_slots; ++number) {
    Entry entry;
    const Read result = read_slot(slot(number), entry);
    if (result == Read::latch) image.entries.push_back(entry);
    if (result != Read::damaged) continue;
    image.condition = Condition::damaged;
    image.problem = "record " + std::to_string(number);
  }
  image.armed = arming() == LatchArming::armed;
  image.in_doubt = arming() == LatchArming::in_doubt;
  image.armed_since = armed_since();
  return image;
}

LatchArming LatchFile::arming() const noexcept {
  // relaxed: a fact on its own.
  const std::uint64_t arming = header().arming.load(std::memory_order_relaxed);
  return arming > 2 ? LatchArming::in_doubt : static_cast<LatchArming>(arming);
}

std::chrono::nanoseconds LatchFile::armed_since() const noexcept {
  // relaxed: a fact for people.
  const std::uint64_t wall = header().armed_since_ns.load(std::memory_order_relaxed);
  return std::chrono::nanoseconds(static_cast<std::int64_t>(wall));
}

}  // namespace outrider::protection
