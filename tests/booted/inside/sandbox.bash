# What the units forbid is forbidden, and what the daemon needs is not.
# shellcheck shell=bash

example=/usr/share/doc/requite/sandbox.conf

# What comes of each try of probe.py: unrestricted, by the unit, with the sandbox. A directive bites
# where the first differs from what follows.
expected="\
writes-its-data                 ok     ok          ok
writes-its-configuration        ok     ok          ok
writes-runtime-folder           ok     ok          ok
writes-home                     ok     ok          EROFS
writes-elsewhere                ok     ok          EROFS
reads-home                      ok     ok          ok
sees-tmp-of-others              ok     ok          ENOENT
sees-devices                    ok     ok          ENOENT
makes-control-group             ok     ok          EROFS
socket-unix                     ok     ok          ok
socket-inet                     ok     ok          ok
socket-inet6                    ok     ok          ok
socket-netlink                  ok     EAFNOSUPPORT EAFNOSUPPORT
socket-packet                   EPERM  EAFNOSUPPORT EAFNOSUPPORT
resolves-names                  ok     ok          ok
new-user-namespace              ok     EPERM       EPERM
memory-writable-and-executable  ok     EPERM       EPERM
memory-made-executable          ok     EPERM       EPERM
set-user-id-bit                 ok     EPERM       EPERM
personality                     ok     EPERM       EPERM
realtime                        EINVAL ENOSYS      ENOSYS
system-call-of-32-bits          ok     SIGSYS      SIGSYS
traces                          ok     ENOSYS      ENOSYS
gives-files-away                ok     ENOSYS      ENOSYS
lowers-its-priority             ok     ENOSYS      ENOSYS
lowers-its-limits               ok     ok          ok
gains-privileges                ok     EPERM       EPERM
capabilities-in-reach           ok     ok          EPERM
core-files                      ok     EPERM       EPERM
files-that-others-read          ok     EPERM       EPERM
host-name-of-system             ok     ok          EPERM"

check_sandbox() {
  check "exposure of the unit is at most 6.2" exposure 62
  check "this user manager can make a sandbox" can_sandbox
  check "it is offered" tells_of_sandbox 'could run in an extra sandbox'
  override sandbox <"$example"
  check "and then known" tells_of_sandbox 'runs in the extra sandbox'
  check "exposure with the sandbox is at most 1.7" exposure 17
  check "with the sandbox it gets ready" within 5 service restart
  check "it reads mail there" reads_new_mail
  check "it starts there from nothing, too" starts_from_nothing
  check "the sandbox is around the daemon" daemon_is_locked_in
  no_override sandbox
  service restart
  probe_all
}

exposure() {
  ada systemd-analyze security --user --no-pager --threshold="$1" requite.service |
    tee /dev/stderr | grep -o 'exposure level.*: [0-9.]*'
  return "${PIPESTATUS[0]}"
}

can_sandbox() {
  ada systemd-run --user --quiet --wait --pipe -p PrivateUsers=yes -p ProtectSystem=strict \
    grep -q ' / ro,' /proc/self/mountinfo
}

# Other parts may be ill: nothing here shows alerts to her.
tells_of_sandbox() { { ada requite check || true; } | grep -F "$1"; }

starts_from_nothing() {
  local before
  before="$(messages)"
  service stop
  as_ada rm -r "$home/.local/share/requite"
  service start
  knows "$before"
}

daemon_is_locked_in() {
  local process
  process="$(property MainPID)"
  grep -q '^Seccomp:.2' "/proc/$process/status"
  grep -q '^CapBnd:.0*$' "/proc/$process/status"
  local space
  for space in user mnt uts; do
    [ "$(readlink "/proc/$process/ns/$space")" != "$(readlink "/proc/1/ns/$space")" ]
  done
}

# The unit as it is installed, but for what it starts.
probing_unit() {
  sed -e 's|^ExecStart=.*|ExecStart=/usr/bin/python3 /opt/inside/probe.py|' \
    -e 's/^Type=.*/Type=oneshot/' -e 's|^\[Service\]|&\nStandardOutput=truncate:%t/probed|' \
    -e '/^\(NotifyAccess\|WatchdogSec\|Restart\|ExecReload\)/d' /usr/lib/systemd/user/requite.service
}

unrestricted_unit() {
  printf '[Service]\nType=oneshot\n'
  probing_unit | grep -E '^(ExecStart|StandardOutput)='
}

# Prints what the probes met in a unit.
probed() {
  local runtime
  runtime="/run/user/$(id -u ada)"
  ada systemctl --user start "$1"
  cat "$runtime/probed"
}

probe_all() {
  local units="$home/.config/systemd/user"
  install -d -o ada /srv/ada
  touch /tmp/of-others
  readlink /proc/1/ns/uts | tr -d '\n' >/usr/local/share/host-name-space
  as_ada mkdir -p "$units/probe-sandbox.service.d"
  unrestricted_unit | as_ada tee "$units/probe-free.service" >/dev/null
  probing_unit | as_ada tee "$units/probe-unit.service" "$units/probe-sandbox.service" >/dev/null
  as_ada cp "$example" "$units/probe-sandbox.service.d/"
  ada systemctl --user daemon-reload
  local unit
  for unit in free unit sandbox; do
    probed "probe-$unit" >"/run/probed-$unit" || echo "probe-$unit failed" >&2
  done
  local name free unit sandbox
  while read -r name free unit sandbox; do
    check "$name" same "$free, $unit, $sandbox" \
      "$(outcome "$name" free), $(outcome "$name" unit), $(outcome "$name" sandbox)"
  done <<<"$expected"
}

outcome() { awk -v name="$1" '$1 == name {print $2}' "/run/probed-$2"; }
