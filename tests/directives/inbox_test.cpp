// SPDX-License-Identifier: Apache-2.0
// A trader's end: what its threads are told and once only, what they are told that
// they missed, and how they answer. The test plays the sidecar.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "outrider/shm/directive.hpp"
#include "producer/segment_view.hpp"

namespace {

using namespace outrider;
using test::SegmentView;

class Inbox : public testing::Test {
 protected:
  void connect(std::uint32_t minor = shm::layout_minor) {
    shm::FileError error;
    control_ = shm::open_or_make_control(directory_.path(), "oms",
                                         {test::small_geometry(), 1, 0, minor}, error);
    ASSERT_TRUE(control_) << error.message;
    producer_.housekeep();
  }
  [[nodiscard]] shm::DirectiveTable* table() const {
    return shm::Control{{control_.data(), control_.size()}, 3, 2}.directives();
  }
  void issue(int times = 1, DirectiveKind kind = DirectiveKind::cancel_all) const {
    for (int i = 0; i < times; ++i) shm::issue(*table(), {.kind = kind, .scope = "global"});
  }
  [[nodiscard]] std::optional<DirectiveOutcome> answer(std::uint32_t lane,
                                                       std::uint64_t epoch) const {
    return shm::acknowledgement(*SegmentView{directory_.path()}.view().lane(lane).header, epoch);
  }

  test::SegmentDirectory directory_;
  Producer producer_{test::small_options(directory_.path())};  // two lanes and the shared one
  shm::Mapping control_;
};

TEST_F(Inbox, IsEmptyUntilTheSidecarIssuesSomethingAndThenTellsItOnce) {
  const Writer writer = producer_.writer("gateway");
  Directives directives = producer_.directives(writer);
  EXPECT_TRUE(directives.poll().empty());
  connect();
  EXPECT_TRUE(directives.poll().empty());

  issue(2, DirectiveKind::reconnect);

  const auto told = directives.poll();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].epoch, 1U);
  EXPECT_EQ(told[1].epoch, 2U);
  EXPECT_EQ(told[1].kind, DirectiveKind::reconnect);
  EXPECT_EQ(told[1].scope(), "global");
  EXPECT_TRUE(directives.poll().empty());
  EXPECT_EQ(directives.missed(), 0U);
}

TEST_F(Inbox, SaysHowManyWereOverwrittenBeforeItWasLookedAt) {
  const Writer writer = producer_.writer("gateway");
  Directives directives = producer_.directives(writer);
  connect();
  issue(20);

  const auto told = directives.poll();

  ASSERT_EQ(told.size(), 16U);
  EXPECT_EQ(told.front().epoch, 5U);
  EXPECT_EQ(told.back().epoch, 20U);
  EXPECT_EQ(directives.missed(), 4U);
}

TEST_F(Inbox, GivesTheFirstThreadWhatCameBeforeAndALaterOneWhatComesAfter) {
  connect();
  issue();
  const Writer first = producer_.writer("gateway");
  const Writer second = producer_.writer("hedger");
  Directives at_first = producer_.directives(first);
  Directives later = producer_.directives(second);

  EXPECT_EQ(at_first.poll().size(), 1U);
  EXPECT_TRUE(later.poll().empty());
  issue();
  EXPECT_EQ(at_first.poll().size(), 1U);
  EXPECT_EQ(later.poll().size(), 1U);
}

TEST_F(Inbox, AnswersForItsOwnLaneAndItsLastWordCounts) {
  connect();
  const Writer first = producer_.writer("gateway");
  const Writer second = producer_.writer("hedger");
  Directives one = producer_.directives(first);
  Directives other = producer_.directives(second);
  issue();
  const auto told = one.poll();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(answer(0, 1), std::nullopt);

  one.acknowledge(told[0], DirectiveOutcome::not_now);
  EXPECT_EQ(answer(0, 1), DirectiveOutcome::not_now);
  one.acknowledge(told[0]);

  EXPECT_EQ(answer(0, 1), DirectiveOutcome::done);
  EXPECT_EQ(answer(1, 1), std::nullopt);
  other.acknowledge(other.poll()[0], DirectiveOutcome::unsupported);
  EXPECT_EQ(answer(1, 1), DirectiveOutcome::unsupported);
}

