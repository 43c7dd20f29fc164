// SPDX-License-Identifier: Apache-2.0
#include "outputs/pages.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>

#include "outputs/external_labels.hpp"
#include "outputs/health.hpp"
#include "outputs/process_metrics.hpp"

namespace outrider::outputs {

namespace {

constexpr const char* json_content_type = "application/json";
constexpr unsigned service_unavailable = 503;
constexpr std::string_view healthy_pages[] = {"/-/healthy", "/healthz"};
constexpr std::string_view ready_pages[] = {"/-/ready", "/readyz"};

constexpr const char* index_page = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>outrider</title></head><body>
<h1>outrider</h1>
<ul>
<li><a href="/live">/live</a>: gates, alerts and latencies as they are, ten times a second; it listens
to /ws, a WebSocket of JSON messages</li>
<li><a href="/metrics">/metrics</a>: what Prometheus scrapes</li>
<li><a href="/api/v1/status">/api/v1/status</a>: producers, gates, alerts, trips, as JSON</li>
<li><a href="/api/v1/rules">/api/v1/rules</a>: every rule as it stands; and /api/v1/query, query_range,
series, labels, label/NAME/values, metadata, as Prometheus has them: the last hour</li>
<li><a href="/health">/health</a>: the sidecar, the health checks and the probes, as JSON</li>
<li><a href="/api/v1/health/history">/api/v1/health/history</a>: what of these has changed</li>
<li><a href="/-/healthy">/-/healthy</a>: 200 while passes finish</li>
<li><a href="/-/ready">/-/ready</a>: 200 when everything is loaded, else the reasons</li>
</ul>
</body></html>
)";

Response metrics(const PageSources& sources) {
  Families families;
  if (const auto snapshot = sources.snapshot()) families = to_families(*snapshot);
  Families own = process_families();
  if (sources.more_families) {
    for (auto& family : sources.more_families()) own.push_back(std::move(family));
  }
  for (const std::string& name : merge_families(families, std::move(own))) {
    if (sources.refused_family) sources.refused_family(name);
  }
  if (sources.external_labels) add_external_labels(families, sources.external_labels());
  return {.content_type = exposition_content_type,
          .page = std::make_shared<const std::string>(to_text(families))};
}

/// An answer, for as long as it is fresh: a storm of requests costs few pages.
/// One of each router: servers of different priority must not wait for each other.
class KeptAnswer {
 public:
  using Make = std::function<Response()>;
  KeptAnswer(Make make, std::chrono::milliseconds lifetime)
      : make_{std::move(make)}, lifetime_{lifetime} {}

  Response get() {
    const std::lock_guard one_at_a_time{mutex_};
    const Clock::time_point begin = Clock::now();
    if (begin < fresh_until_) return answer_;
    answer_ = make_();
    const Clock::time_point end = Clock::now();
    // A page that takes long is kept longer, so that most of the time others are served.
    if (lifetime_.count() != 0) {
      fresh_until_ = end + std::max<Clock::duration>(lifetime_, times_its_cost * (end - begin));
    }
    return answer_;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr int times_its_cost = 2;

  std::mutex mutex_;
  Make make_;
  std::chrono::milliseconds lifetime_;
  Response answer_;
  Clock::time_point fresh_until_;
};

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
  return {.status = is_good_enough(overall_health(status)) ? 200 : service_unavailable,
          .content_type = json_content_type,
          .body = health_json(status)};
}

}  // namespace

bool is_open_page(std::string_view path) {
  const auto is_it = [path](std::string_view each) { return each == path; };
  return std::any_of(std::begin(healthy_pages), std::end(healthy_pages), is_it) ||
         std::any_of(std::begin(ready_pages), std::end(ready_pages), is_it) || path == "/live" ||
         path.starts_with("/live/");
}

void add_pages(Router& router, PageSources sources) {
  const auto kept = [lifetime = sources.page_lifetime](KeptAnswer::Make make) {
    return [answer = std::make_shared<KeptAnswer>(std::move(make), lifetime)](const Request&) {
      return answer->get();
    };
  };
  const auto from_status = [&kept, status = sources.status](Response (*page)(const Status&)) {
    return kept([status, page] { return page(status()); });
  };
  for (const auto path : healthy_pages) router.add("GET", std::string{path}, from_status(healthy));
  for (const auto path : ready_pages) router.add("GET", std::string{path}, from_status(ready));
  router.add("GET", "/health", from_status(health));
  router.add("GET", "/api/v1/status", from_status([](const Status& status) -> Response {
               return {.content_type = json_content_type, .body = status_json(status)};
             }));
  router.add("GET", "/", [](const Request&) -> Response {
    return {.content_type = "text/html; charset=utf-8", .body = index_page};
  });
  router.add("GET", "/metrics", kept([sources = std::move(sources)] { return metrics(sources); }));
}

}  // namespace outrider::outputs
