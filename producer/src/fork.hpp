// SPDX-License-Identifier: Apache-2.0
// A trader that forks: the child's handles must write nowhere. Its copies of the
// shared mappings are replaced by private memory before fork() returns in it.
#pragma once

namespace outrider::detail {

class ProducerState;

void watch_forks(ProducerState& state);
void forget_forks(ProducerState& state);

}  // namespace outrider::detail
