// SPDX-License-Identifier: Apache-2.0
#include "outputs/alerts/dispatcher.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace outrider::alerts {

using namespace std::chrono_literals;

namespace {

/// Receivers are looked at when something has changed, and this often besides.
constexpr nanoseconds consider_period = 100ms;
constexpr nanoseconds write_period = 100ms;
constexpr nanoseconds tidy_period = 1s;
constexpr std::chrono::milliseconds hook_period = 5ms;
constexpr std::chrono::milliseconds patience_for_requeue = 2s;
/// Until summaries are told: series must have been found, and reloaded rules planned.
constexpr nanoseconds summaries_settle_time = 5s;
constexpr nanoseconds replan_time = 1s;

constexpr long too_many_requests = 429;
constexpr long request_timeout = 408;

bool is_success(long status) {
  return status >= 200 && status < 300;
}

/// Whether asking again can help. A redirect cannot: it is not followed.
bool is_retryable(long status) {
  return status == 0 || status == too_many_requests || status == request_timeout || status >= 500;
}

Book::CooldownOf cooldown_by(const Composer& composer) {
  return [composer](const Alert& alert) { return composer.cooldown_of(alert); };
}

}  // namespace

Dispatcher::Dispatcher(Parts parts, const config::Config& config)
    : parts_{std::move(parts)},
      composer_{config},
      book_{config.alerting.queue_capacity, cooldown_by(composer_)},
      store_{parts_.state_directory},
      everybody_{config.alerting.global_rate_limit},
      resend_{config.alerting.resend_interval},
      started_{parts_.clock()} {
  for (const auto& each : config.alerting.receivers) receivers_.emplace_back(each, config.alerting);
  const shm::FileError error = store_.open();
  can_store_ = !error;
  if (error) parts_.log.error("alerts are not remembered over a restart: " + error.message);
  read_store(started_);
  schedule_.configure(config, started_.wall);
  summaries_from_ = started_.steady + summaries_settle_time;
}

void Dispatcher::read_store(const Time& now) {
  if (!can_store_) return;
  std::string problem;
  Store::Sent sent = store_.read(problem);
  for (Known& known : sent.known) book_.restore(std::move(known));
  schedule_.restore(std::move(sent.summaries));
  if (!problem.empty()) parts_.log.warn(problem);
  written_ = now.steady;
  written_revision_ = book_.revision();
  poisoned_ = store_.poisoned().size();
}

void Dispatcher::reconfigure(const config::Config& config) {
  const std::lock_guard guard{exchange_};
  fresh_ = config;
}

std::optional<std::size_t> Dispatcher::requeue() {
  {
    const std::lock_guard guard{exchange_};
    wants_requeue_ = true;
    requeued_.reset();
  }
  for (auto waited = 0ms; waited < patience_for_requeue; waited += 1ms) {
    std::this_thread::sleep_for(1ms);
    const std::lock_guard guard{exchange_};
    if (requeued_) return requeued_;
  }
  return std::nullopt;
}

/// With mutex_ held.
void Dispatcher::take_wishes() {
  std::optional<config::Config> fresh;
  bool wants_requeue = false;
  {
    const std::lock_guard guard{exchange_};
    fresh = std::exchange(fresh_, std::nullopt);
    wants_requeue = std::exchange(wants_requeue_, false);
  }
  if (fresh) take_up(*fresh);
  if (!wants_requeue) return;
  const std::size_t count = requeue_now();
  const std::lock_guard guard{exchange_};
  requeued_ = count;
}

void Dispatcher::take_up(const config::Config& config) {
  composer_ = Composer{config};
  book_.configure(config.alerting.queue_capacity, cooldown_by(composer_));
  everybody_ = RateLimit{config.alerting.global_rate_limit};
  resend_ = config.alerting.resend_interval;
  const Time now = parts_.clock();
  schedule_.configure(config, now.wall);
  summaries_from_ = std::max(summaries_from_, now.steady + replan_time);
  std::vector<Receiver> fresh;
  for (const auto& each : config.alerting.receivers) {
    Receiver& receiver = fresh.emplace_back(each, config.alerting);
    for (Receiver& before : receivers_) {
      if (before.recipient.name != each.name) continue;
      receiver.pace = before.pace;
      receiver.tally = before.tally;
      receiver.under_way = std::move(before.under_way);
    }
  }
  receivers_ = std::move(fresh);
  look_soon_ = true;  // labels may be others now
}

