// SPDX-License-Identifier: Apache-2.0
// How other threads ask the guard for something. The guard takes what is there
// at the start of a pass and answers when the gates hold what was decided; it
// never waits. Whoever asks waits, one at a time, and gives up after a while.
#pragma once

#include <boost/lockfree/spsc_queue.hpp>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

#include "protection/protection.hpp"

namespace outrider::protection {

enum class CommandKind : std::uint8_t {
  kill,
  halt,     ///< for `cause.value` seconds, or with 0 until armed
  may_arm,  ///< asks; changes nothing
  arm,      ///< of what may_arm saw; already journalled
  direct,   ///< tells traders
};

struct Command {
  CommandKind kind = CommandKind::kill;
  ScopeId scope = 0;
  std::uint64_t kills_seen = 0;  ///< arm: from the reply to may_arm
  Cause cause;
  DirectiveWish directive{};
  /// Filled by ask().
  std::uint64_t ticket = 0;
  std::chrono::nanoseconds expires{};  ///< an arming that nobody waits for any more is not done
};

struct Reply {
  std::uint64_t ticket = 0;
  ArmAnswer answer = ArmAnswer::done;
  std::uint64_t kills_seen = 0;
  bool was_killed = false;               ///< before the command
  bool needed_arming = false;            ///< before the command; KILLED does too
  std::uint32_t told = 0;                ///< traders, by a directive
  GateState state = GateState::unarmed;  ///< of the scope within `global`, after the pass
};

class CommandDesk {
 public:
  /// Any thread but the guard. Nothing when the guard did not answer in time; a
  /// kill may still be carried out later, an arming not.
  std::optional<Reply> ask(Command command, std::chrono::milliseconds patience);

  /// guard: carries out what was asked. Armings first, so that a kill or a halt of
  /// the same pass wins.
  void take(Protection& protection, const Now& now) noexcept;
  /// guard: how many traders the directive of a command reached.
  void note_told(std::uint64_t ticket, std::uint32_t traders) noexcept;
  /// guard: after enforce().
  void answer(const Protection& protection) noexcept;

 private:
  static constexpr std::size_t room = 16;
  struct Taken {
    Command command;
    Reply reply;
  };

  void carry_out(Taken& taken, Protection& protection, const Now& now) noexcept;

  std::mutex asking_;  ///< never taken by the guard
  std::uint64_t last_ticket_ = 0;
  boost::lockfree::spsc_queue<Command, boost::lockfree::capacity<room>> commands_;
  boost::lockfree::spsc_queue<Reply, boost::lockfree::capacity<room>> replies_;
  std::array<Taken, room> taken_{};  ///< guard: of this pass
  std::size_t taken_count_ = 0;
};

}  // namespace outrider::protection
