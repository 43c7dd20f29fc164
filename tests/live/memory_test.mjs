// SPDX-License-Identifier: Apache-2.0
// What the page makes of what it hears: rates, counts by second, gaps, clocks that step.
import assert from "node:assert/strict";
import { test } from "node:test";

const { Memory } = await import(`${process.env.PAGE}/memory.js`);

const begin = 1_800_000_000_000;
const counter = (name, side, value) => ({ name, labels: { side }, value });
const latency = (cumulative, p50 = 0.001) => ({
  name: "send_seconds", labels: {}, edges: [0.001, 0.01], cumulative, quantiles: { 0.5: p50 }, max: p50,
});
const take = (memory, tenths, { counters = [], latencies = [] }) =>
  memory.take({ counters, latencies, samples: {} }, begin + 100 * tenths);
const only = (map) => [...map.values()][0];
const heat_of = (memory) => only(memory.latencies).heat.map(({ counts }) => counts);

test("a rate is over the last second, and of a count that fell none is known", () => {
  const memory = new Memory();
  for (let i = 0; i <= 20; ++i) take(memory, i, { counters: [counter("orders", "buy", 5 * i)] });
  assert.ok(Math.abs(only(memory.counters).rate - 50) < 1e-6);
  take(memory, 21, { counters: [counter("orders", "buy", 1)] });
  assert.equal(only(memory.counters).rate, null);
});

test("a sum adds rates: a series that comes with a past adds nothing for a second", () => {
  const memory = new Memory();
  for (let i = 0; i <= 20; ++i)
    take(memory, i, { counters: [counter("orders", "buy", 5 * i), counter("orders", "sell", 5 * i)] });
  assert.ok(Math.abs(memory.rated().get("sum(orders)").rate - 100) < 1e-6);
  take(memory, 21, { counters: [counter("orders", "buy", 105), counter("orders", "sell", 105), counter("orders", "short", 5e6)] });
  assert.ok(memory.rated().get("sum(orders)").rate < 101);
});

test("what is not known is null, in a sum too", () => {
  const memory = new Memory();
  take(memory, 0, { counters: [counter("orders", "buy", null), counter("orders", "sell", null)] });
  assert.equal(memory.rated().get("sum(orders)").count, null);
  assert.equal(memory.rated().get("sum(orders)").rate, null);
});

test("the heat map has what each second added to each bucket", () => {
  const memory = new Memory();
  take(memory, 0, { latencies: [latency([10, 10, 10])] });
  take(memory, 5, { latencies: [latency([13, 14, 15])] });
  take(memory, 9, { latencies: [latency([14, 15, 16])] });
  take(memory, 11, { latencies: [latency([14, 15, 18])] });
  assert.deepEqual(heat_of(memory), [[4, 1, 1], [0, 0, 2]]);
});

test("what happened in a gap, before a new beginning or before it was there is in no second", () => {
  const memory = new Memory();
  take(memory, 0, { latencies: [latency([10, 10, 10])] });
  take(memory, 600, { latencies: [latency([999, 999, 999])] });
  assert.deepEqual(heat_of(memory), []);
  take(memory, 601, { latencies: [latency([5, 5, 5])] });
  take(memory, 602, { latencies: [latency([null, null, null])] });
  take(memory, 603, { latencies: [latency([7e6, 7e6, 7e6])] });
  assert.deepEqual(heat_of(memory), []);
  take(memory, 604, { latencies: [latency([7e6 + 1, 7e6 + 1, 7e6 + 1])] });
  assert.deepEqual(heat_of(memory), [[1, 0, 0]]);
});

test("a gap in what was heard is a gap in the line", () => {
  const memory = new Memory();
  take(memory, 0, { latencies: [latency([1, 1, 1])] });
  take(memory, 600, { latencies: [latency([1, 1, 1])] });
  assert.deepEqual(only(memory.latencies).columns.values["0.5"], [0.001, null, 0.001]);
});

test("five minutes are kept, however long the page is open", () => {
  const memory = new Memory();
  for (let i = 0; i < 10_000; ++i) take(memory, i, { latencies: [latency([i, i, i])], counters: [counter("orders", "buy", i)] });
  assert.ok(only(memory.latencies).columns.times.length <= 3200);
  assert.ok(only(memory.counters).columns.times.length <= 3200);
  assert.ok(only(memory.latencies).heat.length <= 301);
});

test("a wall clock that is set back begins anew, and one message twice is one", () => {
  const memory = new Memory();
  for (const tenths of [10, 11, 11, 11]) take(memory, tenths, { latencies: [latency([1, 1, 1])] });
  assert.equal(only(memory.latencies).columns.times.length, 2);
  take(memory, 3, { latencies: [latency([1, 1, 1])] });
  assert.equal(only(memory.latencies).columns.times.length, 1);
});

test("a series that is heard of no more is gone", () => {
  const memory = new Memory();
  take(memory, 0, { latencies: [latency([1, 1, 1])] });
  take(memory, 1, {});
  assert.equal(memory.latencies.size, 0);
});
