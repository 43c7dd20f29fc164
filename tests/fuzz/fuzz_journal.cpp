// SPDX-License-Identifier: Apache-2.0
// What a sidecar finds at its start: the journal of latches, the latch file and a
// kill request, damaged by patches (patches.hpp) or replaced. Whatever is in
// them, the start ends, and doubt opens nothing.
//
//   byte 0   bit 0: leave the checksums of the journal as the patches made them;
//            bit 1: the same of the latch file; bit 2: the rest is a whole
//            journal; bit 3: the rest is a kill request; bits 4-5: so many
//            records of the journal are missing at its end; bit 6: a byte, too;
//            bit 7: so it is in one copy only, and the other is as it was
//   then     patches; areas below 8 lie in the journal, the others in the latch file
#include <fstream>
#include <iterator>

#include "fuzz/patches.hpp"
#include "outrider/shm/crc32c.hpp"
#include "protection/start.hpp"

namespace outrider::fuzz {
namespace {

using namespace protection;

constexpr Now sample_now{std::chrono::hours{1}, std::chrono::hours{500'000}};
constexpr std::size_t journal_records = 8;

std::vector<std::byte> bytes_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  const std::vector<char> bytes{std::istreambuf_iterator<char>{file}, {}};
  const std::span<const std::byte> raw = std::as_bytes(std::span{bytes});
  return {raw.begin(), raw.end()};
}

void write_bytes(const std::string& path, std::span<const std::byte> bytes) {
  std::ofstream{path, std::ios::binary | std::ios::trunc}.write(
      reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

/// The files of a sidecar, and what they look like after a busy morning.
class Home {
 public:
  Home() {
    std::filesystem::create_directories(paths_.kill_directory);
    Protection protection;
    Started started = start(protection, paths_, true, sample_now);
    protection.kill(protection.scope("venue=binance"), {"LossLimit", {}, {}, 5}, sample_now);
    protection.tick(sample_now);
    for (const Change& change : protection.changes()) {
      started.latch.store(change);
      if (!change.journalled) started.journal.append(change.entry);
    }
    for (const Action action :
         {Action::trip, Action::clear, Action::kill, Action::arm, Action::refused}) {
      started.journal.append(
          {action, "venue=kraken", {"Rejects", {}, "a reason", 1}, sample_now.wall});
    }
    journal_ = bytes_of(paths_.journal.path);
    latch_ = bytes_of(paths_.latch);
    require(journal_.size() == journal_records * sizeof(JournalRecord), "the journal is whole");
  }

  [[nodiscard]] const StartPaths& paths() const { return paths_; }
  [[nodiscard]] const std::vector<std::byte>& journal() const { return journal_; }
  [[nodiscard]] const std::vector<std::byte>& latch() const { return latch_; }

  /// Empties the state directory: what was put aside must not pile up.
  void begin(std::span<const std::byte> journal, std::span<const std::byte> copy,
             std::span<const std::byte> latch) const {
    for (const auto& entry : std::filesystem::directory_iterator{scratch_.path()}) {
      if (entry.is_regular_file()) std::filesystem::remove(entry.path());
    }
    for (const auto& entry : std::filesystem::directory_iterator{paths_.kill_directory}) {
      std::filesystem::remove(entry.path());
    }
    write_bytes(paths_.journal.path, journal);
    write_bytes(paths_.journal.copy, copy);
    // In place: a new file would get the umask's mode, which is refused.
    write_bytes(paths_.latch, latch);
  }

 private:
  Scratch scratch_;
  StartPaths paths_{scratch_.path() + "/c/latch",
                    scratch_.path() + "/c/kill",
                    {scratch_.path() + "/latch.journal"}};
  std::vector<std::byte> journal_;
  std::vector<std::byte> latch_;
};

Area area_of(unsigned number) {
  if (number < 8) return {number % journal_records * sizeof(JournalRecord), sizeof(JournalRecord)};
  const auto slot = [](std::size_t which) {
    return Area{latch_header_bytes + which * sizeof(LatchSlot), sizeof(LatchSlot)};
  };
  switch (number) {
    case 8:
    case 9:
      return {0, sizeof(LatchHeader)};
    case 10:
    case 11:
    case 12:
      return slot(number - 10);
    case 13:
      return slot(max_scopes);
    case 14:
      return slot(latch_slots - 1);
    default:
      return {0, latch_bytes};
  }
}

void mend_journal(std::span<std::byte> bytes) {
  Hash previous{};
  for (std::size_t at = 0; at + sizeof(JournalRecord) <= bytes.size();
       at += sizeof(JournalRecord)) {
    JournalRecord record{};
    std::memcpy(static_cast<void*>(&record), bytes.data() + at, sizeof record);
    record.previous = previous;
    seal(record);
    previous = hash_of(record);
    std::memcpy(bytes.data() + at, &record, sizeof record);
  }
}

void mend_latch(const std::vector<Patch>& patches, std::span<std::byte> bytes) {
  for (const Patch& patch : patches) {
    if (patch.area() < 10) continue;
    const std::uint64_t offset = target_of(patch, area_of(patch.area())).offset;
    if (offset < latch_header_bytes) continue;
    const std::size_t slot = (offset - latch_header_bytes) / sizeof(LatchSlot);
    std::byte* body = bytes.data() + latch_header_bytes + slot * sizeof(LatchSlot) + 8;
    const std::uint64_t crc = shm::crc32c(body + 8, sizeof(LatchBody) - 8);
    std::memcpy(body, &crc, sizeof crc);
  }
}

std::vector<std::byte> raw(Bytes bytes) {
  const std::span<const std::byte> all = std::as_bytes(bytes);
  return {all.begin(), all.end()};
}

/// In doubt twice: what the first start leaves behind is what the second one finds.
void run_starts(const StartPaths& paths, bool vouched_for) {
  const JournalImage journal = read_journal(bytes_of(paths.journal.path));
  LatchImage latch;
  LatchFile::view(paths.latch, latch);
  const bool in_doubt = (!vouched_for && journal.condition != Condition::intact) ||
                        latch.condition != Condition::intact;
  const InitialState initial = initial_state(journal, latch, this_boot());
  for (int life = 0; life < 2; ++life) {
    Protection protection;
    const Started started = start(protection, paths, in_doubt, sample_now);
    require(static_cast<bool>(started.latch), "a latch file can be made");
    require(started.journal.writable(), "a damaged journal is put aside");
    for (const Entry& entry : initial.killed) {
      // Of a scope that cannot be, everything is killed: too wide is safe.
      const auto scope = protection.find_scope(entry.scope.view()).value_or(0);
      require(vouched_for || protection.killed(scope), "a kill on record stays a kill");
    }
    require(!(protection.armed() && in_doubt), "doubt leaves UNARMED");
    require(vouched_for || protection.armed() == initial.armed, "armed is what the records say");
  }
}

}  // namespace

void run_one(Bytes input) {
  static const Home home;
  if (input.empty()) return;
  const unsigned flags = input[0];
  const Bytes rest = input.subspan(1);
  std::vector<std::byte> journal = home.journal();
  std::vector<std::byte> latch = home.latch();
  if ((flags & 4U) != 0) {
    journal = raw(rest);
  } else if ((flags & 8U) == 0) {
    const std::vector<Patch> patches = patches_of(rest);
    for (const Patch& patch : patches)
      apply(patch, area_of(patch.area()), patch.area() < 8 ? journal : latch);
    if ((flags & 1U) == 0) mend_journal(journal);
    if ((flags & 2U) == 0) mend_latch(patches, latch);
  }
  const std::size_t missing = (flags >> 4U & 3U) * sizeof(JournalRecord) + (flags >> 6U & 1U);
  const std::span<const std::byte> kept{journal.data(),
                                        journal.size() - std::min(journal.size(), missing)};
  const bool one_copy_only = (flags & 128U) != 0;
  home.begin(kept, one_copy_only ? home.journal() : kept, latch);
  if ((flags & 8U) != 0) {
    write_bytes(home.paths().kill_directory + "/request", raw(rest));
    Protection protection;
    start(protection, home.paths(), false, sample_now);
    return;
  }
  run_starts(home.paths(), one_copy_only);
}

}  // namespace outrider::fuzz
