// SPDX-License-Identifier: Apache-2.0
// Gates, alerts, producers, checks: what the health message says, as words.
import { age_text, count_text, labels_text, whole_text } from "./numbers.js";

/// Each state has a word and a colour, never a colour alone.
const tones = {
  TRADING: "good", PROBING: "warn", HALTED: "bad", REDUCE_ONLY: "warn", KILLED: "bad",
  UNARMED: "unknown", STALE: "bad",
  live: "good", idle: "good", stalled: "warn", dead: "bad", closed: "unknown",
  firing: "bad", pending: "warn", no_data: "unknown", inactive: "good",
  healthy: "good", degraded: "warn", stale: "warn", unknown: "unknown", unhealthy: "bad",
  unreachable: "bad", critical: "bad", not_configured: "unknown",
};
export const tone_of = (word) => tones[word] ?? "unknown";

/// Everything that is said comes from traders: as text, never as markup.
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const word = (text) => element("span", { class: "word" }, text);
const detail = (text) => element("div", { class: "detail" }, text);

export function gate_card(gate, now) {
  const labels = labels_text(gate.labels);
  const card = element("li", { "data-tone": tone_of(gate.state), "data-state": gate.state },
    word(gate.state), ` ${gate.producer} / ${gate.gate}`, detail(labels));
  const since = age_text(gate.since, now);
  if (gate.state !== "TRADING") card.append(detail([gate.reason, gate.scope, since && `for ${since}`].filter(Boolean).join(" · ")));
  else if (since) card.append(detail(`for ${since}`));
  return card;
}

export function alert_row(alert, now) {
  return element("tr", { "data-tone": tone_of(alert.state) },
    element("td", {}, word(alert.state)), element("td", {}, alert.name),
    element("td", {}, labels_text(alert.labels)),
    element("td", { class: "number" }, count_text(alert.value)),
    element("td", {}, age_text(alert.since, now)));
}

export function producer_row(producer) {
  const number = (value) => element("td", { class: "number" }, whole_text(value));
  return element("tr", { "data-tone": tone_of(producer.state) },
    element("td", {}, producer.name), element("td", {}, word(producer.state)),
    element("td", { class: "number" }, String(producer.pid)), number(producer.recorded), number(producer.drained),
    number(producer.in_ring), number(producer.spilled), number(producer.lost));
}

export function check_card(name, { status, value, labels }) {
  const more = [labels && labels_text(labels), value !== undefined && value !== null && `value ${count_text(value)}`];
  return element("li", { "data-tone": tone_of(status) }, word(status), ` ${name}`,
    detail(more.filter(Boolean).join(" · ")));
}

/// figures: [[name, text, {colour, tone}]]
export function show_figures(place, figures) {
  place.replaceChildren(...figures.map(([name, text, { colour, tone } = {}]) => {
    const term = element("dt", colour ? { class: "swatch" } : {}, name);
    if (colour) term.style.setProperty("--series", `var(${colour})`);
    return element("div", tone ? { "data-tone": tone } : {}, term, element("dd", {}, text));
  }));
}
