//! What goes out, each once: alerts on a real desktop, digests to a real mail server.

use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use requite::config::Tls;

use super::*;
use crate::support::desktop::{PrivateDesktop, bus_in, programs, with_bus};
use crate::support::eventually;
use crate::support::smtpd::Smtpd;
use crate::support::world::Daemon;

pub(super) const DUE_SOON: &str = "Could you send the plan?";
const LATE: &str = "Can you still come?";

/// Grace's question is due in 18 hours; Alan's was late before anybody watched. So much history
/// lies below them that it comes in several batches.
pub(super) fn with_debts(further: &str) -> World {
    let world = world();
    let maildir = Maildir::create(world.home().join("Mail"));
    for number in 0..400 {
        let at = hours_ago(2000 + number);
        let note = to_me(
            "Newcomer <new@example.net>",
            at,
            &format!("{number}@example.org"),
            &format!("Note {number}"),
        );
        maildir.keep(at, "S", &note.bytes());
    }
    for (from, age, subject) in [(GRACE, 30, DUE_SOON), (ALAN, 60, LATE)] {
        let mail = to_me(from, hours_ago(age), &format!("{age}h@example.org"), subject);
        maildir.deliver(mail.time(), &mail.bytes());
    }
    world.configure(&configuration(&[further, &maildir_account(&maildir)]));
    import_both(&world);
    world
}

/// The batch of today was due a minute ago.
pub(super) fn batch_is_due() -> String {
    let batch = (now() - SignedDuration::from_mins(1)).to_zoned(TimeZone::UTC).strftime("%H:%M");
    format!("[alerts]\nbatch = \"{batch}\"\nquiet = \"never\"\n")
}

/// With the session bus of this process.
pub(super) fn daemon_on_the_desktop(world: &World) -> Daemon {
    on_the_desktop_with(world, &[])
}

/// The same with more in its environment.
pub(super) fn on_the_desktop_with(world: &World, environment: &[(&str, &str)]) -> Daemon {
    let mut command = world.command(&["run"]);
    for bus in ["DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS"] {
        command.env(bus, std::env::var(bus).unwrap());
    }
    command.env("DISPLAY", ":0").envs(environment.iter().copied());
    let daemon = world.daemon_with(command);
    daemon.ready();
    daemon
}

/// Returns once it has gone round often enough to have done whatever is due.
pub(super) fn has_looked(daemon: &Daemon) {
    daemon.forget_notices();
    for _ in 0..4 {
        daemon.notice("WATCHDOG=1");
    }
}

pub(super) fn titles(history: &[Value]) -> Vec<&str> {
    history.iter().map(|shown| shown["summary"]["data"].as_str().unwrap()).collect()
}

#[test]
fn a_debt_that_is_due_soon_is_told_once() {
    let Some(programs) = programs() else { return };
    let folder = tempfile::tempdir().unwrap();
    let test = "main_job::telling::a_debt_that_is_due_soon_is_told_once";
    with_bus(test, &bus_in(folder.path()), async || {
        let mut desktop = PrivateDesktop::start(programs).await;
        desktop.start_notifier().await;
        let world = with_debts(&batch_is_due());
        let mut daemon = daemon_on_the_desktop(&world);
        desktop.displays(1).await;
        for _ in 0..3 {
            assert!(daemon.terminate().success());
            daemon = daemon_on_the_desktop(&world);
            has_looked(&daemon);
        }
        let history = desktop.history().await;
        assert_eq!(titles(&history), ["Grace Hopper is waiting for you"]);
        let body = history[0]["body"]["data"].as_str().unwrap();
        assert!(body.contains(DUE_SOON), "{body}");
        let late = pair("Alan Turing", LATE);
        assert!(i_owe(&world).contains(&late), "what was late before is listed all the same");
        assert_eq!(status(&world)["totals"]["i_owe_overdue"], 1);
        assert!(daemon.terminate().success());
    });
}

