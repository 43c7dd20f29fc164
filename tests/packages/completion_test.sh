#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What bash offers, with the programs of DIRECTORY: each command and flag that
# their help names, and nothing else.
#   completion_test.sh DIRECTORY
set -euo pipefail
PATH=$1:$PATH
. "$(dirname "$0")/../../tools/package/outrider.bash"

# offers "WORDS": for what stands in the line, the last word being completed.
offers() {
  local IFS=' '
  # An empty last word is one, too.
  read -ra COMP_WORDS <<<"$1"
  [[ $1 != *' ' ]] || COMP_WORDS+=("")
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  __outrider
  echo "${COMPREPLY[*]}"
}
# expect "WORDS" "OFFERED"
expect() {
  local found
  found=$(offers "$1")
  [ "$found" = "$2" ] || { echo "completion of \"$1\": found \"$found\"; needed \"$2\"" >&2; exit 1; }
}

expect "outrider ki" "kill"
expect "outrider ha" "halt"
expect "outrider check " "config rules"
expect "outrider --seg" "--segment.dir"
expect "outrider kill --" "--help --scope --reason"
expect "outrider --segment.dir /tmp check rules --m" "--metrics"
expect "outrider kill --scope global --re" "--reason"
expect "outrider-sidecar --loop " "adaptive spin"
expect "outrider-sidecar --log.level w" "warn"
expect "outrider-sidecar --stand" "--standby"
expect "outrider-sidecar --loop" "--loop --loop.cpu"

# Every command of the help, whichever it has by now.
offered=" $(offers "outrider ") "
for command in $(outrider --help | sed -n '/^Subcommands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
  [[ $offered == *" $command "* ]] || { echo "completion: outrider $command is not offered" >&2; exit 1; }
done
echo "completion: every command and flag"
