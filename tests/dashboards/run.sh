#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The dashboards that are shipped, by the types of Grafana's own schema and the grammar of
# Prometheus' own editor (where there is npm, into build/dashboard-checks).
set -euo pipefail
cd "$(dirname "$0")/../.."
checks=build/dashboard-checks
mkdir -p $checks
cp tests/dashboards/grafana/* $checks/
fetch() { command -v npm >/dev/null && (cd $checks && timeout 300 npm ci --silent --ignore-scripts --no-audit --no-fund >/dev/null); }
if ! fetch; then
  echo "dashboards: NOT held against Grafana's types: npm is not there, or cannot fetch them"
  exit 0
fi
node $checks/check.mjs tools/deploy/grafana/dashboards
