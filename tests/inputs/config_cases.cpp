// SPDX-License-Identifier: Apache-2.0
// Configurations as hurried people write them.
#include <sys/stat.h>

#include <iterator>

#include "cases.hpp"

namespace outrider::inputs {
namespace {

std::string check(const Place& place, const std::string& text) {
  return place.outrider("check config " + place.file("sidecar.yml", text));
}

std::string missing(Place& place) {
  return place.outrider("check config " + place.path("sidecar.yml"));
}
std::string missing_at_start(Place& place) {
  return place.sidecar("--config.file=" + place.path("sidecar.yml"));
}
std::string unreadable(Place& place) {
  ::chmod(place.file("sidecar.yml", "log:\n  level: info\n").c_str(), 0600);
  return as_nobody([&] { return place.outrider("check config " + place.path("sidecar.yml")); });
}
std::string too_long(Place& place) {
  return check(place, "# " + std::string(1 << 20, 'x') + "\n");
}
std::string tokens(Place& place, const std::string& text, mode_t mode) {
  ::chmod(place.file("viewers", text).c_str(), mode);
  return check(place, "web:\n  viewer-tokens: viewers\n");
}
std::string unknown_alert(Place& place) {
  const std::string rules = place.file("rules.yml",
                                       "groups:\n"
                                       "- name: g\n"
                                       "  rules:\n"
                                       "  - alert: RejectStorm\n"
                                       "    expr: orders_total > 1\n");
  const std::string config = place.file("sidecar.yml",
                                        "protection:\n"
                                        "  breakers:\n"
                                        "  - alert: RejectStrom\n"
                                        "    scope: producer\n"
                                        "  kill_switch:\n"
                                        "  - alert: DailyLoss\n");
  return place.sidecar("--config.file=" + config + " --rules.file=" + rules);
}

constexpr Case table[] = {
    {"config: missing", missing},
    {"config: missing at start", missing_at_start},
    {"config: unreadable", unreadable, true},
    {"config: empty", [](Place& p) { return check(p, ""); }},
    {"config: truncated", [](Place& p) { return check(p, "rules:\n  file: [\"a.yml\", \"b"); }},
    {"config: tab", [](Place& p) { return check(p, "log:\n\tlevel: info\n"); }},
    {"config: binary",
     [](Place& p) {
       return check(p, std::string{"\x7f\x45LF\0\x01\x02", 7});
     }},
    {"config: larger than 1 MiB", too_long},
    {"config: two documents", [](Place& p) { return check(p, "loop: spin\n---\nloop: spin\n"); }},
    {"config: a list", [](Place& p) { return check(p, "- loop\n"); }},
    {"config: unknown key, a slip",
     [](Place& p) { return check(p, "web:\n  listen-adress: 127.0.0.1:9717\n"); }},
    {"config: unknown key, nothing near",
     [](Place& p) { return check(p, "colour_of_the_bikeshed: green\n"); }},
    {"config: key twice", [](Place& p) { return check(p, "loop: spin\nloop: adaptive\n"); }},
    {"config: list where one value belongs",
     [](Place& p) { return check(p, "log:\n  level: [info, warn]\n"); }},
    {"config: value where a mapping belongs", [](Place& p) { return check(p, "log: info\n"); }},
    {"config: mapping where a value belongs",
     [](Place& p) { return check(p, "loop:\n  kind: spin\n"); }},
    {"config: no value", [](Place& p) { return check(p, "log:\n  level:\n"); }},
    {"config: number where a duration belongs",
     [](Place& p) { return check(p, "rules:\n  default_interval: 5\n"); }},
    {"config: duration out of range",
     [](Place& p) { return check(p, "protection:\n  lease: 10s\n"); }},
    {"config: not true or false",
     [](Place& p) { return check(p, "protection:\n  arm_at_start: yes please\n"); }},
    {"config: address", [](Place& p) { return check(p, "web:\n  listen-address: 9717\n"); }},
    {"config: blocks of addresses as hurried people write them",
     [](Place& p) {
       return check(p, "web:\n  allow: [10.0.0.1/8, 10.0.0.0/40, desk, \"fd00::1/64\", {a: b}]\n");
     }},
    {"config: origins that no browser sends",
     [](Place& p) {
       return check(p,
                    "web:\n  origins: [desk.example.org, \"https://desk.example.org/\", \"*\"]\n");
     }},
    {"config: no block of addresses", [](Place& p) { return check(p, "web:\n  allow:\n"); }},
    {"config: tokens of pages that every user may read",
     [](Place& p) { return tokens(p, "prometheus 0123456789abcdef\n", 0644); }},
    {"config: tokens of pages, none", [](Place& p) { return tokens(p, "# nobody yet\n", 0600); }},
    {"config: tokens of pages, without a name",
     [](Place& p) { return tokens(p, "0123456789abcdef\n", 0600); }},
    {"config: tokens of pages, missing",
     [](Place& p) { return check(p, "web:\n  viewer-tokens: viewers\n"); }},
    {"config: pages that anybody may read",
     [](Place& p) { return check(p, "web:\n  listen-address: 0.0.0.0:9717\n"); }},
    {"config: labels of an environment as hurried people write them",
     [](Place& p) {
       return check(
           p, "external_labels:\n  env-name: prod\n  le: a\n  env:\n  desk: \"\"\n  a: [b]\n");
     }},
    {"config: labels of an environment, a list",
     [](Place& p) { return check(p, "external_labels: [env, prod]\n"); }},
    {"config: core", [](Place& p) { return check(p, "loop.cpu: -1\n"); }},
    {"config: producer label", [](Place& p) { return check(p, "producer-label: a-b\n"); }},
    {"config: breaker without alert",
     [](Place& p) { return check(p, "protection:\n  breakers:\n  - scope: venue\n"); }},
    {"config: breaker with a bad action",
     [](Place& p) {
       return check(p, "protection:\n  breakers:\n  - alert: A\n    action: stop\n");
     }},
    {"config: breaker with a bad cooldown",
     [](Place& p) {
       return check(p, "protection:\n  breakers:\n  - alert: A\n    cooldown: soon\n");
     }},
    {"config: breaker with a bad scope",
     [](Place& p) { return check(p, "protection:\n  breakers:\n  - alert: A\n    scope: a-b\n"); }},
    {"config: breaker with an unknown key",
     [](Place& p) {
       return check(p, "protection:\n  breakers:\n  - alert: A\n    cooldwn: 5s\n");
     }},
    {"config: breakers not a list",
     [](Place& p) { return check(p, "protection:\n  breakers: RejectStorm\n"); }},
    {"config: alert that no rule file has", unknown_alert},
    {"config: hooks as hurried people write them",
     [](Place& p) {
       return check(p,
                    "alerting:\n  hooks:\n"
                    "  - {exec: [/bin/true]}\n"
                    "  - {name: a b, exec: [], timeout: 1h}\n"
                    "  - {name: a, timeot: 1s}\n"
                    "  - {name: a, exec: /bin/true, environment: {\"A=B\": c}}\n");
     }},
    {"config: hooks not a list", [](Place& p) { return check(p, "alerting: {hooks: /bin/true}"); }},
    {"config: summaries as hurried people write them",
     [](Place& p) {
       return check(p,
                    "alerting:\n  summaries:\n"
                    "  - {at: 23:00, days: fri, fields: {A: vector(1)}}\n"
                    "  - {name: a, at: 11 pm, days: [friday], fields: {}}\n"
                    "  - {name: a, att: \"23:00\", fields: [pnl]}\n"
                    "  - name: b\n    at: \"23:00\"\n    fields:\n"
                    "      A: [pnl]\n      B: {text: x}\n      C: {expr: pnl, txt: x}\n"
                    "      C: pnl\n");
     }},
    {"config: expressions and texts of summaries that are none",
     [](Place& p) {
       return check(p,
                    "alerting:\n  summaries:\n  - name: daily\n    at: \"23:00\"\n    fields:\n"
                    "      PnL: sum(pnl\n"
                    "      Trades: trades_total[5m]\n"
                    "      Much: count_over_time(pnl[7d])\n"
                    "      Win rate: {expr: wins, text: \"{{ $value | percent }}\"}\n");
     }},
    {"config: a summary of itself",
     [](Place& p) {
       return p.sidecar("--config.file=" +
                        p.file("sidecar.yml",
                               "alerting:\n  summaries:\n  - name: daily\n    at: \"23:00\"\n"
                               "    fields:\n      All: sum(outrider_summary_field)\n"));
     }},
    {"config: matchers as hurried people write them",
     [](Place& p) {
       return check(p,
                    "alerting:\n  webhooks:\n"
                    "  - url: http://a\n"
                    "    matchers:\n"
                    "    - OrderFilled\n"
                    "    - alert-name=Filled\n"
                    "    - alertname=\"Filled\n"
                    "    - alertname=~\"(\"\n"
                    "    - {alertname: Filled}\n");
     }},
};

}  // namespace

Cases config_cases() {
  return {std::begin(table), std::end(table)};
}

}  // namespace outrider::inputs
