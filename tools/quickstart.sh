#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From nothing to a guarded trader: installs the packages, builds, starts the
# sidecar and the demo, arms the gate, breaks something, shows the trip and the
# recovery, and does the sums. Every number printed comes from the programs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

usage() {
  cat <<'USAGE'
usage: tools/quickstart.sh [--seconds N] [--fault NAME] [--no-install] [--keep-logs] [--help]

  --seconds N    how long to trade (default 60); 0: until Ctrl-C
  --fault NAME   reject-storm (default), latency-storm, feed-stall, losing-streak,
                 sidecar-death, none
  --no-install   do not look for missing packages
  --keep-logs    keep the directory with the logs, and print its name

Exits 0 when everything expected happened, 1 naming the first thing that did not.
USAGE
}

seconds=60 fault=reject-storm install=true keep_logs=false
while [ $# -gt 0 ]; do
  case "$1" in
    --seconds) seconds=${2:-}; shift ;;
    --seconds=*) seconds=${1#*=} ;;
    --fault) fault=${2:-}; shift ;;
    --fault=*) fault=${1#*=} ;;
    --no-install) install=false ;;
    --keep-logs) keep_logs=true ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift || { usage >&2; exit 2; }
done
[[ $seconds =~ ^[0-9]+$ ]] || { usage >&2; exit 2; }
case "$fault" in
  reject-storm) rule=RejectStorm ;;
  latency-storm) rule=LatencyStorm ;;
  feed-stall) rule=FeedStall ;;
  losing-streak) rule=LosingStreak ;;
  sidecar-death | none) rule="" ;;
  *) usage >&2; exit 2 ;;
esac

producer=gateway-1
bin=build/release/bin
segments="" interrupted=false passed=false

# shellcheck source=tools/demo/harness.sh
. tools/demo/harness.sh

cleanup() {
  local code=$?
  trap - EXIT
  local name
  for name in trader exchange sidecar; do stop "$name" || true; done
  [ -n "$work" ] || exit "$code"
  [ -z "$segments" ] || rm -rf "$segments"
  if $keep_logs || ! $passed; then say "logs: $work"; else rm -rf "$work"; fi
  exit "$code"
}
trap cleanup EXIT
trap 'interrupted=true' INT TERM HUP

prepare() {
  if $install; then tools/install_packages.sh --build; fi
  # What is configured already may hold the tests too: left as it is.
  if [ ! -f build/release/CMakeCache.txt ]; then
    cmake --preset release -DOUTRIDER_TESTS=OFF -DOUTRIDER_BENCH=OFF >/dev/null
  fi
  cmake --build --preset release --target \
    bin/outrider-sidecar bin/outrider bin/outrider-demo-exchange bin/outrider-demo-trader
  work=$(mktemp -d "${TMPDIR:-/tmp}/outrider-quickstart.XXXXXX")
  # Segments are memory; on a disk the kernel would write them back for nothing.
  local memory=/dev/shm
  [ -w "$memory" ] || memory=$work
  segments=$(mktemp -d "$memory/outrider-quickstart.XXXXXX")
  mkdir -m 700 "$segments"/{t,c,c/kill} "$work/state"
  port=9717
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  url="http://127.0.0.1:$port"
}
get() { curl -sf --max-time 2 "$url$1"; }

start_sidecar() {
  run sidecar "$bin/outrider-sidecar" --config.file tools/demo/demo.sidecar.yml \
    --segment.dir "$segments" --storage.path "$work/state" \
    --web.listen-address "127.0.0.1:$port"
  local deadline=$(($(now_ms) + 10000))
  until get /-/ready >/dev/null; do
    is_running sidecar || fail "the sidecar starts ($(tail -n 1 "$work/sidecar.log"))"
    [ "$(now_ms)" -lt "$deadline" ] || fail "the sidecar is ready within 10 s"
    sleep 0.1
  done
}

