// SPDX-License-Identifier: Apache-2.0
// A disk that hangs: no write to it ends until it is back. By real programs: whoever
// closes gates is obeyed and answered all the same, nobody arms, and nothing is lost.
#include <filesystem>
#include <thread>

#include "survival/host.hpp"

namespace outrider::testing {
namespace {

class HangingDisk : public ::testing::Test {
 protected:
  /// In the environment of the programs that are started while it lives.
  class Preloaded {
   public:
    explicit Preloaded(const std::string& flag) {
      ::setenv("LD_PRELOAD", OUTRIDER_HANGING_DISK, 1);
      ::setenv("OUTRIDER_HANG_WHILE", flag.c_str(), 1);
    }
    Preloaded(const Preloaded&) = delete;
    Preloaded& operator=(const Preloaded&) = delete;
    ~Preloaded() { ::unsetenv("LD_PRELOAD"); }
  };

  void hang() { write_file(flag_, "hangs\n"); }
  void come_back() { std::filesystem::remove(flag_); }
  [[nodiscard]] bool is(const std::string& state, const std::string& producer) {
    return host_.sidecar().metric(R"(outrider_gate_state{gate="orders",producer=")" + producer +
                                  R"(",state=")" + state + "\"}") == 1.0;
  }
  [[nodiscard]] bool becomes(const std::string& state, const std::string& producer) {
    return eventually([&] { return is(state, producer); });
  }
  Process trader(const std::string& name) {
    Process process{{std::string{OUTRIDER_BIN_DIR} + "/ledger_trader", host_.segments(), name,
                     host_.path("/" + name), "1", "500"},
                    host_.path("/trader.log")};
    EXPECT_TRUE(becomes("TRADING", name)) << host_.sidecar().log();
    return process;
  }
  /// Exit code and words of a command.
  std::string says(const std::string& command, int code) const {
    std::string said;
    EXPECT_EQ(host_.outrider(command, &said), code) << said;
    return said;
  }
  [[nodiscard]] std::string history() const {
    std::string said;
    run(std::string{OUTRIDER_BIN_DIR} + "/outrider history --storage.path=" + host_.state(), &said);
    return said;
  }
  [[nodiscard]] bool logs(const std::string& text) {
    return eventually([&] { return host_.sidecar().log().find(text) != std::string::npos; });
  }

