// SPDX-License-Identifier: Apache-2.0
#include "fork.hpp"

#include <pthread.h>

#include <algorithm>
#include <mutex>
#include <vector>

#include "state.hpp"

namespace outrider::detail {
namespace {

std::mutex states_mutex;
std::vector<ProducerState*>& states() {
  static std::vector<ProducerState*> all;
  return all;
}

// No other thread may hold a mutex at the fork: in the child it would never let go.
void before_fork() {
  states_mutex.lock();
  for (ProducerState* state : states()) state->mutex().lock();
}
void after_fork_in_parent() {
  for (ProducerState* state : states()) state->mutex().unlock();
  states_mutex.unlock();
}
void after_fork_in_child() {
  for (ProducerState* state : states()) {
    state->mutex().unlock();
    state->abandon_in_child();
  }
  states_mutex.unlock();
}

}  // namespace

void watch_forks(ProducerState& state) {
  static const int installed =
      ::pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
  (void)installed;
  const std::lock_guard guard{states_mutex};
  states().push_back(&state);
}

void forget_forks(ProducerState& state) {
  const std::lock_guard guard{states_mutex};
  std::erase(states(), &state);
}

}  // namespace outrider::detail
