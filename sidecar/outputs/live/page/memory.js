// SPDX-License-Identifier: Apache-2.0
// The last five minutes of what was heard, a column a number.
import { series_text } from "./numbers.js";

const kept_seconds = 300;
const longest_gap = 1.5;  // seconds; what happened in a longer one, nobody knows when
const shown_quantiles = ["0.5", "0.9", "0.99", "0.999"];

/// Times in seconds, and under each name a value for each of them.
class Columns {
  constructor(names) {
    this.times = [];
    this.values = Object.fromEntries(names.map((name) => [name, []]));
  }

  /// After a gap there is one in the line, too.
  push(time, row) {
    const last = this.times.at(-1);
    if (last !== undefined && time - last > longest_gap) this.append(last + longest_gap / 2, {});
    this.append(time, row);
    this.forget(time);
  }

  append(time, row) {
    this.times.push(time);
    for (const [name, column] of Object.entries(this.values)) column.push(row[name] ?? null);
  }

  /// Now and then, not at each message.
  forget(time) {
    const first = this.times.findIndex((each) => each >= time - kept_seconds);
    if (first < 100) return;
    this.times.splice(0, first);
    for (const column of Object.values(this.values)) column.splice(0, first);
  }

  last(name) {
    return this.values[name].at(-1) ?? null;
  }
}

class Latency {
  constructor({ name, labels, edges }) {
    this.name = name;
    this.key = series_text({ name, labels });
    this.edges = edges;
    this.columns = new Columns([...shown_quantiles, "max"]);
    this.heat = [];  // a column a second: {second, counts}
    this.before = null;
    this.count = null;
  }

  take({ quantiles, max, cumulative }, time) {
    this.columns.push(time, { ...quantiles, max });
    this.count = cumulative.at(-1);
    this.take_counts(cumulative, time);
  }

  /// Counts are cumulative over buckets and over time: what was added to a bucket is a
  /// difference of differences. A trader that began anew, or was not there, adds nothing.
  take_counts(cumulative, time) {
    const counts = cumulative.includes(null)
      ? null : cumulative.map((count, i) => count - (i === 0 ? 0 : cumulative[i - 1]));
    const { before } = this;
    this.before = counts && { counts, time };
    const goes_on = counts && before && time - before.time <= longest_gap
      && counts.every((count, i) => count >= before.counts[i]);
    if (!goes_on) return;
    const second = Math.floor(time);
    if (this.heat.at(-1)?.second !== second) this.heat.push({ second, counts: counts.map(() => 0) });
    if (this.heat.length > kept_seconds) this.heat.shift();
    const sums = this.heat.at(-1).counts;
    counts.forEach((count, i) => { sums[i] += count - before.counts[i]; });
  }
}

class Counter {
  constructor({ name, labels }) {
    this.key = series_text({ name, labels });
    this.columns = new Columns(["count", "rate"]);
  }

  take({ value }, time) {
    this.columns.push(time, { count: value, rate: this.rate_until(value, time) });
  }

  /// Over the last second; of a count that fell, because it began anew, nothing is known.
  rate_until(value, time) {
    const { times, values: { count } } = this.columns;
    let then = times.length - 1;
    while (then > 0 && time - times[then] < 0.95) --then;
    const seconds = time - times[then];
    const is_known = value !== null && (count[then] ?? null) !== null && value >= count[then]
      && seconds >= 0.5 && seconds <= longest_gap;
    return is_known ? (value - count[then]) / seconds : null;
  }

  get count() { return this.columns.last("count"); }
  get rate() { return this.columns.last("rate"); }
}

/// Of all series of a name. Rates are added, not counts: a series that comes with a past,
/// or begins anew, has no rate for a second and the others have.
class Sum extends Counter {
  take({ parts }, time) {
    const known = (name) => parts.map((part) => part[name]).filter((value) => value !== null);
    const sum = (values) => values.reduce((all, value) => all + value, 0);
    const counts = known("count");
    const rates = known("rate");
    this.columns.push(time, {
      count: counts.length === parts.length ? sum(counts) : null,
      rate: rates.length === 0 ? null : sum(rates),
    });
  }
}

/// What is not heard of any more is gone, with its past.
function take_each(known, heard, time, Kind) {
  const gone = new Set(known.keys());
  for (const each of heard) {
    const key = series_text(each);
    if (!known.has(key)) known.set(key, new Kind(each));
    known.get(key).take(each, time);
    gone.delete(key);
  }
  for (const key of gone) known.delete(key);
}

export class Memory {
  constructor() {
    this.samples = null;
    this.now = 0;
    this.clear();
  }

  clear() {
    this.latencies = new Map();
    this.counters = new Map();
    this.sums = new Map();
  }

  /// By the sidecar's wall clock: where that is set back, the past is of another time. One
  /// message twice is one.
  take({ latencies, counters, samples }, milliseconds) {
    if (milliseconds < this.now) this.clear();
    if (milliseconds === this.now) return;
    this.now = milliseconds;
    this.samples = samples;
    const time = milliseconds / 1000;
    take_each(this.latencies, latencies, time, Latency);
    take_each(this.counters, counters, time, Counter);
    take_each(this.sums, this.sums_of(counters), time, Sum);
  }

  /// Of each name that several series have.
  sums_of(counters) {
    const parts = new Map();
    for (const each of counters)
      parts.set(each.name, [...(parts.get(each.name) ?? []), this.counters.get(series_text(each))]);
    return [...parts].filter(([, those]) => those.length > 1)
      .map(([name, those]) => ({ name: `sum(${name})`, labels: {}, parts: those }));
  }

  /// Sums first.
  rated() {
    return new Map([...this.sums, ...this.counters]);
  }

  /// From when to when a plot of so many seconds is.
  span(seconds) {
    return [this.now / 1000 - seconds, this.now / 1000];
  }
}
