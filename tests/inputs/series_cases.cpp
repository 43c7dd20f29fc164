// SPDX-License-Identifier: Apache-2.0
// What a trader may ask of its segment: names, labels, bounds, and more than
// there is room for. What refuses it is the trader's own side, at registration.
#include <cmath>
#include <limits>

#include <iterator>

#include "cases.hpp"

namespace outrider::inputs {
namespace {

/// What the last registration of `ask` was refused with, and that the trader goes on.
template <class Ask>
std::string refusal(const Place& place, Ask ask) {
  Producer producer{place.options()};
  Writer writer = producer.writer("main");
  ask(writer);
  return producer.last_refusal().empty() ? "accepted" : producer.last_refusal();
}

std::string named(const Place& place, const std::string& name) {
  return refusal(place, [&](Writer& w) { w.counter(name, "").inc(); });
}
std::string helped(const Place& place, const std::string& help) {
  return refusal(place, [&](Writer& w) { w.counter("orders_total", help).inc(); });
}
std::string labelled(const Place& place, std::vector<std::pair<std::string, std::string>> labels) {
  return refusal(
      place, [&](Writer& w) { w.counter("orders_total", "", Labels{std::move(labels)}).inc(); });
}
std::string bounded(const Place& place, std::vector<double> bounds) {
  return refusal(place, [&](Writer& w) {
    w.histogram("order_bytes", "", {.unit = Unit::count(), .bounds = std::move(bounds)})
        .record(1, ticks());
  });
}
std::string measured(const Place& place, const HistogramOptions& options) {
  return refusal(place, [&](Writer& w) { w.histogram("order_bytes", "", options); });
}

std::vector<std::pair<std::string, std::string>> many_labels(int count) {
  std::vector<std::pair<std::string, std::string>> labels;
  for (int i = 0; i < count; ++i) labels.emplace_back("l" + std::to_string(i), "x");
  return labels;
}

std::string too_many_series(Place& place) {
  ProducerOptions options = place.options();
  options.geometry.series = 3;
  Producer producer{options};
  Writer writer = producer.writer("main");
  for (int i = 0; i < 4; ++i) writer.counter("orders_total", "", {{"n", std::to_string(i)}});
  return producer.last_refusal();
}
std::string too_many_counters(Place& place) {
  return refusal(place, [](Writer& w) {
    for (int i = 0; i < 5; ++i) w.counter("orders_total", "", {{"n", std::to_string(i)}});
  });
}
std::string too_many_gauges(Place& place) {
  return refusal(place, [](Writer& w) {
    for (int i = 0; i < 5; ++i) w.gauge("position", "", {{"n", std::to_string(i)}});
  });
}
std::string too_many_histograms(Place& place) {
  return refusal(place, [](Writer& w) {
    for (int i = 0; i < 3; ++i) w.histogram("order_seconds", "", {}, {{"n", std::to_string(i)}});
  });
}
std::string too_many_gates(Place& place) {
  Producer producer{place.options()};
  for (int i = 0; i < 3; ++i) producer.gate("orders", {{"venue", std::to_string(i)}});
  return producer.last_refusal();
}
std::string too_much_text(Place& place) {
  return refusal(place, [](Writer& w) {
    for (int i = 0; i < 16; ++i) {
      w.counter("orders_total", std::string(1024, 'h'),
                {{"a", std::to_string(i) + std::string(1000, 'x')}});
      w.gauge("position" + std::to_string(i), std::string(1024, 'h'),
              {{"a", std::string(1000, 'x')}, {"b", std::string(1000, 'x')}});
    }
  });
}
std::string too_much_spill(Place& place) {
  return refusal(place,
                 [](Writer& w) { w.histogram("order_seconds", "", {.significant_figures = 3}); });
}
std::string another_kind(Place& place) {
  return refusal(place, [](Writer& w) {
    w.counter("orders", "");
    w.gauge("orders", "");
  });
}
std::string other_bounds(Place& place) {
  return refusal(place, [](Writer& w) {
    w.histogram("order_bytes", "", {.unit = Unit::count(), .bounds = {1, 2}});
    w.histogram("order_bytes", "", {.unit = Unit::count(), .bounds = {1, 3}});
  });
}

/// No refusal: the lane that all share serves, and says so.
std::string too_many_lanes(Place& place) {
  Producer producer{place.options()};
  Writer first = producer.writer("a");
  Writer second = producer.writer("b");
  Writer third = producer.writer("c");
  third.counter("orders_total", "").inc();
  Watched sidecar{place};
  return !first.shared() && third.shared() && sidecar.has("orders_total{producer=\"oms\"}", 1)
             ? "counted, not said: Writer::shared() is true, the shared lane counts as exactly"
             : "lost";
}

/// Not refused either: escaped, as the exposition format has it.
std::string help_with_newline(Place& place) {
  Producer producer{place.options()};
  Writer writer = producer.writer("main");
  writer.counter("orders_total", "first\nsecond \\ third").inc();
  Watched sidecar{place};
  if (!sidecar.has("orders_total{producer=\"oms\"}", 1)) return "not shown";
  const std::string page = sidecar.process().get("/metrics");
  const std::size_t at = page.find("# HELP orders_total");
  return page.substr(at, page.find('\n', at) - at);
}

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr Case table[] = {
    {"series: no name", [](Place& p) { return named(p, ""); }},
    {"series: name with a dash", [](Place& p) { return named(p, "orders-total"); }},
    {"series: name with a newline", [](Place& p) { return named(p, "orders\ntotal"); }},
    {"series: name of 1025 bytes", [](Place& p) { return named(p, std::string(1025, 'o')); }},
    {"series: help not UTF-8", [](Place& p) { return helped(p, "caf\xe9"); }},
    {"series: help of 1025 bytes", [](Place& p) { return helped(p, std::string(1025, 'h')); }},
    {"series: help with a newline", help_with_newline},
    {"series: label name with a dash",
     [](Place& p) {
       return labelled(p, {{"a-b", "1"}});
     }},
    {"series: label name empty",
     [](Place& p) {
       return labelled(p, {{"", "1"}});
     }},
    {"series: label name reserved",
     [](Place& p) {
       return labelled(p, {{"__name__", "1"}});
     }},
    {"series: label le",
     [](Place& p) {
       return labelled(p, {{"le", "1"}});
     }},
    {"series: label twice",
     [](Place& p) {
       return labelled(p, {{"a", "1"}, {"a", "2"}});
     }},
    {"series: label value not UTF-8",
     [](Place& p) {
       return labelled(p, {{"venue", "\xff"}});
     }},
    {"series: label value of 1025 bytes",
     [](Place& p) {
       return labelled(p, {{"venue", std::string(1025, 'v')}});
     }},
    {"series: 33 labels", [](Place& p) { return labelled(p, many_labels(33)); }},
    {"series: too many", too_many_series},
    {"series: too many counters", too_many_counters},
    {"series: too many gauges", too_many_gauges},
    {"series: too many histograms", too_many_histograms},
    {"series: too many gates", too_many_gates},
    {"series: too much text", too_much_text},
    {"series: too much spill", too_much_spill},
    {"series: too many threads", too_many_lanes},
    {"series: another kind under one name", another_kind},
    {"series: other bounds under one name", other_bounds},
    {"bounds: descending",
     [](Place& p) {
       return bounded(p, {2, 1});
     }},
    {"bounds: twice the same",
     [](Place& p) {
       return bounded(p, {1, 1});
     }},
    {"bounds: negative",
     [](Place& p) {
       return bounded(p, {-1, 1});
     }},
    {"bounds: NaN", [](Place& p) { return bounded(p, {nan}); }},
    {"bounds: infinity",
     [](Place& p) {
       return bounded(p, {1, infinity});
     }},
    {"bounds: 65 of them",
     [](Place& p) {
       std::vector<double> bounds;
       for (int i = 0; i < 65; ++i) bounds.push_back(i);
       return bounded(p, bounds);
     }},
    {"histogram: figures 4",
     [](Place& p) { return measured(p, {.unit = Unit::count(), .significant_figures = 4}); }},
    {"histogram: scale 0", [](Place& p) { return measured(p, {.unit = Unit::count(0)}); }},
    {"histogram: scale NaN", [](Place& p) { return measured(p, {.unit = Unit::count(nan)}); }},
};

}  // namespace

Cases series_cases() {
  return {std::begin(table), std::end(table)};
}

}  // namespace outrider::inputs