std::vector<Recipient> Dispatcher::recipients() const {
  std::vector<Recipient> all{{"log", nanoseconds{0}, true}};
  for (const Receiver& receiver : receivers_) all.push_back(receiver.recipient);
  return all;
}

void Dispatcher::step(std::chrono::milliseconds patience) {
  Time now = parts_.clock();
  bool looks = false;
  {
    const std::lock_guard guard{mutex_};
    take_wishes();
    take_events(now);
    looks = wants_to_look(now);
    if (wants_to_summarize(now)) looks = true;
  }
  // Without the lock: the guard may take a while, and somebody may want a report.
  const std::optional<Level> level = looks ? parts_.look() : std::nullopt;
  {
    const std::lock_guard guard{mutex_};
    now = parts_.clock();
    if (level) apply(*level, now);
    if (level) summarize(*level, now);
    write_log(now);
    begin_sends(now);
    persist(now, false);
    tidy(now);
  }
  // Nobody rings when a program ends.
  std::vector<Outcome> outcomes = sender_.wait(
      hooks_.is_idle() ? patience : std::min(patience, hook_period), parts_.intake.bell());
  hooks_.take_ended(parts_.clock().steady, outcomes);
  if (outcomes.empty()) return;
  const std::lock_guard guard{mutex_};
  now = parts_.clock();
  for (const Outcome& outcome : outcomes) settle(outcome, now);
}

void Dispatcher::finish(std::chrono::milliseconds patience) {
  const nanoseconds until = parts_.clock().steady + patience;
  do {
    step(1ms);
  } while (!(sender_.is_idle() && hooks_.is_idle()) && parts_.clock().steady < until);
  const std::lock_guard guard{mutex_};
  persist(parts_.clock(), true);
}

void Dispatcher::begin_sends(const Time& now) {
  const bool has_changed = book_.revision() != considered_revision_;
  if (!has_changed && now.steady - considered_ < consider_period) return;
  considered_ = now.steady;
  considered_revision_ = book_.revision();
  for (Receiver& receiver : receivers_) {
    std::vector<Message> kills = book_.due(receiver.recipient, now);
    const auto others = std::stable_partition(
        kills.begin(), kills.end(), [](const Message& each) { return is_kill(each.alert); });
    std::vector<Message> rest{others, kills.end()};
    kills.erase(others, kills.end());
    begin_send(receiver, std::move(kills), true);
    begin_send(receiver, std::move(rest), false);
  }
}

void Dispatcher::begin_send(Receiver& receiver, std::vector<Message> due, bool is_kill) {
  if (is_busy(receiver, is_kill)) return;
  const Time now = parts_.clock();
  std::vector<Message>& batch = receiver.under_way[is_kill];
  batch = receiver.next_batch(std::move(due), now.steady, everybody_);
  if (batch.empty()) return;
  // On disk first: who is killed while it is sent must know that it may have been.
  persist(now, true);
  std::string payload = receiver.payload_of(batch, composer_.generator_url(), now.wall);
  if (receiver.config.kind == config::ReceiverKind::exec)
    return hooks_.run(
        {receiver.config, payload, receiver.environment_of(batch), is_kill, now.steady});
  sender_.post(receiver.config, std::move(payload), is_kill);
}

bool Dispatcher::is_busy(const Receiver& receiver, bool is_kill) const {
  const std::string& name = receiver.recipient.name;
  return sender_.is_busy(name, is_kill) || hooks_.is_busy(name, is_kill);
}

