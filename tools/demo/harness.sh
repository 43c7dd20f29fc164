# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Small tools for a script that runs the demo: programs by name with a log each,
# numbers as people read them, values out of /metrics. Sourced; `work` is the
# directory of the logs.

work="" log_from=1
declare -A pid=()

now_ms() { local now=${EPOCHREALTIME/[.,]/}; echo $((now / 1000)); }
say() { printf '%s\n' "$*"; }
# An expectation that was not met ends the run.
fail() { say "quickstart: expectation not met: $*" >&2; exit 1; }
# 1204331 as people read it.
grouped() {
  local number=$1 text=""
  while [ ${#number} -gt 3 ]; do
    text=" ${number: -3}$text"
    number=${number:0:${#number}-3}
  done
  printf '%s%s' "$number" "$text"
}
# A duration in seconds as people read it.
readable() {
  awk -v s="$1" 'BEGIN {
    if (s !~ /^[0-9.]+(e[-+]?[0-9]+)?$/) print "-"
    else if (s < 1e-3) printf "%.0f µs", s * 1e6
    else if (s < 1) printf "%.1f ms", s * 1e3
    else printf "%.2f s", s }'
}

# ---- the programs ----------------------------------------------------------

# run NAME COMMAND...: in a session of its own, so that Ctrl-C reaches only this
# script, which then stops them in order. Standard input is the caller's.
run() {
  local name=$1
  shift
  : >>"$work/$name.log"  # there before anybody looks into it
  setsid "$@" <&0 >>"$work/$name.log" 2>&1 &
  pid[$name]=$!
}
is_running() { [ -n "${pid[$1]:-}" ] && kill -0 "${pid[$1]}" 2>/dev/null; }
# stop NAME: politely, then not. Returns its exit code; 0 when it never ran.
stop() {
  local name=$1 code=0 waited=0
  [ -n "${pid[$name]:-}" ] || return 0
  if is_running "$name"; then kill -TERM "${pid[$name]}" || true; fi
  while is_running "$name" && [ $((waited++)) -lt 50 ]; do sleep 0.1; done
  if is_running "$name"; then kill -KILL "${pid[$name]}" || true; fi
  wait "${pid[$name]}" || code=$?
  pid[$name]=""
  return "$code"
}
# crash NAME: as if it had failed at this instruction.
crash() {
  kill -KILL "${pid[$1]}"
  wait "${pid[$1]}" 2>/dev/null || true
  pid[$1]=""
}
# metric NAME [LABEL="VALUE"]...: the sum of its samples that carry the labels.
metric() {
  awk -v name="$1" -v labels="${*:2}" 'BEGIN { n = split(labels, want, " ") }
    $0 ~ "^" name "[{ ]" {
      for (i = 1; i <= n; ++i) if (!index($0, want[i])) next
      sum += $NF
    }
    END { printf "%.17g", sum }' "$work/metrics"
}
# gate_line STATE [TEXT]: the first line of the trader's log, from line `log_from`
# on, that tells of this state.
gate_line() {
  awk -v from="$log_from" -v state="state=$1" -v text="${2:-}" \
    'NR >= from && /^gate / && index($0, state) && index($0, text) { print; exit }' "$work/trader.log"
}
field() { sed -n "s/.* $1=\([^ ]*\).*/\1/p" <<<"$2"; }
