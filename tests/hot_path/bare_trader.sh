#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compiles bare_trader.cpp as strictly as a trader might, links and runs it.
#
#   bare_trader.sh COMPILER INCLUDE:INCLUDE LIBRARY...
set -euo pipefail
compiler=$1 includes=$2
shift 2
out=$(mktemp -d)
trap 'rm -r "$out"' EXIT

IFS=: read -ra directories <<<"$includes"
"$compiler" -std=c++20 -O2 -fno-exceptions -fno-rtti -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror \
  "${directories[@]/#/-I}" "$(dirname "$0")/bare_trader.cpp" "$@" -pthread -o "$out/bare_trader"
"$out/bare_trader"
