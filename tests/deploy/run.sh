#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a checker can say of tools/deploy without running it: Prometheus' and
# Alertmanager's own, yamllint, and the schemas of Compose, Kubernetes and the
# Prometheus operator (where there is npm, into build/deploy-checks).
set -euo pipefail
cd "$(dirname "$0")/../.."
deploy=tools/deploy
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "deploy: FAILED: $*" >&2; exit 1; }

yamllint -s -d '{extends: relaxed, rules: {line-length: disable, document-start: disable}}' \
  $deploy/*.yml $deploy/compose.yaml $deploy/targets $deploy/container $deploy/kubernetes $deploy/alertmanager \
  $deploy/grafana/provisioning $deploy/profiles tests/deploy/host.yml

# Where each is mounted the targets are others.
for targets in targets container/targets container/podman; do
  cp -r $deploy "$work/deploy"
  rm -rf "$work/targets" && cp -r "$deploy/$targets" "$work/targets" && rm -rf "$work/deploy/targets"
  mv "$work/targets" "$work/deploy/targets"
  promtool check config "$work/deploy/prometheus.yml" >"$work/said" 2>&1 || fail "$targets: $(cat "$work/said")"
  ! grep -qi warning "$work/said" || fail "$targets: $(cat "$work/said")"
  rm -rf "$work/deploy"
done
# A known system: the rules of all four, taken in.
sed 's/#- profiles/- profiles/' $deploy/prometheus.yml >"$work/prometheus.yml"
ln -s "$PWD"/$deploy/{outrider.rules.yml,profiles,targets} "$work/"
promtool check config "$work/prometheus.yml" >"$work/said" 2>&1 || fail "profiles: $(cat "$work/said")"
for rules in $deploy/profiles/*/*.rules.yml; do
  grep -q "Checking .*/${rules##*/}" "$work/said" || fail "prometheus.yml knows nothing of $rules"
done
promtool check config $deploy/central.yml >"$work/said" 2>&1 || fail "central.yml: $(cat "$work/said")"
! grep -qi warning "$work/said" || fail "central.yml: $(cat "$work/said")"
amtool check-config $deploy/alertmanager/alertmanager.yml >/dev/null

# The pod: its shell, no password without being asked for one, and what it mounts.
bash -n $deploy/container/podman.sh
sh -n $deploy/container/entrypoint.sh
! PODMAN=echo $deploy/container/podman.sh >/dev/null 2>&1 || fail "podman.sh asks for no password"
PODMAN=echo GRAFANA_ADMIN_PASSWORD=for-the-test $deploy/container/podman.sh >"$work/said"
grep -q "allow_host_loopback" "$work/said" || fail "podman.sh: the host's loopback is not reached"
! grep -q for-the-test "$work/said" || fail "podman.sh shows the password to ps"
grep -o '/[^ :]*tools/deploy[^ :]*' "$work/said" | while read -r path; do [ -e "$path" ] || fail "podman.sh mounts $path"; done
grep -rq host.containers.internal:9717 $deploy/container/podman || fail "podman's Prometheus does not ask the host"

echo "deploy: prometheus.yml, central.yml, alertmanager.yml and podman.sh are valid"

checks=build/deploy-checks
mkdir -p $checks
cp tests/deploy/package.json tests/deploy/package-lock.json tests/deploy/schemas.mjs $checks/
fetch() { command -v npm >/dev/null && (cd $checks && timeout 300 npm ci --silent --ignore-scripts --no-audit --no-fund >/dev/null); }
if ! fetch; then
  echo "deploy: compose.yaml, Containerfile and Kubernetes manifests were NOT held against their schemas: npm is not there, or cannot fetch them"
  exit 0
fi
node $checks/schemas.mjs "$PWD/$deploy"
echo "deploy: compose.yaml, Containerfile and Kubernetes manifests are valid"
