// SPDX-License-Identifier: Apache-2.0
#include "storm/verdict.hpp"

#include <algorithm>
#include <numeric>

namespace outrider::storm {
namespace {

/// A number that may be `least`, or up to the calls in flight more.
struct Range {
  std::uint64_t least = 0;
  std::uint64_t most = 0;

  void add(const Range& calls, std::uint64_t weight = 1) {
    least += calls.least * weight;
    most += calls.most * weight;
  }
  [[nodiscard]] bool contains(std::uint64_t number) const {
    return number >= least && number <= most;
  }
};

std::string complaint(const std::string& what, std::uint64_t kept, const Range& range) {
  const char* kind = kept < range.least ? "lost" : "doubled";
  return what + ": kept " + std::to_string(kept) + ", the ledger has " +
         std::to_string(range.least) + " to " + std::to_string(range.most) + " (" + kind + ")";
}

/// How often a value was recorded in a series.
Range calls_of(const Ledger& ledger, const InFlight& in_flight, std::size_t series,
               std::size_t value) {
  Range range;
  for (const ThreadLedger& thread : ledger.threads) range.least += thread.recorded[series][value];
  range.most = range.least + in_flight.recorded[series][value];
  return range;
}

/// What one series must hold.
struct Expected {
  std::vector<Range> buckets;
  std::vector<Range> cuts;
  Range count;
  Range sum_low;
  Range sum_high;
};

Expected expectation(const drain::Row& row, const Ledger& ledger, const InFlight& in_flight,
                     std::size_t series) {
  Expected expected;
  expected.buckets.resize(row.layout.count());
  expected.cuts.resize(row.bounds.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Range calls = calls_of(ledger, in_flight, series, i);
    const std::uint32_t bucket = row.layout.index(values[i]);
    expected.buckets[bucket].add(calls);
    for (std::size_t bound = 0; bound < row.bounds.size(); ++bound) {
      if (values[i] <= row.bounds[bound] && row.layout.index(row.bounds[bound]) == bucket)
        expected.cuts[bound].add(calls);
    }
    expected.count.add(calls);
    expected.sum_low.add(calls, values[i] & 0xffff'ffff);
    expected.sum_high.add(calls, values[i] >> 32);
  }
  return expected;
}

std::string check_cells(const std::string& name, const drain::HistogramCells& cells,
                        const Expected& expected) {
  for (std::size_t i = 0; i < cells.buckets.size(); ++i) {
    if (!expected.buckets[i].contains(cells.buckets[i]))
      return complaint(name + " bucket " + std::to_string(i), cells.buckets[i],
                       expected.buckets[i]);
  }
  for (std::size_t i = 0; i < cells.cuts.size(); ++i) {
    if (!expected.cuts[i].contains(cells.cuts[i]))
      return complaint(name + " cut " + std::to_string(i), cells.cuts[i], expected.cuts[i]);
  }
  if (!expected.sum_low.contains(*cells.sum_low))
    return complaint(name + " sum, lower half", *cells.sum_low, expected.sum_low);
  if (!expected.sum_high.contains(*cells.sum_high))
    return complaint(name + " sum, upper half", *cells.sum_high, expected.sum_high);
  const std::uint64_t in_buckets =
      std::accumulate(cells.buckets.begin(), cells.buckets.end(), std::uint64_t{0});
  if (in_buckets != *cells.count)
    return complaint(name + " count beside its buckets", *cells.count, {in_buckets, in_buckets});
  return {};
}

std::string check_totals(const drain::Totals& totals, const Range& calls) {
  const std::uint64_t lost =
      std::accumulate(totals.lost.begin(), totals.lost.end(), std::uint64_t{0});
  if (lost != 0) return complaint("lost by cause", lost, {});
  if (!calls.contains(totals.recorded)) return complaint("recorded", totals.recorded, calls);
  const std::uint64_t found = totals.drained + totals.spilled;
  if (found != totals.recorded || totals.in_ring != 0)
    return complaint("drained and spilled", found, {totals.recorded, totals.recorded});
  return {};
}

Range counts_of(const Ledger& ledger, const InFlight& in_flight) {
  Range counts;
  for (const ThreadLedger& thread : ledger.threads) counts.least += thread.count_done;
  counts.most = counts.least + in_flight.counted;
  return counts;
}

}  // namespace

std::string verdict(drain::Drainer& drainer, const Ledger& ledger, const InFlight& in_flight) {
  const drain::Checkpoint& checkpoint = drainer.checkpoint();
  const auto row = [&](const std::string& name) -> const drain::Row* {
    const auto found = checkpoint.rows().find(name);
    return found == checkpoint.rows().end() ? nullptr : found->second.get();
  };
  Range calls;
  for (std::size_t series = 0; series < series_count; ++series) {
    Range of_series;
    for (std::size_t i = 0; i < values.size(); ++i)
      of_series.add(calls_of(ledger, in_flight, series, i));
    calls.add(of_series);
    const drain::Row* kept = row(series_names[series]);
    if (kept == nullptr && of_series.least == 0) continue;
    if (kept == nullptr) return complaint(series_names[series], 0, of_series);
    const Expected expected = expectation(*kept, ledger, in_flight, series);
    for (const drain::HistogramCells& cells : kept->cells) {
      if (auto why = check_cells(series_names[series], cells, expected); !why.empty()) return why;
    }
  }
  const Range counts = counts_of(ledger, in_flight);
  const drain::Row* counter = row("calls_total");
  const std::uint64_t counted = counter == nullptr ? 0 : drainer.carried(*counter);
  if (!counts.contains(counted)) return complaint("calls_total", counted, counts);
  return check_totals(drainer.totals(), calls);
}

}  // namespace outrider::storm
