#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds outrider_VERSION_ARCH.deb and liboutrider-dev_VERSION_ARCH.deb from the
# release build, into build/release/package, and prints their paths.
#
#   tools/package/build.sh             configures and builds what is missing
#   tools/package/build.sh --no-build  the programs are there already
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
case "${1:-}" in
  "") build=true ;;
  --no-build) build=false ;;
  *) echo "usage: tools/package/build.sh [--no-build]" >&2; exit 2 ;;
esac
out=build/release/package

if $build; then
  cmake --preset release >/dev/null
  cmake --build build/release --target outrider outrider-sidecar outrider_shm outrider_producer
fi
version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' build/release/CMakeCache.txt)
tools/package/documents.py build/release/bin "$out" "$version"
rm -f "$out"/*.deb
(umask 022 && cpack --config build/release/CPackConfig.cmake -G DEB -B "$PWD/$out" >"$out/cpack.log" 2>&1) || {
  cat "$out/cpack.log" >&2
  exit 1
}
rm -rf "$out/_CPack_Packages"
ls "$PWD/$out"/*.deb
