// SPDX-License-Identifier: Apache-2.0
// c/guardian: whoever looks finds no guardian or a whole one, and the next start makes
// its own.
#include <memory>

#include "crash/scenarios.hpp"
#include "guardian.hpp"

namespace outrider::crash {
namespace {

constexpr std::uint64_t passes = 3;

Guardian born(const std::string& directory) {
  shm::FileError error;
  Guardian guardian = Guardian::make(directory, error);
  if (!guardian) std::_Exit(1);
  return guardian;
}

/// Born where another one has left its file, and passes.
class GuardianBirth final : public Scenario {
 public:
  [[nodiscard]] Mode mode() const override { return Mode::reader; }
  [[nodiscard]] bool has_trader() const override { return false; }
  void sidecar(const Round& round) override {
    born(round.directory).beat();
    round.stand();
    Guardian guardian = born(round.directory);
    for (std::uint64_t pass = 0; pass < passes; ++pass) guardian.beat();
    round.done(Side::sidecar);
  }
  std::string judge(const Round&, const std::string& copy) override {
    const auto found = pulse_of(copy);
    const ProcessIdentity own = ProcessIdentity::own();
    if (found && (found->process.pid == 0 || found->process.start == 0 ||
                  found->process.pid_namespace != own.pid_namespace || found->beats > passes))
      return "half a guardian";
    shm::FileError error;
    const Guardian next = Guardian::make(copy, error);
    if (!next) return "no next guardian: " + error.message;
    return pulse_of(copy) == Pulse{own, 0} ? "" : "the next guardian is not seen";
  }
};

}  // namespace

std::unique_ptr<Scenario> guardian_birth() {
  return std::make_unique<GuardianBirth>();
}

}  // namespace outrider::crash
