// SPDX-License-Identifier: Apache-2.0
#include "survival/host.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

namespace outrider::testing {

using namespace std::chrono_literals;

namespace {

/// Longer than leases take to be renewed: who would grant has granted.
constexpr auto a_renewal = 120ms;

SidecarProcess first_sidecar(const std::string& root) {
  return SidecarProcess{root, {"--config.file=" + root + "/sidecar.yml"}};
}

}  // namespace

Host::Host(const std::string& rules)
    : sidecar_{(write_file(path("/test.rules.yml"), rules), configure(false),
                first_sidecar(directory_.path()))} {
  start_trader();
  const bool is_seen = eventually([this] { return state_by_status() == "UNARMED"; });
  if (!is_seen || outrider("arm --reason 'test: everything was looked at'") != 0 || !trades_again())
    throw std::runtime_error{"the gate does not open: " + sidecar_.log()};
}

void Host::configure(bool arm_at_start) const {
  const std::string breakers = read_file(path("/test.rules.yml")).find("Loss") == std::string::npos
                                   ? ""
                                   : ", kill_switch: [{alert: Loss, scope: venue}]";
  write_file(path("/sidecar.yml"), "rules: {file: test.rules.yml}\nprotection: {arm_at_start: " +
                                       std::string{arm_at_start ? "true" : "false"} + breakers +
                                       "}\n");
}

int Host::outrider(const std::string& arguments, std::string* output) const {
  return sidecar_.outrider(arguments, output);
}

void Host::expect_no_order() {
  looks_on();  // a look that began before may still be counted
  permitted_ = ledger_.gates_seen_open;
}

void Host::end_sidecar(int signal) {
  if (sidecar_.process().pid() < 0) return;
  sidecar_.process().signal(signal);
  sidecar_.process().wait();
}

void Host::start_sidecar(bool arm_at_start) {
  configure(arm_at_start);
  sidecar_.start();
}

void Host::start_trader() {
  trader_ = Process{{std::string{OUTRIDER_BIN_DIR} + "/ledger_trader", segments(), "trader",
                     path("/ledger"), "1", "50"},
                    path("/trader.log")};
}

std::string Host::state_by_status() const {
  std::string said;
  outrider("status --json", &said);
  const auto status = nlohmann::json::parse(said, nullptr, false);
  if (status.is_discarded() || status.at("gates").size() != 1) return said;
  return status.at("gates").at(0).at("state");
}

bool Host::looks_on() {
  const std::uint64_t before = ledger_.completed;
  return eventually([&] { return ledger_.completed > before + 3; });
}

bool Host::is(const std::string& state) const {
  return sidecar_.metric(R"(outrider_gate_state{gate="orders",producer="trader",state=")" + state +
                         "\"}") == 1.0;
}

::testing::AssertionResult Host::stays(const std::string& state, const std::string& by_status) {
  const std::string& told = by_status.empty() ? state : by_status;
  const bool is_said = eventually([&] { return is(state); }) &&
                       eventually([&] { return state_by_status() == told; });
  std::this_thread::sleep_for(a_renewal);
  if (!is_said || !is(state) || !looks_on())
    return ::testing::AssertionFailure() << "not " << state << " but " << state_by_status() << "\n"
                                         << sidecar_.log();
  if (ledger_.gates_seen_open != permitted_)
    return ::testing::AssertionFailure()
           << ledger_.gates_seen_open - permitted_ << " orders were permitted\n"
           << sidecar_.log();
  return ::testing::AssertionSuccess();
}

bool Host::trades_again() {
  const std::uint64_t before = ledger_.gates_seen_open;
  return eventually([&] { return ledger_.gates_seen_open > before; });
}

void Host::fill_disk() const {
  constexpr std::size_t record = 552;
  constexpr std::size_t block = 4096;
  const auto written = [this] { return read_file(journals()[0]).size(); };
  std::size_t size = written();
  for (; size % block + record <= block; size += record) {
    outrider("arm --reason short");  // refused, and written down behind the answer
    if (!eventually([&] { return written() == size + record; }))
      throw std::runtime_error{"a refusal is not in the journal: " + sidecar_.log()};
  }
  fill(state());
}

std::vector<std::string> Host::journals() const {
  return {state() + "/latch.journal", state() + "/latch.journal.copy"};
}

std::vector<std::string> Host::controls() const {
  std::vector<std::string> found;
  for (const auto& each : std::filesystem::directory_iterator(segments() + "/c"))
    if (each.path().extension() == ".control") found.push_back(each.path());
  return found;
}

}  // namespace outrider::testing
