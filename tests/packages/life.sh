#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The life of the package on a host with systemd, and a trader that never stops:
#   life.sh DIRECTORY_WITH_THE_PACKAGES DIRECTORY_WITH_THE_TEST_PROGRAMS
# Runs as root on a machine that is thrown away: machine.sh.
set -euo pipefail
packages=$1
programs=$2
ledger=/home/trader/ledger
settings=/etc/outrider/sidecar.yml
guide=$(dirname "$0")/../../tools/deploy/README.md
cd /
rm -f /var/lib/man-db/auto-update # else each installation reads every man page anew

say() { echo "life: $(cut -d' ' -f1 /proc/uptime | tail -c 7) $*"; }
fail() {
  say "FAILED: $*"
  systemctl status --no-pager outrider-sidecar outrider-standby 2>&1 | tail -40 || true
  journalctl --no-pager -u outrider-sidecar -u outrider-standby 2>/dev/null | tail -40 || true
  cat /tmp/out 2>/dev/null || true
  exit 1
}
# expect SENTENCE COMMAND...: now
expect() { "${@:2}" >/tmp/out 2>&1 || fail "$1"; }
# becomes SENTENCE COMMAND...: within 20 s
becomes() {
  for _ in {1..200}; do
    if "${@:2}" >/tmp/out 2>&1; then return; fi
    sleep 0.1
  done
  fail "$1"
}
not() { ! "$@"; }
is() { [ "$("${@:2}")" = "$1" ]; }

