//! An alert from the morning on which it is shown until it is answered, on a desktop that says what
//! it was asked.

use std::time::Duration;

use super::telling::{
    DUE_SOON, batch_is_due, daemon_on_the_desktop, has_looked, on_the_desktop_with, with_debts,
};
use super::*;
use crate::support::desktop::{bus_in, with_bus};
use crate::support::eventually;
use crate::support::mocked_desktop::{MockedDesktop, Service};

const ALL: [Service; 3] = [Service::Portal, Service::Systemd, Service::Logind];

/// Plays a scene before a mocked desktop; `name` is that of the test in this file.
fn before(name: &str, services: &[Service], scene: impl AsyncFnOnce(MockedDesktop)) {
    let folder = tempfile::tempdir().unwrap();
    with_bus(&format!("main_job::alerts::{name}"), &bus_in(folder.path()), async || {
        let Some(desktop) = MockedDesktop::start(services).await else { return };
        scene(desktop).await;
    });
}

fn is_done(world: &World) -> bool {
    !i_owe(world).contains(&pair("Grace Hopper", DUE_SOON))
}

async fn comes_true(what: &str, holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let over = tokio::time::timeout(Duration::from_secs(10), waiting).await;
    assert!(over.is_ok(), "{what}");
}

#[test]
fn a_click_opens_the_message_with_the_token_of_the_notifier() {
    let name = "a_click_opens_the_message_with_the_token_of_the_notifier";
    before(name, &ALL, async |desktop| {
        let world = with_debts(&batch_is_due());
        let daemon = daemon_on_the_desktop(&world);
        let alert = desktop.shows(1).await;
        assert_eq!(alert.title, "Grace Hopper is waiting for you");
        let id = alert.body.lines().last().unwrap();
        assert!(id.starts_with("requite done C"), "{}", alert.body);
        assert!(alert.body.contains("ends with a question"), "{}", alert.body);
        let labels: Vec<&str> = alert.actions.iter().map(String::as_str).collect();
        assert_eq!(labels, ["default", "Open", "done", "Done", "snooze", "Snooze", "mute", "Mute"]);
        assert_eq!(alert.urgency, 1, "never critical by itself");

        desktop.press(alert.number, "default", Some("token-1")).await;
        desktop.comes("request to open", |asked| !asked.opened.is_empty()).await;
        let expect = ("mid:30h@example.org".to_owned(), Some("token-1".to_owned()));
        assert_eq!(desktop.asked().opened, [expect]);
        assert!(!is_done(&world), "to look at a message answers nobody");
        assert!(daemon.terminate().success());
    });
}

#[test]
fn without_a_token_it_opens_all_the_same() {
    before("without_a_token_it_opens_all_the_same", &ALL, async |desktop| {
        let world = with_debts(&batch_is_due());
        let daemon = daemon_on_the_desktop(&world);
        let alert = desktop.shows(1).await;
        desktop.press(alert.number, "default", None).await;
        desktop.comes("request to open", |asked| !asked.opened.is_empty()).await;
        assert_eq!(desktop.asked().opened, [("mid:30h@example.org".to_owned(), None)]);
        assert!(daemon.terminate().success());
    });
}

#[test]
fn where_no_portal_opens_it_systemd_starts_xdg_open() {
    let name = "where_no_portal_opens_it_systemd_starts_xdg_open";
    before(name, &ALL, async |desktop| {
        desktop.portal_fails();
        let world = with_debts(&batch_is_due());
        let bin = world.home().join("bin");
        std::fs::create_dir(&bin).unwrap();
        std::fs::write(bin.join("xdg-open"), "").unwrap();
        let daemon = on_the_desktop_with(&world, &[("PATH", bin.to_str().unwrap())]);
        let alert = desktop.shows(1).await;
        desktop.press(alert.number, "default", Some("token-1")).await;
        desktop.comes("unit", |asked| !asked.started.is_empty()).await;
        let (words, environment) = desktop.asked().started[0].clone();
        assert_eq!(words, ["xdg-open", "mid:30h@example.org"]);
        assert!(environment.contains(&"XDG_ACTIVATION_TOKEN=token-1".to_owned()));
        assert!(daemon.terminate().success());
    });
}

