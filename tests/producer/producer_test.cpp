// SPDX-License-Identifier: Apache-2.0
// A producer's life: how it starts, what it does without a segment, its
// housekeeping, and what becomes of it in a forked child.
#include "outrider/producer.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "outrider/shm/heartbeat.hpp"
#include "outrider/shm/identity.hpp"
#include "producer/segment_view.hpp"

namespace {

using namespace outrider;
using test::SegmentDirectory;
using test::SegmentView;
using test::small_options;

/// Until the housekeeping thread has beaten that often.
void wait_for_beats(const SegmentView& seen, std::uint64_t beats) {
  shm::Beat beat;
  while (!shm::read_beat(seen.view().state().heartbeat, beat) || beat.count < beats) ::usleep(1000);
}

/// Every call there is, on a producer that may be detached.
void use(Producer& producer) {
  Writer writer = producer.writer("gateway");
  writer.counter("a_total", "").inc();
  writer.up_down_counter("b", "").add(1);
  writer.gauge("c", "").set(1);
  writer.int_gauge("d", "").set(1);
  writer.failure_streak("e", "").failure();
  Histogram histogram = writer.histogram("f_seconds", "");
  for (std::uint64_t i = 0; i < 10'000; ++i) histogram.record(i);
  Gate gate = producer.gate("orders");
  EXPECT_FALSE(gate.open(ticks()));
  EXPECT_EQ(gate.state(), GateState::unarmed);
  EXPECT_TRUE(gate.permits(OrderKind::cancel));
  EXPECT_FALSE(gate.permits(OrderKind::enter));
  producer.housekeep();
}

TEST(Producer, PublishesASegmentWithItsNameAndItsOwnWords) {
  const SegmentDirectory directory;
  ProducerOptions options = small_options(directory.path());
  options.instance = "desk 4";
  options.version = "1.2.3";
  Status status;
  const Producer producer = Producer::create(options, status);
  ASSERT_TRUE(status.ok()) << status.message;
  EXPECT_FALSE(producer.is_detached());
  EXPECT_EQ(producer.generation(), 1U);
  shm::AttachedTelemetry attached;
  std::string why;
  ASSERT_EQ(shm::attach_telemetry(directory.path() + "/t/oms.1.telemetry", attached, why),
            shm::AttachResult::attached)
      << why;
  EXPECT_STREQ(attached.header.instance.data(), "desk 4");
  EXPECT_STREQ(attached.header.version.data(), "1.2.3");
  EXPECT_EQ(attached.header.pid, static_cast<std::uint32_t>(::getpid()));
}

TEST(Producer, StartsANewGenerationWithEachLife) {
  const SegmentDirectory directory;
  for (const std::uint64_t generation : {1U, 2U, 3U}) {
    EXPECT_EQ(Producer{small_options(directory.path())}.generation(), generation);
  }
}

TEST(Producer, SaysGoodByeWhenItEnds) {
  const SegmentDirectory directory;
  auto producer = std::make_unique<Producer>(small_options(directory.path()));
  const SegmentView seen{directory.path()};
  EXPECT_EQ(seen.view().state().closed, 0U);
  producer.reset();
  EXPECT_EQ(seen.view().state().closed, 1U);
}

TEST(Producer, LivesUntilItsLastWriterIsGone) {
  const SegmentDirectory directory;
  auto producer = std::make_unique<Producer>(small_options(directory.path()));
  const SegmentView seen{directory.path()};
  {
    Writer writer = producer->writer("gateway");
    Counter counter = writer.counter("c_total", "");
    producer.reset();
    counter.inc();
    EXPECT_EQ(seen.view().state().closed, 0U);
    EXPECT_EQ(seen.counter("c_total"), 1U);
  }
  EXPECT_EQ(seen.view().state().closed, 1U);
}

TEST(Producer, IsDetachedWithoutADirectoryAndSaysHowToMakeIt) {
  Status status;
  Producer producer = Producer::create(small_options("/nonexistent/outrider"), status);
  EXPECT_FALSE(status.ok());
  EXPECT_NE(status.message.find("install -d -m 0700 /nonexistent/outrider"), std::string::npos)
      << status.message;
  EXPECT_TRUE(producer.is_detached());
  use(producer);
}

TEST(Producer, IsDetachedUnderANameThatIsNone) {
  const SegmentDirectory directory;
  for (const char* name : {"", ".x", "a/b", "a b"}) {
    ProducerOptions options = small_options(directory.path());
    options.name = name;
    Status status;
    Producer producer = Producer::create(options, status);
    EXPECT_NE(status.message.find("needed 1 to 63"), std::string::npos) << status.message;
    EXPECT_TRUE(producer.is_detached());
  }
}

TEST(Producer, IsDetachedWithAGeometryThatCannotBe) {
  const SegmentDirectory directory;
  ProducerOptions options = small_options(directory.path());
  options.geometry.ring_capacity = 100;
  Status status;
  Producer producer = Producer::create(options, status);
  EXPECT_NE(status.message.find("power of two"), std::string::npos) << status.message;
  use(producer);
}

TEST(Producer, IsDetachedWhileAnotherOfItsNameLives) {
  const SegmentDirectory directory;
  const Producer first{small_options(directory.path())};
  Status status;
  Producer second = Producer::create(small_options(directory.path()), status);
  EXPECT_NE(status.message.find("in this process already"), std::string::npos) << status.message;
  use(second);
  EXPECT_EQ(SegmentView{directory.path()}.series_count(), 0U);
}

TEST(Producer, ThrowsItsReasonFromTheConstructor) {
  try {
    const Producer producer{small_options("/nonexistent/outrider")};
    FAIL() << "did not throw";
  } catch (const Error& error) {
    EXPECT_NE(std::string{error.what()}.find("install -d"), std::string::npos) << error.what();
  }
}

TEST(Producer, MayBeDetachedOnPurpose) {
  Producer producer = Producer::detached();
  EXPECT_TRUE(producer.is_detached());
  EXPECT_EQ(producer.generation(), 0U);
  use(producer);
}

TEST(Handles, WriteNowhereBeforeTheyAreAssigned) {
  Counter counter;
  UpDownCounter up_down;
  Gauge gauge;
  IntGauge int_gauge;
  FailureStreak streak;
  Histogram histogram;
  Gate gate;
  counter.inc();
  up_down.sub(1);
  gauge.set(1);
  int_gauge.set(1);
  streak.failure();
  streak.success();
  for (std::uint64_t value : {std::uint64_t{1}, ~std::uint64_t{0}}) histogram.record(value);
  EXPECT_FALSE(gate.open(ticks()));
  EXPECT_FALSE(gate.permits(OrderKind::enter));
  EXPECT_EQ(gate.view().reason, "");
}

TEST(Housekeeping, BeatsOnlyWhenCalledWhenItIsManual) {
  const SegmentDirectory directory;
  Producer producer{small_options(directory.path())};
  const SegmentView seen{directory.path()};
  const auto beats = [&] {
    shm::Beat beat;
    EXPECT_TRUE(shm::read_beat(seen.view().state().heartbeat, beat));
    return beat.count;
  };
  EXPECT_EQ(beats(), 1U);  // at birth
  producer.housekeep();
  producer.housekeep();
  EXPECT_EQ(beats(), 3U);
}

TEST(Housekeeping, BeatsOnItsOwnThreadOtherwise) {
  const SegmentDirectory directory;
  ProducerOptions options = small_options(directory.path());
  options.housekeeping = Housekeeping::thread;
  const Producer producer{options};
  wait_for_beats(SegmentView{directory.path()}, 3);
}

TEST(Housekeeping, ConnectsTheGatesToTheSidecarsFile) {
  const SegmentDirectory directory;
  Producer producer{small_options(directory.path())};
  Gate gate = producer.gate("orders");
  shm::FileError error;
  const shm::Mapping mapping =
      shm::open_or_make_control(directory.path(), "oms", {test::small_geometry(), 1}, error);
  ASSERT_TRUE(mapping) << error.message;
  const shm::Control control{{mapping.data(), static_cast<std::size_t>(mapping.size())}, 3, 2};
  const Ticks now = ticks();
  control.gate(0).word = now.raw() + 1'000'000;
  EXPECT_FALSE(gate.open(now));

  producer.housekeep();

  EXPECT_TRUE(gate.open(now));
  EXPECT_FALSE(gate.open(Ticks::from_raw(now.raw() + 1'000'001)));
  control.gate(0).guarded_until = ticks().raw() + 1'000'000'000;
  control.gate(0).word = shm::closed_word(GateState::reduce_only);
  EXPECT_FALSE(gate.open(now));
  EXPECT_EQ(gate.state(), GateState::reduce_only);
  EXPECT_TRUE(gate.permits(OrderKind::reduce));
  EXPECT_FALSE(gate.permits(OrderKind::enter));
}

TEST(Housekeeping, NotesTheFirstRefusalOfEachClosing) {
  const SegmentDirectory directory;
  Producer producer{small_options(directory.path())};
  Gate gate = producer.gate("orders");
  shm::FileError error;
  const shm::Mapping mapping =
      shm::open_or_make_control(directory.path(), "oms", {test::small_geometry(), 1}, error);
  const shm::Control control{{mapping.data(), static_cast<std::size_t>(mapping.size())}, 3, 2};
  producer.housekeep();
  shm::store_detail(control.gate(0), {.state = GateState::halted,
                                      .since_wall_ms = 5,
                                      .since = Ticks::from_raw(6),
                                      .scope = "venue=binance",
                                      .reason = "SlowOrders"});
  control.gate(0).word = shm::closed_word(GateState::halted);

  EXPECT_FALSE(gate.permits(OrderKind::enter));

  const SegmentView seen{directory.path()};
  EXPECT_EQ(seen.view().ack(0).version, control.gate(0).version);
  const std::uint64_t first = seen.view().ack(0).ticks;
  EXPECT_NE(first, 0U);
  EXPECT_FALSE(gate.permits(OrderKind::enter));
  EXPECT_EQ(seen.view().ack(0).ticks, first);
  EXPECT_EQ(gate.view().reason, "SlowOrders");
  EXPECT_EQ(gate.view().scope, "venue=binance");
}

/// Runs `work` in a forked child that a watchdog ends; true when it came back.
template <class Work>
bool in_child(Work work) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::alarm(20);
    work();
    ::_exit(0);
  }
  int status = -1;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(ForkedChild, WritesNowhere) {
  const SegmentDirectory directory;
  Producer producer{small_options(directory.path())};
  Gate gate = producer.gate("orders");
  // A writer of no thread in particular: the shared lane's handles may be used here.
  const Writer a = producer.writer("a");
  const Writer b = producer.writer("b");
  Writer writer = producer.writer("shared");
  Counter counter = writer.counter("c_total", "");
  Gauge gauge = writer.gauge("g", "");
  Histogram histogram = writer.histogram("h_seconds", "");
  counter.inc();
  gauge.set(1);
  histogram.record(5, Ticks{});

  EXPECT_TRUE(in_child([&] {
    counter.inc();
    gauge.set(2);
    histogram.record(6, Ticks{});
    if (gate.open(ticks())) ::_exit(1);
    producer.housekeep();
  }));

  const SegmentView seen{directory.path()};
  EXPECT_EQ(seen.counter("c_total"), 1U);
  EXPECT_EQ(seen.gauge<double>("g"), 1);
  EXPECT_EQ(seen.spilled(), 1U);
  shm::Beat beat;
  EXPECT_TRUE(shm::read_beat(seen.view().state().heartbeat, beat));
  EXPECT_EQ(beat.count, 1U);
  counter.inc();
  EXPECT_EQ(seen.counter("c_total"), 2U);
}

TEST(ForkedChild, EndsItsCopyOfTheProducerWithoutEndingTheParents) {
  const SegmentDirectory directory;
  ProducerOptions options = small_options(directory.path());
  options.housekeeping = Housekeeping::thread;
  auto producer = std::make_unique<Producer>(options);
  wait_for_beats(SegmentView{directory.path()}, 3);  // its thread waits on its condition now

  EXPECT_TRUE(in_child([&] { producer.reset(); }));

  const SegmentView seen{directory.path()};
  EXPECT_EQ(seen.view().state().closed, 0U);
  Status status;
  EXPECT_TRUE(Producer::create(options, status).is_detached());  // the name is still held
}

TEST(Gate, IsClosedToAStampOfZeroBeforeAnybodyHasGrantedIt) {
  Producer producer = Producer::detached();
  const Gate gate = producer.gate("orders");

  for (const Gate& each : {gate, Gate{}}) {
    EXPECT_FALSE(each.open(Ticks{}));
    EXPECT_FALSE(each.open(Ticks::from_raw(0)));
    EXPECT_EQ(each.state(), GateState::unarmed);
  }
}

}  // namespace
