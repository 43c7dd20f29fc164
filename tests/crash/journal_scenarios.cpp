// SPDX-License-Identifier: Apache-2.0
// The journal: every record that append() promised is read back, in order, from
// either of its two files, and at most the one in flight is missing; a new journal
// takes the old one's place in one step, and a full one is kept.
#include <filesystem>

#include "crash/scenarios.hpp"
#include "protection/journal.hpp"

namespace outrider::crash {
namespace {

using namespace protection;

constexpr std::uint64_t records = 7;

/// Small enough that the file is full after three of them.
JournalPlace place_in(const std::string& directory) {
  return {directory + "/state/latch.journal", directory + "/state/latch.journal.copy",
          4 * sizeof(JournalRecord), 16};
}

std::string scope_of(std::uint64_t number) {
  return "venue=" + std::to_string(number);
}

Entry entry(std::uint64_t number) {
  return {Action::kill, scope_of(number), Cause{{}, "ann", "a kill by a person", 0},
          std::chrono::nanoseconds{static_cast<std::int64_t>(number)}};
}

/// fact[0]: records appended.
class JournalReader final : public Scenario {
 public:
  [[nodiscard]] Mode mode() const override { return Mode::reader; }
  [[nodiscard]] bool has_trader() const override { return false; }
  [[nodiscard]] bool only_system_calls() const override { return true; }
  void sidecar(const Round& round) override {
    round.stand();
    JournalImage found;
    Journal journal = Journal::open(place_in(round.directory), this_boot(), found);
    for (std::uint64_t number = 0; number < records; ++number) {
      if (journal.append(entry(number))) std::_Exit(1);
      // Release: the ledger moves after the files.
      round.ledger->fact[0].store(number + 1, std::memory_order_release);
    }
    round.done(Side::sidecar);
  }

  /// As the next sidecar finds them; and as it would, had the crash cost it one.
  std::string judge(const Round& round, const std::string& copy) override {
    // relaxed: the processes stand still.
    const std::uint64_t appended = round.ledger->fact[0].load(std::memory_order_relaxed);
    const JournalPlace place = place_in(copy);
    const std::string why = difference(place, appended);
    if (!why.empty() || appended == 0) return why;
    std::filesystem::remove((round.seed & 1) != 0 ? place.path : place.copy);
    const std::string alone = difference(place, appended);
    return alone.empty() ? alone : "from one copy: " + alone;
  }

 private:
  /// Every kill that was promised is in force, and the journal can go on.
  static std::string difference(const JournalPlace& place, std::uint64_t appended) {
    JournalImage image;
    Journal journal = Journal::open(place, this_boot(), image);
    if (!journal.writable()) return "cannot go on: " + journal.problem();
    if (image.condition == Condition::damaged) return image.problem;
    const std::size_t found = image.entries.size();
    if (found != appended && found != appended + 1)
      return "found " + std::to_string(found) + " records, needed " + std::to_string(appended);
    for (std::uint64_t number = 0; number < found; ++number) {
      if (image.entries[number].entry.scope.view() != scope_of(number))
        return "record " + std::to_string(number) + " is another one";
    }
    return {};
  }
};

}  // namespace

std::unique_ptr<Scenario> journal_reader() {
  return std::make_unique<JournalReader>();
}

}  // namespace outrider::crash
