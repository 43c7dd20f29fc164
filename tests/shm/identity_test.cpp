// SPDX-License-Identifier: Apache-2.0
// Who holds a name: one process at a time, for as long as it lives, and none of
// its children.
#include "outrider/shm/identity.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>

#include "shm/segment_directory.hpp"

namespace {

using namespace outrider::shm;
using outrider::test::SegmentDirectory;

/// A forked child that has done `begin` when the constructor returns, and lives
/// until its owner goes.
class Child {
 public:
  explicit Child(const std::function<bool()>& begin) {
    std::array<int, 2> ready{};
    std::array<int, 2> hold{};
    if (::pipe(ready.data()) != 0 || ::pipe(hold.data()) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(hold[1]);
      const char done = begin() ? 'y' : 'n';
      char end = 0;
      const bool told = ::write(ready[1], &done, 1) == 1;
      ::_exit(told && ::read(hold[0], &end, 1) == 0 ? 0 : 1);
    }
    ::close(ready[1]);
    ::close(hold[0]);
    char done = 'n';
    began_ = ::read(ready[0], &done, 1) == 1 && done == 'y';
    ::close(ready[0]);
    hold_ = hold[1];
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    ::close(hold_);
    ::waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] bool began() const { return began_; }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
  int hold_;
  bool began_;
};

TEST(NameLock, IsRefusedToASecondProcessWhichIsToldTheFirst) {
  const SegmentDirectory directory;
  const Child holder{[&] {
    FileError error;
    static NameLock lock;
    lock = NameLock::take(directory.path(), "oms", error);
    return static_cast<bool>(lock);
  }};
  ASSERT_TRUE(holder.began());

  FileError error;
  const NameLock lock = NameLock::take(directory.path(), "oms", error);

  EXPECT_FALSE(lock);
  EXPECT_EQ(error.code, EAGAIN);
  EXPECT_NE(error.message.find("process " + std::to_string(holder.pid())), std::string::npos)
      << error.message;
}

TEST(NameLock, IsRefusedTwiceInOneProcess) {
  const SegmentDirectory directory;
  FileError error;
  const NameLock first = NameLock::take(directory.path(), "oms", error);
  ASSERT_TRUE(first) << error.message;
  EXPECT_FALSE(NameLock::take(directory.path(), "oms", error));
  EXPECT_NE(error.message.find("one of that name in this process"), std::string::npos)
      << error.message;
  EXPECT_TRUE(NameLock::take(directory.path(), "gateway", error));
}

TEST(NameLock, IsHeldUntilItsDestruction) {
  const SegmentDirectory directory;
  FileError error;
  auto lock = std::make_unique<NameLock>(NameLock::take(directory.path(), "oms", error));
  const Descriptor file{::open((directory.path() + "/t/oms.lock").c_str(), O_RDONLY | O_CLOEXEC)};
  EXPECT_TRUE(lock_is_held(file));
  lock.reset();
  EXPECT_FALSE(lock_is_held(file));
  EXPECT_TRUE(NameLock::take(directory.path(), "oms", error)) << error.message;
}

TEST(NameLock, MayBeTakenAgainAfterItWasReplaced) {
  const SegmentDirectory directory;
  FileError error;
  NameLock lock = NameLock::take(directory.path(), "oms", error);
  lock = NameLock{};
  EXPECT_TRUE(NameLock::take(directory.path(), "oms", error)) << error.message;
}

TEST(NameLock, IsNotHeldByAForkedChild) {
  const SegmentDirectory directory;
  FileError error;
  auto lock = std::make_unique<NameLock>(NameLock::take(directory.path(), "oms", error));
  const Child child{[] { return true; }};
  ASSERT_TRUE(child.began());
  lock.reset();
  EXPECT_TRUE(NameLock::take(directory.path(), "oms", error)) << error.message;
}

TEST(NameLock, IsNotDroppedByAForkedChildThatEnds) {
  const SegmentDirectory directory;
  FileError error;
  const NameLock lock = NameLock::take(directory.path(), "oms", error);
  {
    const Child child{[] { return true; }};
  }
  const Descriptor file{::open((directory.path() + "/t/oms.lock").c_str(), O_RDONLY | O_CLOEXEC)};
  EXPECT_TRUE(lock_is_held(file));
}

TEST(NameLock, GivesGenerationNumbersThatGrowFromLifeToLife) {
  const SegmentDirectory directory;
  for (const std::uint64_t expected : {1U, 2U, 3U}) {
    FileError error;
    NameLock lock = NameLock::take(directory.path(), "oms", error);
    ASSERT_TRUE(lock) << error.message;
    EXPECT_EQ(lock.next_generation(error), expected);
    EXPECT_FALSE(error) << error.message;
  }
}

TEST(NameLock, IsStillHeldWhenItHasGivenAGeneration) {
  const SegmentDirectory directory;
  FileError error;
  NameLock lock = NameLock::take(directory.path(), "oms", error);
  EXPECT_EQ(lock.next_generation(error), 1U);
  const Descriptor file{::open((directory.path() + "/t/oms.lock").c_str(), O_RDONLY | O_CLOEXEC)};
  EXPECT_TRUE(lock_is_held(file));
}

TEST(NameLock, IsNotTakenThroughASymbolicLink) {
  const SegmentDirectory directory;
  ASSERT_EQ(::symlink("elsewhere", (directory.path() + "/t/oms.lock").c_str()), 0);
  FileError error;
  EXPECT_FALSE(NameLock::take(directory.path(), "oms", error));
  EXPECT_TRUE(error);
}

TEST(ProcessIdentity, HasAStartTimeAsLongAsItLives) {
  pid_t pid = 0;
  {
    const Child child{[] { return true; }};
    pid = child.pid();
    EXPECT_TRUE(process_start_time(static_cast<std::uint32_t>(pid)));
  }
  EXPECT_FALSE(process_start_time(static_cast<std::uint32_t>(pid)));
  EXPECT_EQ(process_start_time(static_cast<std::uint32_t>(::getpid())),
            process_start_time(static_cast<std::uint32_t>(::getpid())));
}

TEST(ProducerName, IsAFileNameOfPlainCharacters) {
  for (const char* good : {"a", "gateway-1", "A.b_c-9"})
    EXPECT_TRUE(is_producer_name(good)) << good;
  EXPECT_TRUE(is_producer_name(std::string(63, 'a')));
  for (const char* bad : {"", ".", "..", ".hidden", "a/b", "a b", "\xc3\xa9"})
    EXPECT_FALSE(is_producer_name(bad)) << bad;
  EXPECT_FALSE(is_producer_name(std::string(64, 'a')));
}

}  // namespace
