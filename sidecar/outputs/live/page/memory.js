// SPDX-License-Identifier: Apache-2.0
// The last five minutes of what was heard, a column a number.
import { series_text } from "./numbers.js";

const kept_seconds = 300;
const shown_quantiles = ["0.5", "0.9", "0.99", "0.999"];

/// What is older than kept is thrown away now and then: not at each message.
function forget(times, columns) {
  const first = times.findIndex((time) => time >= times.at(-1) - kept_seconds);
  if (first < 100) return;
  times.splice(0, first);
  for (const column of columns) column.splice(0, first);
}

class Latency {
  constructor({ name, labels, edges }) {
    this.name = name;
    this.key = series_text({ name, labels });
    this.edges = edges;
    this.times = [];
    this.values = { max: [] };
    for (const quantile of shown_quantiles) this.values[quantile] = [];
    this.columns = [];  // of the heat map: one a second
    this.before = null;
    this.count = 0;
  }

  take({ quantiles, max, cumulative }, time) {
    this.times.push(time);
    for (const quantile of shown_quantiles) this.values[quantile].push(quantiles[quantile]);
    this.values.max.push(max);
    this.count = cumulative.at(-1);
    this.take_counts(cumulative, Math.floor(time));
    forget(this.times, Object.values(this.values));
  }

  /// Cumulative counts, both over buckets and over time: what a second added to a bucket is
  /// a difference of differences. A trader that began anew counts from nothing.
  take_counts(cumulative, second) {
    const counts = cumulative.map((count, i) => count - (i === 0 ? 0 : cumulative[i - 1]));
    if (this.before === null || counts.some((count, i) => count < this.before.counts[i])) {
      this.before = { second, counts };
      return;
    }
    if (this.columns.at(-1)?.second !== second) {
      if (this.columns.length !== 0) this.before = { second, counts: this.newest };
      this.columns.push({ second, counts: [] });
      if (this.columns.length > kept_seconds) this.columns.shift();
    }
    this.newest = counts;
    this.columns.at(-1).counts = counts.map((count, i) => count - this.before.counts[i]);
  }

  last() {
    return Object.fromEntries(Object.entries(this.values).map(([name, column]) => [name, column.at(-1)]));
  }
}

class Counter {
  constructor({ name, labels }) {
    this.key = series_text({ name, labels });
    this.times = [];
    this.counts = [];
    this.rates = [];
    this.count = null;
  }

  /// Over the last second; a count that fell began anew.
  take({ value }, time) {
    this.count = value;
    this.times.push(time);
    this.counts.push(value);
    let then = this.times.length - 1;
    while (then > 0 && time - this.times[then] < 0.95) --then;
    const grown = value - this.counts[then];
    const is_known = value !== null && this.counts[then] !== null && grown >= 0 && time - this.times[then] >= 0.5;
    this.rates.push(is_known ? grown / (time - this.times[then]) : null);
    forget(this.times, [this.counts, this.rates]);
  }
}

/// Where one name has several series, first of all their sum: orders of all sides.
function with_sums(counters) {
  const by_name = new Map();
  for (const counter of counters) by_name.set(counter.name, [...(by_name.get(counter.name) ?? []), counter]);
  return [...by_name].flatMap(([name, each]) => {
    if (each.length === 1) return each;
    const value = each.reduce((sum, counter) => sum + counter.value, 0);
    return [{ name: `sum(${name})`, labels: {}, value }, ...each];
  });
}

export class Memory {
  constructor() {
    this.latencies = new Map();
    this.counters = new Map();
    this.samples = null;
    this.now = Date.now();
  }

  take({ latencies, counters }, milliseconds) {
    this.now = milliseconds;
    this.take_each(this.latencies, latencies, Latency);
    this.take_each(this.counters, with_sums(counters), Counter);
  }

  /// A series that is not in the message any more is gone, with its past.
  take_each(known, heard, Kind) {
    const gone = new Set(known.keys());
    for (const each of heard) {
      const key = series_text(each);
      if (!known.has(key)) known.set(key, new Kind(each));
      known.get(key).take(each, this.now / 1000);
      gone.delete(key);
    }
    for (const key of gone) known.delete(key);
  }

  /// From when to when a plot of so many seconds is.
  span(seconds) {
    return [this.now / 1000 - seconds, this.now / 1000];
  }
}
