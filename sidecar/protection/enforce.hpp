// SPDX-License-Identifier: Apache-2.0
// What a pass decided, carried out in the order that survives a crash at any
// point: the latch file, then the gates, then what traders are told to do, and only
// then the journal and whoever else is told. Guard thread; nothing here waits.
#pragma once

#include "protection/protection.hpp"

namespace outrider::protection {

/// The ends of the line, as the guard reaches them.
class Ends {
 public:
  virtual ~Ends() = default;
  /// Memory stores to `c/latch`.
  virtual void store_latch(const Change& change) noexcept = 0;
  /// Every gate's word and detail, from its verdict.
  virtual void store_gates() noexcept = 0;
  /// Memory stores to the tables of the traders that have the scope.
  virtual void direct(const Change& /*change*/) noexcept {}
  /// Into the bounded queue of the journal thread.
  virtual void note(const Entry& entry) noexcept = 0;
  /// Into the bounded queue of those who tell people.
  virtual void tell(const Change& /*change*/) noexcept {}
};

/// True when there was anything to carry out. Clears the changes.
bool enforce(Protection& protection, Ends& ends) noexcept;

}  // namespace outrider::protection
