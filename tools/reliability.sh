#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds what the proofs need, runs them, prints the scorecard.
#
#   ./tools/reliability.sh [--quick | --full] [--no-build] [--readme] [ROW...]
#
# --quick (default) takes minutes, --full the better part of a day. Each row says
# what was really run. Table on stdout; Markdown and JSON in build/reliability.
# --list names the rows; --readme puts the result into README.md.
# Exit: 0 every row holds, 1 one does not, 2 usage.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build=true arguments=()
for argument in "$@"; do
  case "$argument" in
    --help | -h) sed -n '3,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
    --list) build=false; arguments+=("$argument") ;;
    --no-build) build=false ;;
    *) arguments+=("$argument") ;;
  esac
done
if $build; then
  tools/install_packages.sh
  cmake --preset release >/dev/null
  cmake --build --preset release >/dev/null
fi
exec python3 tools/reliability/scorecard.py "${arguments[@]}"