# The faults of the exchange go through its standard input.
start_demo() {
  mkfifo "$work/control"
  exec 7<>"$work/control"
  run exchange "$bin/outrider-demo-exchange" --control <&7
  local order_port="" waited=0
  until order_port=$(sed -n 's/^listening port=//p' "$work/exchange.log") && [ -n "$order_port" ]; do
    [ $((waited++)) -lt 50 ] || fail "the exchange listens within 5 s"
    sleep 0.1
  done
  run trader "$bin/outrider-demo-trader" --name "$producer" --segment.dir "$segments" \
    --exchange-port "$order_port"
}

# ---- what they say ---------------------------------------------------------

scrape() { get /metrics >"$work/metrics"; }
arm() {
  local command=("$bin/outrider" arm --segment.dir "$segments"
    --reason "quickstart: the demo starts to trade")
  say "\$ ${command[*]@Q}"
  "${command[@]}" || fail "outrider arm exits 0"
}

show() {
  if ! scrape; then
    printf '%4d s  the sidecar does not answer; the trader says: %s\n' $(($1 / 1000)) \
      "$(awk '/^gate /' "$work/trader.log" | tail -n 1)"
    return 0
  fi
  awk -v at=$(($1 / 1000)) -f tools/demo/line.awk "$work/metrics"
}

# ---- the course of events --------------------------------------------------

await_gate() {
  local state=$1 deadline=$(($(now_ms) + $2))
  until [ -n "$(gate_line "$state")" ]; do
    is_running trader || fail "the trader runs ($(tail -n 1 "$work/trader.log"))"
    [ "$(now_ms)" -lt "$deadline" ] || fail "the trader's gate is $state within $2 ms"
    sleep 0.05
  done
}

trips_before=0 trip_seconds_before=0
inject() {
  scrape || fail "/metrics answers"
  [ "$(metric demo_orders_sent_total)" != 0 ] || fail "orders are sent before the fault"
  trips_before=$(metric outrider_trip_duration_seconds_count)
  trip_seconds_before=$(metric outrider_trip_duration_seconds_sum)
  log_from=$(($(wc -l <"$work/trader.log") + 1))
  injected_at=$(now_ms)
  say "----- fault: $fault"
  if [ "$fault" = sidecar-death ]; then
    crash sidecar
  else
    say "$fault" >&7
  fi
  phase=injected
}

# Looks for the trip. Windowed rules need some of their window first.
expect_trip() {
  local line
  if [ -n "$rule" ]; then line=$(gate_line HALTED "reason=\"$rule\""); else line=$(gate_line STALE); fi
  if [ -z "$line" ]; then
    [ $(($(now_ms) - injected_at)) -lt 20000 ] ||
      fail "the gate closes within 20 s of $fault"
    return 0
  fi
  closed_line=$line
  tripped_at=$(now_ms)
  phase=closed
  say "----- $line"
}

repair() {
  if [ "$fault" = sidecar-death ]; then start_sidecar; else say none >&7; fi
  say "----- fault ends"
  phase=repaired
}

expect_recovery() {
  local line
  line=$(gate_line TRADING)
  if [ -z "$line" ]; then
    [ $(($(now_ms) - tripped_at)) -lt 40000 ] || fail "the gate opens again within 40 s"
    return 0
  fi
  recovered_line=$line
  phase=recovered
  say "----- $line"
}

step() {
  local name
  for name in exchange trader sidecar; do
    is_running "$name" || { [ "$name" = sidecar ] && [ "$fault" = sidecar-death ]; } ||
      fail "the $name runs to the end ($(tail -n 1 "$work/$name.log"))"
  done
  case "$phase" in
    healthy) [ "$fault" = none ] || [ "$1" -lt "$inject_at" ] || inject ;;
    injected) expect_trip ;;
    closed) [ $(($(now_ms) - tripped_at)) -lt 1500 ] || repair ;;
    repaired) expect_recovery ;;
  esac
}

