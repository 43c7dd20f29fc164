// SPDX-License-Identifier: Apache-2.0
#include "protection/commands.hpp"

#include <thread>

namespace outrider::protection {

std::optional<Reply> CommandDesk::ask(Command command, std::chrono::milliseconds patience) {
  using std::chrono::steady_clock;
  const std::scoped_lock lock(asking_);
  const steady_clock::time_point give_up = steady_clock::now() + patience;
  command.ticket = ++last_ticket_;
  // A pass that begins in time has half of the patience to end: an arming is not
  // carried out for somebody who has gone.
  command.expires = (give_up - patience / 2).time_since_epoch();
  while (!commands_.push(command)) {
    if (steady_clock::now() >= give_up) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  while (true) {
    Reply reply;
    while (replies_.pop(reply)) {
      if (reply.ticket == command.ticket) return reply;  // older ones: nobody waits for them
    }
    if (steady_clock::now() >= give_up) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

void CommandDesk::carry_out(Taken& taken, Protection& protection, const Now& now) noexcept {
  const Command& command = taken.command;
  Reply& reply = taken.reply;
  reply = {};
  reply.ticket = command.ticket;
  reply.was_killed = protection.killed(command.scope);
  reply.needed_arming = protection.needs_arming(command.scope);
  switch (command.kind) {
    case CommandKind::kill:
      protection.kill(command.scope, command.cause, now);
      return;
    case CommandKind::halt:
      protection.halt(command.scope, command.cause, now);
      return;
    case CommandKind::direct: {
      DirectiveWish wish = command.directive;
      wish.ticket = command.ticket;
      protection.direct(command.scope, wish, command.cause, now);
      return;
    }
    case CommandKind::may_arm:
      reply.answer = protection.may_arm(command.scope, reply.kills_seen);
      return;
    case CommandKind::arm:
      reply.answer = now.steady > command.expires
                         ? ArmAnswer::too_late
                         : protection.arm(command.scope, command.kills_seen, command.cause, now);
      return;
  }
}

void CommandDesk::take(Protection& protection, const Now& now) noexcept {
  taken_count_ = 0;
  while (taken_count_ < room && commands_.pop(taken_[taken_count_].command)) ++taken_count_;
  const auto closes = [](const Taken& taken) {
    return taken.command.kind == CommandKind::kill || taken.command.kind == CommandKind::halt;
  };
  for (std::size_t i = 0; i < taken_count_; ++i) {
    if (!closes(taken_[i])) carry_out(taken_[i], protection, now);
  }
  for (std::size_t i = 0; i < taken_count_; ++i) {
    if (closes(taken_[i])) carry_out(taken_[i], protection, now);
  }
}

void CommandDesk::note_told(std::uint64_t ticket, std::uint32_t traders) noexcept {
  for (std::size_t i = 0; i < taken_count_; ++i) {
    if (taken_[i].reply.ticket == ticket) taken_[i].reply.told = traders;
  }
}

void CommandDesk::answer(const Protection& protection) noexcept {
  for (std::size_t i = 0; i < taken_count_; ++i) {
    Reply& reply = taken_[i].reply;
    const std::array<ScopeId, 2> scopes{ScopeId{0}, taken_[i].command.scope};
    reply.state = protection.verdict(scopes).state;
    const bool armed =
        taken_[i].command.kind == CommandKind::arm && reply.answer == ArmAnswer::done;
    if (armed && protection.needs_arming(taken_[i].command.scope))
      reply.answer = ArmAnswer::killed_again;
    replies_.push(reply);  // full only with replies that nobody waits for
  }
  taken_count_ = 0;
}

}  // namespace outrider::protection
