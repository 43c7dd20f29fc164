// SPDX-License-Identifier: Apache-2.0
// Numbers and series as people read them.

const prefixes = [[1e9, "G"], [1e6, "M"], [1e3, "k"]];
const time_units = [[1, "s"], [1e-3, "ms"], [1e-6, "µs"], [1e-9, "ns"]];

/// Three digits that count: "0.25", "12.3", "456".
function short(number) {
  return String(Number(number.toPrecision(3)));
}

/// What is not known is a dash, never a 0.
export function count_text(number) {
  if (number === null || number === undefined) return "–";
  const found = prefixes.find(([size]) => Math.abs(number) >= 10 * size);
  return found ? short(number / found[0]) + found[1] : short(number);
}

export function whole_text(number) {
  return number === null || number === undefined ? "–" : number.toLocaleString("en-US").replace(/,/g, " ");
}

export function seconds_text(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds === 0) return "0 s";
  const [size, unit] = time_units.find(([size]) => seconds >= size) ?? time_units.at(-1);
  return `${short(seconds / size)} ${unit}`;
}

/// The text of a histogram's values: Prometheus names their unit last.
export function unit_of(name) {
  return name.endsWith("_seconds") ? seconds_text : count_text;
}

/// "12 s", "3 min", "2 h 5 min": how long ago.
export function age_text(since, now) {
  if (!since) return "";
  const seconds = Math.max(0, (now - Date.parse(since)) / 1000);
  if (seconds < 100) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/// Without the alert's name, which stands before them.
export function labels_text(labels) {
  const shown = Object.entries(labels).filter(([name]) => name !== "alertname");
  return shown.map(([name, value]) => `${name}="${value}"`).join(", ");
}

export function series_text({ name, labels }) {
  const inside = labels_text(labels);
  return inside ? `${name}{${inside}}` : name;
}
