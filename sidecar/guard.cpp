// SPDX-License-Identifier: Apache-2.0
#include "guard.hpp"

#include <algorithm>

namespace outrider {

using namespace std::chrono_literals;

namespace {

constexpr nanoseconds sweep_period = 10ms;
constexpr nanoseconds shortest_poll = 100us;
constexpr nanoseconds longest_poll = 10ms;
constexpr nanoseconds quiet_after = 1s;
/// Seconds of silence in which a rate falls to half or less.
constexpr double rate_halves = 0.05;
/// A plan that discovery has not looked after for so long, or for two leases, is
/// no ground to grant anything: producers may have died and appeared since.
constexpr nanoseconds oldest_plan = 2s;
/// Batches from one producer in one pass, so that a busy one starves nobody.
constexpr int batches_per_turn = 16;

/// Spilled counts on their way into the histograms of a plan.
struct SpillSink {
  const std::vector<aggregate::Histogram*>& histograms;
  void add(const drain::Row& row, std::uint32_t bucket, std::uint64_t count) const noexcept {
    histograms[row.index]->add_spilled(bucket, count);
  }
  void add_cut(const drain::Row& row, std::size_t bound, std::uint64_t count) const noexcept {
    histograms[row.index]->add_spilled_cut(bound, count);
  }
  void add_sum(const drain::Row& row, std::uint64_t low, std::uint64_t high) const noexcept {
    histograms[row.index]->add_spilled_sum(low, high);
  }
};

protection::AlertSignal signal_of(rules::AlertState state) noexcept {
  switch (state) {
    case rules::AlertState::firing:
      return protection::AlertSignal::firing;
    case rules::AlertState::pending:
      return protection::AlertSignal::pending;
    case rules::AlertState::no_data:
      return protection::AlertSignal::no_data;
    case rules::AlertState::inactive:
      break;
  }
  return protection::AlertSignal::clear;
}

}  // namespace

// The line. Read it from top to bottom: it is the sidecar.
bool Guard::pass(const Now& now) noexcept {
  now_ = now;
  adopt_plan();
  if (plan_ == nullptr) return false;
  look_for_stale(now);
  parts_.desk.take(parts_.protection, now);

  for (PlannedProducer& planned : plan_->producers) drain(planned, now);
  plan_->values->take_outside();
  refresh_own_series(now.steady);
  evaluate_rules(now);
  parts_.protection.tick(now);

  protection::enforce(parts_.protection, *this);
  renew_leases(now);
  parts_.desk.answer(parts_.protection);
  finish(now);
  return true;
}

void Guard::adopt_plan() noexcept {
  const Plan* before = plan_.get();
  parts_.queues.take_plan(plan_);
  if (plan_.get() == before) return;
  refreshed_ = {};  // the new plan's own series are still zero
  for (PlannedProducer& planned : plan_->producers) {
    drain::Drainer& drainer = *planned.producer->drainer;
    if (planned.binding != nullptr && drainer.binding() != planned.binding.get() &&
        !planned.binding->segment->retired.load(
            std::memory_order_relaxed)) {  // relaxed: our own store
      drainer.read_clock_from(parts_.ticks);
      const bool is_new =
          drainer.binding() == nullptr || drainer.binding()->segment != planned.binding->segment;
      planned.replaced = drainer.adopt(planned.binding);
      if (!is_new) continue;
      planned.producer->beat = {};
      planned.producer->orders_watch = {};
      planned.producer->directives.adopt(*planned.binding->segment, now_);
      planned.producer->clock_watch = drain::ClockWatch{planned.binding->segment->clock()};
      planned.producer->clock_moved = false;
    }
  }
}

// ------------------------------------------------------- drain, aggregate

void Guard::drain(PlannedProducer& planned, const Now& now) noexcept {
  ProducerRuntime& producer = *planned.producer;
  drain::Drainer& drainer = *producer.drainer;
  for (aggregate::Histogram* histogram : planned.histograms) {
    if (histogram != nullptr) histogram->rotate(now.steady);
  }
  producer.oldest_stamp = no_stamp;
  for (int batch = 0; batch < batches_per_turn; ++batch) {
    const auto observations = drainer.take();
    if (observations.empty()) break;
    for (const drain::Observation& seen : observations) {
      planned.histograms[seen.row->index]->add(seen);
      producer.oldest_stamp = std::min(producer.oldest_stamp, seen.stamp);
    }
  }
  // relaxed: a wish; discovery looks again in a moment.
  producer.samples_wait.store(drainer.has_unbound_series(), std::memory_order_relaxed);
  watch(producer, now.steady);
  if (!drainer.is_live()) return;
  const bool ended = drainer.binding()->segment->ended.load(
      std::memory_order_acquire);  // sync(ended): acquire, pairs with discovery
  const bool is_over = ended && drainer.is_drained() && !drainer.has_unbound_series();
  if (is_over || (drainer.has_new_spill() && now.steady - producer.swept >= sweep_period)) {
    SpillSink sink{planned.histograms};
    drainer.sweep(sink);
    producer.swept = now.steady;
  }
  if (is_over) drainer.retire();
}

void Guard::watch(ProducerRuntime& producer, nanoseconds now) noexcept {
  drain::Drainer& drainer = *producer.drainer;
  const drain::Binding* binding = drainer.binding();
  if (binding == nullptr) return;  // only history is there: dead
  const segments::Segment& segment = *binding->segment;
  shm::Beat beat;
  if (drainer.is_trusted() && shm::read_beat(segment.view.state().heartbeat, beat) &&
      (beat.count != producer.beat.count || beat.ticks != producer.beat.ticks)) {
    producer.beat = beat;
    producer.beat_seen = now;
  }
  follow_rate(producer, now);
  // sync(closed): acquire, pairs with the producer's good-bye.
  const bool closed = segment.view.state().closed.load(std::memory_order_acquire) == 1;
  const auto state = segments::producer_state(
      {segment.ended.load(std::memory_order_relaxed), closed,  // relaxed: a state to show
       now - producer.beat_seen, now - producer.recorded_seen});
  if (state == producer.state) return;
  producer.state = state;
  tell_state(producer);
}

// Fast up, and down at every pass in which nothing came: a burst that is over must
// not keep us looking.
void Guard::follow_rate(ProducerRuntime& producer, nanoseconds now) noexcept {
  const std::uint64_t recorded = producer.drainer->totals().recorded;
  const double seconds =
      std::max(std::chrono::duration<double>(now - previous_pass_).count(), 1e-6);
  if (recorded == producer.recorded) {
    producer.recorded_rate *= rate_halves / (rate_halves + seconds);
    return;
  }
  const double rate = static_cast<double>(recorded - producer.recorded) / seconds;
  producer.recorded_rate += 0.1 * (rate - producer.recorded_rate);
  producer.recorded = recorded;
  producer.recorded_seen = now;
  recorded_ = now;
}

// -------------------------------------------------------- rules, protection

// No rule needs to know of the sidecar itself sooner than this.
void Guard::refresh_own_series(nanoseconds now) noexcept {
  if (now - refreshed_ < longest_poll) return;
  refreshed_ = now;
  plan_->own->refresh({self_, parts_.facts, parts_.protection, *plan_->rules, now});
}

void Guard::evaluate_rules(const Now& now) noexcept {
  plan_->rules->evaluate(*plan_->values, now.steady, now.wall);
  for (const AlertLink& link : plan_->links) {
    auto signal = signal_of(link.instance->state);
    if (signal == protection::AlertSignal::clear && link.rule->status().no_data) {
      signal = protection::AlertSignal::no_data;
    }
    for (const protection::BreakerId id : link.breakers)
      parts_.protection.observe(id, signal, link.instance->value);
    for (const protection::BreakerId id : link.clears)
      parts_.protection.observe_clearing(id, signal);
  }
  for (const auto& gate : plan_->gates) {
    if (const std::uint32_t probes = probes_since(*gate); probes > 0)
      parts_.protection.probed(gate->scopes, probes);
  }
  a_judge_fails_ = std::any_of(plan_->judges.begin(), plan_->judges.end(),
                               [](const Judge& judge) { return judge.cannot_judge(); });
  const nanoseconds age = parts_.facts.discovery_age(now.steady);
  discovery_stands_still_ = age > std::max(oldest_plan, 2 * plan_->lease);
  tell_transitions();
}

nanoseconds Guard::poll_period(nanoseconds now) const noexcept {
  if (plan_ == nullptr || now - recorded_ > quiet_after) return longest_poll;
  nanoseconds period = std::clamp(plan_->rule_need, shortest_poll, longest_poll);
  for (const PlannedProducer& planned : plan_->producers) {
    const drain::Drainer& drainer = *planned.producer->drainer;
    if (!drainer.is_live() || planned.producer->recorded_rate < 1) continue;
    const double half = 0.5 * (1 - drainer.fullest_ring()) *
                        static_cast<double>(drainer.binding()->segment->geometry().ring_capacity);
    const auto need =
        nanoseconds{static_cast<std::int64_t>(half / planned.producer->recorded_rate * 1e9)};
    period = std::min(period, std::max(need, shortest_poll));
  }
  return period;
}

}  // namespace outrider
