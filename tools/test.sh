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
exec setarch -R ctest --test-dir "build/$preset" --no-tests=error --output-on-failure "$@"
