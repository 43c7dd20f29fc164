// SPDX-License-Identifier: Apache-2.0
// What a trading system counts, by enumerations instead of strings:
//
//   trading.orders.placed(Venue::binance, OrderType::market, Side::buy);
//
// Registering is cold and once. A call costs that of the plain handle and the arithmetic of a
// position in an array: no look-up, no allocation, noexcept. Of the thread of its Writer, and
// no longer than it. Venues, symbols, agents and so on are enumerations of the trader's own,
// or numbers, in the order of `Lists`.
#pragma once

#include <algorithm>
#include <array>
#include <initializer_list>
#include <numeric>
#include <optional>

#include "outrider/profiles/family.hpp"
#include "outrider/profiles/names.hpp"
#include "outrider/writer.hpp"

namespace outrider::trading {

class Orders {
 public:
  Orders(Writer& writer, const Names& names, const Vocabulary& words);

  template <class Venue>
  void placed(Venue venue, OrderType type, Side side) noexcept {
    placed_(venue, type, side).inc();
  }
  /// What became of an order: rejected and blocked ones too.
  template <class Symbol>
  void ended(Symbol symbol, Side side, OrderStatus status) noexcept {
    outcome_(symbol, side, status).inc();
  }
  template <class Symbol, class Strategy>
  void filled(Symbol symbol, Side side, Strategy strategy) noexcept {
    filled_(symbol, side, strategy).inc();
  }
  template <class Symbol>
  void cancelled(Symbol symbol, Side side) noexcept {
    cancelled_(symbol, side).inc();
  }
  /// A fill of an order at that venue.
  template <class Venue>
  void filled_at(Venue venue) noexcept {
    filled_at_(venue).inc();
  }
  /// A position that ended with this result; without a loss it counts as won.
  void closed(double result) noexcept { closed_(result < 0 ? 1 : 0).inc(); }
  /// The venue's answer is here: the time since the decision.
  template <class Symbol, class Venue>
  void answered(Symbol symbol, Side side, Venue venue, Ticks decided) noexcept {
    latency_(symbol, side, venue).record(decided, ticks());
  }

 private:
  Family<Counter, Dimension::venue, Dimension::order_type, Dimension::side> placed_;
  Family<Counter, Dimension::symbol, Dimension::side, Dimension::status> outcome_;
  Family<Counter, Dimension::symbol, Dimension::side, Dimension::strategy> filled_;
  Family<Counter, Dimension::venue> filled_at_;
  Family<Counter, Dimension::symbol, Dimension::side> cancelled_;
  Family<Counter, Dimension::result> closed_;
  Family<Histogram, Dimension::symbol, Dimension::side, Dimension::venue> latency_;
};

class Book {
 public:
  Book(Writer& writer, const Names& names, const Vocabulary& words);

  /// Signed; 0 when the symbol is closed.
  template <class Symbol>
  void position(Symbol symbol, double quantity) noexcept {
    position_(symbol).set(quantity);
  }
  /// The same with its price: what it is worth. What is closed has no price.
  template <class Symbol>
  void marked(Symbol symbol, double quantity, double price) noexcept {
    position(symbol, quantity);
    position_value_(symbol).set(quantity * price);
    position_price_(symbol).set(quantity == 0 ? 0 : price);
  }
  void open_positions(int count) noexcept { open_positions_().set(count); }
  /// The total, where the system has one, is their sum as soon as both are known.
  void pnl(Pnl part, double money) noexcept {
    if (part == only_pnl_.value_or(part)) pnl_(part).set(money);
    parts_[std::size_t(part)] = money;
    if (!only_pnl_ && parts_[0] && parts_[1]) pnl_(parts_.size()).set(*parts_[0] + *parts_[1]);
  }
  /// The day's result so far, and how much may be lost: what is used of it is a rule's.
  void daily(double result, double limit) noexcept {
    daily_result_().set(result);
    daily_limit_().set(limit);
  }
  void exposure(double money) noexcept { exposure_().set(money); }
  void leverage(double ratio) noexcept { leverage_().set(ratio); }
  void portfolio_value(double money) noexcept { portfolio_value_().set(money); }

