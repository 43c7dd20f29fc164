// SPDX-License-Identifier: Apache-2.0
// A snapshot with one histogram, its window, and two counters.
#pragma once

#include <memory>

#include "aggregate/schema.hpp"

namespace outrider::outputs::testing {

inline aggregate::Snapshot sample_snapshot() {
  using Kind = aggregate::FamilyKind;
  const aggregate::Labels venue{{"venue", "SIM"}};
  const aggregate::Labels window{{"venue", "SIM"}, {"window", "10s"}};
  auto schema = std::make_shared<aggregate::Schema>();
  schema->families = {{"outrider_passes_total", "", Kind::counter, {}, {{{}, 0}}},
                      {"order_send_seconds", "", Kind::histogram, {0.001, 0.01}, {{venue, 1}}},
                      {"order_send_seconds_rolling", "", Kind::summary, {0.5, 0.99}, {{window, 5}}},
                      {"order_send_seconds_rolling_max", "", Kind::gauge, {}, {{window, 9}}},
                      {"orders_sent_total", "", Kind::counter, {}, {{venue, 10}}}};
  schema->value_count = 11;
  aggregate::Snapshot snapshot;
  snapshot.schema = schema;
  snapshot.values = {7, 3, 5, 6, 0.9, 0.002, 0, 6, 0.9, 0.5, 42};
  snapshot.present.assign(11, 1);
  snapshot.present[6] = 0;  // too few samples for p99
  snapshot.wall_ms = 1'795'225'380'123;
  return snapshot;
}

}  // namespace outrider::outputs::testing
