# Ada, who has no rights, and what she does with her service.
# shellcheck shell=bash

home=/home/ada
overrides=$home/.config/systemd/user/requite.service.d

# Only a container has it: no sandbox could be laid over what is mounted there.
take_back_proc_kmsg() { umount /proc/kmsg 2>/dev/null || true; }

set_up_ada() {
  loginctl enable-linger ada
  eventually ada systemctl --user is-active -q default.target
  as_ada mkdir -p "$home/.config/requite" "$overrides"
}

install_package() {
  dpkg -i /opt/requite.deb
  ada systemctl --user daemon-reload
  [ "$(ada systemctl --user is-enabled requite)" = disabled ]
  requite --version
}

as_ada() { runuser -u ada -- "$@"; }

# With her manager at hand, as after a login.
ada() {
  local runtime
  runtime="/run/user/$(id -u ada)"
  as_ada env HOME="$home" XDG_RUNTIME_DIR="$runtime" \
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

# What is read into a file of hers that nobody else may read.
keep() { as_ada sh -c "umask 077; cat >'$1'"; }

eventually() {
  local until=$((SECONDS + 15))
  while [ "$SECONDS" -lt "$until" ]; do
    "$@" >/dev/null 2>&1 && return
    sleep 0.1
  done
  echo "still not after 15 s: $*"
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
