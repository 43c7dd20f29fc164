# SPDX-License-Identifier: Apache-2.0
# One line about the demo from the text of the sidecar's /metrics; `at` is the
# number of seconds since trading began. What is not there is shown as "-".
function readable(s) {
  if (s !~ /^[0-9.]+(e[-+]?[0-9]+)?$/) return "-"
  if (s < 1e-3) return sprintf("%.0f µs", s * 1e6)
  return s < 1 ? sprintf("%.1f ms", s * 1e3) : sprintf("%.2f s", s)
}
/^demo_orders_sent_total[{]/ { orders += $NF }
/^demo_tick_to_trade_seconds_rolling[{].*window="10s"/ {
  if (match($0, /quantile="[0-9.]+"/)) p[substr($0, RSTART + 10, RLENGTH - 11)] = $NF
}
/^demo_tick_to_trade_seconds_rolling_max[{].*window="10s"/ { max = $NF }
/^outrider_gate_state[{]/ && $NF == 1 {
  if (match($0, /[{,]state="[A-Z_]+"/)) gate = substr($0, RSTART + 8, RLENGTH - 9)
}
/^outrider_samples_spilled_total/ { spilled += $NF }
/^outrider_samples_lost_total/ { lost += $NF }
END {
  printf "%4d s  orders %.0f  tick-to-trade p50 %s  p99 %s  p99.9 %s  max %s  ", at, orders, \
    readable(p["0.5"]), readable(p["0.99"]), readable(p["0.999"]), readable(max)
  printf "gate %s  spilled %.0f  lost %.0f\n", gate == "" ? "-" : gate, spilled, lost
}
