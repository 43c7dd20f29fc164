#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that building and testing need, and from npm what reads
# our logs and looks at our live page in tests; does nothing where they are there already.
# Needs root, or sudo.
set -euo pipefail

build=(g++ cmake ninja-build ccache pkg-config libboost-dev prometheus-cpp-dev libspdlog-dev
  libyaml-cpp-dev libcli11-dev nlohmann-json3-dev libcurl4-openssl-dev libre2-dev
  zlib1g-dev libssl-dev libabsl-dev tzdata curl)
check=(clang clang-format clang-tidy libclang-rt-14-dev libgtest-dev libgmock-dev libbenchmark-dev
  chromium valgrind stress-ng faketime slowhttptest wrk python3 prometheus prometheus-alertmanager prometheus-node-exporter
  victoria-metrics yamllint lintian man-db groff bsdextrautils iproute2 systemd systemd-container dbus)

case "${1:---all}" in
  --build) packages=("${build[@]}") ;;
  --all) packages=("${build[@]}" "${check[@]}") ;;
  *) echo "usage: $0 [--build | --all]   what building needs, or testing too (default)" >&2; exit 2 ;;
esac

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[ "${1:---all}" = --build ] || command -v npm >/dev/null || missing+=(nodejs npm)

install_packages() {
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "missing packages and neither root nor sudo: ${missing[*]}" >&2; exit 1; }
    as_root=(sudo)
  fi
  echo "installing: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
[ ${#missing[@]} -eq 0 ] || install_packages

for reader in hdr_log live; do
  folder=$(dirname "$0")/../tests/$reader
  [ "${1:---all}" = --build ] || [ -d "$folder/node_modules" ] ||
    npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund >/dev/null
done
