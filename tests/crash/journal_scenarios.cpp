// SPDX-License-Identifier: Apache-2.0
// The journal: every record that append() promised is read back, in order, and at
// most the one in flight is missing or torn; a new journal takes the old one's
// place in one step.
#include "crash/scenarios.hpp"
#include "protection/journal.hpp"

namespace outrider::crash {
namespace {

using namespace protection;

constexpr std::uint64_t old_records = 5;
constexpr std::uint64_t kept_records = 2;

std::string path_in(const std::string& directory) {
  return directory + "/state/latch.journal";
}

Entry entry(std::uint64_t number) {
  return {Action::kill, "venue=a", Cause{{}, "ann", std::to_string(number), 0},
          std::chrono::nanoseconds{static_cast<std::int64_t>(number)}};
}

/// fact[0]: records appended; fact[1]: 1 while the journal is begun anew, 2 after.
class JournalReader final : public Scenario {
 public:
  [[nodiscard]] Mode mode() const override { return Mode::reader; }
  [[nodiscard]] bool has_trader() const override { return false; }
  void sidecar(const Round& round) override {
    const BootId boot = this_boot();
    round.stand();
    JournalImage image;
    shm::FileError error;
    Journal journal = Journal::open(path_in(round.directory), boot, image, error);
    for (std::uint64_t number = 0; number < old_records; ++number) append(round, journal, number);
    // Release: the ledger moves before the files do, and after.
    round.ledger->fact[1].store(1, std::memory_order_release);
    std::vector<Entry> kept;
    for (std::uint64_t number = 0; number < kept_records; ++number) kept.push_back(entry(number));
    if (journal.begin_anew(kept, std::chrono::nanoseconds{99})) std::_Exit(1);
    round.ledger->fact[1].store(2, std::memory_order_release);
    for (std::uint64_t number = old_records; number < old_records + 2; ++number) {
      append(round, journal, number);
    }
    round.done(Side::sidecar);
  }

  std::string judge(const Round& round, const std::string& copy) override {
    // relaxed: the processes stand still.
    const std::uint64_t appended = round.ledger->fact[0].load(std::memory_order_relaxed);
    const std::uint64_t anew = round.ledger->fact[1].load(std::memory_order_relaxed);
    JournalImage image;
    shm::FileError error;
    Journal journal = Journal::open(path_in(copy), this_boot(), image, error);
    if (error) return "cannot be opened: " + error.message;
    if (image.condition == Condition::damaged) return image.problem;
    const std::string as_old = anew == 2 ? "begun anew" : difference(image, 0, appended);
    const std::string as_new =
        anew == 0 ? "not begun anew" : difference(image, old_records, appended);
    if (!as_old.empty() && !as_new.empty()) return anew == 2 ? as_new : as_old;
    if (image.condition == Condition::torn) return {};
    const shm::FileError unwritten = journal.append(entry(1000));
    return unwritten ? "cannot go on: " + unwritten.message : "";
  }

 private:
  static void append(const Round& round, Journal& journal, std::uint64_t number) {
    if (journal.append(entry(number))) std::_Exit(1);
    round.ledger->fact[0].store(number + 1, std::memory_order_release);  // release: as above
  }

  /// Against a journal that was begun anew when `from` records were there (0: never)
  /// and has since got those up to `appended`, and perhaps one more.
  static std::string difference(const JournalImage& image, std::uint64_t from,
                                std::uint64_t appended) {
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t number = 0; from != 0 && number < kept_records; ++number) {
      numbers.push_back(number);
    }
    for (std::uint64_t number = from; number < appended; ++number) numbers.push_back(number);
    const std::size_t found = image.entries.size();
    if (found != numbers.size() && found != numbers.size() + 1)
      return "found " + std::to_string(found) + " records, needed " +
             std::to_string(numbers.size());
    numbers.push_back(appended);
    for (std::size_t i = 0; i < found; ++i) {
      if (image.entries[i].entry.cause.reason.view() != std::to_string(numbers[i]))
        return "record " + std::to_string(i) + " is another one";
    }
    return {};
  }
};

}  // namespace

std::unique_ptr<Scenario> journal_reader() {
  return std::make_unique<JournalReader>();
}

}  // namespace outrider::crash
