// SPDX-License-Identifier: Apache-2.0
// What HdrHistogram itself reads in a log: a line for each interval, as read_log.mjs has it.
import java.io.File;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;

public class ReadLog {
  public static void main(String[] arguments) throws Exception {
    HistogramLogReader reader = new HistogramLogReader(new File(arguments[0]));
    for (Histogram each; (each = (Histogram) reader.nextIntervalHistogram()) != null; ) {
      StringBuilder line = new StringBuilder(each.getTag() + " " + each.getTotalCount());
      for (double percentile : new double[] {50, 90, 99, 99.9, 100})
        line.append(" ").append(each.getValueAtPercentile(percentile));
      line.append(" ").append(each.getStartTimeStamp()).append(" ").append(each.getEndTimeStamp());
      System.out.println(line);
    }
  }
}