#[test]
fn a_command_of_the_users_own_opens_it() {
    before("a_command_of_the_users_own_opens_it", &ALL, async |desktop| {
        let opener = "open = [\"/usr/bin/thunderbird\", \"{mid}\"]\n";
        let world = with_debts(&(batch_is_due() + opener));
        let daemon = daemon_on_the_desktop(&world);
        let alert = desktop.shows(1).await;
        desktop.press(alert.number, "default", None).await;
        desktop.comes("unit", |asked| !asked.started.is_empty()).await;
        let expect = ["/usr/bin/thunderbird", "mid:30h@example.org"];
        assert_eq!(desktop.asked().started[0].0, expect);
        assert!(desktop.asked().opened.is_empty());
        assert!(daemon.terminate().success());
    });
}

#[test]
fn an_alert_from_before_a_restart_can_still_be_answered() {
    before("an_alert_from_before_a_restart_can_still_be_answered", &ALL, async |desktop| {
        let world = with_debts(&batch_is_due());
        let daemon = daemon_on_the_desktop(&world);
        let alert = desktop.shows(1).await;
        has_looked(&daemon);
        assert!(daemon.terminate().success());
        let daemon = daemon_on_the_desktop(&world);
        has_looked(&daemon);
        desktop.press(alert.number, "done", None).await;
        comes_true("it is done", || is_done(&world)).await;
        assert_eq!(turn_about(&world, "Grace", DUE_SOON)["status"], "closed");
        let log = daemon.log();
        assert!(log.contains("to take it back: requite done C"), "{log}");
        assert_eq!(desktop.asked().shown.len(), 1, "and it wasn't shown again");
        assert!(daemon.terminate().success());
    });
}

#[test]
fn an_alert_that_was_answered_elsewhere_is_withdrawn() {
    before("an_alert_that_was_answered_elsewhere_is_withdrawn", &ALL, async |desktop| {
        let world = with_debts(&batch_is_due());
        let daemon = daemon_on_the_desktop(&world);
        let alert = desktop.shows(1).await;
        has_looked(&daemon);
        let answer = by_me(GRACE, now(), "answer@example.com", &format!("Re: {DUE_SOON}"))
            .in_reply_to("30h@example.org");
        Maildir::create(world.home().join("Mail")).keep(now(), "S", &answer.bytes());
        desktop.comes("withdrawal", |asked| !asked.closed.is_empty()).await;
        assert_eq!(desktop.asked().closed, [alert.number]);
        assert!(daemon.terminate().success());
    });
}

#[test]
fn nothing_is_shown_to_a_locked_screen() {
    before("nothing_is_shown_to_a_locked_screen", &ALL, async |desktop| {
        desktop.lock(true).await;
        let world = with_debts(&batch_is_due());
        let daemon = daemon_on_the_desktop(&world);
        eventually(Duration::from_secs(30), "it is known", || (!is_done(&world)).then_some(()));
        has_looked(&daemon);
        assert_eq!(desktop.asked().shown.len(), 0);
        desktop.lock(false).await;
        let alert = desktop.shows(1).await;
        assert_eq!(alert.title, "Grace Hopper is waiting for you");
        assert!(daemon.terminate().success());
    });
}

#[test]
fn what_goes_by_unseen_is_shown_once_more() {
    before("what_goes_by_unseen_is_shown_once_more", &ALL, async |desktop| {
        let world = with_debts(&batch_is_due());
        let daemon = daemon_on_the_desktop(&world);
        let alert = desktop.shows(1).await;
        has_looked(&daemon);
        // Its time is over, and then it turns out that nobody was there.
        desktop.expire(alert.number).await;
        has_looked(&daemon);
        desktop.idle(true).await;
        has_looked(&daemon);
        assert_eq!(desktop.asked().shown.len(), 1);
        desktop.idle(false).await;
        let again = desktop.shows(2).await;
        assert_eq!(again.title, alert.title);
        desktop.expire(again.number).await;
        desktop.idle(true).await;
        has_looked(&daemon);
        desktop.idle(false).await;
        has_looked(&daemon);
        assert_eq!(desktop.asked().shown.len(), 2, "once more, and no more");
        assert!(daemon.terminate().success());
    });
}