void Dispatcher::settle(const Outcome& outcome, const Time& now) {
  const auto found = std::find_if(
      receivers_.begin(), receivers_.end(),
      [&](const Receiver& receiver) { return receiver.recipient.name == outcome.receiver; });
  if (found == receivers_.end()) return;  // a reload has removed it
  Receiver& receiver = *found;
  const std::vector<Message> messages = std::exchange(receiver.under_way[outcome.is_kill], {});
  considered_ = {};  // there may be more for it
  if (is_retryable(outcome.status)) {
    const double jitter = std::uniform_real_distribution{}(random_);
    receiver.pace.failed(now.steady, outcome.retry_after, jitter);
    receiver.tally.failed += messages.size();
    receiver.last_error =
        outcome.status == 0 ? outcome.error : "answered " + std::to_string(outcome.status);
    parts_.log.warn("alerts not taken, to be sent again",
                    {{"receiver", outcome.receiver}, {"reason", receiver.last_error}});
    return;
  }
  receiver.pace.succeeded();
  if (receiver.singles > 0) --receiver.singles;
  const bool is_sent = is_success(outcome.status);
  if (!is_sent && messages.size() > 1) {
    receiver.singles = messages.size();  // which of them it was will show
    return;
  }
  for (const Message& message : messages) {
    book_.told(receiver.recipient, message, now);
    if (!is_sent) {
      put_aside(receiver, message, outcome.status);
      continue;
    }
    ++receiver.tally.sent;
    const bool is_news = !message.ends && !message.is_repeat && message.alert.began.count() != 0;
    if (is_news) latencies_.add(now.steady - message.alert.began);
  }
}

void Dispatcher::put_aside(Receiver& receiver, const Message& message, long status) {
  ++receiver.tally.refused;
  receiver.last_error = "refused with " + std::to_string(status);
  parts_.log.error("alert refused and put aside; see outrider alerts requeue",
                   {{"receiver", receiver.recipient.name},
                    {"alert", std::string{promql::label_value(message.alert.labels, "alertname")}},
                    {"status", std::to_string(status)}});
  const Poisoned poisoned{receiver.recipient.name, status,          parts_.clock().wall,
                          message.alert,           message.episode, message.ends};
  if (const auto error = store_.put_aside(poisoned)) parts_.log.error("alerts: " + error.message);
  poisoned_ = store_.poisoned().size();
}

void Dispatcher::persist(const Time& now, bool at_once) {
  const bool need_not_remember = receivers_.empty() && schedule_.is_empty();
  const std::uint64_t revision = book_.revision() + schedule_.revision();  // both only grow
  if (!can_store_ || need_not_remember || revision == written_revision_) return;
  if (!at_once && now.steady - written_ < write_period) return;
  written_ = now.steady;
  if (const auto error = store_.write(book_.known(), schedule_.records()))
    return parts_.log.error("alerts: " + error.message);
  written_revision_ = revision;
}

void Dispatcher::tidy(const Time& now) {
  if (now.steady - tidied_ < tidy_period) return;
  tidied_ = now.steady;
  const auto untold = book_.tidy(recipients(), now.wall);
  for (Receiver& receiver : receivers_) {
    const auto found = untold.find(receiver.recipient.name);
    if (found != untold.end()) receiver.tally.dropped += found->second;
  }
}

std::size_t Dispatcher::requeue_now() {
  std::size_t count = 0;
  for (const Poisoned& poisoned : store_.poisoned()) {
    const std::string identity = identity_of(poisoned.alert.labels);
    const bool is_known = book_.forget_told(identity, poisoned.receiver);
    if (!is_known) {
      // Forgotten since: brought back as over, and told to nobody else.
      Known known;
      known.alert = poisoned.alert;
      if (known.alert.ends_at == nanoseconds{0}) known.alert.ends_at = parts_.clock().wall;
      known.fires = false;
      for (const Recipient& to : recipients()) {
        if (to.name != poisoned.receiver)
          known.told[to.name] = {known.episode, true, poisoned.refused, {}};
      }
      book_.restore(std::move(known));
    }
    store_.forget(poisoned);
    ++count;
  }
  poisoned_ = store_.poisoned().size();
  considered_ = {};
  return count;
}

}  // namespace outrider::alerts
