// SPDX-License-Identifier: Apache-2.0
// The live page: hears messages, remembers the last five minutes of their numbers, and
// shows what has changed at the next frame. It asks the sidecar for nothing and changes
// nothing there.
import { draw_heat_map } from "./heat_map.js";
import { Memory } from "./memory.js";
import { count_text, labels_text, unit_of, whole_text } from "./numbers.js";
import { Plot, plots_by } from "./plots.js";
import { Listener } from "./socket.js";
import { alert_row, check_card, element, gate_card, producer_row, show_figures, tone_of } from "./tables.js";

const at = (id) => document.getElementById(id);
const memory = new Memory();
const lines = [
  { label: "p50", quantile: "0.5", colour: "--p50" },
  { label: "p90", quantile: "0.9", colour: "--p90" },
  { label: "p99", quantile: "0.99", colour: "--p99" },
  { label: "p99.9", quantile: "0.999", colour: "--p999" },
  { label: "max", quantile: "max", colour: "--max" },
];
let health = null;
let is_health_new = false;
let is_paused = false;
let is_dirty = false;
let width_seconds = 60;

// ------------------------------------------------------------------ plots

const latency_plot = new Plot(at("latency-plot"), { lines, text: (v) => unit_of(at("latency-series").value.split("{")[0])(v), is_log: true });
const rate_plot = new Plot(at("rate-plot"), { lines: [{ label: "per second", colour: "--p50" }], text: count_text });

function show_latency() {
  const series = memory.latencies.get(at("latency-series").value);
  const text = unit_of(series?.name ?? "_seconds");
  const now_of = (quantile) => series?.columns.last(quantile) ?? null;
  show_figures(at("quantiles"), lines.map(({ label, quantile, colour }) => [label, text(now_of(quantile)), { colour }]));
  const span = memory.span(width_seconds);
  const { times, values } = series?.columns ?? { times: [], values: {} };
  latency_plot.draw([times, ...lines.map(({ quantile }) => values[quantile] ?? [])], span);
  draw_heat_map(at("heat-map"), series?.heat ?? [], { edges: series?.edges ?? [], text, from: span[0], to: span[1] });
  const said = lines.map(({ label, quantile }) => `${label} ${text(now_of(quantile))}`).join(", ");
  at("latency-plot").setAttribute("aria-label", `${series?.key ?? "no histogram"}: ${said}`);
  at("heat-map").setAttribute("aria-label", `${series?.key ?? "no histogram"}: ${whole_text(series?.count)} in all`);
}

function show_rate() {
  const series = memory.rated().get(at("rate-series").value);
  const rate = series?.rate ?? null;
  show_figures(at("rate-now"), [["per second", count_text(rate)], ["in all", whole_text(series?.count)]]);
  const { times, values } = series?.columns ?? { times: [], values: { rate: [] } };
  rate_plot.draw([times, values.rate], memory.span(width_seconds));
  at("rate-plot").setAttribute("aria-label", `${series?.key ?? "no counter"}: ${count_text(rate)} per second`);
}

function show_samples({ recorded, drained, spilled, lost }) {
  const none_is_good = (number) => ({ tone: number === 0 ? "good" : "bad" });
  const causes = Object.entries(lost).filter(([, number]) => number !== 0);
  const all_lost = causes.reduce((sum, [, number]) => sum + number, 0);
  show_figures(at("samples"), [
    ["recorded", whole_text(recorded)], ["drained", whole_text(drained)],
    ["spilled", whole_text(spilled), { tone: spilled === 0 ? "good" : "warn" }],
    ["lost", whole_text(all_lost) + causes.map(([cause, n]) => ` (${cause} ${whole_text(n)})`).join(""), none_is_good(all_lost)],
  ]);
}

// ------------------------------------------------------------------- lists

function show_count(section, text) {
  at(section).querySelector(".count").textContent = text;
}

function show_health() {
  const now = memory.now;
  const closed = health.gates.filter((gate) => gate.state !== "TRADING").length;
  at("gate-cards").replaceChildren(...health.gates.map((gate) => gate_card(gate, now)));
  show_count("gates", `${health.gates.length - closed} of ${health.gates.length} open`);
  const active = health.alerts.filter(({ state }) => state === "firing" || state === "pending");
  active.sort((a, b) => a.state.localeCompare(b.state));
  at("alert-rows").replaceChildren(...active.map((alert) => alert_row(alert, now)));
  at("alert-table").hidden = active.length === 0;
  at("no-alerts").hidden = active.length !== 0;
  show_count("alerts", active.length === 0 ? "" : `${active.length}`);
  at("producer-rows").replaceChildren(...health.producers.map(producer_row));
  show_count("producers", `${health.producers.length}`);
  at("check-cards").replaceChildren(
    ...health.checks.map((check) => check_card(check.check, check)),
    ...health.probes.map((probe) => check_card(probe.probe, probe)));
  at("no-checks").hidden = health.checks.length + health.probes.length !== 0;
  at("reasons").replaceChildren(...health.not_ready.map((reason) => element("li", {}, reason)));
  at("overall").textContent = health.status;
  at("overall").dataset.tone = tone_of(health.status);
  at("where").textContent = labels_text(health.external_labels) || location.host;
  document.title = closed === 0 ? "outrider" : `${closed} closed – outrider`;
}

