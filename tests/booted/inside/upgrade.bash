# A database that an earlier version left behind.
# shellcheck shell=bash

check_upgrade() {
  local mail
  mail="$(messages)"
  service stop
  as_ada mv "$home/.local/share/requite" "$home/.local/share/requite.mine"
  as_ada mkdir -p "$home/.local/share/requite"
  check "an earlier version's database is taken over" takes_over "$mail"
  service stop
  as_ada rm -rf "$home/.local/share/requite"
  as_ada mv "$home/.local/share/requite.mine" "$home/.local/share/requite"
  account "password.file = \"$home/.password\"" | configure
}

database() {
  as_ada python3 -c "
import sqlite3, sys
base = sqlite3.connect('$home/.local/share/requite/requite.db')
$1
"
}

takes_over() {
  database "base.executescript(sys.stdin.read())" </opt/upgrade/version_7.sql
  same 7 "$(schema)"
  # Its account, whose folder is gone, beside the one that is read now.
  {
    account "password.file = \"$home/.password\""
    printf '[[account]]\nname = "home"\nkind = "maildir"\npath = "~/Archive"\n'
  } | configure
  service start
  knows "$1"
  ada requite show Vera --json --at 2026-11-26T12:00:00Z | python3 -c "
import json, sys
turns = [turn for turn in json.load(sys.stdin)['turns'] if turn['side'] == 'mine']
expired = sum(turn['status'] == 'expired' for turn in turns)
assert expired == 12, expired
"
  [ "$(schema)" -gt 7 ]
  echo "version 7 became $(schema)"
}

schema() { database "print(base.execute('PRAGMA user_version').fetchone()[0])"; }
