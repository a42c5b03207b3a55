# What systemd and the daemon make of each other.
# shellcheck shell=bash

check_service() {
  check "without a configuration it stays down, and nothing fails" stays_down
  # shellcheck disable=SC2154
  keep "$home/.password" <<<"$password"
  account "password.file = \"$home/.password\"" | configure
  # Ends the test sooner, and changes nothing else.
  override impatient <<<$'[Service]\nWatchdogSec=2s\nRestartSec=100ms'

  check "enabled, it gets ready" within 5 service enable --now
  check "it watches the account and has all its mail" knows 21
  check "new mail is read at once" reads_new_mail
  check "a restart of the server is survived" server_restarts
  check "a reload keeps the process" reloads
  check "a second one says that one runs, and ends well" second_one_gives_way
  check "killed, it comes back, and nothing is lost" comes_back KILL
  check "stalled, it is killed by the watchdog and comes back" comes_back STOP
  check "it stops in time" within 2 service stop
  check "a password by LoadCredential=" takes_credential
  check "a wrong configuration isn't tried again and again" gives_up_on_mistakes
  check "the journal has its fields" journal_has_fields
  check "its log lines keep the password" journal_keeps_secrets
  account "password.file = \"$home/.password\"" | configure
  no_override impatient
}

stays_down() {
  service start
  same "inactive no success" "$(property ActiveState) $(property ConditionResult) $(property Result)"
}

status() { ada requite status --json; }

account_is() { status | python3 -c "
import json, sys
account = next(it for it in json.load(sys.stdin)['accounts'] if it['name'] == 'mail')
sys.exit(0 if $1 else str(account))
"; }

knows() {
  eventually account_is "account['state'] == 'watching' and account['messages'] == $1"
  same "active running" "$(property ActiveState) $(property SubState)"
  property StatusText
}

mail_comes() {
  letter "Cy <cy@example.net>" "Ada <ada@example.com>" "One more" | deliver INBOX
}

messages() { status | python3 -c "import json, sys; print(json.load(sys.stdin)['totals']['messages'])"; }

reads_new_mail() {
  local before
  before="$(messages)"
  mail_comes
  within 3 eventually account_is "account['messages'] == $((before + 1))"
}

server_restarts() {
  systemctl restart dovecot
  reads_new_mail
}

journal() { ada journalctl --user -u requite -o json --no-pager; }

journal_has_fields() {
  ada journalctl --sync 2>/dev/null || journalctl --sync
  journal | python3 -c "
import json, sys
lines = [json.loads(line) for line in sys.stdin]
mine = [it for it in lines if it.get('_COMM') == 'requite' and it['_TRANSPORT'] == 'journal']
fields = {'MESSAGE', 'PRIORITY', 'TARGET', 'CODE_FILE', 'CODE_LINE'}
for line in mine:
    assert fields <= line.keys() and line['SYSLOG_IDENTIFIER'] == 'requite', line
assert mine
print(len(mine), 'lines of its own')
"
}

journal_keeps_secrets() { ! journal | grep -F "$password"; }

reloads() {
  local process
  process="$(property MainPID)"
  service reload
  sleep 1
  same "$process active" "$(property MainPID) $(property ActiveState)"
}

second_one_gives_way() { ada timeout 5 requite run 2>&1 | grep -F "already watches"; }

# What a signal does to it, while mail comes.
comes_back() {
  local signal="$1" process restarts before began
  process="$(property MainPID)"
  restarts="$(property NRestarts)"
  before="$(messages)"
  began="$(date +%s.%N)"
  kill -s "$signal" "$process"
  mail_comes
  eventually was_started_again "$((restarts + 1))" "$process"
  date +%s.%N | awk -v began="$began" '{printf "ready again after %.1f s\n", $1 - began}' >"/run/figure"
  eventually account_is "account['state'] == 'watching' and account['messages'] == $((before + 1))"
  cat /run/figure
}

was_started_again() {
  [ "$(property NRestarts)" = "$1" ] && [ "$(property MainPID)" != "$2" ] &&
    [ "$(property ActiveState)" = active ]
}

takes_credential() {
  local before
  account 'password.credential = "mail"' | configure
  override credential <<<$'[Service]\nLoadCredential=mail:%h/.password'
  before="$(messages)"
  service restart
  mail_comes
  knows "$((before + 1))"
  no_override credential
  service stop
}

gives_up_on_mistakes() {
  configure <<<'nonsense = 1'
  if service start 2>/dev/null; then
    echo "it started"
    return 1
  fi
  sleep 1
  same "failed 78 0" "$(property ActiveState) $(property ExecMainStatus) $(property NRestarts)"
  journalctl --sync
  journal | tail -n 5 | grep -F '"PRIORITY":"3"' | grep -qF nonsense
  service reset-failed
}
