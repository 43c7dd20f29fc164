#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The container image, built by buildah and run without a container engine
# (chroot isolation, root): the sidecar starts from an empty volume, attaches a
# trader of the host and is asked over HTTP and armed from inside. A minute and a half of network and
# disk, so nobody runs it but by name.
#
#   tests/deploy/image.sh             on a base made by mmdebstrap
#   tests/deploy/image.sh BASE        on that image
# Needs buildah and mmdebstrap, and the packages: tools/package/build.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
shared=$(mktemp -d -p /dev/shm) # the volume of compose.yaml
trader=""
sidecar=""
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
export CONTAINERS_STORAGE_CONF=$work/storage.conf
printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/graph"\nrunroot = "%s/run"\n' "$work" "$work" >"$CONTAINERS_STORAGE_CONF"
end() {
  for process in $trader $sidecar; do kill "$process" 2>/dev/null || true; done
  wait
  rm -rf "$work" "$shared"
}
trap end EXIT
say() { echo "image: $*"; }
fail() { say "FAILED: $*" >&2; cat "$work"/*.log >&2; exit 1; }

base=${1:-outrider-base}
if [ $# -eq 0 ]; then
  say "a base system"
  mmdebstrap --quiet --variant=apt bookworm "$work/base.tar"
  scratch=$(buildah from scratch)
  buildah add -q "$scratch" "$work/base.tar" / >/dev/null
  buildah commit -q "$scratch" "$base" >/dev/null
  buildah rm "$scratch" >/dev/null
  rm "$work/base.tar"
fi

say "build"
buildah bud -q --build-arg "BASE=$base" -t outrider -f tools/deploy/Containerfile . >"$work/build.log" 2>&1 || fail "build"
say "run: $(buildah images --format '{{.Size}}' outrider)"
container=$(buildah from --pull-never outrider)
buildah copy -q "$container" tools/deploy/container/sidecar.yml /etc/outrider/sidecar.yml >/dev/null
chown 10717:10717 "$shared" && chmod 0755 "$shared"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
# buildah run starts no entrypoint: as the image says it.
buildah run --user 10717:10717 --volume "$shared:/run/outrider" "$container" -- outrider-entrypoint --config.file=/etc/outrider/sidecar.yml --standby \
  --web.listen-address="127.0.0.1:$port" >"$work/sidecar.log" 2>&1 &
sidecar=$!
for _ in {1..100}; do
  if curl -sf "http://127.0.0.1:$port/-/ready" >/dev/null; then break; fi
  sleep 0.1
done
curl -sf "http://127.0.0.1:$port/-/ready" >/dev/null || fail "it is not ready within 10 s"
# Another user with the group, as in a container beside it.
touch "$shared/ledger" && chown 10001 "$shared/ledger"
setpriv --reuid 10001 --regid 10001 --groups 10717 build/release/bin/ledger_trader \
  "$shared/host" desk-1 "$shared/ledger" >"$work/trader.log" 2>&1 &
trader=$!
for _ in {1..100}; do
  if curl -sf "http://127.0.0.1:$port/metrics" | grep -q '^ledger_calls_total{producer="desk-1"'; then break; fi
  sleep 0.1
done
curl -sf "http://127.0.0.1:$port/metrics" | grep '^ledger_calls_total{producer="desk-1"' || fail "the trader is not on the page"
curl -sf "http://127.0.0.1:$port/metrics" | grep -q 'outrider_producer_state{.*state="live".*} 1' || fail "the trader is not live"
# As docker compose exec would: with the settings of compose.yaml, which name no groups.
inside() { buildah run --user 10717:10717 --volume "$shared:/run/outrider" "$container" -- "$@"; }
inside outrider arm --reason "a container of the test is armed" >"$work/arm.log" 2>&1 || fail "it is not armed from inside"
inside outrider status >"$work/status.log" 2>&1 || fail "status says that a gate is closed"
say "built, and run: ready, a trader of another user attached, armed from inside"