TEST_F(Inbox, IsAskedForOnceAndKeepsItsPlaceWhenItIsAskedForAgain) {
  connect();
  const Writer writer = producer_.writer("gateway");
  Directives directives = producer_.directives(writer);
  issue();
  EXPECT_EQ(directives.poll().size(), 1U);

  Directives again = producer_.directives(writer);

  EXPECT_TRUE(again.poll().empty());
}

TEST_F(Inbox, AnswersForNobodyOnceItsWriterHasGone) {
  connect();
  const SegmentView seen{directory_.path()};
  const auto& lane = *seen.view().lane(0).header;
  {
    const Writer writer = producer_.writer("gateway");
    EXPECT_FALSE(shm::is_addressed(lane, 1)) << "it has not asked for any";
    (void)producer_.directives(writer);
    EXPECT_TRUE(shm::is_addressed(lane, 1));
  }
  EXPECT_FALSE(shm::is_addressed(lane, 1));
}

TEST_F(Inbox, IsRefusedToAWriterThatSharesItsLane) {
  const Writer first = producer_.writer("a");
  const Writer second = producer_.writer("b");
  const Writer third = producer_.writer("c");
  ASSERT_TRUE(third.shared());
  Directives none = producer_.directives(third);
  connect();
  issue();

  EXPECT_TRUE(none.poll().empty());
  EXPECT_NE(producer_.last_refusal().find("lanes"), std::string::npos);
}

TEST_F(Inbox, AnswersAKindThatItDoesNotKnowAsUnsupported) {
  connect();
  const Writer writer = producer_.writer("gateway");
  Directives directives = producer_.directives(writer);
  issue(2);
  table()->slots[1].kind = 4711;

  const auto told = directives.poll();

  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].epoch, 2U);
  EXPECT_EQ(answer(0, 1), DirectiveOutcome::unsupported);
  EXPECT_EQ(directives.missed(), 0U);
}

TEST_F(Inbox, TakesATableThatWasMadeAnewForAllNews) {
  connect();
  const Writer writer = producer_.writer("gateway");
  Directives directives = producer_.directives(writer);
  issue(3);
  EXPECT_EQ(directives.poll().size(), 3U);
  std::filesystem::remove(shm::control_path(directory_.path(), "oms", 1));
  connect();  // another file
  for (int i = 0; i < 10; ++i) producer_.housekeep();
  issue();

  const auto told = directives.poll();

  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].epoch, 1U);
}

TEST_F(Inbox, StaysEmptyUnderASidecarThatDoesNotKnowOfDirectives) {
  connect(0);
  const Writer writer = producer_.writer("gateway");
  Directives directives = producer_.directives(writer);

  EXPECT_EQ(table(), nullptr);
  EXPECT_TRUE(directives.poll().empty());
}

TEST_F(Inbox, ComesToNoHarmByGarbage) {
  connect();
  const Writer writer = producer_.writer("gateway");
  Directives directives = producer_.directives(writer);
  std::mt19937_64 random{20261121};
  auto* words = reinterpret_cast<std::atomic<std::uint64_t>*>(table());
  std::uint64_t looked = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::uint64_t word = random() % (sizeof(shm::DirectiveTable) / 8);
    words[word] = random();
    // Half of the numbers near those of the slots, so that some slots are believed.
    table()->epoch = round % 2 == 0 ? random() : table()->slots[random() % 16].epoch.load();
    for (const Directive& directive : directives.poll()) {
      ++looked;
      ASSERT_GE(static_cast<int>(directive.kind), 1);
      ASSERT_LE(static_cast<int>(directive.kind), 8);
      ASSERT_LE(directive.scope().size(), directive.scope_text.size());
      (void)directive.parameter("factor");
      (void)directive.number("factor");
      directives.acknowledge(directive);
    }
    if (round % 100 == 0) issue();
  }
  EXPECT_GT(looked, 0U);
}

TEST(DetachedInbox, NeverHasAny) {
  Producer producer = Producer::detached();
  const Writer writer = producer.writer("gateway");

  EXPECT_TRUE(producer.directives(writer).poll().empty());
  EXPECT_TRUE(Directives{}.poll().empty());
  EXPECT_TRUE(producer.directives(Writer{}).poll().empty());
}

}  // namespace
