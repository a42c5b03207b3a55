//! What a configuration means, and what each mistake in it looks like.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::{Weekday, date, time};
use jiff::tz::TimeZone;

use super::*;
use crate::domain::model::Stance;
use crate::domain::policy::TimeBasis;
use crate::error::Kind;

mod daily_bytes;
mod mistakes;

fn read(text: &str) -> Result<Config> {
    let dates = DateStyle::default();
    let environment = Environment { system_zone: TimeZone::UTC, home: "/home/ada".into(), dates };
    parse(text, Path::new("/etc/requite/config.toml"), &environment)
}

#[track_caller]
fn good(text: &str) -> Config {
    read(text).unwrap_or_else(|error| panic!("{error}"))
}

/// An account with nothing but what it must have.
const ACCOUNT: &str = r#"
[[account]]
name = "work"
host = "imap.example.com"
user = "Ada@Example.com"
password.file = "pw"
"#;

#[track_caller]
fn imap(text: &str) -> Imap {
    match good(text).accounts.remove(0).kind {
        AccountKind::Imap(imap) => imap,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_empty_file_is_all_defaults() {
    let config = good("");
    assert_eq!(config.policy.stance, Stance::Resource);
    assert_eq!(config.policy.limit_h, 48.0);
    assert_eq!(config.policy.time, TimeBasis::Arrival);
    assert_eq!(config.policy.zone, TimeZone::UTC);
    assert_eq!(config.policy.alerts.batch, time(8, 30, 0, 0));
    assert_eq!(config.policy.alerts.per_week, 6);
    assert_eq!(config.policy.alerts.quiet, Some((time(21, 0, 0, 0), time(8, 0, 0, 0))));
    assert_eq!((config.digest.day, config.digest.time), (Weekday::Monday, time(7, 0, 0, 0)));
    assert!(config.accounts.is_empty() && config.mailer.is_none() && config.digest.to.is_none());
    assert!(config.desktop && config.keep_subjects);
}

#[test]
fn the_example_of_the_manual_reads_as_it_says() {
    let config = good(
        r#"
        stance = "tool"
        limit = "2d"
        [me]
        names = ["Ada Example", " "]
        addresses = [" Ada@Example.COM "]
        zone = "Europe/Paris"
        away = ["2026-12-24/2027-01-02", "2026-05-01"]
        [[account]]
        name = "work"
        kind = "imap"
        host = "imap.example.com"
        user = "ada@work.example.com"
        password.command = ["~/bin/pw", "mail/work"]
        folders = ["INBOX", "Sent"]
        [[account]]
        name = "archive"
        kind = "maildir"
        path = "~/Mail"
        [smtp]
        host = "smtp.example.com"
        [digest]
        day = "friday"
        time = "17:30"
        [alerts]
        desktop = false
        batch = "09:00"
        per_week = 3
        quiet = "never"
        [measure]
        time = "date"
        [privacy]
        subjects = false
        text = "cues"
        "#,
    );
    assert_eq!((config.policy.stance, config.policy.limit_h), (Stance::Tool, 48.0));
    assert_eq!(config.me.names, ["Ada Example"]);
    assert_eq!(config.me.addresses, ["ada@example.com", "ada@work.example.com"]);
    assert_eq!(config.policy.zone.iana_name(), Some("Europe/Paris"));
    let may_day = date(2026, 5, 1);
    let holidays = (date(2026, 12, 24), date(2027, 1, 2));
    assert_eq!(config.policy.away, [holidays, (may_day, may_day)]);
    let AccountKind::Imap(work) = &config.accounts[0].kind else { panic!("no IMAP") };
    let command = ["/home/ada/bin/pw", "mail/work"].map(str::to_owned).to_vec();
    assert_eq!(work.login, Login::Password(secret::Password::Command(command)));
    let named = Folders::Named(vec!["INBOX".into(), "Sent".into()]);
    assert_eq!(config.accounts[0].folders, named);
    let AccountKind::Maildir { path } = &config.accounts[1].kind else { panic!("no Maildir") };
    assert_eq!(path, Path::new("/home/ada/Mail"));
    assert_eq!(config.accounts[1].folders, Folders::Auto);
    assert_eq!((config.digest.day, config.digest.time), (Weekday::Friday, time(17, 30, 0, 0)));
    assert_eq!(config.digest.to.as_deref(), Some("ada@example.com"));
    assert_eq!(config.policy.alerts.quiet, None);
    assert_eq!(config.policy.alerts.per_week, 3);
    assert_eq!(config.policy.time, TimeBasis::Date);
    assert!(!config.desktop && !config.keep_subjects);
    assert!(config.accounts.iter().all(|account| account.text_cues));
}

#[test]
fn ports_follow_tls() {
    for (tls, port) in [("", 993), ("tls = \"implicit\"", 993), ("tls = \"starttls\"", 143)] {
        assert_eq!(imap(&format!("{ACCOUNT}{tls}")).port, port);
        let smtp = format!("{ACCOUNT}[smtp]\nhost = \"smtp.example.com\"\n{tls}");
        let Some(Mailer::Smtp(smtp)) = good(&smtp).mailer else { panic!("no SMTP") };
        assert_eq!(smtp.port, if port == 993 { 465 } else { 587 });
        assert!(smtp.login.is_none());
    }
    assert_eq!(imap(&format!("{ACCOUNT}port = 1993")).port, 1993);
}

#[test]
fn without_tls_only_loopback_is_spoken_to() {
    for host in ["localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"] {
        let text = ACCOUNT.replace("imap.example.com", host) + "tls = \"none\"";
        assert_eq!(imap(&text).tls, Tls::None);
    }
    for host in ["imap.example.com", "192.168.0.2", "localhost.example.com"] {
        let text = ACCOUNT.replace("imap.example.com", host) + "tls = \"none\"";
        assert!(read(&text).unwrap_err().to_string().contains("in the clear"));
    }
}

#[test]
fn relative_paths_start_at_the_folder_of_the_file() {
    let imap = imap(&format!("{ACCOUNT}ca = \"ca.pem\""));
    assert_eq!(imap.ca.as_deref(), Some(Path::new("/etc/requite/ca.pem")));
    assert_eq!(imap.login, Login::Password(secret::Password::File("/etc/requite/pw".into())));
}

#[test]
fn a_fingerprint_stands_for_the_certificate() {
    let line = format!("fingerprint = \"{}\"", Fingerprint::of(b"a certificate"));
    let expected = Some(Fingerprint::of(b"a certificate"));
    assert_eq!(imap(&format!("{ACCOUNT}{line}")).fingerprint, expected);
    let smtp = format!("{ACCOUNT}[smtp]\nhost = \"smtp.example.com\"\n{line}");
    let Some(Mailer::Smtp(smtp)) = good(&smtp).mailer else { panic!("no SMTP") };
    assert_eq!(smtp.fingerprint, expected);
}

#[test]
fn limits_are_durations() {
    for (text, hours) in [("48h", 48.0), ("2d", 48.0), ("90m", 1.5), ("1d 12h", 36.0)] {
        assert_eq!(good(&format!("limit = \"{text}\"")).policy.limit_h, hours, "{text}");
    }
    for text in ["48", "-48h", "0h", "soon", "31d", "1mo"] {
        let error = read(&format!("limit = \"{text}\"")).unwrap_err();
        assert_eq!(error.kind(), Kind::Config, "{text}");
    }
}

#[test]
fn the_digest_leaves_in_one_of_three_ways() {
    let way = |lines: &str| good(&format!("{ACCOUNT}[smtp]\n{lines}")).mailer;
    assert!(matches!(way("sendmail = true"), Some(Mailer::Sendmail)));
    let folder = Path::new("/etc/requite/out");
    assert!(matches!(way("file = \"out\""), Some(Mailer::File(path)) if path == folder));
    let login = "host = \"smtp.example.com\"\nuser = \"ada\"\npassword.credential = \"smtp\"";
    let Some(Mailer::Smtp(Smtp { login: Some((user, login)), .. })) = way(login) else {
        panic!("no login")
    };
    assert_eq!(user, "ada");
    assert_eq!(login, Login::Password(secret::Password::Credential("smtp".to_owned())));
}

#[test]
fn the_digest_comes_from_the_address_that_sends_it() {
    let from = |lines: &str| {
        good(&format!("{ACCOUNT}[smtp]\nhost = \"localhost\"\n{lines}")).digest.from.unwrap()
    };
    let login = "user = \"bot@example.org\"\npassword.file = \"pw\"\n";
    assert_eq!(from(""), "ada@example.com");
    assert_eq!(from(login), "bot@example.org");
    assert_eq!(from(&format!("{login}from = \"requite@example.org\"")), "requite@example.org");
}

#[test]
fn keys_that_say_nothing_change_nothing() {
    for key in ["token_command = []", "oauth.provider = \"\"", "daily_bytes = \"\""] {
        assert_eq!(imap(&format!("{ACCOUNT}{key}")).port, 993);
    }
}

#[test]
fn the_providers_are_known_and_the_client_is_ones_own() {
    let base = ACCOUNT.replace("password.file = \"pw\"", "");
    let oauth = |lines: &str| match imap(&format!("{base}{lines}")).login {
        Login::OAuth(oauth) => *oauth,
        other => panic!("{other:?}"),
    };
    let google = oauth("oauth = { provider = \"google\", client_id = \"mine\" }");
    assert_eq!((google.account.as_str(), google.client_id.as_str()), ("work", "mine"));
    assert_eq!(google.scopes, ["https://mail.google.com/"]);
    assert!(google.auth_url.is_some() && google.device_url.is_none());
    let microsoft = oauth("oauth = { provider = \"microsoft\", client_id = \"mine\" }");
    assert!(microsoft.device_url.is_some());
    assert!(microsoft.scopes.contains(&"offline_access".to_owned()));
    let own = oauth(
        "oauth.client_id = \"mine\"\noauth.token_url = \"http://127.0.0.1:8/token\"\n\
         oauth.client_secret.file = \"secret\"\noauth.scopes = [\"mail\"]\n\
         oauth.ca = \"ca.pem\"",
    );
    assert_eq!((own.ca, google.ca), (Some("/etc/requite/ca.pem".into()), None));
    assert_eq!(own.client_secret, Some(secret::Password::File("/etc/requite/secret".into())));
    for (lines, why) in [
        ("oauth.provider = \"google\"", "has no OAuth2 client"),
        ("oauth.client_id = \"mine\"", "no page that gives tokens"),
        ("oauth = { provider = \"aol\", client_id = \"mine\" }", "no provider \"aol\" is known"),
        ("oauth = { client_id = \"m\", token_url = \"http://example.com\" }", "the address of a"),
        ("oauth = { client_id = \"m\", client_secret = \"x\" }", "no page that gives tokens"),
    ] {
        let error = read(&format!("{base}{lines}")).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn the_digest_may_log_in_as_an_account_does() {
    let as_account =
        |name: &str| format!("{ACCOUNT}[smtp]\nhost = \"smtp.example.com\"\naccount = \"{name}\"");
    let Some(Mailer::Smtp(smtp)) = good(&as_account("work")).mailer else { panic!("no SMTP") };
    let work = imap(ACCOUNT);
    assert_eq!(smtp.login, Some((work.user, work.login)));
    let error = read(&as_account("wrok")).unwrap_err().to_string();
    assert!(error.contains("no IMAP account is called \"wrok\""), "{error}");
}

/// The keys of the example, taken out of their comments.
fn example() -> String {
    EXAMPLE
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(key) if key.starts_with(|c: char| !c.is_whitespace()) => key,
            _ => line,
        })
        .fold(String::new(), |text, line| text + line + "\n")
}

#[test]
fn the_example_is_empty_as_it_stands() {
    let lines = EXAMPLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    assert_eq!(lines.count(), 0);
}

#[test]
fn every_line_of_the_example_can_be_switched_on() {
    let config = good(&example());
    assert_eq!(config.accounts.len(), 3);
    assert!(config.accounts.iter().all(|account| account.text_cues));
    assert!(matches!(config.mailer, Some(Mailer::Smtp(_))));
    assert_eq!(config.digest.to.as_deref(), Some("ada@example.com"));
}

#[test]
fn the_example_shows_the_defaults() {
    let mut shown: toml::Table = example().parse().unwrap();
    for examples in ["me", "account", "smtp"] {
        shown.remove(examples);
    }
    let (shown, default) = (good(&shown.to_string()), good(""));
    assert_eq!(format!("{shown:?}"), format!("{default:?}"));
}

#[test]
fn the_example_shows_every_key() {
    let shown: toml::Table = example().parse().unwrap();
    let keys_in = |table: &str| -> BTreeSet<String> {
        let found = match table {
            "" => Some(&shown),
            "account" => shown["account"][0].as_table(),
            "account.password" => shown["account"][0]["password"].as_table(),
            "account.oauth" => shown["account"][0]["oauth"].as_table(),
            "smtp.password" => shown["smtp"]["password"].as_table(),
            _ => shown[table].as_table(),
        };
        found.unwrap().keys().cloned().collect()
    };
    for (table, header) in [
        ("", ""),
        ("me", "[me]"),
        ("account", "[[account]]"),
        ("account.password", "[[account]]\n[account.password]"),
        ("account.oauth", "[[account]]\n[account.oauth]"),
        ("smtp", "[smtp]"),
        ("smtp.password", "[smtp.password]"),
        ("digest", "[digest]"),
        ("alerts", "[alerts]"),
        ("measure", "[measure]"),
        ("privacy", "[privacy]"),
    ] {
        let error = read(&format!("{header}\nqqq = 1")).unwrap_err().to_string();
        let (_, known) = error.split_once("known here: ").unwrap();
        let known = known.lines().next().unwrap();
        // Those of accounts of other kinds.
        let others = [("account", "path"), ("account", "goa")];
        for key in known.split(", ").filter(|key| !others.contains(&(table, *key))) {
            assert!(keys_in(table).contains(key), "[{table}] {key} is not in the example");
        }
    }
}

#[test]
fn a_missing_file_is_said_to_be_missing() {
    let error = load(Path::new("/nowhere/config.toml"), no_calendar).unwrap_err();
    assert_eq!(error.kind(), Kind::Config);
    assert!(error.to_string().starts_with("/nowhere/config.toml can't be read"));
    assert!(error.advice().unwrap().contains("requite setup"));
}

fn no_calendar(_: &[u8], _: &TimeZone) -> Option<Holidays> {
    None
}

/// A day for each line.
fn listed(bytes: &[u8], _: &TimeZone) -> Option<Holidays> {
    let text = std::str::from_utf8(bytes).ok()?;
    let days = text.lines().map(|day| day.parse().ok()).collect::<Option<_>>()?;
    Some(Holidays { days, skipped: 0 })
}

#[test]
fn the_holidays_of_all_calendars_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("config.toml", "[measure]\nholidays = [\"fr.ics\", \"\", \"ours.ics\"]");
    write("fr.ics", "2026-07-14\n2026-12-25\n");
    write("ours.ics", "2026-12-25\n2026-12-28\n");
    let loaded = load(&config, listed).unwrap();
    let days = [date(2026, 7, 14), date(2026, 12, 25), date(2026, 12, 28)];
    assert_eq!(*loaded.policy.holidays, days.into());
    let counts = loaded.holidays.iter().map(|file| file.holidays.days.len());
    assert_eq!(counts.collect::<Vec<_>>(), [2, 2]);
}

#[test]
fn a_calendar_that_cant_be_read_is_a_mistake_in_its_line() {
    #[track_caller]
    fn check(name: &str, why: &str) {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        std::fs::write(&config, format!("[measure]\nholidays = [\"{name}\"]")).unwrap();
        let error = load(&config, no_calendar).unwrap_err();
        assert_eq!(error.kind(), crate::error::Kind::Config);
        let told = error.to_string();
        for part in [name, "config.toml:2:13", why] {
            assert!(told.contains(part), "{told}");
        }
        assert!(error.advice().unwrap().contains(".ics"));
    }
    check("nowhere.ics", "No such file");
    check("config.toml", "no calendar is in it");
    check(".", "directory");
}

#[test]
fn an_account_of_the_desktop_says_no_more_than_its_address() {
    let config =
        good("[[account]]\ngoa = \"Ada@gmail.com\"\n[smtp]\naccount = \"Ada@gmail.com\"\n");
    assert_eq!(config.accounts[0].name, "Ada@gmail.com");
    assert_eq!(config.accounts[0].kind, AccountKind::Goa { address: "ada@gmail.com".to_owned() });
    assert!(
        config.accounts[0].webmail.as_ref().is_some_and(|page| page.contains("mail.google.com"))
    );
    assert_eq!(config.me.addresses, ["ada@gmail.com"]);
    assert!(matches!(config.mailer, Some(Mailer::Goa(address)) if address == "ada@gmail.com"));
    let error = read("[[account]]\ngoa = \"ada@gmail.com\"\nuser = \"ada\"\n").unwrap_err();
    assert!(error.to_string().contains("all of it comes from there"), "{error}");
}
