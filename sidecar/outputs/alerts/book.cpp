// SPDX-License-Identifier: Apache-2.0
#include "outputs/alerts/book.hpp"

#include <algorithm>
#include <tuple>

namespace outrider::alerts {

void Book::configure(std::size_t capacity, CooldownOf cooldown_of) {
  capacity_ = capacity;
  cooldown_of_ = std::move(cooldown_of);
}

bool Book::fire(const Alert& alert) {
  const std::string identity = identity_of(alert.labels);
  const auto found = known_.find(identity);
  if (found == known_.end()) {
    if (!has_room(alert)) return false;
    known_.emplace(identity, Known{alert, 1, ++order_, true, false, false, {}});
    ++revision_;
    return true;
  }
  Known& known = found->second;
  known.alert.annotations = alert.annotations;
  known.alert.value = alert.value;
  if (known.is_carried) ++revision_;
  known.is_carried = false;
  if (known.fires) return true;
  known.fires = true;
  known.alert.starts_at = alert.starts_at;
  known.alert.ends_at = {};
  known.alert.began = alert.began;
  ++known.episode;
  known.order = ++order_;
  ++revision_;
  return true;
}

bool Book::happen(const Alert& alert) {
  const auto found = known_.find(identity_of(alert.labels));
  if (found == known_.end() && !has_room(alert)) return false;
  Known& known = known_[identity_of(alert.labels)];
  if (found != known_.end()) ++known.episode;
  known.alert = alert;
  known.order = ++order_;
  known.fires = false;
  ++revision_;
  return true;
}

void Book::end(const std::string& identity, nanoseconds wall, const std::string& outcome) {
  const auto found = known_.find(identity);
  if (found == known_.end() || !found->second.fires) return;
  Known& known = found->second;
  known.fires = false;
  known.is_carried = false;
  known.alert.ends_at = std::max(wall, known.alert.starts_at + std::chrono::milliseconds{1});
  if (!outcome.empty()) known.alert.annotations.emplace_back("outcome", outcome);
  known.order = ++order_;
  ++revision_;
}

void Book::restore(Known known) {
  known.order = ++order_;
  known.is_carried = known.fires;
  known_.insert_or_assign(identity_of(known.alert.labels), std::move(known));
}

void Book::confirm(const std::string& identity) {
  if (const auto found = known_.find(identity); found != known_.end())
    found->second.is_confirmed = true;
}

Book::Step Book::step_of(const Known& known, const Recipient& to, const Time& now) const {
  const auto found = known.told.find(to.name);
  const Told told = found == known.told.end() ? Told{} : found->second;
  if (told.episode < known.episode) {
    const nanoseconds cooldown = cooldown_of_(known.alert);
    const bool cools = !known.alert.is_event && to.cools_down && told.episode != 0 && told.ended &&
                       now.wall >= told.at && now.wall - told.at < cooldown;
    if (!cools) return Step::begin;
    return known.fires ? Step::nothing : Step::skip;
  }
  if (!known.fires) return told.ended ? Step::nothing : Step::end;
  const bool holds = !known.is_carried || known.is_confirmed;
  const bool again = to.resend > nanoseconds{0} && holds && now.steady - told.sent >= to.resend;
  return again ? Step::repeat : Step::nothing;
}

std::vector<Message> Book::due(const Recipient& to, const Time& now) {
  std::vector<Message> messages;
  for (auto& [identity, known] : known_) {
    if (!to.wants(known.alert)) continue;
    const Step step = step_of(known, to, now);
    if (step == Step::nothing) continue;
    if (step == Step::skip) {
      Told& told = known.told[to.name];
      told.episode = known.episode;
      ++revision_;
      continue;
    }
    Message message{identity,    known.alert,       known.episode,
                    known.order, step == Step::end, step == Step::repeat};
    if (!message.ends) message.alert.ends_at = {};
    messages.push_back(std::move(message));
  }
  std::sort(messages.begin(), messages.end(), [](const Message& a, const Message& b) {
    const bool a_waits = !is_kill(a.alert);
    const bool b_waits = !is_kill(b.alert);
    return std::tie(a_waits, a.is_repeat, a.order) < std::tie(b_waits, b.is_repeat, b.order);
  });
  return messages;
}

void Book::told(const Recipient& to, const Message& message, const Time& now) {
  const auto found = known_.find(message.identity);
  if (found == known_.end()) return;
  Told& told = found->second.told[to.name];
  told.sent = now.steady;
  if (message.is_repeat) return;
  told.episode = std::max(told.episode, message.episode);
  told.ended = message.ends || message.alert.is_event;
  if (!message.ends) told.at = now.wall;
  ++revision_;
}

bool Book::forget_told(const std::string& identity, const std::string& name) {
  const auto found = known_.find(identity);
  if (found == known_.end()) return false;
  found->second.told.erase(name);
  ++revision_;
  return true;
}

std::map<std::string, std::uint64_t> Book::tidy(const std::vector<Recipient>& all,
                                                nanoseconds wall) {
  std::map<std::string, std::uint64_t> untold;
  const auto knows = [](const Known& known, const Recipient& to) {
    if (!to.wants(known.alert)) return true;
    const auto told = known.told.find(to.name);
    return told != known.told.end() && told->second.ended && told->second.episode == known.episode;
  };
  for (auto each = known_.begin(); each != known_.end();) {
    const Known& known = each->second;
    const bool told_to_all =
        std::all_of(all.begin(), all.end(), [&](const auto& to) { return knows(known, to); });
    // A recipient that cools down must be remembered until it has.
    const bool cools = std::any_of(all.begin(), all.end(), [&](const Recipient& to) {
      const auto told = known.told.find(to.name);
      return !known.alert.is_event && to.cools_down && told != known.told.end() &&
             wall - told->second.at < cooldown_of_(known.alert);
    });
    const bool is_old = wall - known.alert.ends_at > kept_for;
    if (known.fires || (!is_old && (!told_to_all || cools))) {
      ++each;
      continue;
    }
    for (const Recipient& to : all) {
      if (!knows(known, to)) ++untold[to.name];
    }
    each = known_.erase(each);
    ++revision_;
  }
  return untold;
}

// What is over is given up for what begins, the oldest first.
bool Book::has_room(const Alert& alert) {
  const std::size_t room = is_kill(alert) ? capacity_ + kept_for_kills : capacity_;
  if (known_.size() < room) return true;
  auto oldest = known_.end();
  for (auto each = known_.begin(); each != known_.end(); ++each) {
    if (each->second.fires) continue;
    if (oldest == known_.end() || each->second.order < oldest->second.order) oldest = each;
  }
  if (oldest == known_.end()) return false;
  known_.erase(oldest);
  ++revision_;
  return true;
}

std::size_t Book::waiting(const Recipient& to) const {
  return static_cast<std::size_t>(
      std::count_if(known_.begin(), known_.end(), [&](const auto& each) {
        if (!to.wants(each.second.alert)) return false;
        const auto told = each.second.told.find(to.name);
        if (told == each.second.told.end()) return true;
        return told->second.episode < each.second.episode ||
               (!each.second.fires && !told->second.ended);
      }));
}

}  // namespace outrider::alerts