  test::TemporaryDirectory directory_{test::memory_directory(), "hang"};
  std::string flag_ = directory_.path() + "/hang";
  std::unique_ptr<Preloaded> preloaded_ = std::make_unique<Preloaded>(flag_);
  Host host_;
};

constexpr const char* not_yet = "KILLED; not journalled yet: found the disk of the journal hanging";

TEST_F(HangingDisk, HoldsUpNoKill) {
  const Process second = trader("second");
  const Process third = trader("third");
  hang();

  EXPECT_NE(says("kill --scope producer=trader --reason wish-one", 0).find(not_yet),
            std::string::npos);
  EXPECT_NE(says("kill --scope producer=second --reason wish-two", 0).find(not_yet),
            std::string::npos);
  EXPECT_TRUE(becomes("KILLED", "trader"));
  EXPECT_TRUE(becomes("KILLED", "second"));
  const std::string file = host_.segments() + "/c/kill/by-hand";
  // Whole at once: an empty request, met between two calls, closes everything.
  write_file(host_.path("/by-hand"), R"({"scope": "producer=third", "reason": "wish-three"})");
  std::filesystem::rename(host_.path("/by-hand"), file);
  EXPECT_TRUE(becomes("KILLED", "third")) << host_.sidecar().log();

  for (int i = 4; i < 24; ++i) {
    const std::string wish = "wish-" + std::to_string(i);
    EXPECT_NE(says("kill --scope strategy=any --reason " + wish, 0).find(not_yet),
              std::string::npos);
  }
  EXPECT_NE(says("halt --scope venue=other --reason wish-24", 0).find("not journalled yet"),
            std::string::npos);
  EXPECT_NE(says("status", 1).find("KILLED"), std::string::npos);
  EXPECT_NE(says("arm --scope producer=trader --reason 'the fills were explained'", 1)
                .find("nothing was armed, because the journal cannot be written: found the disk"),
            std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(file)) << "the next start must find it";
  EXPECT_TRUE(eventually([this] {
    return host_.sidecar().get("/-/ready").find("disk of the journal hangs") != std::string::npos &&
           host_.sidecar().metric("outrider_journal_writable") == 0.0;
  }));
  EXPECT_TRUE(logs("found its disk hanging"));

  come_back();
  EXPECT_TRUE(eventually([this] { return history().find("wish-24") != std::string::npos; }))
      << history();
  const std::string written = history();
  std::size_t before = 0;
  for (const char* wish : {"wish-one", "wish-two", "wish-three", "wish-4", "wish-24"}) {
    const std::size_t at = written.find(wish);
    EXPECT_NE(at, std::string::npos) << wish;
    EXPECT_LE(before, at) << wish << "\n" << written;
    before = at;
  }
  EXPECT_TRUE(eventually([&] { return !std::filesystem::exists(file); }));
  EXPECT_EQ(host_.sidecar().metric("outrider_journal_dropped_total"), 0.0);
  says("arm --scope producer=trader --reason 'the fills were explained'", 0);
  EXPECT_TRUE(host_.trades_again());
}

// The dispatch thread writes to that disk before it sends.
TEST_F(HangingDisk, HoldsUpNoKillBehindAPageOfAlerts) {
  write_file(host_.path("/sidecar.yml"),
             "rules: {file: test.rules.yml}\nalerting: {webhooks: [{url: \"http://127.0.0.1:" +
                 std::to_string(free_port()) + "/\"}]}\n");
  host_.sidecar().process().signal(SIGHUP);
  ASSERT_TRUE(logs("reloaded"));
  hang();
  says("kill --scope strategy=any --reason wish-one", 0);
  std::this_thread::sleep_for(std::chrono::milliseconds{300});

  says("alerts", 0);
  EXPECT_NE(says("alerts requeue", 1).find("too slow"), std::string::npos);
  EXPECT_NE(says("kill --scope producer=trader --reason wish-two", 0).find(not_yet),
            std::string::npos);
  EXPECT_TRUE(becomes("KILLED", "trader"));
  host_.sidecar().process().signal(SIGHUP);
  EXPECT_NE(host_.sidecar().get("/metrics").find("outrider_notification"), std::string::npos);
  come_back();

  EXPECT_TRUE(eventually([this] { return host_.outrider("alerts requeue") == 0; }));
}

// The record of the arming is the one that hangs: it may still reach the disk.
TEST_F(HangingDisk, LeavesNoArmingInTheJournalThatWasRefused) {
  says("halt --scope venue=test --reason 'odd fills'", 0);
  ASSERT_TRUE(becomes("HALTED", "trader"));
  hang();

  EXPECT_NE(says("arm --scope venue=test --reason 'the fills were explained'", 1)
                .find("nothing was armed"),
            std::string::npos);
  EXPECT_TRUE(is("HALTED", "trader"));
  come_back();

  const char* taken_back = "did not come into force";
  EXPECT_TRUE(eventually([&] { return history().find(taken_back) != std::string::npos; }))
      << history();
  host_.expect_no_order();
  EXPECT_TRUE(host_.stays("HALTED"));
  host_.end_sidecar();
  host_.start_sidecar();
  EXPECT_TRUE(host_.stays("HALTED"));
}

TEST_F(HangingDisk, HoldsUpNoEndOfTheSidecar) {
  hang();
  says("kill --scope producer=trader --reason wish-one", 0);
  host_.end_sidecar(SIGTERM);
  EXPECT_NE(host_.sidecar().log().find("needed what was decided last on disk"), std::string::npos);
  come_back();

  host_.start_sidecar();
  EXPECT_TRUE(becomes("KILLED", "trader")) << "the latch file knows";
  EXPECT_NE(history().find("wish-one"), std::string::npos);
}

}  // namespace
}  // namespace outrider::testing
