// SPDX-License-Identifier: Apache-2.0
// What hdr-histogram-js reads in a log: a line for each interval, as ReadLog.java has it.
import { readFileSync } from "node:fs";
import { HistogramLogReader } from "hdr-histogram-js";

const reader = new HistogramLogReader(readFileSync(process.argv[2], "utf8"));
for (let each; (each = reader.nextIntervalHistogram()) !== null; ) {
  const values = [50, 90, 99, 99.9, 100].map((percentile) => each.getValueAtPercentile(percentile));
  const times = [each.startTimeStampMsec, each.endTimeStampMsec].map(Math.trunc);
  console.log(each.tag, each.totalCount, ...values, ...times);
}