/// The newest first; what is said again and again is said.
function say(text, now) {
  const time = element("time", {}, new Date(now).toISOString().slice(11, 23));
  at("news-lines").prepend(element("li", {}, time, text));
  while (at("news-lines").childElementCount > 100) at("news-lines").lastElementChild.remove();
}

function say_gates(before, now) {
  const known = new Map(before.gates.map((gate) => [`${gate.producer}/${gate.gate}`, gate.state]));
  for (const gate of health.gates) {
    const was = known.get(`${gate.producer}/${gate.gate}`);
    if (was !== undefined && was !== gate.state)
      say(`gate ${gate.producer}/${gate.gate}: ${was} → ${gate.state}${gate.reason ? ` (${gate.reason})` : ""}`, now);
  }
}

/// What the reader once chose, where it is there; else orders. Never changed under his hands.
function offer(select, series) {
  const keys = [...series.keys()];
  if (keys.length === select.options.length && keys.every((key, i) => select.options[i].value === key)) return;
  const wish = localStorage.getItem(select.id);
  select.replaceChildren(...keys.map((key) => element("option", { value: key }, key)));
  const of_traders = keys.filter((key) => !/^(sum.)?outrider_/.test(key));
  const orders = of_traders.find((key) => /orders?_(sent|submitted|placed)/.test(key)) ?? of_traders.find((key) => /order/.test(key));
  select.value = keys.includes(wish) ? wish : orders ?? keys[0] ?? "";
}

// ---------------------------------------------------------------- messages

const takes = {
  metrics(data, now) {
    memory.take(data, now);
    offer(at("latency-series"), memory.latencies);
    offer(at("rate-series"), memory.rated());
  },
  health(data, now) {
    const before = health;
    health = data;
    is_health_new = true;
    if (before !== null) say_gates(before, now);
  },
  /// After a connection was lost all that fire are told again: that is no news.
  alert(data, now) {
    const same = ({ name, labels, state }) => name === data.name && state === data.state && labels_text(labels) === labels_text(data.labels);
    if (health?.alerts.some(same)) return;
    say(`alert ${data.name} ${data.state}${labels_text(data.labels) ? ` ${labels_text(data.labels)}` : ""}`, now);
  },
  heartbeat() {},
};

function on_message(type, data, now) {
  takes[type]?.(data, now);
  if (!is_dirty) requestAnimationFrame(show);
  is_dirty = true;
}

/// Lists only when there are others: whoever reads or marks a line keeps it for a second.
function show() {
  is_dirty = false;
  if (is_health_new) show_health();
  is_health_new = false;
  if (is_paused) return;
  if (memory.samples) show_samples(memory.samples);
  show_latency();
  show_rate();
}

const listener = new Listener({
  on_message,
  on_state(state, text) {
    at("connection").dataset.state = state;
    if (at("connection").textContent !== text) at("connection").textContent = text;
  },
  on_refused(sentence) {
    at("access").hidden = false;
    at("access-said").textContent = sentence;
    at("token").focus();
  },
});

// ------------------------------------------------------------------ inputs

function set_theme(theme) {
  document.documentElement.dataset.theme = theme;
  latency_plot.forget();
  rate_plot.forget();
}

function step(select, by) {
  const count = select.options.length;
  if (count === 0) return;
  select.selectedIndex = (select.selectedIndex + by + count) % count;
  select.dispatchEvent(new Event("change"));
}

const acts = {
  p() {
    is_paused = !is_paused;
    at("pause").setAttribute("aria-pressed", is_paused);
    at("pause").textContent = is_paused ? "Go on" : "Pause";
  },
  t() {
    const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    localStorage.setItem("theme", theme);
    set_theme(theme);
  },
  l: () => step(at("latency-series"), 1),
  L: () => step(at("latency-series"), -1),
  r: () => step(at("rate-series"), 1),
  R: () => step(at("rate-series"), -1),
  w() { width_seconds = width_seconds === 60 ? 300 : 60; },
  g: () => at("gates").focus(),
  a: () => at("alerts").focus(),
  "?": () => at("help").showModal(),
};

document.addEventListener("keydown", (event) => {
  const is_typing = event.target.matches("input, select") || at("help").open;
  if (is_typing || event.ctrlKey || event.altKey || event.metaKey || !acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
});
at("pause").addEventListener("click", acts.p);
at("theme").addEventListener("click", acts.t);
at("keys").addEventListener("click", acts["?"]);
for (const id of ["latency-series", "rate-series"]) {
  at(id).addEventListener("change", ({ target }) => {
    localStorage.setItem(id, target.value);
    latency_plot.forget();
    rate_plot.forget();
  });
}
at("access").addEventListener("submit", (event) => {
  event.preventDefault();
  at("access").hidden = true;
  listener.try_token(at("token").value);
});

at("plots-by").textContent = plots_by();
const wishes_dark = matchMedia("(prefers-color-scheme: dark)");
set_theme(localStorage.getItem("theme") ?? (wishes_dark.matches ? "dark" : "light"));
wishes_dark.addEventListener("change", ({ matches }) => {
  if (!localStorage.getItem("theme")) set_theme(matches ? "dark" : "light");
});