trade() {
  local started elapsed next_line=1000
  started=$(now_ms)
  phase=healthy
  inject_at=10000
  if [ "$seconds" -gt 0 ] && [ "$seconds" -lt 60 ]; then inject_at=$((seconds * 1000 / 6)); fi
  while ! $interrupted; do
    elapsed=$(($(now_ms) - started))
    if [ "$elapsed" -ge "$next_line" ]; then
      show "$elapsed"
      next_line=$((next_line + 1000))
    fi
    step "$elapsed"
    [ "$seconds" -eq 0 ] || [ "$elapsed" -lt $((seconds * 1000)) ] || return 0
    sleep 0.1 || true
  done
}

# ---- the sums --------------------------------------------------------------

print_trip() {
  if [ "$phase" = healthy ]; then
    say "trip: none, no fault was injected"
    return 0
  fi
  if [ "$phase" != recovered ]; then
    $interrupted || fail "$fault trips the gate and it recovers within --seconds $seconds"
    say "trip: interrupted before the gate was open again"
    return 0
  fi
  local recovered
  recovered=$(field closed_seconds "$recovered_line")
  if [ "$fault" = sidecar-death ]; then
    say "trip: STALE, $producer's gate closed by itself" \
      "$(($(field at_ms "$closed_line") - injected_at)) ms after the sidecar was killed," \
      "recovered after $recovered s"
    return 0
  fi
  local trips latency leaked refused
  trips=$(metric outrider_trip_duration_seconds_count)
  latency=$(awk -v n="$trips" -v n0="$trips_before" -v s0="$trip_seconds_before" \
    -v s="$(metric outrider_trip_duration_seconds_sum)" \
    'BEGIN { if (n > n0) printf "%.9f", (s - s0) / (n - n0) }')
  [ -n "$latency" ] || fail "the sidecar measured the trip"
  leaked=$(field leaked "$closed_line")
  [ -n "$leaked" ] || fail "the trader saw the breach that tripped its gate"
  refused=$(awk -v us="$(field refused_after_us "$closed_line")" 'BEGIN { printf "%.7f", us / 1e6 }')
  say "trip: $rule HALTED $producer in $(readable "$latency") (first refusal $(readable "$refused") after" \
    "the breach), $leaked order$([ "$leaked" = 1 ] || printf s) leaked, recovered after $recovered s"
}

# The trader's own count against the sidecar's, once everything is drained.
print_law() {
  local recorded drained spilled lost ring waited=0
  recorded=$(field samples "$(grep '^ledger ' "$work/trader.log")")
  [ -n "$recorded" ] || fail "the trader prints its ledger"
  while :; do
    scrape || fail "/metrics answers at the end"
    drained=$(metric outrider_samples_drained_total)
    spilled=$(metric outrider_samples_spilled_total)
    lost=$(metric outrider_samples_lost_total)
    ring=$(get /api/v1/status | awk '/"in_ring":/ { sum += $2 } END { printf "%.0f", sum }')
    [ $((drained + spilled + ring + lost)) -ne "$recorded" ] || break
    [ $((waited++)) -lt 50 ] || break
    sleep 0.1
  done
  say "recorded $(grouped "$recorded") = drained $(grouped "$drained") + ring $(grouped "$ring")" \
    "+ spilled $(grouped "$spilled"); lost $(grouped "$lost")"
  [ $((drained + ring + spilled)) -eq "$recorded" ] ||
    fail "recorded = drained + ring + spilled: $recorded against $((drained + ring + spilled))"
  [ "$lost" -eq 0 ] || fail "no sample is lost"
}

main() {
  prepare
  start_sidecar
  start_demo
  await_gate UNARMED 5000
  say "$url/live  $url/metrics  $url/api/v1/status  $url/health"
  arm
  await_gate TRADING 5000
  trade
  stop trader || fail "the trader exits 0"
  stop exchange || fail "the exchange exits 0"
  scrape || fail "/metrics answers at the end"
  print_trip
  print_law
  stop sidecar || fail "the sidecar exits 0 on SIGTERM"
  passed=true
}
main
