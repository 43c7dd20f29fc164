#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes what strangers can write: builds them in preset `asan` and runs every target for
# a while, two at a time. Exit 1 when anything was found; the last line is JSON.
#
#   tests/fuzz/run.sh [--seconds N] [--seed N] [TARGET...]    a minute each by default
#
# What mutation learns is kept in build/fuzz/grown and used by the next run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec </dev/null

all=(segment checkpoint journal http rules config text)
usage() {
  echo "usage: $0 [--seconds N] [--seed N] [TARGET...]   targets: ${all[*]}" >&2
  exit 2
}

seconds=60
seed=1
targets=()
while [ $# -gt 0 ]; do
  case "$1" in
    --seconds | --seed)
      [[ ${2:-} =~ ^[0-9]+$ ]] && [ "$2" -gt 0 ] || usage
      if [ "$1" = --seconds ]; then seconds=$2; else seed=$2; fi
      shift 2
      ;;
    *)
      [[ " ${all[*]} " == *" $1 "* ]] || usage
      targets+=("$1")
      shift
      ;;
  esac
done
[ ${#targets[@]} -gt 0 ] || targets=("${all[@]}")

declare -A longest=([segment]=1024 [checkpoint]=768 [journal]=4200 [http]=16384 [rules]=2048
  [config]=2048 [text]=1100 [canary]=64)

cmake --preset asan >/dev/null
cmake --build --preset asan --target fuzz_canary "${targets[@]/#/fuzz_}" >&2

findings=build/fuzz/findings
mkdir -p "$findings" build/fuzz/logs
rm -f "$findings"/*
OUTRIDER_FUZZ_SCRATCH=$(mktemp -d "$([ -d /dev/shm ] && echo /dev/shm || echo /tmp)/outrider-fuzz-run-XXXXXX")
export OUTRIDER_FUZZ_SCRATCH
export ASAN_OPTIONS=quarantine_size_mb=16:allocator_may_return_null=1:handle_abort=1
export UBSAN_OPTIONS=print_stacktrace=1
trap 'rm -rf "$OUTRIDER_FUZZ_SCRATCH"; kill $(jobs -p) 2>/dev/null || true' EXIT

# fuzz TARGET SECONDS: its exit code is libFuzzer's; findings go to $findings.
# The wall clock has room for a busy machine; a second of the process's own time
# is what fuzz_main.cpp allows.
fuzz() {
  local target=$1 dictionary=()
  local grown=build/fuzz/grown/$target seeds=(tests/fuzz/corpus/"$target")
  mkdir -p "$grown"
  case "$target" in
    config) seeds+=(tests/config/fixtures) ;;
    rules) seeds+=(tools/deploy) ;;
  esac
  [ ! -f "tests/fuzz/dict/$target.dict" ] || dictionary=(-dict="tests/fuzz/dict/$target.dict")
  timeout "$(($2 + 120))" nice "build/asan/bin/fuzz_$target" -seed="$seed" -max_total_time="$2" \
    -max_len="${longest[$target]}" -timeout=25 -report_slow_units=60 -rss_limit_mb=2048 \
    -malloc_limit_mb=512 -print_final_stats=1 -artifact_prefix="$findings/$target-" \
    "${dictionary[@]}" "$grown" "${seeds[@]}" >"build/fuzz/logs/$target.log" 2>&1
}

executions_of() {
  local count
  count=$(sed -n 's/^stat::number_of_executed_units: *//p' "build/fuzz/logs/$1.log" | tail -1)
  echo "${count:-0}"
}

# A fault that was planted must be found, or silence about the rest means nothing.
rm -rf build/fuzz/grown/canary
if fuzz canary 60; then
  echo "the planted fault was not found: see build/fuzz/logs/canary.log" >&2
  exit 1
fi
rm -f "$findings"/canary-*

begin=$SECONDS
failed=()
wait_for() {
  if ! wait "$1"; then failed+=("$2"); fi
}
for ((i = 0; i < ${#targets[@]}; i += 2)); do
  pair=("${targets[@]:i:2}")
  pids=()
  for target in "${pair[@]}"; do
    fuzz "$target" "$seconds" &
    pids+=($!)
  done
  for j in "${!pair[@]}"; do wait_for "${pids[j]}" "${pair[j]}"; done
done

executions=0
printf '%-12s %12s %10s\n' target executions result
for target in "${targets[@]}"; do
  count=$(executions_of "$target")
  executions=$((executions + count))
  result="nothing"
  [[ " ${failed[*]:-} " != *" $target "* ]] || result="FINDING: build/fuzz/logs/$target.log"
  printf '%-12s %12d %s\n' "$target" "$count" "$result"
done
for file in "$findings"/*; do [ ! -e "$file" ] || echo "found: $file"; done

holds=true
[ ${#failed[@]} -eq 0 ] || holds=false
printf '{"row": "fuzzing, ASan and UBSan", "figure": "%d executions of %d targets, %d findings", "holds": %s, "executions": %d, "targets": %d, "seconds": %d, "findings": %d}\n' \
  "$executions" "${#targets[@]}" "${#failed[@]}" "$holds" "$executions" "${#targets[@]}" \
  "$((SECONDS - begin))" "${#failed[@]}"
$holds