# commands_of SECTION [PATTERN]: what the guide has behind a $ there, as root types it.
commands_of() { sed -n "/^### $1\$/,/^### /s/^\$ //p" "$guide" | sed 's/sudo //g; s/  # .*//' | grep "${2:-.}"; }
run_commands() { while read -r command; do expect "$command" bash -c "$command"; done </tmp/commands; }
code_of() { curl -s -o /dev/null -w '%{http_code}' "$@"; }
page() { curl -sf http://127.0.0.1:9717/metrics; }
on_page() { page | grep -q "$1"; }
value() { page | awk -v name="$1" '$1 == name { printf "%d\n", $2 }'; }
ledger_word() { od -An -t u8 -j $((8 * $1)) -N 8 "$ledger" | tr -d ' '; }
recorded() { ledger_word 1; }
seen_open() { ledger_word 5; }
main_pid() { systemctl show --property MainPID --value "$1"; }
gate_opens() { local before; before=$(seen_open); sleep 0.3; [ "$(seen_open)" -gt "$before" ]; }
all_counted() {
  [ "$(value 'ledger_calls_total{producer="desk-1"}')" = "$(recorded)" ] &&
    [ "$(value 'ledger_seconds_count{producer="desk-1"}')" = "$(recorded)" ]
}
start_trader() {
  systemd-run --quiet --unit trader --uid trader --gid outrider \
    "$programs/ledger_trader" /run/outrider desk-1 "$ledger" 100 1000
}
stop_trader() {
  printf '\1' | dd of="$ledger" bs=1 seek=48 conv=notrunc status=none
  while systemctl --quiet is-active trader; do sleep 0.05; done
}
# The trader ends, so that its last call is counted, and begins again.
law() {
  stop_trader
  becomes "$1: what /metrics counts is what the trader recorded" all_counted
  say "$1: $(recorded) calls recorded, $(recorded) counted"
  printf '\0' | dd of="$ledger" bs=1 seek=48 conv=notrunc status=none
  start_trader
}
# another VERSION: the same package under a later version
another() {
  rm -rf /tmp/again
  dpkg-deb -R "$packages"/outrider_*.deb /tmp/again
  sed -i "s/^Version: .*/Version: $1/" /tmp/again/DEBIAN/control
  dpkg-deb --root-owner-group -Znone -b /tmp/again "/tmp/outrider_$1.deb" >/dev/null
}
is_new() { [ "$(main_pid "$2")" != "$1" ] && [ "$(main_pid "$2")" != 0 ]; }

install() { dpkg -i "$1" >/tmp/dpkg 2>&1 || fail "dpkg -i $1: $(cat /tmp/dpkg)"; }

say "installs and guards, with nothing armed"
install "$packages"/outrider_*.deb
expect "the service runs" systemctl --quiet is-active outrider-sidecar
expect "systemd knows that it guards" is guarding systemctl show --property StatusText --value outrider-sidecar
expect "it is ready" curl -sf http://127.0.0.1:9717/-/ready
expect "it starts at boot" systemctl --quiet is-enabled outrider-sidecar
expect "a standby is the operator's to start" not systemctl --quiet is-enabled outrider-standby
expect "t is the traders'" is "3770 outrider:outrider" stat -c '%a %U:%G' /run/outrider/t
expect "c is the sidecar's" is "2750 outrider:outrider" stat -c '%a %U:%G' /run/outrider/c
expect "c/kill is the killers'" is "1770 outrider:outrider-kill" stat -c '%a %U:%G' /run/outrider/c/kill
expect "it listens" sh -c 'ss -Hltn | grep -q 127.0.0.1:9717'
expect "on loopback only" not sh -c "ss -Hltn | awk '{print \$4}' | grep -v '^127\.0\.0\.1:'"

useradd --create-home --groups outrider trader
useradd --groups outrider,outrider-arm risk
useradd --groups outrider looker
start_trader
becomes "the trader's series are on the page" on_page ledger_calls_total
becomes "its gate is UNARMED" sh -c 'outrider status | grep -q UNARMED'
expect "a member of outrider may look" runuser -u looker -- sh -c 'outrider status --json | grep -q desk-1'
expect "but not arm" not runuser -u looker -- outrider arm --reason "somebody who may only look at it"
expect "a member of outrider-arm may" runuser -u risk -- outrider arm --reason "installed, limits checked with the desk"
becomes "orders pass" gate_opens

expect "and be shown what a kill would close" sh -c 'outrider drill --shadow --scope global | grep -q "desk-1/orders is TRADING"'

say "has what the operator's guide copies, and answers its commands"
# Alertmanager looks for an address of its own that others reach.
ip address add 10.0.0.1/32 dev lo
systemctl start prometheus prometheus-alertmanager
becomes "Prometheus and Alertmanager are there" curl -sf http://127.0.0.1:9090/-/ready http://127.0.0.1:9093/-/ready
commands_of Install '^ *\(cp\|systemctl\)' >/tmp/commands
expect "the guide copies" grep -q '^cp -r /usr/share/outrider/' /tmp/commands
run_commands
for program in prometheus prometheus-alertmanager; do
  expect "$program runs with what was copied" systemctl --quiet is-active $program
done
for profile in /usr/share/outrider/profiles/*/sidecar.yml; do
  expect "$profile is one" outrider check config "$profile"
done
expect "the dashboards can be made anew" sh -c 'outrider dashboards list | grep -q thunes-overview'
expect "what is for a Prometheus above is there" promtool check config /usr/share/outrider/central.yml
sed -n '/^### When something/,/^### /s/^| [^|]* | `\([^`]*\)` |.*/\1/p' "$guide" | sed 's/\\|/|/' >/tmp/commands
expect "the guide has commands of systemd" grep -q '^systemctl ' /tmp/commands
run_commands
# What is outrider's, whoever may look may ask, and is told of the service.
grep '^outrider ' /tmp/commands >/tmp/looks
while read -r command; do expect "a member of outrider: $command" runuser -u looker -- bash -c "$command"; done </tmp/looks
expect "and sees the arming" runuser -u looker -- sh -c 'outrider history | grep -q "limits checked"'

say "lets in whom the operator's guide gives a token"
cp "$settings" /tmp/open
sed -i 's|#viewer-tokens: /etc/outrider/viewers|viewer-tokens: /etc/outrider/viewers|' "$settings"
commands_of "Who may read" >/tmp/commands
run_commands
becomes "its page asks for a token" is 401 code_of http://127.0.0.1:9717/metrics
becomes "and has Prometheus' own" is 200 code_of http://127.0.0.1:9717/metrics \
  -H "Authorization: Bearer $(runuser -u prometheus -- cat /etc/prometheus/outrider.token)"
cp /tmp/open "$settings"
sed -i 's|#listen-address: 127.0.0.1:9718|listen-address: 10.0.0.1:9718|; s|#killer-tokens|killer-tokens|' "$settings"
commands_of "Beyond one host" >/tmp/commands
run_commands
hook() { is "$1" code_of http://10.0.0.1:9718/api/v1/webhook -d '{"alerts":[]}' -H "Authorization: Bearer $2"; }
becomes "Alertmanager may tell it to close" hook 200 "$(runuser -u prometheus -- cat /etc/prometheus/secrets/outrider_killer)"
expect "nobody else may" hook 401 0123456789abcdef0123
cp /tmp/open "$settings"
systemctl restart outrider-sidecar

say "keeps the segments of a user whose last session ends"
systemctl start dbus systemd-logind
runuser -u trader -- touch /dev/shm/of-the-trader
loginctl enable-linger trader
loginctl disable-linger trader
becomes "logind has removed what was the user's in /dev/shm" not test -e /dev/shm/of-the-trader
becomes "orders pass" gate_opens
law "the last session's end"

say "reloads what is valid, and refuses the rest in words"
becomes "it is ready" curl -sf http://127.0.0.1:9717/-/ready
pid=$(main_pid outrider-sidecar)
sed -i 's/quiet_period: 0s/quiet_period: 5s/' "$settings"
expect "a valid file is taken up" systemctl reload outrider-sidecar
becomes "and that is logged" sh -c 'journalctl -u outrider-sidecar | grep -q "msg=reloaded"'
cp "$settings" /tmp/valid
echo "no_such_key: 1" >>"$settings"
expect "one that is not valid is refused" not systemctl reload outrider-sidecar
becomes "with its sentence" sh -c 'journalctl -u outrider-sidecar | grep -q no_such_key'
expect "and the same process guards" is "$pid" main_pid outrider-sidecar

say "keeps the one that runs when the next one would refuse its configuration"
another 0.1.0+1
install /tmp/outrider_0.1.0+1.deb
expect "the upgrade says why" grep -q no_such_key /tmp/dpkg
expect "the old one guards" is "$pid" main_pid outrider-sidecar
expect "orders pass" gate_opens
cp /tmp/valid "$settings"

say "is replaced by an upgrade, with a live trader"
another 0.1.0+2
install /tmp/outrider_0.1.0+2.deb
expect "another process guards" is_new "$pid" outrider-sidecar
expect "the operator's configuration is kept" grep -q "quiet_period: 5s" "$settings"
becomes "orders pass, and nobody had to arm" gate_opens
law "upgrade"

say "is killed, and comes back"
pid=$(main_pid outrider-sidecar)
kill -9 "$pid"
becomes "another process guards" is_new "$pid" outrider-sidecar
becomes "orders pass" gate_opens
law "SIGKILL"

say "hangs, and is ended by the watchdog"
pid=$(main_pid outrider-sidecar)
kill -STOP "$pid"
sleep 1.5
expect "no order passes a guard that hangs" not gate_opens
becomes "another process guards" is_new "$pid" outrider-sidecar
expect "systemd says why" sh -c 'journalctl -u outrider-sidecar | grep -qi watchdog'
becomes "orders pass" gate_opens
law "watchdog"

say "has a standby, which takes over and stays"
systemctl start outrider-standby
expect "which says so" is "standing by" systemctl show --property StatusText --value outrider-standby
kill -9 "$(main_pid outrider-sidecar)"
becomes "it guards" is guarding systemctl show --property StatusText --value outrider-standby
becomes "the other one is its standby now" is "standing by" systemctl show --property StatusText --value outrider-sidecar
another 0.1.0+3
install /tmp/outrider_0.1.0+3.deb
becomes "one of the two guards after an upgrade" sh -c \
  'systemctl show --property StatusText --value outrider-sidecar outrider-standby | grep -qx guarding'
becomes "orders pass" gate_opens
law "standby and upgrade"
systemctl stop outrider-standby
becomes "it guards alone" is guarding systemctl show --property StatusText --value outrider-sidecar

say "is scraped by the Prometheus of the operator's guide"
scraped() { curl -sg 'http://127.0.0.1:9090/api/v1/query?query=up{job="outrider"}' | grep -q '"1"\]'; }
becomes "every 15 s" scraped

say "is removed, and keeps the journal"
dpkg -r outrider >/tmp/dpkg 2>&1 || fail "dpkg -r: $(cat /tmp/dpkg)"
expect "it says what it keeps" grep -q "kept /var/lib/outrider" /tmp/dpkg
sleep 1.2
expect "no gate is left open" not gate_opens
expect "the journal is there" test -s /var/lib/outrider/latch.journal
expect "so are the traders' segments" test -d /run/outrider/t
install "$packages"/outrider_*.deb
expect "the next one finds the journal whole" outrider journal verify
becomes "and that somebody armed" gate_opens
law "removed and installed again"

say "is purged, and says what goes"
stop_trader
dpkg -P outrider >/tmp/dpkg 2>&1 || fail "dpkg -P: $(cat /tmp/dpkg)"
expect "it names the journal" grep -q "removing /var/lib/outrider with" /tmp/dpkg
for directory in /var/lib/outrider /run/outrider /etc/outrider; do
  expect "$directory is gone" not test -e "$directory"
done
expect "its units are gone" not systemctl cat outrider-sidecar
say "done"
