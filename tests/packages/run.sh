#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The packages: built, checked by what Debian checks with, taken apart and used,
# then lived with on a machine that is thrown away.
#
#   tests/packages/run.sh             from the release build
#   tests/packages/run.sh --no-build  with what the release build has made
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { echo "packages: $*"; }
fail() { say "FAILED: $*" >&2; exit 1; }

trader=build/release/bin/ledger_trader
[ -x $trader ] || fail "found no $trader; needed it: cmake --build build/release --target ledger_trader"

say "build"
tools/package/build.sh "$@" >"$work/debs"
deb=$(grep /outrider_ "$work/debs")
dev=$(grep /liboutrider-dev_ "$work/debs")

say "lintian"
# The library is static and for this machine: no cross compilation asks for its .pc.
lintian --allow-root --fail-on error,warning --suppress-tags pkg-config-unavailable-for-cross-compilation "$deb" "$dev"

say "taken apart: programs, units, man pages, completion"
root=$work/root
dpkg-deb -x "$deb" "$root"
"$root/usr/bin/outrider" --version
for page in "$root"/usr/share/man/man?/*.gz; do
  LC_ALL=C.UTF-8 man --warnings --encoding=UTF-8 --local-file "$page" >"$work/page" 2>"$work/warnings"
  [ ! -s "$work/warnings" ] || fail "$page: $(cat "$work/warnings")"
done
# missing PAGE COMMAND...: each flag and command of its help that the page does not name.
missing() {
  local words
  words=$("${@:2}" --help | sed -n '/^Options:/,/^Subcommands:/s/^  \(-h,\)\?\(--[a-z._-]*\).*/\2/p; /^Subcommands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
  for word in $words; do grep -qwF -e "$word" "$1" || echo "$word"; done
}
for page in outrider.1 outrider-sidecar.8; do
  MANWIDTH=200 man --local-file "$root/usr/share/man/man${page##*.}/$page.gz" | col -b >"$work/page"
  found=$(missing "$work/page" "$root/usr/bin/${page%.*}")
  [ -z "$found" ] || fail "$page does not name $found"
done
bash -n "$root/usr/share/bash-completion/completions/outrider"
"$here/completion_test.sh" "$root/usr/bin"
# The groups that it names are made by sysusers.
sed 's/^ *\(viewer\|killer\|armer\)-group:.*//' "$root/etc/outrider/sidecar.yml" >"$work/sidecar.yml"
"$root/usr/bin/outrider" check config "$work/sidecar.yml"
systemd-sysusers --root="$root" --dry-run outrider.conf >/dev/null 2>&1
for unit in sidecar standby; do
  # As it lies here: its programs are not in /usr/bin.
  sed "s|=/usr/bin/|=$root/usr/bin/|" "$root/lib/systemd/system/outrider-$unit.service" >"$work/outrider-$unit.service"
  systemd-analyze verify --man=no "$work/outrider-$unit.service" 2>"$work/verify"
  [ ! -s "$work/verify" ] || fail "$(cat "$work/verify")"
  systemd-analyze security --offline=true --threshold=15 "$root/lib/systemd/system/outrider-$unit.service" >"$work/security" ||
    fail "$(tail -1 "$work/security")"
  tail -1 "$work/security"
done

say "a trader builds against liboutrider-dev"
dpkg-deb -x "$dev" "$root"
cmake -S tests/consumer -B "$work/trader" -G Ninja -DCMAKE_PREFIX_PATH="$root/usr" >/dev/null
cmake --build "$work/trader" >/dev/null
OUTRIDER_DIR=$work/none "$work/trader/trader"

say "a life: installed, armed, reloaded, upgraded, killed, hung, removed, purged"
code=0
tests/packages/machine.sh "$here/life.sh" "$PWD/build/release/package" "$PWD/build/release/bin" || code=$?
case $code in
  0) say "all of it holds" ;;
  77) say "all but the life holds: this machine lets nobody mount an overlay and boot a container; the life was NOT run" ;;
  *) exit "$code" ;;
esac
