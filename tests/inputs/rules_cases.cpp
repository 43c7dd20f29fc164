// SPDX-License-Identifier: Apache-2.0
// Rule files with one mistake each.
#include <sys/stat.h>

#include <iterator>

#include "cases.hpp"

namespace outrider::inputs {
namespace {

std::string check(const Place& place, const std::string& text) {
  return place.outrider("check rules " + place.file("rules.yml", text));
}
/// One group with the lines of one rule.
std::string rule(const Place& place, const std::string& lines) {
  return check(place, "groups:\n- name: g\n  rules:\n  - " + lines + "\n");
}
std::string expression(const Place& place, const std::string& expr) {
  return rule(place, "alert: A\n    expr: " + expr);
}
/// A rule whose last line is given.
std::string with(const Place& place, const std::string& line) {
  return rule(place, "alert: A\n    expr: up == 0\n    " + line);
}

std::string missing(Place& place) {
  return place.outrider("check rules " + place.path("rules.yml"));
}
std::string unreadable(Place& place) {
  ::chmod(place.file("rules.yml", "groups:\n").c_str(), 0600);
  return as_nobody([&] { return place.outrider("check rules " + place.path("rules.yml")); });
}
std::string at_start(Place& place) {
  const std::string file = place.file("rules.yml", "groups:\n- name: g\n  rules: 5\n");
  return place.sidecar("--rules.file=" + file);
}
std::string duplicate_alert(Place& place) {
  return check(place,
               "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0\n"
               "  - alert: A\n    expr: up == 1\n");
}

constexpr Case table[] = {
    {"rules: missing", missing},
    {"rules: unreadable", unreadable, true},
    {"rules: bad file at start", at_start},
    {"rules: empty", [](Place& p) { return check(p, ""); }},
    {"rules: not YAML", [](Place& p) { return check(p, "groups: [\n"); }},
    {"rules: two documents", [](Place& p) { return check(p, "groups:\n---\ngroups:\n"); }},
    {"rules: a list", [](Place& p) { return check(p, "- groups\n"); }},
    {"rules: unknown top key", [](Place& p) { return check(p, "group:\n- name: g\n"); }},
    {"rules: groups not a list", [](Place& p) { return check(p, "groups: g\n"); }},
    {"rules: group without name", [](Place& p) { return check(p, "groups:\n- rules: []\n"); }},
    {"rules: group twice", [](Place& p) { return check(p, "groups:\n- name: g\n- name: g\n"); }},
    {"rules: unknown group key",
     [](Place& p) { return check(p, "groups:\n- name: g\n  intervall: 1s\n"); }},
    {"rules: bad interval",
     [](Place& p) { return check(p, "groups:\n- name: g\n  interval: often\n"); }},
    {"rules: limit", [](Place& p) { return check(p, "groups:\n- name: g\n  limit: 5\n"); }},
    {"rules: unknown rule key", [](Place& p) { return with(p, "fro: 5s"); }},
    {"rules: key twice", [](Place& p) { return with(p, "expr: up == 1"); }},
    {"rules: no alert", [](Place& p) { return rule(p, "expr: up == 0"); }},
    {"rules: no expr", [](Place& p) { return rule(p, "alert: A"); }},
    {"rules: record of itself",
     [](Place& p) { return rule(p, "record: a:b\n    expr: up + a:b"); }},
    {"rules: record with for",
     [](Place& p) { return rule(p, "record: a:b\n    expr: up\n    for: 5m"); }},
    {"rules: duplicate alert", duplicate_alert},
    {"rules: bad for", [](Place& p) { return with(p, "for: 5 minutes"); }},
    {"rules: bad keep_firing_for", [](Place& p) { return with(p, "keep_firing_for: -1s"); }},
    {"rules: label name", [](Place& p) { return with(p, "labels: {a-b: c}"); }},
    {"rules: label __name__", [](Place& p) { return with(p, "labels: {__name__: c}"); }},
    {"rules: value in a label", [](Place& p) { return with(p, "labels: {v: \"{{ $value }}\"}"); }},
    {"rules: template not closed",
     [](Place& p) { return with(p, "annotations: {summary: \"{{ $value\"}"); }},
    {"rules: template function",
     [](Place& p) { return with(p, "annotations: {summary: \"{{ humanizeDollars $value }}\"}"); }},
    {"rules: PromQL syntax", [](Place& p) { return expression(p, "rate(orders_total[1m) > 1"); }},
    {"rules: PromQL cut short", [](Place& p) { return expression(p, "orders_total >"); }},
    {"rules: PromQL empty", [](Place& p) { return expression(p, "\"\""); }},
    {"rules: unknown function", [](Place& p) { return expression(p, "rat(orders_total[1m])"); }},
    {"rules: unsupported function",
     [](Place& p) { return expression(p, "predict_linear(orders_total[1m], 60) > 0"); }},
    {"rules: type mismatch", [](Place& p) { return expression(p, "rate(orders_total) > 1"); }},
    {"rules: range vector", [](Place& p) { return expression(p, "orders_total[1m]"); }},
    {"rules: string", [](Place& p) { return expression(p, "'\"text\"'"); }},
    {"rules: bad matcher", [](Place& p) { return expression(p, "up{job=~\"(\"}"); }},
    {"rules: bad range", [](Place& p) { return expression(p, "rate(up[1 minute]) > 0"); }},
    {"rules: subquery", [](Place& p) { return expression(p, "max_over_time(up[5m:1m]) > 0"); }},
    {"rules: unit that does not exist", [](Place& p) { return expression(p, "rate(up[5x]) > 0"); }},
};

}  // namespace

Cases rules_cases() {
  return {std::begin(table), std::end(table)};
}

}  // namespace outrider::inputs
