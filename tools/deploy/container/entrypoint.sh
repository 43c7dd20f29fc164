#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The volume that traders share begins empty: the sidecar's own user makes what
# tmpfiles.d makes on a host, and then becomes the sidecar.
set -e
umask 0027
: "${OUTRIDER_DIR:=/run/outrider/host}"
export OUTRIDER_DIR
[ -d "$OUTRIDER_DIR" ] || install -d -m 0755 "$OUTRIDER_DIR"
[ -d "$OUTRIDER_DIR/t" ] || install -d -m 3770 "$OUTRIDER_DIR/t"
[ -d "$OUTRIDER_DIR/c" ] || install -d -m 2750 "$OUTRIDER_DIR/c"
[ -d "$OUTRIDER_DIR/c/kill" ] || install -d -m 1770 "$OUTRIDER_DIR/c/kill"
exec outrider-sidecar --storage.path=/var/lib/outrider "$@"
