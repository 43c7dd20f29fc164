#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the packages, builds the release preset and runs every test.
#
#   ./tools/test.sh [--no-install] [ctest options]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ "${1:-}" = "--no-install" ]; then
  shift
else
  tools/install_packages.sh
fi
cmake --preset release >/dev/null
cmake --build --preset release
exec ctest --test-dir build/release --no-tests=error --output-on-failure "$@"
