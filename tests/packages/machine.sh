#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Boots a copy of this machine with systemd, runs COMMAND there as a service, and
# ends with its exit code; 77 when this machine lets nobody do that. What the copy
# writes is gone with it.
#
#   tests/packages/machine.sh COMMAND [ARGUMENT...]
set -euo pipefail
command -v systemd-nspawn >/dev/null && [ "$(id -u)" -eq 0 ] || exit 77
if [ "${1:-}" != --mounted ]; then
  unshare --mount --propagation private true 2>/dev/null || exit 77
  exec unshare --mount --propagation private "$0" --mounted "$@"
fi
shift

over=$(mktemp -d)
trap 'umount -l "$over"; rmdir "$over"' EXIT
mount -t tmpfs machine "$over"
mkdir "$over/upper" "$over/work" "$over/root"
mount -t overlay machine -o "lowerdir=/,upperdir=$over/upper,workdir=$over/work" "$over/root" 2>/dev/null || exit 77

# Of the services of this machine none; nobody who forbids to start one.
units=$over/root/etc/systemd/system
rm -rf "$units"/*.wants "$over/root/usr/sbin/policy-rc.d"
tr -d - </proc/sys/kernel/random/uuid >"$over/root/etc/machine-id"
mkdir -p "$units/multi-user.target.wants"
cat >"$units/command.service" <<UNIT
[Unit]
After=multi-user.target
[Service]
# The container's own boot id is a mount, which a sandbox below /proc/sys does not have.
ExecStartPre=-umount /proc/sys/kernel/random/boot_id
ExecStart=/bin/sh -c ': >/command.begun; "\$@" >/command.log 2>&1 </dev/null; echo \$? >/command.code; systemctl --no-block poweroff' command $(printf '"%s" ' "$@")
UNIT
ln -s ../command.service "$units/multi-user.target.wants/command.service"
timeout -k 5 300 systemd-nspawn --quiet --keep-unit --register=no --private-network --machine=outrider-test \
  --directory="$over/root" --boot --console=pipe systemd.unit=multi-user.target >"$over/console" 2>&1 </dev/null || true
if [ ! -s "$over/root/command.code" ]; then
  cat "$over/console"
  # Begun and not ended within its time is a failure, not a machine that lets nobody.
  [ ! -e "$over/root/command.begun" ] || { cat "$over/root/command.log"; exit 1; }
  exit 77
fi
cat "$over/root/command.log"
exit "$(cat "$over/root/command.code")"
