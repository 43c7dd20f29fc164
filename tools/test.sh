#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the packages, builds a preset and runs every test.
#
#   ./tools/test.sh [--no-install] [PRESET] [ctest options]
#
# PRESET is release (default), dev, asan, tsan or clang; programs land in
# build/PRESET/bin.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

install=true preset=release
case "${1:-}" in
  --help | -h) sed -n '3,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
  --no-install) install=false; shift ;;
esac
case "${1:-}" in
  release | dev | asan | tsan | clang) preset=$1; shift ;;
  "" | -*) ;;
  *) echo "unknown preset $1: release, dev, asan, tsan or clang" >&2; exit 2 ;;
esac

if $install; then tools/install_packages.sh; fi
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset"
echo "programs: build/$preset/bin"
# ThreadSanitizer needs the address layout that setarch fixes.
tests() {
  setarch -R ctest --test-dir "build/$preset" --no-tests=error --output-on-failure "$@"
}
results=build/$preset/Testing/Temporary
rm -f "$results/LastTestsFailed.log"
# Most tests wait for processes most of their time: two a core.
if tests -j$((2 * $(nproc))) "$@"; then exit 0; fi

# Who was late among others has one more chance, alone and named. What a sanitizer
# said is true however busy the machine was, and many failures are no accident.
failed=$(wc -l <"$results/LastTestsFailed.log")
if [ "$failed" -gt 3 ] || grep -qE 'Sanitizer|runtime error:' "$results/LastTest.log"; then exit 8; fi
echo "once more, alone, what failed among others:"
sed 's/^[0-9]*:/  /' "$results/LastTestsFailed.log"
tests -j1 --rerun-failed
