//! The ledger on invented mail: what is found, what became of it, and what the user says of it.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::acquaintances::{ADA, BOB, EVE, ME, max_who_knows};
use crate::support::message::Message;
use crate::support::world::World;

const HANA: &str = "Hana Ito <hana@hire.example>";
const JANE: &str = "Jane Doe <jane@doe.example>";
const NOW: &str = "2026-10-10T12:00:00Z";

fn mine(day: u32, to: &str, subject: &str) -> Message {
    let at = format!("2026-09-{day:02}T09:00:00Z");
    Message::at(&at).sent().from(ME).to(to).subject(subject).id(&format!("m{day}@example.com"))
}

fn theirs(day: u32, from: &str, to: &str, subject: &str) -> Message {
    let at = format!("2026-09-{day:02}T09:00:00Z");
    Message::at(&at).from(from).to(to).subject(subject).id(&format!("t{day}@example.com"))
}

fn resume(day: u32) -> Message {
    let parts = "--half\nContent-Type: text/plain\n\nYou should talk to Jane.\n\
                 --half\nContent-Type: application/pdf; name=\"JaneDoeCV.pdf\"\n\
                 Content-Disposition: attachment; filename=\"JaneDoeCV.pdf\"\n\n%PDF\n--half--\n";
    mine(day, HANA, "For your team").cc(JANE).multipart(parts)
}

/// Max, who knows five people and has introduced, asked, passed on and received.
fn world() -> World {
    max_who_knows(&[ADA, BOB, EVE, HANA, JANE], |inbox| {
        let sent = inbox.folder("Sent");
        let draft = "Could you please send me the report by Friday?\n";
        for mail in [
            mine(1, &format!("{ADA}, {BOB}"), "Intro: Ada <> Bob"),
            resume(3),
            mine(5, EVE, "The report").body(draft),
            mine(7, EVE, "The next report").body(draft),
            mine(9, &format!("{ADA}, {HANA}"), "Meeting presentation"),
            mine(10, &format!("{EVE}, {HANA}"), "Let's have lunch"),
        ] {
            sent.keep(mail.time(), "S", &mail.bytes());
        }
        for mail in [
            theirs(2, BOB, ADA, "Re: Intro: Ada <> Bob").cc(ME).in_reply_to("m1@example.com"),
            theirs(6, EVE, ME, "Re: The report").in_reply_to("m5@example.com"),
            theirs(8, ADA, &format!("{ME}, Zed New <zed@new.example>"), "Intro: Max <> Zed"),
        ] {
            inbox.deliver(mail.time(), &mail.bytes());
        }
    })
}

fn ledger(world: &World) -> Value {
    world.json(&["ledger", "--json", "--at", NOW])
}

/// Of each entry: id, state, what came of it.
fn entries(document: &Value) -> Vec<String> {
    let entries = document["entries"].as_array().unwrap();
    let line = |entry: &Value| {
        let kind = entry["kind"].as_str().unwrap();
        let state = entry["state"].as_str().unwrap();
        let outcome = entry["outcome"]["text"].as_str().unwrap_or("—");
        let subject = entry["subject"].as_str().unwrap();
        format!("{kind}, {state}: {subject} ({outcome})")
    };
    entries.iter().map(line).collect()
}

