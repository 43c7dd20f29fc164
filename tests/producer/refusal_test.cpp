// SPDX-License-Identifier: Apache-2.0
// What a producer cannot have: it is detached then, says why, and trading goes on.
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "producer/segment_view.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OUTRIDER_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OUTRIDER_SANITIZED 1
#endif
#endif

namespace {

using namespace outrider;

TEST(Producer, IsDetachedWhereNoThreadCanBeStarted) {
  const test::SegmentDirectory directory;
  ProducerOptions options = test::small_options(directory.path());
  options.housekeeping = Housekeeping::thread;
  pthread_attr_t before;
  pthread_attr_t impossible;
  ASSERT_EQ(::pthread_getattr_default_np(&before), 0);
  ASSERT_EQ(::pthread_attr_init(&impossible), 0);
  ASSERT_EQ(::pthread_attr_setstacksize(&impossible, std::size_t{1} << 50), 0);
  ASSERT_EQ(::pthread_setattr_default_np(&impossible), 0);

  Status status;
  Producer producer = Producer::create(options, status);
  ::pthread_setattr_default_np(&before);

  EXPECT_TRUE(producer.is_detached());
  EXPECT_NE(status.message.find("cannot start its housekeeping"), std::string::npos)
      << status.message;
  producer.writer("main").counter("orders_total", "").inc();
  const Producer again = Producer::create(options, status);  // the name is free again
  EXPECT_TRUE(status.ok()) << status.message;
}

#ifndef OUTRIDER_SANITIZED  // a sanitizer needs the address space itself
TEST(Producer, TakesEveryCallWhereThereIsNoMemoryToWriteNowhereInto) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit little{256 << 20, 256 << 20};
    ::setrlimit(RLIMIT_AS, &little);
    for (std::size_t bytes = 128 << 20; bytes >= (1 << 20); bytes /= 2) {
      while (::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED) {
      }
    }
    Producer producer = Producer::detached();
    Writer writer = producer.writer("main");
    writer.counter("orders_total", "").inc();
    writer.gauge("pnl_dollars", "").set(1);
    for (int i = 0; i < 100; ++i) writer.histogram("h", "").record(1, Ticks{});
    ::_exit(producer.is_detached() && !producer.gate("orders").open(ticks()) ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}
#endif

TEST(Producer, IsRefusedAnotherClockThanItsProcessUses) {
  const test::SegmentDirectory directory;
  ProducerOptions options = test::small_options(directory.path());
  options.clock = ClockChoice::monotonic;
  Status status;
  {
    const Producer first = Producer::create(options, status);
    ASSERT_TRUE(status.ok()) << status.message;
    options.name = "second";
    options.clock = ClockChoice::tsc;
    const Producer second = Producer::create(options, status);
    EXPECT_TRUE(second.is_detached());
    EXPECT_NE(
        status.message.find("found tsc, but a producer of this process stamps with monotonic"),
        std::string::npos)
        << status.message;
    options.clock = ClockChoice::automatic;
    const Producer third = Producer::create(options, status);
    EXPECT_TRUE(status.ok()) << status.message;  // follows the first
  }
  options.clock = ClockChoice::tsc;
  const Producer later = Producer::create(options, status);
  EXPECT_TRUE(status.ok()) << status.message;
}

}  // namespace
