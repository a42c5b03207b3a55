# From an empty home to the first digest, as for somebody who has read no more than the README.
# shellcheck shell=bash

post=/run/post

check_stranger() {
  set_up_zoe
  check "from the package to a true status" within 60 settles_in
  check "what will soon be overdue is alerted" eventually alerts grep -F 'Grace Hopper is waiting for you'
  check "Done on the alert closes the turn" done_on_alert
  check "the digest arrives" digest_arrives
  check "the service finds places that only a shell knows" settles_elsewhere
  zoe systemctl --user disable --now --quiet requite
}

zoe() { runs zoe "$@"; }

# Zoe's provider keeps her mail: Grace was answered once, and asked something else 47 hours ago.
# On her desktop notifications are shown.
set_up_zoe() {
  new_user zoe
  zoe_has cur "20 days" g1 "Grace Hopper <grace@navy.example>" "Zoe Example <zoe@example.com>"
  zoe_has .Sent/cur "19 days" z1 "Zoe Example <zoe@example.com>" "Grace Hopper <grace@navy.example>" g1
  zoe_has cur "47 hours" g2 "Grace Hopper <grace@navy.example>" "Zoe Example <zoe@example.com>"
  mkdir -p "$post"
  systemd-run --quiet --unit=post sh -c "sleep infinity | exec python3 /opt/smtpd.py \
    --tls implicit --certificate $certificates/dovecot.pem --key $certificates/dovecot.key \
    --login zoe:$password $post >$post/log"
  eventually test -s "$post/log"
  # As logging in at a screen does.
  systemd-run --quiet --unit=screen --uid=zoe --property=PAMName=login \
    --setenv=XDG_SESSION_TYPE=x11 --setenv=XDG_SESSION_CLASS=user sleep infinity
  zoe systemctl --user set-environment DISPLAY=:0
  zoe systemd-run --user --quiet --unit=notifier --setenv=PYTHONUNBUFFERED=1 \
    python3 -m dbusmock --session --template notification_daemon \
    --parameters '{"capabilities": "body actions"}'
}

# Folder, how long ago, Message-ID, From, To, and the Message-ID of what it answers.
zoe_has() {
  local folder="/home/zoe/Maildir/$1" sent="$2 ago"
  runuser -u zoe -- mkdir -p "$folder" "${folder%cur}new" "${folder%cur}tmp"
  {
    printf 'From: %s\nTo: %s\nSubject: The plan\nDate: %s\nMessage-ID: <%s@example.net>\n' \
      "$4" "$5" "$(date --rfc-email --date="$sent")" "$3"
    [ -z "${6:-}" ] || printf 'In-Reply-To: <%s@example.net>\n' "$6"
    printf '\nZoe, could you send me the plan, please?\n'
  } | keep_for zoe "$folder/$3:2,S"
  touch --date="$sent" "$folder/$3:2,S"
}

settles_in() {
  dpkg -i /opt/requite.deb
  keep_for zoe /home/zoe/.password <<<"$password"
  zoe_sets_up
  zoe requite status | tee /dev/stderr | grep -F 'You owe 1 answer'
  same active "$(zoe systemctl --user is-active requite)"
}

# As what, where it isn't as usual.
zoe_sets_up() {
  zoe "$@" requite setup --address zoe@example.com --name "Zoe Example" --user zoe \
    --imap localhost --smtp "localhost:$(awk '/^port/ {print $2}' "$post/log")" --ca "$authority" \
    --password-file /home/zoe/.password --stance resource --service yes --yes
}

elsewhere=(env XDG_CONFIG_HOME=/home/zoe/settings XDG_DATA_HOME=/home/zoe/data)

settles_elsewhere() {
  zoe_sets_up "${elsewhere[@]}"
  eventually watches_elsewhere
}

watches_elsewhere() {
  zoe "${elsewhere[@]}" requite status | grep -F 'watching  3 messages'
}

alerts() { zoe journalctl --user -u notifier -o cat --no-pager | grep -F Notify | "$@"; }

done_on_alert() {
  zoe journalctl --user -u notifier -o cat --no-pager | grep -F '"done", "Done"'
  zoe busctl --user call org.freedesktop.Notifications /org/freedesktop/Notifications \
    org.freedesktop.DBus.Mock EmitSignal sssav org.freedesktop.Notifications ActionInvoked us \
    2 u 1 s "done"
  eventually owes_nothing
}

owes_nothing() { zoe requite status | grep -F 'Nobody is waiting for you.'; }

# On this day of the week, at the next minute.
digest_arrives() {
  local due
  due="$(date --date='1 minute' '+%A %H:%M')"
  printf '\n[digest]\nday = "%s"\ntime = "%s"\n' "${due% *}" "${due#* }" |
    tr '[:upper:]' '[:lower:]' | runuser -u zoe -- tee -a /home/zoe/.config/requite/config.toml
  patience=75 eventually test -s "$post/1.eml"
  grep -i '^to:.*zoe@example.com' "$post/1.eml"
  grep '^X-Requite-Week:' "$post/1.eml"
}