#[test]
fn an_alert_waits_for_somebody_to_show_it() {
    let Some(programs) = programs() else { return };
    let folder = tempfile::tempdir().unwrap();
    let test = "main_job::telling::an_alert_waits_for_somebody_to_show_it";
    with_bus(test, &bus_in(folder.path()), async || {
        let mut desktop = PrivateDesktop::start(programs).await;
        let world = with_debts(&batch_is_due());
        let daemon = daemon_on_the_desktop(&world);
        eventually(Duration::from_secs(30), "the alert finds no notifier", || {
            daemon.log().contains("alert not shown").then_some(())
        });
        desktop.start_notifier().await;
        desktop.displays(1).await;
        has_looked(&daemon);
        let history = desktop.history().await;
        assert_eq!(titles(&history), ["Grace Hopper is waiting for you"]);
        assert!(daemon.terminate().success());
    });
}

#[test]
fn nobody_is_told_of_a_muted_contact() {
    let Some(programs) = programs() else { return };
    let folder = tempfile::tempdir().unwrap();
    let test = "main_job::telling::nobody_is_told_of_a_muted_contact";
    with_bus(test, &bus_in(folder.path()), async || {
        let mut desktop = PrivateDesktop::start(programs).await;
        desktop.start_notifier().await;
        let world = with_debts(&batch_is_due());
        world.run(&["mute", "Grace Hopper"]);
        let daemon = daemon_on_the_desktop(&world);
        eventually(Duration::from_secs(30), "the debt is listed", || {
            i_owe(&world).contains(&pair("Grace Hopper", DUE_SOON)).then_some(())
        });
        has_looked(&daemon);
        assert_eq!(titles(&desktop.history().await), [""; 0]);
        assert!(daemon.terminate().success());
    });
}

#[test]
fn what_is_chosen_on_an_alert_is_done() {
    let Some(programs) = programs() else { return };
    let folder = tempfile::tempdir().unwrap();
    let test = "main_job::telling::what_is_chosen_on_an_alert_is_done";
    with_bus(test, &bus_in(folder.path()), async || {
        let mut desktop = PrivateDesktop::start(programs).await;
        desktop.start_notifier().await;
        let world = with_debts(&batch_is_due());
        let daemon = daemon_on_the_desktop(&world);
        desktop.displays(1).await;
        desktop.choose("Done").await;
        eventually(Duration::from_secs(5), "the debt is done", || {
            (i_owe(&world) == [pair("Alan Turing", LATE)]).then_some(())
        });
        assert_eq!(turn_about(&world, "Grace", DUE_SOON)["status"], "closed");
        assert!(daemon.terminate().success());
    });
}

#[test]
fn a_desktop_that_does_not_answer_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    // Takes connections as a bus does, and then says nothing.
    let bus = UnixListener::bind(folder.path().join("bus")).unwrap();
    let world = with_debts(&batch_is_due());
    let mut command = world.command(&["run"]);
    command.env("DBUS_SESSION_BUS_ADDRESS", bus_in(folder.path()));
    let daemon = world.daemon_with(command);
    let _silent = bus.accept().unwrap();
    let asked = Instant::now();
    assert_eq!(daemon.terminate().code(), Some(0));
    assert!(asked.elapsed() < Duration::from_secs(2), "it took {:?}", asked.elapsed());
}

fn smtp(server: &Smtpd, tls: Tls, name: &str) -> String {
    let client = server.client(tls);
    format!(
        "[smtp]\nhost = \"{}\"\nport = {}\ntls = \"{name}\"\nca = \"{}\"\n",
        client.host,
        client.port,
        client.ca.unwrap().display(),
    )
}

fn text(mail: &[u8]) -> String {
    let mail = mail_parser::MessageParser::default().parse(mail).unwrap();
    mail.body_text(0).unwrap().into_owned()
}

#[test]
fn a_digest_is_sent_on_demand() {
    for (name, tls) in [("starttls", Tls::Starttls), ("implicit", Tls::Implicit)] {
        let Some(server) = Smtpd::start(name, &[]) else { return };
        let post = "[digest]\nto = \"ada@example.com\"\n";
        let world = with_debts(&[SILENT, post, &smtp(&server, tls, name)].concat());
        world.run(&["sync"]);
        world.run(&["digest", "--send"]);
        let (events, mails) = server.finish();
        assert_eq!(events, ["mail-from ada@example.com", "mail 1 tls"]);
        let text = text(&mails[0]);
        assert!(text.contains("Grace Hopper") && text.contains(LATE), "{text}");
    }
}

