# Ada's mail server, on this machine, with a certificate of an authority that nobody knows.
# shellcheck shell=bash

password=correct-horse
certificates=/etc/dovecot/private
authority=/usr/local/share/authority.pem

set_up_mail() {
  echo '127.0.0.1 localhost' >/etc/hosts
  new_user ada
  issue_certificate 2>/dev/null
  if dovecot --version | grep -q '^2\.3'; then
    echo 'mail_location = maildir:~/Maildir'
  else
    printf 'mail_driver = maildir\nmail_path = ~/Maildir\nmail_inbox_path = ~/Maildir\n'
  fi >/etc/dovecot/local.conf
  systemctl restart dovecot
  local n
  for n in {1..20}; do
    letter "Bea <bea@example.net>" "Ada <ada@example.com>" "Question $n" | deliver INBOX
  done
  letter "Ada <ada@example.com>" "Bea <bea@example.net>" "An answer" | deliver Sent
}

issue_certificate() {
  local work
  work="$(mktemp -d)"
  openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=An authority" \
    -keyout "$work/authority.key" -out "$authority"
  openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" \
    -keyout "$certificates/dovecot.key" -out "$work/request"
  openssl x509 -req -in "$work/request" -days 30 -CA "$authority" -CAkey "$work/authority.key" \
    -CAcreateserial -extfile <(echo "subjectAltName=DNS:localhost") -out "$certificates/dovecot.pem"
  chmod 644 "$authority"
  rm -rf "$work"
}

# From, To, subject.
letter() {
  printf 'From: %s\nTo: %s\nSubject: %s\nDate: %s\nMessage-ID: <%s@example.net>\n\n%s\n' \
    "$1" "$2" "$3" "$(date --rfc-email)" "$(cat /proc/sys/kernel/random/uuid)" \
    "Ada, when can you send me the draft?"
}

deliver() {
  doveadm mailbox create -u ada "$1" 2>/dev/null || true
  doveadm save -u ada -m "$1"
}

# An account that is read from there; its source of the password is what is given.
account() {
  cat <<END
[me]
addresses = ["ada@example.com"]

[[account]]
name = "mail"
host = "localhost"
user = "ada"
ca = "$authority"
$1
END
}