#[test]
fn what_was_seen_is_not_shown_again() {
    before("what_was_seen_is_not_shown_again", &ALL, async |desktop| {
        let world = with_debts(&batch_is_due());
        let daemon = daemon_on_the_desktop(&world);
        let alert = desktop.shows(1).await;
        has_looked(&daemon);
        desktop.press(alert.number, "launch-missiles", None).await;
        desktop.idle(true).await;
        has_looked(&daemon);
        desktop.idle(false).await;
        has_looked(&daemon);
        assert_eq!(desktop.asked().shown.len(), 1, "somebody closed it");
        assert!(!is_done(&world));
        assert!(daemon.terminate().success());
    });
}

#[test]
fn without_a_screen_an_alert_waits_for_one() {
    before("without_a_screen_an_alert_waits_for_one", &ALL, async |desktop| {
        let world = with_debts(&batch_is_due());
        let daemon = on_the_desktop_with(&world, &[("DISPLAY", "")]);
        let waits = || daemon.log().contains("no graphical session").then_some(());
        eventually(Duration::from_secs(30), "it waits", waits);
        assert_eq!(desktop.asked().shown.len(), 0);
        // Somebody logs in.
        desktop.set_environment(&["LANG=C", "WAYLAND_DISPLAY=wayland-0"]);
        assert!(daemon.terminate().success());
        let daemon = on_the_desktop_with(&world, &[("DISPLAY", "")]);
        desktop.shows(1).await;
        assert!(daemon.terminate().success());
    });
}

/// Beside Grace, so many friends whose answers fall due today; not on the first morning, on which a
/// new user is told of three.
fn with_friends(count: usize, per_week: u32) -> World {
    let world = with_debts(&format!("{}per_week = {per_week}\n", batch_is_due()));
    let maildir = Maildir::create(world.home().join("Mail"));
    let friends: Vec<[String; 2]> = (1..=count)
        .map(|number| [format!("Friend {number}"), format!("friend{number}@example.org")])
        .collect();
    for (number, [name, address]) in friends.iter().enumerate() {
        let from = format!("{name} <{address}>");
        let at = hours_ago(31) - SignedDuration::from_mins(number as i64);
        let mail = to_me(&from, at, &format!("f{number}@example.org"), "Could you send the key?");
        maildir.deliver(at, &mail.bytes());
    }
    let cards: Vec<(&str, &str)> =
        friends.iter().map(|[name, address]| (name.as_str(), address.as_str())).collect();
    let file = world.write("friends.vcf", vcard(&cards));
    world.run(&["import", file.to_str().unwrap()]);
    let earlier = "INSERT INTO outbox (kind, subject, period, state, at, payload)
                   VALUES ('batch', '', '2020-01-01', 'sent', 0, ''),
                          ('batch', '', '2020-01-02', 'sent', 0, '')";
    world.database().execute_batch(earlier).unwrap();
    world
}

#[test]
fn from_the_fourth_on_alerts_share_one_and_the_budget_ends_with_a_word() {
    let name = "from_the_fourth_on_alerts_share_one_and_the_budget_ends_with_a_word";
    before(name, &ALL, async |desktop| {
        let world = with_friends(7, 5);
        let daemon = daemon_on_the_desktop(&world);
        let summary = desktop.shows(4).await;
        assert!(summary.title.ends_with("are waiting for you"), "{}", summary.title);
        assert!(summary.title.starts_with("Friend "), "{}", summary.title);
        assert_eq!(summary.body.lines().last(), Some("3 more are due: requite status"));
        assert_eq!(summary.body.lines().count(), 3, "{}", summary.body);
        assert_eq!(summary.actions, [""; 0]);
        assert!(daemon.terminate().success());
    });
}

#[test]
fn the_next_summary_takes_the_place_of_the_last() {
    before("the_next_summary_takes_the_place_of_the_last", &ALL, async |desktop| {
        let world = with_friends(11, 5);
        let daemon = daemon_on_the_desktop(&world);
        let first = desktop.shows(4).await;
        has_looked(&daemon);
        assert!(daemon.terminate().success());
        // As if it were the next morning, with a new week's budget.
        let next = "DELETE FROM outbox WHERE kind = 'batch' AND period > '2020-01-02';
                    UPDATE outbox SET at = 0 WHERE kind = 'alert'";
        world.database().execute_batch(next).unwrap();
        let daemon = daemon_on_the_desktop(&world);
        let second = desktop.shows(8).await;
        assert_eq!((second.number, second.replaces), (first.number, first.number));
        assert!(daemon.terminate().success());
    });
}

