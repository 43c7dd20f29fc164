// SPDX-License-Identifier: Apache-2.0
#include "alerts_in.hpp"

#include <nlohmann/json.hpp>

#include "clocks.hpp"
#include "protection/cluster_alerts.hpp"

namespace outrider {

using nlohmann::json;
using protection::Caller;
using protection::ClusterClosing;
using protection::Control;
using protection::ControlAnswer;

namespace {

std::string text_of(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

outputs::Response response(const ControlAnswer& answer) {
  return {.status = answer.status, .content_type = "application/json", .body = answer.body};
}

outputs::Response response(unsigned status, const std::string& message) {
  const json body{{"ok", status == 200}, {"message", message}};
  return response({status, text_of(body) + "\n"});
}

ControlAnswer close(Control& control, const ClusterClosing& closing, const Caller& caller) {
  json wish{{"scope", closing.scope}, {"reason", closing.reason}};
  if (closing.action == config::ClusterAction::kill)
    return control.kill(text_of(wish), caller, read_clocks());
  if (!closing.duration.empty()) wish["for"] = closing.duration;
  return control.halt(text_of(wish), caller, read_clocks());
}

}  // namespace

AlertsIn::AlertsIn(Parts parts, Policy policy)
    : parts_{parts}, policy_{std::make_shared<const Policy>(std::move(policy))} {}

void AlertsIn::replace(Policy policy) {
  auto fresh = std::make_shared<const Policy>(std::move(policy));
  const std::scoped_lock lock(mutex_);
  policy_ = std::move(fresh);
}

std::shared_ptr<const AlertsIn::Policy> AlertsIn::policy() {
  const std::scoped_lock lock(mutex_);
  return policy_;
}

outputs::Response AlertsIn::take(const outputs::Request& request, const Caller& caller) {
  // Who may not kill is refused, and written down, as with a kill.
  if (caller.role < protection::Role::killer)
    return response(parts_.control.kill("{}", caller, read_clocks()));
  const auto read = protection::read_cluster_alerts(request.body, *policy());
  if (!read.problem.empty()) return response(400, read.problem);
  // relaxed, all: counts on their own.
  parts_.facts.cluster_alerts.fetch_add(read.firing, std::memory_order_relaxed);
  parts_.facts.cluster_alerts_unknown.fetch_add(read.unknown.size(), std::memory_order_relaxed);
  for (const std::string& name : read.unknown) {
    parts_.log.warn(
        "alert from an Alertmanager: found a name that protection.cluster_alerts does not have; "
        "needed one that it has; add it, or do not route it here",
        {{"alert", name}, {"by", caller.name}});
  }
  std::string failed;
  for (const ClusterClosing& closing : read.closings) {
    const ControlAnswer answer = close(parts_.control, closing, caller);
    parts_.log.warn("alert from an Alertmanager", {{"scope", closing.scope},
                                                   {"reason", closing.reason},
                                                   {"by", caller.name},
                                                   {"answer", answer.body}});
    if (answer.status != 200) failed = answer.body;
  }
  if (!failed.empty()) return response({503, failed});
  return response(200, std::to_string(read.firing) + " firing, " +
                           std::to_string(read.closings.size()) + " obeyed, " +
                           std::to_string(read.unknown.size()) + " unknown here");
}

}  // namespace outrider
