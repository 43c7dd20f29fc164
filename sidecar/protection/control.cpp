// SPDX-License-Identifier: Apache-2.0
#include "protection/control.hpp"

#include <algorithm>

#include "config/duration.hpp"
#include "protection/control_wish.hpp"

namespace outrider::protection {

namespace {

/// Characters, not bytes; spaces at either end are none.
std::size_t length_of(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  const std::size_t first = text.find_first_not_of(spaces);
  if (first == std::string_view::npos) return 0;
  text = text.substr(first, text.find_last_not_of(spaces) - first + 1);
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

constexpr std::chrono::hours longest_halt{24};

std::string why_not(ArmAnswer arm_answer, const std::string& scope) {
  switch (arm_answer) {
    case ArmAnswer::done:
      return {};
    case ArmAnswer::nothing_to_arm:
      return "found " + scope +
             " neither KILLED, UNARMED nor held for a person; needed one of them; wait, HALTED "
             "ends by itself";
    case ArmAnswer::still_firing:
      return "found an alert that killed or holds " + scope +
             " still firing; needed it quiet; mend its cause";
    case ArmAnswer::killed_again:
      return "found " + scope +
             " killed or halted again meanwhile; needed nobody to object; look again before arming";
    case ArmAnswer::too_late:
      return "found the sidecar too slow to answer; needed one that works; see its log, then ask "
             "again";
  }
  return {};
}

}  // namespace

bool ArmLimiter::take(ScopeId scope, std::chrono::nanoseconds now) {
  const auto [last, first] = last_.emplace(scope, now);
  if (first) return true;
  if (now - last->second < arm_interval) return false;
  last->second = now;
  return true;
}

bool RefusalLimiter::take(std::chrono::nanoseconds now) {
  if (spent_until_ < now) spent_until_ = now;
  if (spent_until_ + each > now + burst * each) {
    ++unwritten_;
    return false;
  }
  spent_until_ += each;
  return true;
}

ControlAnswer Control::refuse(const Wish& wish, unsigned status, const std::string& why,
                              const Now& now) {
  std::string noted = why;
  bool is_noted = false;
  {
    const std::scoped_lock lock(refusing_);
    is_noted = refusals_.take(now.steady);
    const std::uint64_t more = is_noted ? refusals_.take_unwritten() : 0;
    if (more > 0) noted = "(and " + std::to_string(more) + " before it, unwritten) " + noted;
  }
  Entry entry = wish.entry(Action::refused, now);
  entry.cause.reason.assign(noted);
  if (is_noted) scribe_.put(entry);
  return answer(status, wish.scope, "", why);
}

ControlAnswer Control::kill(std::string_view body, const Caller& caller, const Now& now) {
  const Wish wish(body, caller, Role::killer);
  if (!wish.problem.empty()) return refuse(wish, wish.status, wish.problem, now);
  if (wish.reason.empty())
    return refuse(wish, not_understood, "found no reason; needed one, for the record", now);
  Command command;
  command.kind = CommandKind::kill;
  command.scope = protection_.scope(wish.scope);
  command.cause = wish.entry(Action::kill, now).cause;
  return close(command, wish, " is KILLED");
}

ControlAnswer Control::halt(std::string_view body, const Caller& caller, const Now& now) {
  Wish wish(body, caller, Role::killer, Wish::Takes::duration);
  const auto duration = config::parse_duration(wish.duration);
  const bool is_wrong =
      !wish.duration.empty() && (!duration || duration->count() <= 0 || *duration > longest_halt);
  if (wish.problem.empty() && is_wrong) {
    wish.problem =
        "found for \"" + wish.duration + "\"; needed a duration above 0s, to 1d, such as 10m";
  }
  if (!wish.problem.empty()) return refuse(wish, wish.status, wish.problem, now);
  if (wish.reason.empty())
    return refuse(wish, not_understood, "found no reason; needed one, for the record", now);
  Command command;
  command.kind = CommandKind::halt;
  command.scope = protection_.scope(wish.scope);
  command.cause = wish.entry(Action::halt, now).cause;
  if (duration) command.cause.value = std::chrono::duration<double>(*duration).count();
  return close(command, wish,
               duration ? " is HALTED for " + wish.duration : " is HALTED until armed");
}

/// Kills and halts: in force first, then written down.
ControlAnswer Control::close(const Command& command, const Wish& wish, const std::string& done) {
  const std::uint64_t dropped = scribe_.dropped();
  const std::optional<Reply> reply = desk_.ask(command, patience_);
  if (!reply) return answer(unavailable, wish.scope, "", no_answer);
  const std::string said = reply->was_killed ? " was KILLED already" : done;
  return answer_in_force(answer(200, wish.scope, to_string(reply->state), wish.scope + said),
                         scribe_.why_unwritten(scribe_.mark(dropped), longest_wait_for_disk));
}

/// Whatever the scope holds; empty: it depends on that.
std::string Control::why_nothing_is_armed(const Wish& wish) const {
  const std::size_t length = length_of(wish.reason);
  if (length < shortest_arm_reason)
    return "found a reason of " + std::to_string(length) + " characters; needed at least " +
           std::to_string(shortest_arm_reason) + "; say why it is safe";
  if (!sees_kill_requests_)
    return "found the kill requests in c/kill unreadable or another user's; needed to see that "
           "there is none; mend the directory, the sidecar's log says how";
  return {};
}

ControlAnswer Control::arm(std::string_view body, const Caller& caller, const Now& now) {
  const Wish wish(body, caller, Role::armer);
  const std::scoped_lock lock(arming_);
  if (!wish.problem.empty()) return refuse(wish, wish.status, wish.problem, now);
  const std::string why = why_nothing_is_armed(wish);
  if (!why.empty()) return refuse(wish, refused, why, now);
  const std::optional<ScopeId> scope = protection_.find_scope(wish.scope);
  if (!scope) return refuse(wish, unknown_scope, unknown_to_us(wish.scope), now);
  if (!limiter_.take(*scope, now.steady)) {
    return refuse(
        wish, too_often,
        "found " + wish.scope + " armed within the last minute; needed a minute between; wait",
        now);
  }
  Command question;
  question.kind = CommandKind::may_arm;
  question.scope = *scope;
  const std::optional<Reply> seen = desk_.ask(question, patience_);
  const ControlAnswer done =
      !seen ? refuse(wish, unavailable, no_answer, now)
      : seen->answer != ArmAnswer::done
          ? refuse(wish, refused, why_not(seen->answer, wish.scope), now)
      : !is_second_person(wish, *scope, *seen, now)
          ? refuse(wish, accepted_as_first,
                   "found one person, " + wish.actor + ", who wants to lift KILLED from " +
                       wish.scope +
                       "; needed two; another one arms it within five minutes: " + wish.reason,
                   now)
          : arm_seen(wish, *scope, *seen, now);
  if (done.status != 200) limiter_.refund(*scope);
  return done;
}

/// True, too, where one is enough. A kill that came after the first person asked
/// was not in that person's mind.
bool Control::is_second_person(const Wish& wish, ScopeId scope, const Reply& seen, const Now& now) {
  if (!needs_second_person_ || !seen.was_killed) return true;
  const auto first = first_persons_.find(scope);
  const bool agree = first != first_persons_.end() && first->second.name != wish.actor &&
                     first->second.kills_seen == seen.kills_seen &&
                     now.steady - first->second.asked <= second_person_within;
  if (agree) {
    first_persons_.erase(first);
  } else {
    first_persons_[scope] = {wish.actor, seen.kills_seen, now.steady};
  }
  return agree;
}

/// Disk first: an arming that is not on record must not be in force.
ControlAnswer Control::arm_seen(const Wish& wish, ScopeId scope, const Reply& seen,
                                const Now& now) {
  const Entry entry = wish.entry(Action::arm, now);
  const Scribe::Written written = scribe_.write(entry, patience_);
  if (written.is_uncertain) take_back(wish, seen, now);
  if (!written.problem.empty()) {
    return answer(unavailable, wish.scope, to_string(seen.state),
                  "nothing was armed, because the journal cannot be written: " + written.problem +
                      "; needed a journal on disk; repair that first");
  }
  Command command;
  command.kind = CommandKind::arm;
  command.scope = scope;
  command.kills_seen = seen.kills_seen;
  command.cause = entry.cause;
  const std::optional<Reply> reply = desk_.ask(command, patience_);
  if (reply && reply->answer == ArmAnswer::done) {
    return answer(200, wish.scope, to_string(reply->state),
                  wish.scope + " is armed; its state is " + std::string(to_string(reply->state)));
  }
  take_back(wish, seen, now);
  return refuse(wish, reply ? refused : unavailable,
                reply ? why_not(reply->answer, wish.scope) : no_answer, now);
}

/// The journal says armed, the guard did not do it: the journal's last word must
/// be what holds. UNARMED needs no word: the latch file does not say armed.
void Control::take_back(const Wish& wish, const Reply& seen, const Now& now) {
  const char* why = "an arming that was journalled did not come into force";
  if (!seen.needed_arming) return;
  const Action action = seen.was_killed ? Action::kill : Action::halt;
  scribe_.put({action, wish.scope, Cause{{}, "outrider", why, 0}, now.wall});
}

}  // namespace outrider::protection
