# Those who have no rights, and what Ada does with her service.
# shellcheck shell=bash

home=/home/ada
overrides=$home/.config/systemd/user/requite.service.d

# Only a container has it: no sandbox could be laid over what is mounted there.
take_back_proc_kmsg() { umount /proc/kmsg 2>/dev/null || true; }

# Whose service manager runs as after a login.
new_user() {
  useradd --create-home --shell /bin/bash "$1"
  # shellcheck disable=SC2154
  echo "$1:$password" | chpasswd
  loginctl enable-linger "$1"
  eventually runs "$1" systemctl --user is-active -q default.target
}

# The clock tells noon: what is shown once a morning is due, and nothing is kept for the night.
set_noon() {
  local hour
  hour="$(date --utc +%-H)"
  ln -sf "/usr/share/zoneinfo/Etc/GMT$(printf '%+d' $((hour - 12)))" /etc/localtime
}

set_up_ada() {
  ada systemctl --user daemon-reload
  same disabled "$(ada systemctl --user is-enabled requite)"
  as_ada mkdir -p "$home/.config/requite" "$overrides"
}

as_ada() { runuser -u ada -- "$@"; }

ada() { runs ada "$@"; }

# Who, and what they do, with their manager at hand.
runs() {
  local who="$1" runtime
  runtime="/run/user/$(id -u "$who")"
  shift
  runuser -u "$who" -- env HOME="/home/$who" XDG_RUNTIME_DIR="$runtime" \
    DBUS_SESSION_BUS_ADDRESS="unix:path=$runtime/bus" PAGER=cat "$@"
}

service() { ada systemctl --user "$@" requite; }

property() { service show --value --property "$1"; }

# A drop-in of that name with what is read.
override() {
  as_ada tee "$overrides/$1.conf" >/dev/null
  ada systemctl --user daemon-reload
}

no_override() {
  rm -f "$overrides/$1.conf"
  ada systemctl --user daemon-reload
}

# A configuration as it is read.
configure() { keep "$home/.config/requite/config.toml"; }

keep() { keep_for ada "$1"; }

# What is read, into a file of theirs that nobody else may read.
keep_for() { runuser -u "$1" -- sh -c "umask 077; cat >'$2'"; }

eventually() {
  local until=$((SECONDS + ${patience:-15}))
  while [ "$SECONDS" -lt "$until" ]; do
    "$@" >/dev/null 2>&1 && return
    sleep 0.1
  done
  echo "still not after ${patience:-15} s: $*"
  "$@"
}

# What a command takes, in seconds; it may not take longer than that many.
within() {
  local most="$1" began took
  shift
  began="$(date +%s.%N)"
  "$@"
  took="$(date +%s.%N | awk -v began="$began" '{printf "%.2f", $1 - began}')"
  echo "$took s"
  awk -v took="$took" -v most="$most" 'BEGIN {exit !(took <= most)}'
}

same() {
  [ "$1" = "$2" ] && return
  echo "expected $1, but it is $2"
  return 1
}
