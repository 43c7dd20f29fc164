#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prometheus and Grafana without compose, in one pod, for a sidecar and an
# Alertmanager that run on the host: containers reach them, loopback included, as
# host.containers.internal.
#   GRAFANA_ADMIN_PASSWORD=... tools/deploy/container/podman.sh     starts them
#   podman pod rm -f outrider                                      ends them
# PODMAN=echo shows the commands. Where podman has root: PODMAN_NETWORK=bridge, and
# a listen address of the sidecar that the bridge reaches.
set -euo pipefail
deploy=$(cd "$(dirname "$0")/.." && pwd)
podman=${PODMAN:-podman}
export GF_SECURITY_ADMIN_PASSWORD=${GRAFANA_ADMIN_PASSWORD:?a password for the admin of Grafana}

# The pod's containers share its ports, so what Grafana calls prometheus is here.
"$podman" pod create --name outrider --add-host prometheus:127.0.0.1 \
  --network "${PODMAN_NETWORK:-slirp4netns:allow_host_loopback=true}" \
  -p "127.0.0.1:${PROMETHEUS_PORT:-9090}:9090" -p "127.0.0.1:${GRAFANA_PORT:-3000}:3000"

"$podman" run -d --pod outrider --name outrider-prometheus \
  -v "$deploy/prometheus.yml:/etc/prometheus/prometheus.yml:ro" \
  -v "$deploy/outrider.rules.yml:/etc/prometheus/outrider.rules.yml:ro" \
  -v "$deploy/profiles:/etc/prometheus/profiles:ro" \
  -v "$deploy/container/podman:/etc/prometheus/targets:ro" \
  -v outrider-prometheus:/prometheus \
  "${PROMETHEUS_IMAGE:-docker.io/prom/prometheus:v2.53.0}" \
  --config.file=/etc/prometheus/prometheus.yml --storage.tsdb.path=/prometheus --storage.tsdb.retention.time=30d

"$podman" run -d --pod outrider --name outrider-grafana \
  -e GF_SECURITY_ADMIN_PASSWORD -e GF_USERS_ALLOW_SIGN_UP=false \
  -v "$deploy/grafana/provisioning:/etc/grafana/provisioning:ro" \
  -v "$deploy/grafana/dashboards:/var/lib/grafana/dashboards:ro" \
  -v outrider-grafana:/var/lib/grafana \
  "${GRAFANA_IMAGE:-docker.io/grafana/grafana:11.1.0}"