#[test]
fn check_tries_the_way_of_the_digest_and_sends_none() {
    let Some(server) = Smtpd::start("starttls", &[]) else { return };
    let post = "[digest]\nto = \"ada@example.com\"\n";
    let way = smtp(&server, Tls::Starttls, "starttls");
    let check = |way: &str| {
        let world = with_debts(&[SILENT, post, way].concat());
        let report: Value =
            serde_json::from_slice(&world.output(&["check", "--json"]).stdout).unwrap();
        let mut parts = report["parts"].as_array().unwrap().iter();
        parts.find(|part| part["part"] == "digest mail").unwrap().clone()
    };
    assert_eq!(check(&way)["ok"], true);
    let port = format!("port = {}", server.client(Tls::Starttls).port);
    let unreached = check(&way.replace(&port, "port = 1"));
    assert_eq!(unreached["ok"], false);
    assert!(unreached["detail"].as_str().unwrap().contains("localhost"), "{unreached}");
    assert_eq!(server.finish(), (Vec::new(), Vec::new()));
}

#[test]
fn the_digest_of_the_week_is_sent_once_at_its_time() {
    let Some(server) = Smtpd::start("starttls", &[]) else { return };
    // The next full minute that leaves time to read the mailbox first.
    let due = (now() + SignedDuration::from_secs(75)).to_zoned(TimeZone::UTC);
    let due = due.with().second(0).build().unwrap();
    let day = due.strftime("%A").to_string().to_lowercase();
    let time = due.strftime("%H:%M");
    let digest =
        format!("[digest]\nto = \"ada@example.com\"\nday = \"{day}\"\ntime = \"{time}\"\n");
    let world = with_debts(&[SILENT, &digest, &smtp(&server, Tls::Starttls, "starttls")].concat());
    let mut daemon = world.daemon();
    daemon.ready();
    has_looked(&daemon);
    assert_eq!(server.taken(), 0, "it isn't time yet");
    eventually(Duration::from_secs(90), "the digest comes", || (server.taken() == 1).then_some(()));
    assert!(Timestamp::now() >= due.timestamp(), "not before its time");
    for end in [Daemon::kill, |daemon: Daemon| assert!(daemon.terminate().success())] {
        has_looked(&daemon);
        end(daemon);
        daemon = world.daemon();
        daemon.ready();
    }
    has_looked(&daemon);
    let (_, mails) = server.finish();
    assert_eq!(mails.len(), 1);
    let text = text(&mails[0]);
    assert!(text.contains("Grace Hopper") && text.contains(LATE), "{text}");
}

/// A home whose digest of this week is marked so since then; the way out is this server.
fn with_digest_left(server: &Smtpd, account: &str, state: &str, since: Timestamp) -> World {
    let world = world();
    let today = now().to_zoned(TimeZone::UTC);
    let day = today.strftime("%A").to_string().to_lowercase();
    let digest = format!("[digest]\nto = \"ada@example.com\"\nday = \"{day}\"\ntime = \"00:00\"\n");
    let way = smtp(server, Tls::Starttls, "starttls");
    world.configure(&configuration(&[SILENT, &digest, &way, account]));
    world.run(&["status"]);
    world.leave_digest(state, since);
    world
}

fn is_marked_sent(world: &World) -> Option<()> {
    (world.digests_sent() == 1).then_some(())
}

#[test]
fn a_digest_that_went_out_before_a_crash_is_found_once_the_mailbox_is_read() {
    let Some(server) = Smtpd::start("starttls", &[]) else { return };
    let folder = tempfile::tempdir().unwrap();
    let week = now().to_zoned(TimeZone::UTC).strftime("%G-w%V").to_string();
    let id = format!("requite-digest-{week}@example.com");
    let digest = to_me(ME, hours_ago(0), &id, "Your week").bytes();
    for (state, payload) in [("sending", "sealed"), ("planned", "sealed"), ("sending", "")] {
        let maildir = Maildir::create(folder.path().join(format!("{state}{payload}")));
        let world = with_digest_left(&server, &maildir_account(&maildir), state, now());
        world.database().execute("UPDATE outbox SET payload = ?1", [payload]).unwrap();
        let seal = if payload.is_empty() { String::new() } else { seal(&world) };
        maildir.deliver(now(), &[seal.as_bytes(), &digest].concat());
        let daemon = world.daemon();
        daemon.ready();
        eventually(Duration::from_secs(30), "it is found", || is_marked_sent(&world));
        has_looked(&daemon);
        assert!(daemon.terminate().success());
    }
    assert_eq!(server.finish().1.len(), 0);
}

