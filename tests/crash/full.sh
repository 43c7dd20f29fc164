#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The crash test with either compiler at three levels of optimisation.
#
#   tests/crash/full.sh [POINTS] [SEED]
#
# POINTS (default 10000000) over all six builds, in build/crash-COMPILER-LEVEL.
# Exit: 0 holds, 1 does not, 2 usage. The last line is the result as JSON.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

points=${1:-10000000} seed=${2:-1}
if [[ ! $points =~ ^[1-9][0-9]*$ || ! $seed =~ ^[1-9][0-9]*$ ]]; then
  sed -n '3,8s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi

done_points=0 violations=0 builds=0
for compiler in g++ clang++; do
  for level in O0 O2 O3; do
    build=build/crash-$compiler-$level
    cmake --preset release -B "$build" -DCMAKE_CXX_COMPILER="$compiler" \
      -DCMAKE_CXX_FLAGS_RELEASE="-$level -DNDEBUG" -DCMAKE_CXX_FLAGS="" -DOUTRIDER_BENCH=OFF >/dev/null
    nice -n 5 cmake --build "$build" --target crash_test_steps >"$build/build.log" 2>&1 ||
      { tail -40 "$build/build.log" >&2; exit 1; }
    echo "----- $compiler -$level"
    # A violation is counted below; what else goes wrong has no last line.
    "$build/bin/crash_test_steps" --points $(((points + 5) / 6)) --seed "$seed" \
      >"$build/steps.log" 2>&1 || true
    grep -v '^{' "$build/steps.log" || true
    result=$(tail -n 1 "$build/steps.log")
    each=$(sed -n 's/.*"points": \([0-9]*\), .*/\1/p' <<<"$result")
    bad=$(sed -n 's/.*"violations": \([0-9]*\), .*/\1/p' <<<"$result")
    done_points=$((done_points + ${each:-0}))
    violations=$((violations + ${bad:-1}))
    builds=$((builds + 1))
    seed=$((seed + 1))
  done
done

holds=true
[[ $violations == 0 ]] || holds=false
printf '{"row": "instruction-level crash points", "figure": "%d points, %d violations, %d builds", "holds": %s, "points": %d, "violations": %d, "builds": %d}\n' \
  "$done_points" "$violations" "$builds" "$holds" "$done_points" "$violations" "$builds"
$holds
