// SPDX-License-Identifier: Apache-2.0
// What the sidecar serves to everyone who may read. Nothing here changes
// anything: that is what the control socket is for.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "aggregate/schema.hpp"
#include "outputs/exposition.hpp"
#include "outputs/router.hpp"
#include "outputs/status.hpp"

namespace outrider::outputs {

/// Where the pages get what they show; called on the server's thread.
struct PageSources {
  std::function<Status()> status;
  /// The last published snapshot; null before the first.
  std::function<std::shared_ptr<const aggregate::Snapshot>()> snapshot;
  /// Told of every name that cannot be shown because it has two types.
  std::function<void(const std::string& name)> refused_family{};
  /// How long an answer is given to whoever asks before a new one is made; never
  /// shorter than twice what it cost. 0: every request has its own.
  std::chrono::milliseconds page_lifetime{0};
  /// Families beside the snapshot's and the process'.
  std::function<Families()> more_families{};
  /// Labels for all of them; see add_external_labels().
  std::function<aggregate::Labels()> external_labels{};
};

/// True for what tells nothing of what is traded: /-/healthy, /-/ready and their aliases,
/// which a supervisor asks who has no secret, and the empty live page, which asks for one.
bool is_open_page(std::string_view path);

/// Adds /metrics, /-/healthy, /-/ready, /healthz, /readyz, /health,
/// /api/v1/status and / to the router.
void add_pages(Router& router, PageSources sources);

}  // namespace outrider::outputs
