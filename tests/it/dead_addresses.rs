//! Which addresses are dead, by what mail systems say of them.

use serde_json::Value;

use crate::support::acquaintances::{ADA, BOB, EVE, ME, max_who_knows};
use crate::support::maildir::Maildir;
use crate::support::message::Message;
use crate::support::world::World;

const SYSTEM: &str = "Mail Delivery System <MAILER-DAEMON@mx.example.com>";
const NOW: &str = "2026-10-10T12:00:00Z";

fn at(day: u32) -> String {
    format!("2026-09-{day:02}T09:00:00Z")
}

fn mine(day: u32, to: &str) -> Message {
    Message::at(&at(day))
        .sent()
        .from(ME)
        .to(to)
        .subject("Lunch?")
        .id(&format!("m{day}@example.com"))
}

/// The mail system's, about what I wrote the day before.
fn bounce(day: u32) -> Message {
    let mail = Message::at(&at(day)).from(SYSTEM).to(ME).id(&format!("b{day}@mx.example.com"));
    mail.subject("Undelivered Mail Returned to Sender")
}

/// Max, who wrote to three people; what came back was what `answers` are.
fn world(answers: &[Message]) -> World {
    max_who_knows(&[ADA, BOB, EVE], |inbox| {
        let sent = inbox.folder("Sent");
        for mail in [mine(1, ADA), mine(2, BOB), mine(3, EVE)] {
            sent.keep(mail.time(), "S", &mail.bytes());
        }
        for mail in answers {
            inbox.deliver(mail.time(), &mail.bytes());
        }
    })
}

/// Since when each of the three has a dead address.
fn dead_since(world: &World, further: &[&str]) -> [Option<String>; 3] {
    let contacts = world.json(&[&["contacts", "--sort", "name", "--json"], further].concat());
    let since = |contact: &Value| {
        let identities = contact["identities"].as_array().unwrap();
        let email = identities.iter().find(|it| it["kind"] == "email").unwrap();
        email["dead_since"].as_str().map(str::to_owned)
    };
    let contacts = contacts["contacts"].as_array().unwrap();
    [0, 1, 2].map(|place| since(&contacts[place]))
}

#[test]
fn a_bounce_marks_the_address_that_it_is_about() {
    let world = world(&[
        bounce(2).report("ada@lark.example", "5.1.1"),
        bounce(3).header("X-Failed-Recipients", "bob@moss.example"),
        bounce(4).in_reply_to("m3@example.com"),
    ]);
    assert_eq!(dead_since(&world, &[]), [2, 3, 4].map(|day| Some(at(day))));
    let shown = world.run(&["show", "ada", "--at", NOW]);
    assert!(shown.contains("ada@lark.example  dead: mail bounced on 2 Sep 2026"), "{shown}");
    let listed = world.run(&["contacts"]);
    assert_eq!(listed.matches("address dead").count(), 3, "{listed}");
    assert_eq!(dead_since(&world, &["--at", &at(3)])[2], None, "as of then");
}

#[test]
fn a_delay_a_full_mailbox_and_a_forgery_mark_none() {
    let of_what_was_never_sent = bounce(1).report("eve@stone.example", "5.1.1");
    let world = world(&[
        bounce(2).report("ada@lark.example", "5.2.2").in_reply_to("m1@example.com"),
        Message::at(&at(3))
            .from(SYSTEM)
            .to(ME)
            .id("d@mx.example.com")
            .subject("Delivery Status Notification (Delay)")
            .header("X-Failed-Recipients", "bob@moss.example")
            .in_reply_to("m2@example.com"),
        of_what_was_never_sent,
    ]);
    assert_eq!(dead_since(&world, &[]), [None, None, None]);
}

#[test]
fn mail_from_there_revives_it() {
    let back = Message::at(&at(20)).from(ADA).to(ME).subject("I am back").id("t@lark.example");
    let world = world(&[bounce(2).report("ada@lark.example", "5.1.1"), back]);
    assert_eq!(dead_since(&world, &[])[0], None);
    assert_eq!(dead_since(&world, &["--at", &at(19)])[0], Some(at(2)));
}

#[test]
fn nobody_owes_an_answer_to_mail_that_came_back() {
    let ask = "Could you please send me the report by Friday?\n";
    let world = max_who_knows(&[ADA, BOB], |inbox| {
        let sent = inbox.folder("Sent");
        for mail in [mine(1, ADA).body(ask), mine(2, BOB).body(ask)] {
            sent.keep(mail.time(), "S", &mail.bytes());
        }
        let back = bounce(2).report("ada@lark.example", "5.1.1");
        inbox.deliver(back.time(), &back.bytes());
    });
    let status = world.json(&["status", "--json", "--at", &at(8)]);
    let owed = status["they_owe"].as_array().unwrap();
    let names: Vec<&Value> = owed.iter().map(|debt| &debt["contact"]["name"]).collect();
    assert_eq!(names, ["Bob Moss"]);
    let shown = |name| world.json(&["show", name, "--json", "--at", NOW]);
    let matured = |shown: &Value| shown["them"]["within_limit"]["matured"].clone();
    assert_eq!([matured(&shown("ada")), matured(&shown("bob"))], [0, 1], "no silence of hers");
    assert!(world.run(&["show", "ada", "--at", NOW]).contains("bounced: it reached nobody"));
    assert_eq!(shown("ada")["ledger"][0]["outcome"]["text"], "came back");
}

#[test]
fn a_bounce_that_is_deleted_goes_on_to_count_and_one_in_junk_never_does() {
    let world = world(&[bounce(2).report("ada@lark.example", "5.1.1")]);
    let inbox = Maildir::create(world.home().join("Mail"));
    let forged = bounce(3).report("bob@moss.example", "5.1.1");
    inbox.folder("Junk").keep(forged.time(), "S", &forged.bytes());
    for mail in std::fs::read_dir(inbox.path().join("new")).unwrap() {
        std::fs::remove_file(mail.unwrap().path()).unwrap();
    }
    world.run(&["sync"]);
    assert_eq!(dead_since(&world, &[]), [Some(at(2)), None, None]);
}

/// Most programs file their copy once the mail has left.
#[test]
fn a_bounce_may_be_faster_than_the_copy_of_what_it_is_about() {
    let late = "2026-09-02T09:00:05Z".parse().unwrap();
    let world = max_who_knows(&[ADA, BOB, EVE], |inbox| {
        let mail = mine(2, ADA).seen(late);
        inbox.folder("Sent").keep(late, "S", &mail.bytes());
        let bounce = bounce(2).report("ada@lark.example", "5.1.1");
        inbox.deliver(bounce.time(), &bounce.bytes());
    });
    assert_eq!(dead_since(&world, &[])[0], Some(at(2)));
}

#[test]
fn an_automatic_answer_is_no_bounce_of_a_living_address() {
    let answer = Message::at(&at(2))
        .header("Return-Path", "<>")
        .header("Auto-Submitted", "auto-generated")
        .from("Help Desk <help@lark.example>")
        .to(ME)
        .subject("[Ticket 5] we got your request")
        .id("ticket@lark.example")
        .in_reply_to("m1@example.com");
    assert_eq!(dead_since(&world(&[answer]), &[])[0], None);
}