#[test]
fn hostile_names_and_subjects_come_out_harmless_everywhere() {
    let name = "hostile_names_and_subjects_come_out_harmless_everywhere";
    before(name, &ALL, async |desktop| {
        let post = "[digest]\nto = \"ada@example.com\"\n";
        let world = with_debts(&[post, &batch_is_due()].concat());
        let evil = "=?utf-8?q?=E2=80=AEeve_=3Cb=3Ebold=3C/b=3E=0D=0ABcc:_x@evil.example_=1B[2J?=";
        let mail = to_me(
            &format!("{evil} <\"><script>x</script>\"@evil.example>"),
            hours_ago(32),
            "<img src=x>&cc=y@evil.example@evil.example",
            &format!("{evil} could you send the key?"),
        );
        Maildir::create(world.home().join("Mail")).deliver(mail.time(), &mail.bytes());
        let grace = to_me(
            &format!("{evil} <grace@example.org>"),
            hours_ago(31),
            "a%0d%0aBcc:x@example.org",
            &format!("{evil} could you send the key?"),
        );
        Maildir::create(world.home().join("Mail")).deliver(grace.time(), &grace.bytes());
        let daemon = daemon_on_the_desktop(&world);
        desktop.shows(2).await;
        let shown = desktop.asked().shown.clone();
        let alert = shown.iter().find(|it| it.body.contains("bold")).expect("the hostile one");
        let told = [
            format!("{}{}", alert.title, alert.body.replace('\n', " ")),
            world.run(&["digest", "--text"]),
            world.run(&["digest", "--html"]),
            world.run(&["digest", "--eml"]),
            world.run(&["status"]),
        ];
        for markup in ["<script", "<b>bold</b>", "<img"] {
            assert!(!told[2].contains(markup), "{markup} in {}", told[2]);
        }
        for text in &told {
            assert!(!text.contains(['\u{202E}', '\u{1b}']), "{text}");
            assert!(!text.lines().any(|line| line.starts_with("Bcc:")), "{text}");
        }
        let page = &told[2];
        let links = page.split("href=\"").skip(1).map(|link| link.split('"').next().unwrap());
        let mut commands = 0;
        for link in links {
            assert!(link.is_ascii() && !link.contains([' ', '<', '>', '\r', '\n']), "{link}");
            let fields = link.replace("&#38;", "&").replace("&amp;", "&");
            let names = fields.split(['?', '&']).skip(1).map(|it| it.split('=').next().unwrap());
            assert!(names.clone().all(|it| it == "subject" || it == "In-Reply-To"), "{link}");
            commands += usize::from(link.contains("requite%20done"));
        }
        assert!(commands >= 3, "{page}");
        let json = world.json(&["digest", "--json"]);
        let owed = json["i_owe"].as_array().unwrap().len();
        assert!(owed >= 3, "{json}");
        assert!(daemon.terminate().success());
    });
}

#[test]
fn the_test_alert_tells_what_the_notifier_can_do_and_what_was_pressed() {
    let name = "the_test_alert_tells_what_the_notifier_can_do_and_what_was_pressed";
    before(name, &ALL, async |desktop| {
        let world = world();
        world.configure("");
        let mut command = world.command(&["notify", "test"]);
        command.env("DBUS_SESSION_BUS_ADDRESS", std::env::var("DBUS_SESSION_BUS_ADDRESS").unwrap());
        command.stdout(std::process::Stdio::piped());
        let running = command.spawn().unwrap();
        let alert = desktop.shows(1).await;
        desktop.press(alert.number, "snooze", None).await;
        let output = tokio::task::spawn_blocking(|| running.wait_with_output().unwrap());
        let told = String::from_utf8(output.await.unwrap().stdout).unwrap();
        assert!(told.starts_with("Shown by mock 1, which can do this: actions, body"), "{told}");
        assert!(
            told.contains("It offers: Open (a click on the alert), Done, Snooze, Mute"),
            "{told}"
        );
        assert!(told.ends_with("You pressed Snooze.\n"), "{told}");
    });
}
