// SPDX-License-Identifier: Apache-2.0
#include "outputs/pages.hpp"

#include "outputs/exposition.hpp"
#include "outputs/process_metrics.hpp"

namespace outrider::outputs {

namespace {

constexpr const char* json_content_type = "application/json";
constexpr unsigned service_unavailable = 503;

constexpr const char* index_page = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>outrider</title></head><body>
<h1>outrider</h1>
<ul>
<li><a href="/metrics">/metrics</a>: what Prometheus scrapes</li>
<li><a href="/api/v1/status">/api/v1/status</a>: producers, gates, alerts, trips, as JSON</li>
<li><a href="/health">/health</a>: healthy and ready, as JSON</li>
<li><a href="/-/healthy">/-/healthy</a>: 200 while passes finish</li>
<li><a href="/-/ready">/-/ready</a>: 200 when everything is loaded, else the reasons</li>
</ul>
</body></html>
)";

Response metrics(const PageSources& sources) {
  Families families;
  if (const auto snapshot = sources.snapshot()) families = to_families(*snapshot);
  for (const std::string& name : merge_families(families, process_families())) {
    if (sources.refused_family) sources.refused_family(name);
  }
  return {.content_type = exposition_content_type, .body = to_text(families)};
}

Response healthy(const Status& status) {
  if (is_healthy(status)) return {.body = "healthy\n"};
  std::string reason = "no pass has finished yet\n";
  if (status.last_pass_age) {
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(*status.last_pass_age);
    reason = "the last pass finished " + std::to_string(age.count()) + " ms ago\n";
  }
  return {.status = service_unavailable, .body = std::move(reason)};
}

Response ready(const Status& status) {
  if (status.not_ready.empty()) return {.body = "ready\n"};
  std::string reasons;
  for (const std::string& reason : status.not_ready) reasons += reason + "\n";
  return {.status = service_unavailable, .body = std::move(reasons)};
}

Response health(const Status& status) {
  const bool good = is_healthy(status) && status.not_ready.empty();
  return {.status = good ? 200 : service_unavailable,
          .content_type = json_content_type,
          .body = health_json(status)};
}

}  // namespace

void add_pages(Router& router, PageSources sources) {
  const auto from_status = [status = sources.status](Response (*page)(const Status&)) {
    return [status, page](const Request&) { return page(status()); };
  };
  for (const char* path : {"/-/healthy", "/healthz"}) {
    router.add("GET", path, from_status(healthy));
  }
  for (const char* path : {"/-/ready", "/readyz"}) router.add("GET", path, from_status(ready));
  router.add("GET", "/health", from_status(health));
  router.add("GET", "/api/v1/status", from_status([](const Status& status) -> Response {
               return {.content_type = json_content_type, .body = status_json(status)};
             }));
  router.add("GET", "/", [](const Request&) -> Response {
    return {.content_type = "text/html; charset=utf-8", .body = index_page};
  });
  router.add("GET", "/metrics",
             [sources = std::move(sources)](const Request&) { return metrics(sources); });
}

}  // namespace outrider::outputs