 private:
  Family<Gauge, Dimension::symbol> position_;
  Family<Gauge, Dimension::symbol> position_value_;
  Family<Gauge, Dimension::symbol> position_price_;
  Family<Gauge> open_positions_;
  std::optional<Pnl> only_pnl_;
  std::array<std::optional<double>, 2> parts_;  ///< by Pnl
  Family<Gauge, Dimension::pnl> pnl_;
  Family<Gauge> daily_result_;
  Family<Gauge> daily_limit_;
  Family<Gauge> exposure_;
  Family<Gauge> leverage_;
  Family<Gauge> portfolio_value_;
};

class Feed {
 public:
  Feed(Writer& writer, const Names& names, const Vocabulary& words);

  template <class Venue>
  void connected(Venue venue, bool is) noexcept {
    connected_(venue).set(is ? 1 : 0);
  }
  template <class Symbol>
  void streaming(Symbol symbol, bool is) noexcept {
    streaming_(symbol).set(is ? 1 : 0);
  }
  /// Between two messages.
  template <class Symbol>
  void gap(Symbol symbol, Ticks last, Ticks now) noexcept {
    gap_(symbol).record(last, now);
  }
  /// A request to that venue, orders among them, has its answer, or none.
  template <class Venue>
  void requested(Venue venue, bool succeeded) noexcept {
    requests_(venue).inc();
    if (!succeeded) errors_(venue).inc();
  }
  void call_succeeded() noexcept { failures_(0).success(); }
  void call_failed(FailureKind kind) noexcept { failures_(0).failure(kind); }

 private:
  Family<Gauge, Dimension::venue> connected_;
  Family<Gauge, Dimension::symbol> streaming_;
  Family<Histogram, Dimension::symbol> gap_;
  Family<Counter, Dimension::venue> requests_;
  Family<Counter, Dimension::venue> errors_;
  Family<FailureStreak, Dimension::connection> failures_;
};

class Decisions {
 public:
  Decisions(Writer& writer, const Names& names, const Vocabulary& words);

  /// A model's decision, as it was: refused ones too.
  template <class Regime>
  void decided(Regime regime, Approval approval, double confidence) noexcept {
    decisions_(regime, approval).inc();
    confidence_().set(confidence);
  }
  void validated(Approval approval, double risk) noexcept {
    validations_(approval).inc();
    risk_().set(risk);
  }
  void violated() noexcept { violations_().inc(); }

  template <class Agent>
  void predicted(Agent agent, double confidence) noexcept {
    predictions_(agent).inc();
    agent_confidence_(agent).set(confidence);
    agent_failures_(agent).success();
  }
  template <class Agent>
  void agent_failed(Agent agent) noexcept {
    agent_failures_(agent).failure();
  }
  /// What came of a prediction: right when both have the same sign; 0 has one of its own.
  template <class Agent>
  void came_out(Agent agent, double predicted, double actual) noexcept {
    outcomes_(agent, sign(predicted) == sign(actual) ? 0 : 1).inc();
  }
  /// The votes that each choice got: a majority is more than half of all.
  void voted(std::initializer_list<int> votes) noexcept {
    const int half = std::accumulate(votes.begin(), votes.end(), 0) / 2;
    votes_(std::any_of(votes.begin(), votes.end(), [&](int one) { return one > half; }) ? 0 : 1)
        .inc();
  }

 private:
  static int sign(double value) noexcept { return (value > 0) - (value < 0); }

  Family<Counter, Dimension::regime, Dimension::approved> decisions_;
  Family<Gauge> confidence_;
  Family<Counter, Dimension::result> validations_;
  Family<Counter> violations_;
  Family<Gauge> risk_;
  Family<Counter, Dimension::agent> predictions_;
  Family<Gauge, Dimension::agent> agent_confidence_;
  Family<FailureStreak, Dimension::agent> agent_failures_;
  Family<Counter, Dimension::agent, Dimension::verdict> outcomes_;
  Family<Counter, Dimension::approved> votes_;
};

/// All of it, for one thread.
class Trading {
 public:
  Trading(Writer& writer, const Names& names, const Lists& lists)
      : Trading{writer, names, words_of(names, lists)} {}

 private:
  Trading(Writer& writer, const Names& names, const Vocabulary& words)
      : orders{writer, names, words},
        book{writer, names, words},
        feed{writer, names, words},
        decisions{writer, names, words} {}

 public:
  Orders orders;
  Book book;
  Feed feed;
  Decisions decisions;
};

}  // namespace outrider::trading