/// The id of the entry that stands in a mail of this subject.
fn id(world: &World, subject: &str) -> String {
    let document = world.json(&["ledger", "--json"]);
    let entries = document["entries"].as_array().unwrap();
    let found = entries.iter().find(|entry| entry["subject"] == subject).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

#[test]
fn what_was_given_asked_and_received_is_found_in_the_mail() {
    let world = world();
    assert_eq!(
        entries(&ledger(&world)),
        [
            "introduction, confirmed: Intro: Ada <> Bob (Bob Moss wrote to Ada Lark after 24 h)",
            "resume, unconfirmed: For your team (—)",
            "ask, unconfirmed: The report (answered after 24 h)",
            "ask, unconfirmed: The next report (never answered)",
            "received, unconfirmed: Intro: Max <> Zed (—)",
        ]
    );
}

#[test]
fn an_earlier_ledger_knows_nothing_of_what_came_later() {
    let world = world();
    let then = world.json(&["ledger", "--json", "--at", "2026-09-01T12:00:00Z"]);
    let expect = "introduction, unconfirmed: Intro: Ada <> Bob (no word between them yet)";
    assert_eq!(entries(&then), [expect]);
}

#[test]
fn the_ledger_reads_well() {
    let world = world();
    let told = |arguments: &[&str]| {
        let text = world.run(&[&["ledger", "--at", NOW], arguments].concat());
        // Messages are numbered as they come.
        let subjects = [
            "Intro: Ada <> Bob",
            "For your team",
            "The report",
            "The next report",
            "Intro: Max <> Zed",
        ];
        let ids = subjects.map(|subject| id(&world, subject));
        ids.iter().zip(["i1", "r2", "a3", "a4", "v5"]).fold(text, |text, (id, plain)| {
            let text = text.replace(&format!("  {id}  "), &format!("  {plain}  "));
            text.replace(&format!(" {id}`"), &format!(" {plain}`"))
        })
    };
    assert_snapshot!(told(&[]), @r"
    Introductions you made, newest first
      i1  1 Sep 2026  Ada Lark, Bob Moss  Bob Moss wrote to Ada Lark after 24 h  Intro: Ada <> Bob

    Résumés you passed on, newest first
      r2  ?  3 Sep 2026  Hana Ito, Jane Doe  For your team

    What you asked for, newest first
      a4  ?  7 Sep 2026  Eve Stone  never answered       The next report
      a3  ?  5 Sep 2026  Eve Stone  answered after 24 h  The report

    What you received, newest first
      v5  ?  8 Sep 2026  Ada Lark  Intro: Max <> Zed

    You gave 0.9, asked 0.0 and received 0.0: what counts fades by half in 180 days.
    4 entries don't count (?) until you say so: `requite ledger --confirm v5`, or
    `--reject v5`.
    ");
    assert_snapshot!(told(&["bob"]), @r"
    Introductions you made, newest first
      i1  1 Sep 2026  Ada Lark, Bob Moss  Bob Moss wrote to Ada Lark after 24 h  Intro: Ada <> Bob

    You introduced them once; you may ask.
    ");
}

#[test]
fn only_what_the_user_confirms_counts_and_it_can_be_taken_back() {
    let world = world();
    let (resume, ask) = (id(&world, "For your team"), id(&world, "The report"));
    let balance = || {
        let document = world.json(&["ledger", "--json"]);
        let whole = |what: &str| document["balance"][what].as_f64().unwrap() > 0.0;
        let of_hana = world.json(&["show", "hana", "--json"])["counts"]["gives"].clone();
        (whole("asks_me"), of_hana.as_f64().unwrap() > 0.0)
    };
    assert_eq!(balance(), (false, false));
    world.run(&["ledger", "--confirm", &resume, &ask]);
    assert_eq!(balance(), (true, true), "for the ledger and for the score alike");
    world.run(&["sync"]);
    assert_eq!(balance(), (true, true), "what was said survives finding it again");
    world.run(&["ledger", "--undo", &ask]);
    world.run(&["ledger", "--reject", &resume]);
    assert_eq!(balance(), (false, false));
    let record = |confirmed: u32, rejected: u32| {
        json!([{
            "kind": "resume", "strength": "strong", "confirmed": confirmed,
            "rejected": rejected, "counts_by_itself": false,
        }])
    };
    assert_eq!(world.json(&["ledger", "--json"])["classes"], record(0, 1));
    world.run(&["ledger", "--undo", &resume]);
    assert_eq!(world.json(&["ledger", "--json"])["classes"], record(1, 0));
}

#[test]
fn nobody_owes_an_answer_to_being_introduced() {
    let world = max_who_knows(&[ADA, BOB], |inbox| {
        let mail = mine(1, &format!("{ADA}, {BOB}"), "Ada, meet Bob");
        let mail = mail.body("Hi both,\n\nplease meet. Could you two find a time to talk?\n");
        inbox.folder("Sent").keep(mail.time(), "S", &mail.bytes());
    });
    let status = world.json(&["status", "--json", "--at", "2026-09-08T09:00:00Z"]);
    assert_eq!(status["they_owe"], json!([]), "{status:#}");
    assert_eq!(ledger(&world)["entries"][0]["kind"], "introduction");
}

/// Taken back and imported again, everybody has another number.
#[test]
fn what_the_user_confirmed_stays_with_those_whom_it_concerns() {
    let world = world();
    world.run(&["ledger", "--confirm", &id(&world, "For your team")]);
    world.run(&["import", "--undo"]);
    world.run(&["import", world.home().join("people.vcf").to_str().unwrap()]);
    let shown = world.json(&["show", "jane", "--json"]);
    assert!(shown["counts"]["gives"].as_f64().unwrap() > 0.0, "{shown:#}");
    assert_eq!(shown["ledger"][0]["state"], "confirmed");
}

#[test]
fn what_is_no_entry_is_refused_and_changes_nothing() {
    let world = world();
    let ask = id(&world, "The report");
    for (ids, expect) in [
        (["--confirm", &ask, "i9999"], "the ledger has no entry i9999"),
        (["--confirm", &ask, "nonsense"], "\"nonsense\" isn't the id of an entry"),
        (["--undo", &ask, &ask], "nothing to undo for"),
    ] {
        let (code, said) = world.fails(&[&["ledger"], ids.as_slice()].concat());
        assert_eq!(code, 2);
        assert!(said.contains(expect), "{said}");
    }
    assert_eq!(world.json(&["ledger", "--json"])["classes"], json!([]));
}
