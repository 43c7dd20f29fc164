// SPDX-License-Identifier: Apache-2.0
// What fires, what has ended, and what each recipient has been told of it. Pure:
// what must still be said is worked out from this, so that it is bounded, joins
// what changes faster than it can be told, and can be read back after a crash.
// An alert that fires, ends and fires again has a new episode: each is told to
// have begun and to have ended.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "outputs/alerts/alert.hpp"
#include "promql/matcher.hpp"

namespace outrider::alerts {

/// What one recipient knows of one alert.
struct Told {
  std::uint64_t episode = 0;                   ///< the last it was told of; 0: none
  bool ended = false;                          ///< and that it is over
  nanoseconds at{};                            ///< Unix: when it was last told that one begins
  nanoseconds sent = std::chrono::hours{-24};  ///< steady: when last told anything
};

struct Known {
  Alert alert;
  std::uint64_t episode = 1;
  std::uint64_t order = 0;  ///< of its last change, for all alerts
  bool fires = true;
  /// Of a sidecar that died: nobody has yet seen it fire in this life.
  bool is_carried = false;
  /// Carried, and what it fired for still holds: its `for` runs anew.
  bool is_confirmed = false;
  std::map<std::string, Told> told;  ///< by recipient
};

struct Recipient {
  std::string name;
  /// How often it is told again of what fires; 0: once.
  nanoseconds resend{};
  /// Whether the cooldown of an alert holds back its next episode.
  bool cools_down = false;
  /// What it hears of; none: everything.
  std::vector<promql::LabelMatcher> matchers{};

  [[nodiscard]] bool wants(const Alert& alert) const {
    return promql::matches_all(matchers, alert.labels);
  }
};

/// One alert that a recipient is to be told of now.
struct Message {
  std::string identity;
  Alert alert;  ///< ends_at is 0 in one that says that it fires
  std::uint64_t episode = 0;
  std::uint64_t order = 0;
  bool ends = false;
  bool is_repeat = false;  ///< it was told so already
};

class Book {
 public:
  using CooldownOf = std::function<nanoseconds(const Alert&)>;
  Book(std::size_t capacity, CooldownOf cooldown_of)
      : capacity_{capacity}, cooldown_of_{std::move(cooldown_of)} {}
  void configure(std::size_t capacity, CooldownOf cooldown_of);

  /// It fires: a new episode, or fresh annotations of the one that goes on.
  /// False: there is no room. For a kill there is some beyond the capacity.
  bool fire(const Alert& alert);
  /// It happened: an episode that begins and is over at once.
  bool happen(const Alert& alert);
  /// It is over; a reason becomes the annotation `outcome`.
  void end(const std::string& identity, nanoseconds wall, const std::string& outcome = {});
  /// Of an earlier life.
  void restore(Known known);
  /// A carried one does not fire yet, but what it fired for holds.
  void confirm(const std::string& identity);

  /// What `to` must be told now, most urgent first; an alert once at most.
  [[nodiscard]] std::vector<Message> due(const Recipient& to, const Time& now);
  /// It was told, or has refused to hear it.
  void told(const Recipient& to, const Message& message, const Time& now);
  /// As if `name` had never been told of this alert's last episode.
  bool forget_told(const std::string& identity, const std::string& name);

  /// Drops what is over and was told to all, and what is over for too long.
  /// Returns what was dropped without having been told, by recipient.
  std::map<std::string, std::uint64_t> tidy(const std::vector<Recipient>& all, nanoseconds wall);

  [[nodiscard]] std::size_t waiting(const Recipient& to) const;
  [[nodiscard]] const std::map<std::string, Known>& known() const { return known_; }
  /// Grows with everything that a restart must know of.
  [[nodiscard]] std::uint64_t revision() const { return revision_; }

  /// How long somebody who cannot be reached may still be told that one is over.
  static constexpr std::chrono::hours kept_for{1};
  /// Room that only kills have: for one of each scope that there can be.
  static constexpr std::size_t kept_for_kills = 1024;

 private:
  enum class Step { nothing, begin, end, repeat, skip };
  [[nodiscard]] Step step_of(const Known& known, const Recipient& to, const Time& now) const;
  bool has_room(const Alert& alert);

  std::size_t capacity_;
  CooldownOf cooldown_of_;
  std::map<std::string, Known> known_;  ///< by identity
  std::uint64_t order_ = 0;
  std::uint64_t revision_ = 0;
};

}  // namespace outrider::alerts
