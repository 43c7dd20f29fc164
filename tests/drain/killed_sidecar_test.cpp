// SPDX-License-Identifier: Apache-2.0
// A sidecar that dies at the store that decides: a forked child may not write the
// page that the store goes to, so it ends right before it, as by a kill there.
// What it wrote until then is in the files, which both share.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include "drain/rig.hpp"

namespace {

using namespace outrider;
using test::expect_the_law;
using test::lost;

/// Takes the right to write from the beginning of our writable mapping of `file`.
/// By its inode: a file that was born without a name is listed without one.
void protect(const std::string& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) ::_exit(1);
  std::ifstream maps{"/proc/self/maps"};
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words{line};
    std::string range;
    std::string access;
    std::string skipped;
    std::uint64_t inode = 0;
    words >> range >> access >> skipped >> skipped >> inode;
    if (inode != info.st_ino || access != "rw-s") continue;
    auto* begin = reinterpret_cast<void*>(std::stoull(range, nullptr, 16));
    if (::mprotect(begin, 4096, PROT_READ) == 0) return;
  }
  ::_exit(1);
}

bool dies_before_it_writes(const std::string& file, const std::function<void()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGSEGV, SIG_DFL);
    protect(file);
    body();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
}

/// A histogram that spills what its ring of eight does not hold, and three counts.
class KilledSidecar : public testing::Test {
 protected:
  KilledSidecar() {
    drain_.attach(1);
    producer_->housekeep();
    histogram_ = writer_.histogram("h", "", {.unit = Unit::count(), .bounds = {10, 1'001}});
    writer_.counter("c_total", "").add(3);
    drain_.bind();
  }
  void record(std::uint64_t samples) {
    for (std::uint64_t i = 0; i < samples; ++i) histogram_.record(1'000, Ticks{});
  }
  void end_trader() {
    writer_ = Writer{};
    producer_.reset();
  }
  void restart() {
    drain_.start();
    drain_.attach(1);
  }
  [[nodiscard]] std::uint64_t position() const {
    return drain_.segment()->control.position(0).load();
  }
  [[nodiscard]] std::uint64_t carried() {
    return drain_.drainer().carried(*drain_.checkpoint().rows().at("c_total"));
  }
  void expect_everything_once(std::uint64_t samples) {
    const drain::Totals totals = drain_.drainer().totals();
    expect_the_law(totals);
    EXPECT_EQ(totals.recorded, samples);
    EXPECT_EQ(lost(totals), 0U);
    EXPECT_EQ(drain_.kept("h"), samples);
  }

  test::SegmentDirectory directory_;
  std::unique_ptr<Producer> producer_ =
      std::make_unique<Producer>(test::small_options(directory_.path()));
  Writer writer_ = producer_->writer("gateway");
  Histogram histogram_;
  test::Drain drain_{directory_.path()};
  /// The commit word stands in its first page.
  const std::string checkpoint_ = directory_.path() + "/c/oms.checkpoint";
  /// Read positions and the flag that says retired.
  const std::string control_ = directory_.path() + "/c/oms.1.control";
};

TEST_F(KilledSidecar, BeforeTheCommitOfABatchHasTakenNothing) {
  record(5);
  ASSERT_TRUE(dies_before_it_writes(checkpoint_, [&] { drain_.drainer().take(); }));
  EXPECT_EQ(position(), 0U) << "the trader may write over samples that nobody has";
  restart();
  EXPECT_EQ(drain_.kept("h"), 0U);
  EXPECT_EQ(drain_.take_all().size(), 5U);
  expect_everything_once(5);
}

TEST_F(KilledSidecar, BehindTheCommitOfABatchHasTakenItAll) {
  record(5);
  ASSERT_TRUE(dies_before_it_writes(control_, [&] { drain_.drainer().take(); }));
  restart();
  EXPECT_EQ(position(), 5U);
  EXPECT_TRUE(drain_.take_all().empty());
  record(2);
  EXPECT_EQ(drain_.take_all().size(), 2U);
  expect_everything_once(7);
}

TEST_F(KilledSidecar, BeforeTheCommitOfARetirementHasCarriedNothingOver) {
  record(20);
  drain_.take_all();
  end_trader();
  ASSERT_TRUE(dies_before_it_writes(checkpoint_, [&] { drain_.end(); }));
  EXPECT_EQ(drain_.segment()->control.state().retired, 0U)
      << "the trader may remove what nobody has";
  restart();
  EXPECT_EQ(carried(), 0U);
  drain_.end();
  EXPECT_EQ(carried(), 3U);
  expect_everything_once(20);
}

TEST_F(KilledSidecar, BehindTheCommitOfARetirementHasCarriedEverythingOver) {
  record(20);
  drain_.take_all();
  end_trader();
  ASSERT_TRUE(dies_before_it_writes(control_, [&] { drain_.end(); }));
  EXPECT_EQ(drain_.segment()->control.state().retired, 0U);
  restart();
  EXPECT_FALSE(drain_.drainer().is_live());
  EXPECT_EQ(drain_.segment()->control.state().retired, 1U);
  EXPECT_EQ(carried(), 3U);
  expect_everything_once(20);
}

/// One lane's own and the shared one.
TEST(SharedLane, IsPartOfEverySum) {
  const test::SegmentDirectory directory;
  Producer producer{test::small_options(directory.path())};
  test::Drain drain{directory.path()};
  std::array<Writer, 3> writers{producer.writer("a"), producer.writer("b"), producer.writer("c")};
  ASSERT_TRUE(writers[2].shared());
  for (Writer& writer : writers) {
    writer.counter("c_total", "").add(3);
    writer.histogram("h", "", {.unit = Unit::count(), .bounds = {10}}).record(7, Ticks{});
  }
  drain.attach(1);
  EXPECT_EQ(drain.counter("c_total"), 9U);
  EXPECT_EQ(drain.take_all().size(), 2U);
  EXPECT_EQ(drain.sweep(), 1U);
  EXPECT_EQ(drain.drainer().totals().recorded, 3U);
  expect_the_law(drain.drainer().totals());
}

}  // namespace
