// SPDX-License-Identifier: Apache-2.0
// A full disk, by real programs: the gate closes all the same, whoever closes it; that
// it cannot be written down is told; and nothing opens at a start, full or not.
#include <filesystem>

#include "process/small_disk.hpp"
#include "survival/host.hpp"

namespace outrider::testing {
namespace {

enum class By { kill, halt, rule };

constexpr const char* quiet = R"(groups:
  - name: loss
    interval: 1ms
    rules: [{alert: Loss, expr: ledger_level < 0}]
)";
constexpr const char* breached = R"(groups:
  - name: loss
    interval: 1ms
    rules: [{alert: Loss, expr: ledger_level > 0}]
)";

class FullDisk : public ::testing::TestWithParam<By> {
 protected:
  void close() {
    if (GetParam() == By::rule) {
      write_file(host_.path("/test.rules.yml"), breached);
      host_.sidecar().process().signal(SIGHUP);
      return;
    }
    std::string said;
    const std::string how = GetParam() == By::kill ? "kill" : "halt";
    EXPECT_EQ(host_.outrider(how + " --scope venue=test --reason 'duplicate fills'", &said), 0);
    EXPECT_NE(said.find("not journalled yet"), std::string::npos) << said;
  }
  bool is_told() {
    return eventually([this] {
      return host_.sidecar().metric("outrider_journal_writable") == 0.0 &&
             host_.sidecar().get("/-/ready").find("journal") != std::string::npos &&
             host_.sidecar().log().find("No space left on device") != std::string::npos;
    });
  }
  [[nodiscard]] std::string history() const {
    std::string said;
    run(std::string{OUTRIDER_BIN_DIR} + "/outrider history --storage.path=" + host_.state(), &said);
    return said;
  }

  Host host_{quiet};
  const std::string written_ = GetParam() == By::rule ? "Loss" : "duplicate fills";
  const std::string closed_ = GetParam() == By::halt ? "HALTED" : "KILLED";
};

TEST_P(FullDisk, ClosesTheGateAndSaysWhatItCouldNotWriteDown) {
  host_.fill_disk();

  close();

  ASSERT_TRUE(eventually([this] { return host_.is(closed_); })) << host_.sidecar().log();
  host_.expect_no_order();
  EXPECT_TRUE(is_told()) << host_.sidecar().log();
  EXPECT_TRUE(host_.stays(closed_));
  EXPECT_NE(host_.outrider("arm --scope venue=test --reason 'the fills were explained'"), 0)
      << "what cannot be written down does not open";
  EXPECT_TRUE(host_.stays(closed_));

  std::filesystem::remove(host_.state() + "/filler");
  EXPECT_TRUE(eventually([this] { return history().find(written_) != std::string::npos; }))
      << history();
  EXPECT_TRUE(host_.stays(closed_));
}

TEST_P(FullDisk, OpensNothingAtTheStartsAfterIt) {
  host_.fill_disk();
  close();
  ASSERT_TRUE(eventually([this] { return host_.is(closed_); })) << host_.sidecar().log();
  host_.expect_no_order();
  write_file(host_.path("/test.rules.yml"), quiet);
  host_.end_sidecar();

  host_.start_sidecar();
  EXPECT_TRUE(host_.stays(closed_)) << "the latch file knows";
  host_.end_sidecar();
  std::filesystem::remove(host_.latch());
  for (const std::string& each : host_.controls()) std::filesystem::remove(each);
  host_.start_sidecar();
  EXPECT_TRUE(host_.stays("UNARMED")) << "nobody knows, nobody has armed since";
  host_.end_sidecar();
}

std::string name_of(const ::testing::TestParamInfo<By>& info) {
  return info.param == By::kill ? "Kill" : info.param == By::halt ? "Halt" : "Rule";
}

INSTANTIATE_TEST_SUITE_P(MeetsA, FullDisk, ::testing::Values(By::kill, By::halt, By::rule),
                         name_of);

}  // namespace
}  // namespace outrider::testing
