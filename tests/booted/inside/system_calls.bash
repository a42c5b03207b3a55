# The filter lets pass what the daemon calls. What a later C library may call besides either passes
# or is answered as by an older kernel, for which every library has another way.
# shellcheck shell=bash

check_system_calls() {
  check "nothing that the daemon called was refused" live_calls_pass
  check "two weeks of the demo stay within the filter" demo_stays_within
  check "a later C library's calls aren't refused" later_calls_pass
  check "gpg gives a password within the filter" gpg_works
  override sandbox <"$example"
  check "gpg gives a password within the sandbox" gpg_works
  no_override sandbox
}

# The manager starts the daemon, so the trace begins with it; it is told apart by its process.
live_calls_pass() {
  service stop
  local tracer process
  strace -f -qq -o /run/manager.trace -p "$(manager)" &
  tracer=$!
  sleep 1
  service start
  process="$(property MainPID)"
  live_a_little
  service stop
  kill "$tracer"
  wait "$tracer" || true
  after_start "$process" </run/manager.trace >/run/daemon.trace
  python3 /opt/inside/calls.py traced /run/daemon.trace
}

manager() { systemctl show --value --property MainPID "user@$(id -u ada)"; }

live_a_little() {
  local n
  reads_new_mail
  for n in {1..30}; do mail_comes; done
  service reload
  systemctl restart dovecot
  reads_new_mail
  as_ada touch "$home/.config/requite/config.toml"
  ada requite contacts --suggest --add all
  ada requite status
  sleep 6
}

# What a process did, and its threads and children, once it had become the program.
after_start() {
  awk -v process="$1" '
    $1 == process && /execve\("\/usr\/bin\/requite"/ {of[process] = 1}
    of[$1] && /(clone|clone3|fork|vfork)(\(| resumed).* = [0-9]+$/ {of[$NF] = 1}
    of[$1]'
}

demo_stays_within() {
  as_ada env HOME=/home/ada timeout 300 strace -f -qq -o /tmp/demo.trace requite demo >/dev/null
  python3 /opt/inside/calls.py beyond /tmp/demo.trace /run/daemon.trace
}

later_calls_pass() {
  local units="$home/.config/systemd/user" unit
  for unit in free unit; do
    as_ada sed -i 's|/opt/inside/.*|/opt/inside/calls.py later|' "$units/probe-$unit.service"
  done
  ada systemctl --user daemon-reload
  probed probe-free >/run/later-free
  probed probe-unit >/run/later-unit
  local refused newer
  refused="$(answered_otherwise '$4 != "ENOSYS" || $2 <= 334')"
  newer="$(answered_otherwise '$4 == "ENOSYS"' | wc -l)"
  [ -z "$refused" ] || {
    echo "$refused"
    return 1
  }
  echo "$(wc -l </run/later-unit) calls, of which $newer seem to be a newer kernel's"
}

# Calls that the filter answers, as "name number free filtered". Up to 334 (rseq, Linux 4.18) no
# library does without what it once had.
answered_otherwise() {
  join <(sort /run/later-free) <(sort /run/later-unit) |
    awk '{print $1, $2, $3, $5}' | awk "\$3 != \$4 && ($1)"
}

# As pass does it, which many take their passwords from.
gpg_works() {
  service stop
  as_ada rm -rf "$home/.gnupg"
  as_ada gpg --batch --quiet --passphrase '' --quick-generate-key ada@example.com
  as_ada gpg --batch --quiet --yes --encrypt --recipient ada@example.com --output "$home/.password.gpg" \
    "$home/.password"
  as_ada gpgconf --kill all
  local before
  before="$(messages)"
  account "password.command = [\"gpg\", \"--quiet\", \"--decrypt\", \"$home/.password.gpg\"]" | configure
  service start
  mail_comes
  knows "$((before + 1))"
}
