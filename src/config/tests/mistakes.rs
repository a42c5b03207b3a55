//! One picture of each kind of mistake, so that its wording is reviewed with the code.

use insta::assert_snapshot;

use super::{ACCOUNT, read};
use crate::error::Kind;

/// The message as the user sees it, with the hint below.
#[track_caller]
fn mistake(text: &str) -> String {
    let error = read(text).expect_err("a mistake");
    assert_eq!(error.kind(), Kind::Config);
    match error.advice() {
        Some(hint) => format!("{error}\n(hint: {hint})"),
        None => error.to_string(),
    }
}

#[track_caller]
pub(super) fn in_account(lines: &str) -> String {
    mistake(&format!("{ACCOUNT}{lines}"))
}

#[track_caller]
fn in_smtp(lines: &str) -> String {
    mistake(&format!("{ACCOUNT}[smtp]\n{lines}"))
}

#[test]
fn a_key_that_is_nearly_right() {
    assert_snapshot!(in_account("foldres = \"auto\""), @r#"
    unknown key `foldres`
     --> /etc/requite/config.toml:7:1
      |
    7 | foldres = "auto"
      | ^^^^^^^ did you mean `folders`?
    "#);
}

#[test]
fn a_key_unlike_any() {
    assert_snapshot!(mistake("[digest]\ncolour = \"red\""), @r#"
    unknown key `colour`
     --> /etc/requite/config.toml:2:1
      |
    2 | colour = "red"
      | ^^^^^^ known here: day, time, to, from, commands
    "#);
}

#[test]
fn a_table_that_is_nearly_right() {
    assert_snapshot!(mistake("[alert]\nper_week = 1"), @r#"
    unknown key `alert`
     --> /etc/requite/config.toml:1:2
      |
    1 | [alert]
      |  ^^^^^ did you mean `alerts`?
    "#);
}

#[test]
fn a_key_of_a_password_source() {
    assert_snapshot!(in_account("password.comand = [\"pass\"]"), @r#"
    unknown key `comand`
     --> /etc/requite/config.toml:7:10
      |
    7 | password.comand = ********
      |          ^^^^^^ did you mean `command`?
    "#);
}

#[test]
fn a_value_that_is_nearly_right() {
    assert_snapshot!(mistake("stance = \"resorce\""), @r#"
    "resorce" is not a value of this key
     --> /etc/requite/config.toml:1:10
      |
    1 | stance = "resorce"
      |          ^^^^^^^^^ did you mean `resource`?
    "#);
}

#[test]
fn a_value_of_the_wrong_type() {
    assert_snapshot!(mistake("limit = 48"), @r#"
    invalid type: integer `48`
     --> /etc/requite/config.toml:1:9
      |
    1 | limit = 48
      |         ^^ expected a string
    "#);
}

#[test]
fn a_port_out_of_range() {
    assert_snapshot!(in_account("port = 99999"), @r#"
    invalid value: integer `99999`
     --> /etc/requite/config.toml:7:8
      |
    7 | port = 99999
      |        ^^^^^ expected a number up to 65535
    "#);
}

#[test]
fn folders_of_the_wrong_type() {
    assert_snapshot!(in_account("folders = \"INBOX\""), @r#"
    invalid value: string "INBOX"
     --> /etc/requite/config.toml:7:11
      |
    7 | folders = "INBOX"
      |           ^^^^^^^ expected "auto" or a list of folder names
    "#);
}

#[test]
fn no_toml_at_all() {
    assert_snapshot!(mistake("limit = \"48h"), @r#"
    invalid basic string
     --> /etc/requite/config.toml:1:13
      |
    1 | limit = "48h
      |             ^ expected `"`
    "#);
}

#[test]
fn a_key_given_twice() {
    assert_snapshot!(mistake("limit = \"48h\"\nlimit = \"24h\""), @r#"
    duplicate key
     --> /etc/requite/config.toml:2:1
      |
    2 | limit = "24h"
      | ^^^^^ here
    "#);
}

#[test]
fn a_zone_of_another_planet() {
    assert_snapshot!(mistake("[me]\nzone = \"Mars/Olympus\""), @r#"
    no time zone is called "Mars/Olympus"
     --> /etc/requite/config.toml:2:8
      |
    2 | zone = "Mars/Olympus"
      |        ^^^^^^^^^^^^^^ a name from the tz database: "Europe/Paris"
    "#);
}

#[test]
fn a_duration_without_unit() {
    assert_snapshot!(mistake("limit = \"48\""), @r#"
    not a valid duration: 48
     --> /etc/requite/config.toml:1:9
      |
    1 | limit = "48"
      |         ^^^^ hours, days or minutes: "48h", "2d", "90m"
    "#);
}

#[test]
fn a_limit_longer_than_a_turn_lives() {
    assert_snapshot!(mistake("limit = \"60d\""), @r#"
    this limit can't be kept
     --> /etc/requite/config.toml:1:9
      |
    1 | limit = "60d"
      |         ^^^^^ more than 0 h, at most 30 days
    "#);
}

#[test]
fn a_time_that_no_clock_shows() {
    assert_snapshot!(mistake("[digest]\ntime = \"25:00\""), @r#"
    "25:00" isn't a time of day
     --> /etc/requite/config.toml:2:8
      |
    2 | time = "25:00"
      |        ^^^^^^^ hours and minutes: "07:00"
    "#);
}

#[test]
fn a_day_that_no_week_has() {
    assert_snapshot!(mistake("[digest]\nday = \"someday\""), @r#"
    "someday" isn't a day of the week
     --> /etc/requite/config.toml:2:7
      |
    2 | day = "someday"
      |       ^^^^^^^^^ in English: "monday"
    "#);
}

#[test]
fn quiet_hours_without_end() {
    assert_snapshot!(mistake("[alerts]\nquiet = \"21:00\""), @r#"
    "21:00" aren't quiet hours
     --> /etc/requite/config.toml:2:9
      |
    2 | quiet = "21:00"
      |         ^^^^^^^ from-to: "21:00-08:00", or "never"
    "#);
}

#[test]
fn an_absence_that_ends_before_it_starts() {
    assert_snapshot!(mistake("[me]\naway = [\"2027-01-02/2026-12-24\"]"), @r#"
    "2027-01-02/2026-12-24" isn't a time away
     --> /etc/requite/config.toml:2:9
      |
    2 | away = ["2027-01-02/2026-12-24"]
      |         ^^^^^^^^^^^^^^^^^^^^^^^ the last day comes before the first
    "#);
}

#[test]
fn an_absence_on_a_day_that_does_not_exist() {
    assert_snapshot!(mistake("[me]\naway = [\"2026-02-30\"]"), @r#"
    "2026-02-30" isn't a time away
     --> /etc/requite/config.toml:2:9
      |
    2 | away = ["2026-02-30"]
      |         ^^^^^^^^^^^^ first/last day: "2026-12-24/2027-01-02", or one day
    "#);
}

#[test]
fn an_address_without_at() {
    assert_snapshot!(mistake("[me]\naddresses = [\"ada.example.com\"]"), @r#"
    not a mail address: ada.example.com
     --> /etc/requite/config.toml:2:14
      |
    2 | addresses = ["ada.example.com"]
      |              ^^^^^^^^^^^^^^^^^ like "ada@example.com"
    "#);
}

#[test]
fn no_address_of_mine() {
    assert_snapshot!(mistake("[[account]]\nname = \"old\"\nkind = \"maildir\"\npath = \"~/Mail\""), @r#"
    /etc/requite/config.toml: no address of yours is known, so yours and theirs look alike
    (hint: add [me] addresses = ["ada@example.com"] with every address of yours)
    "#);
}

#[test]
fn an_account_without_name() {
    assert_snapshot!(mistake("[[account]]\nhost = \"imap.example.com\""), @r#"
    an account has no name
     --> /etc/requite/config.toml:1:1
      |
    1 | [[account]]
      | ^^^^^^^^^^^ add name = "work"
    "#);
}

#[test]
fn an_account_without_host() {
    assert_snapshot!(mistake("[[account]]\nname = \"work\""), @r#"
    account "work" has no host
     --> /etc/requite/config.toml:1:1
      |
    1 | [[account]]
      | ^^^^^^^^^^^ add host = "imap.example.com"
    "#);
}

#[test]
fn an_account_without_user() {
    assert_snapshot!(mistake("[[account]]\nname = \"work\"\nhost = \"imap.example.com\""), @r#"
    account "work" has no user
     --> /etc/requite/config.toml:1:1
      |
    1 | [[account]]
      | ^^^^^^^^^^^ add user = "ada@example.com"
    "#);
}

#[test]
fn an_account_without_password() {
    assert_snapshot!(mistake(&ACCOUNT.replace("password.file = \"pw\"", "")), @r#"
    account "work" has no password
     --> /etc/requite/config.toml:2:1
      |
    2 | [[account]]
      | ^^^^^^^^^^^ no source is named here
    (hint: name one source: password.command = ["pass", "mail"], password.file = "FILE" (mode 600), password.credential = "NAME" (systemd), or password.keyring = "NAME" (Secret Service))
    "#);
}

#[test]
fn a_password_from_two_sources() {
    assert_snapshot!(in_account("password.command = [\"pass\"]"), @r#"
    the password has several sources
     --> /etc/requite/config.toml:6:1
      |
    6 | password.file = "pw"
      | ^^^^^^^^ name one
    "#);
}

#[test]
fn a_password_in_plain_sight() {
    assert_snapshot!(mistake(&ACCOUNT.replace("password.file = \"pw\"", "password = \"hunter2\"")), @r#"
    a password doesn't belong in this file
     --> /etc/requite/config.toml:6:12
      |
    6 | password = *********
      |            ^^^^^^^^^ blotted out here
    (hint: name one source: password.command = ["pass", "mail"], password.file = "FILE" (mode 600), password.credential = "NAME" (systemd), or password.keyring = "NAME" (Secret Service))
    "#);
}

#[test]
fn two_accounts_of_one_name() {
    assert_snapshot!(in_account(ACCOUNT), @r#"
    two accounts are called "work"
     --> /etc/requite/config.toml:9:8
      |
    3 | name = "work"
      |        ------ the first one
    ...
    9 | name = "work"
      |        ^^^^^^ give this one another name
    "#);
}

#[test]
fn a_maildir_without_path() {
    assert_snapshot!(mistake("[[account]]\nname = \"old\"\nkind = \"maildir\""), @r#"
    account "old" has no path
     --> /etc/requite/config.toml:1:1
      |
    1 | [[account]]
      | ^^^^^^^^^^^ add path = "~/Mail"
    "#);
}

#[test]
fn a_maildir_with_a_host() {
    assert_snapshot!(mistake("[[account]]\nname = \"old\"\nkind = \"maildir\"\nhost = \"imap.example.com\""), @r#"
    account "old" is a Maildir and has settings of a server
     --> /etc/requite/config.toml:4:8
      |
    4 | host = "imap.example.com"
      |        ^^^^^^^^^^^^^^^^^^ belongs to kind = "imap"
    "#);
}

#[test]
fn an_imap_account_with_a_path() {
    assert_snapshot!(in_account("path = \"~/Mail\""), @r#"
    account "work" is read over IMAP and has a path
     --> /etc/requite/config.toml:7:8
      |
    7 | path = "~/Mail"
      |        ^^^^^^^^ belongs to kind = "maildir"
    "#);
}

#[test]
fn a_password_in_the_clear() {
    assert_snapshot!(in_account("tls = \"none\""), @r#"
    without TLS the password would travel in the clear
     --> /etc/requite/config.toml:7:7
      |
    4 | host = "imap.example.com"
      |        ------------------ this is another machine
    ...
    7 | tls = "none"
      |       ^^^^^^ only to a loopback address
    (hint: use tls = "implicit" or tls = "starttls")
    "#);
}

#[test]
fn smtp_that_names_no_way() {
    assert_snapshot!(in_smtp("from = \"ada@example.com\""), @r#"
    [smtp] names no way to send
     --> /etc/requite/config.toml:7:1
      |
    7 | [smtp]
      | ^^^^^^ one of: host = "…", sendmail = true, file = "DIR"
    "#);
}

#[test]
fn smtp_that_names_two_ways() {
    assert_snapshot!(in_smtp("host = \"smtp.example.com\"\nsendmail = true"), @r#"
    [smtp] names several ways to send
     --> /etc/requite/config.toml:7:1
      |
    7 | [smtp]
      | ^^^^^^ one of: host = "…", sendmail = true, file = "DIR"
    "#);
}

#[test]
fn sendmail_with_settings_of_a_server() {
    assert_snapshot!(in_smtp("sendmail = true\nport = 587"), @r#"
    [smtp] names no host and has settings of a server
     --> /etc/requite/config.toml:9:8
      |
    9 | port = 587
      |        ^^^ add host = "…", or leave this out
    "#);
}

#[test]
fn an_smtp_user_without_password() {
    assert_snapshot!(in_smtp("host = \"smtp.example.com\"\nuser = \"ada\""), @r#"
    [smtp] has no password
     --> /etc/requite/config.toml:9:8
      |
    9 | user = "ada"
      |        ^^^^^ no source is named here
    (hint: name one source: password.command = ["pass", "mail"], password.file = "FILE" (mode 600), password.credential = "NAME" (systemd), or password.keyring = "NAME" (Secret Service))
    "#);
}

#[test]
fn an_smtp_password_without_user() {
    assert_snapshot!(in_smtp("host = \"smtp.example.com\"\npassword.file = \"pw\""), @r#"
    [smtp] has a password and no user
     --> /etc/requite/config.toml:9:1
      |
    9 | password.file = "pw"
      | ^^^^^^^^ add user = "ada@example.com"
    "#);
}

#[test]
fn a_digest_for_nobody() {
    assert_snapshot!(mistake("[smtp]\nsendmail = true"), @r#"
    the digest has no recipient
     --> /etc/requite/config.toml:1:1
      |
    1 | [smtp]
      | ^^^^^^ nobody to send to
    (hint: add [digest] to = "ada@example.com")
    "#);
}

#[test]
fn two_ways_to_log_in() {
    assert_snapshot!(in_account("token_command = [\"oama\"]"), @r#"
    several ways to log in are named
     --> /etc/requite/config.toml:7:17
      |
    7 | token_command = ["oama"]
      |                 ^^^^^^^^ name one: password, token_command or oauth
    "#);
}

#[test]
fn a_fingerprint_of_another_kind() {
    assert_snapshot!(in_account("fingerprint = \"aa:bb\""), @r#"
    this isn't the fingerprint of a certificate
     --> /etc/requite/config.toml:7:15
      |
    7 | fingerprint = "aa:bb"
      |               ^^^^^^^ SHA-256: 64 hexadecimal digits, with or without colons
    (hint: openssl x509 -in server.pem -noout -fingerprint -sha256)
    "#);
}

#[test]
fn a_fingerprint_without_tls() {
    let account = ACCOUNT.replace("imap.example.com", "localhost");
    let text = format!("{account}tls = \"none\"\nfingerprint = \"aa:bb\"");
    assert_snapshot!(mistake(&text), @r#"
    without TLS the server shows no certificate
     --> /etc/requite/config.toml:8:15
      |
    8 | fingerprint = "aa:bb"
      |               ^^^^^^^ leave this key out
    "#);
}