/// The line by which the program knows its digest of this week again.
fn seal(world: &World) -> String {
    let digest = world.run(&["digest", "--eml"]);
    let line = digest.lines().find(|line| line.starts_with("X-Requite-Week: ")).unwrap();
    format!("{}\r\n", line.trim_end())
}

#[test]
fn nobody_else_can_pass_off_a_mail_as_the_digest() {
    let week = now().to_zoned(TimeZone::UTC).strftime("%G-W%V").to_string();
    let id = format!("requite-digest-{}@example.com", week.to_lowercase());
    let from_me = |seal: &str| {
        let mail = to_me(ME, hours_ago(0), &id, "Your week").bytes();
        [seal.as_bytes(), &mail].concat()
    };
    let from_eve = |seal: &str| {
        let mail = to_me("eve@evil.example", hours_ago(0), &id, "Your week").bytes();
        [seal.as_bytes(), &mail].concat()
    };
    let guess = format!("X-Requite-Week: {week} AAAAAAAAAAAAAAAA\r\n");
    for what in ["by its id alone", "with a guess", "from a stranger"] {
        let Some(server) = Smtpd::start("starttls", &[]) else { return };
        let folder = tempfile::tempdir().unwrap();
        let maildir = Maildir::create(folder.path().join("Mail"));
        let world = with_digest_left(&server, &maildir_account(&maildir), "planned", now());
        let forged = match what {
            "by its id alone" => from_me(""),
            "with a guess" => from_me(&guess),
            _ => from_eve(&seal(&world)),
        };
        maildir.deliver(now(), &forged);
        let daemon = world.daemon();
        daemon.ready();
        eventually(Duration::from_secs(30), "it is sent", || is_marked_sent(&world));
        assert!(daemon.terminate().success());
        assert_eq!(server.finish().1.len(), 1, "{what}");
    }
}

#[test]
fn a_digest_that_never_went_out_is_sent_once_the_mailbox_is_read() {
    let Some(server) = Smtpd::start("starttls", &[]) else { return };
    let folder = tempfile::tempdir().unwrap();
    let maildir = Maildir::create(folder.path().join("Mail"));
    let world = with_digest_left(&server, &maildir_account(&maildir), "sending", now());
    // With whom nothing was ever tried: told of once a quarter.
    let connections = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n\
        Zed,Zimmer,https://www.linkedin.com/in/zed,,Acme,Boss,06 Jun 2016\n";
    let file = world.write("Connections.csv", connections);
    world.run(&["import", file.to_str().unwrap()]);
    let daemon = world.daemon();
    daemon.ready();
    eventually(Duration::from_secs(30), "it is sent", || is_marked_sent(&world));
    has_looked(&daemon);
    assert!(daemon.terminate().success());
    let (_, mails) = server.finish();
    assert_eq!(mails.len(), 1);
    assert!(text(&mails[0]).contains("Zed Zimmer"));
    let untested = |days: i64| {
        let at = (now() + SignedDuration::from_hours(24 * days)).to_string();
        let digest = world.json(&["digest", "--json", "--at", &at]);
        digest["untested"].as_array().unwrap().len()
    };
    assert_eq!([0, 7, 84, 92].map(untested), [1, 0, 0, 1]);
}

#[test]
fn a_digest_waits_a_day_for_an_account_that_is_not_reached() {
    for (since, sent) in [(hours_ago(23), 0), (hours_ago(25), 1)] {
        let Some(server) = Smtpd::start("starttls", &[]) else { return };
        let account = "[[account]]\nname = \"work\"\nhost = \"localhost\"\nport = 1\n\
                       tls = \"none\"\nuser = \"ada\"\npassword.command = [\"true\"]\n";
        let world = with_digest_left(&server, account, "sending", since);
        let daemon = world.daemon();
        daemon.ready();
        has_looked(&daemon);
        assert!(daemon.terminate().success());
        assert_eq!(server.finish().1.len(), sent);
    }
}
