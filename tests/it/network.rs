//! What the digest says of the network, and what a change of the stance does.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::support::acquaintances::{ADA, BOB, EVE, ME, max_who_knows};
use crate::support::message::Message;
use crate::support::world::World;

/// A Monday.
const NOW: &str = "2026-10-12T07:00:00Z";

fn ago(days: i64) -> Timestamp {
    NOW.parse::<Timestamp>().unwrap() - SignedDuration::from_hours(24 * days)
}

fn mine(days: i64, to: &str, subject: &str) -> Message {
    let mail = Message::of(ago(days)).sent().from(ME).to(to).subject(subject);
    mail.id(&format!("m{days}@example.com"))
}

fn theirs(days: i64, from: &str, subject: &str) -> Message {
    let mail = Message::of(ago(days)).from(from).to(ME).subject(subject);
    mail.id(&format!("t{days}.{}", &from[..3]))
}

/// Max, who introduced Ada to Bob three weeks ago and Ada to Eve this week, asked Eve for something,
/// and hears nothing from Bob, who used to write every ten days.
fn world() -> World {
    let world = max_who_knows(&[ADA, BOB, EVE], |inbox| {
        let sent = inbox.folder("Sent");
        let ask = "Could you please send me the report by Friday?\n";
        for mail in [
            mine(20, &format!("{ADA}, {BOB}"), "Intro: Ada <> Bob"),
            mine(3, &format!("{ADA}, {EVE}"), "Intro: Ada <> Eve"),
            mine(2, EVE, "The report").body(ask),
        ] {
            sent.keep(mail.time(), "S", &mail.bytes());
        }
        let bobs = (0..7).map(|n| theirs(180 + 10 * n, BOB, "Thanks").body("Thanks!\n"));
        let answer = theirs(2, ADA, "Re: Intro: Ada <> Eve").in_reply_to("m3@example.com");
        let answer = answer.cc(EVE);
        for mail in bobs.chain([answer]) {
            inbox.deliver(mail.time(), &mail.bytes());
        }
    });
    let connections = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n\
        Zed,Zimmer,https://www.linkedin.com/in/zed,,Acme,Boss,06 Jun 2016\n\
        New,Nelson,https://www.linkedin.com/in/new,,Acme,Clerk,01 Oct 2026\n";
    let file = world.write("Connections.csv", connections);
    world.run(&["import", file.to_str().unwrap()]);
    world
}

fn digest(world: &World) -> Value {
    world.json(&["digest", "--json", "--at", NOW])
}

fn texts(list: &Value, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|it| it[field].as_str().unwrap().to_owned()).collect()
}

fn names(list: &Value) -> Vec<String> {
    let contacts = list.as_array().unwrap().iter().map(|it| &it["contact"]["name"]);
    contacts.map(|name| name.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_digest_tells_of_the_network_where_there_is_something_to_say() {
    let world = world();
    let digest = digest(&world);
    let became: Vec<&Value> = digest["introductions"].as_array().unwrap().iter().collect();
    let became: Vec<&Value> = became.iter().map(|it| &it["outcome"]["state"]).collect();
    assert_eq!(became, ["nothing", "wrote"], "{:#}", digest["introductions"]);
    let untested = names(&digest["untested"]);
    assert_eq!(untested, ["Zed Zimmer"]);
    let questions = texts(&digest["questions"], "text");
    assert_eq!(
        questions,
        [
            "Did you introduce Ada Lark to Bob Moss? (“Intro: Ada <> Bob”)",
            "Did you ask Eve Stone for something? (“The report”)",
            "How can you help Eve Stone?",
            "How can you help New Nelson?",
        ],
        "Eve was first written to this week"
    );
    assert_eq!((&digest["drift"]["gives"], &digest["drift"]["asks"]), (&1.into(), &0.into()));
    assert!(digest["balance"]["gives"].as_f64().unwrap() > 0.9, "{}", digest["balance"]);
    assert!(digest["sift"].as_array().unwrap().is_empty());

    let text = world.run(&["digest", "--text", "--at", NOW]);
    let html = world.run(&["digest", "--html", "--at", NOW]);
    for words in ["Zed Zimmer", "requite ledger --confirm", "be the resource”; this week: 1 give"]
    {
        assert!(text.contains(words), "{words} in {text}");
        assert!(html.contains(words), "{words} in the page");
    }
    assert!(!text.to_uppercase().contains("LET GO OF"), "nobody is to be let go of");
    assert!(text.find("YOU ARE WAITING FOR") < text.find("UNTESTED"), "below the debts");
}

#[test]
fn what_was_noted_or_answered_is_asked_no_more() {
    let world = world();
    let about = texts(&digest(&world)["questions"], "about");
    world.run(&["ledger", "--confirm", &about[0]]);
    world.run(&["ledger", "--reject", &about[1]]);
    for newcomer in ["nelson", "eve"] {
        world.run(&["log", "note", "--value", newcomer, "knows typography"]);
    }
    let now = (Timestamp::now() + SignedDuration::from_secs(1)).to_string();
    let digest = world.json(&["digest", "--json", "--at", &now]);
    for question in texts(&digest["questions"], "about") {
        assert!(!about.contains(&question), "{question} of {about:?}");
    }
    assert!(world.run(&["show", "nelson"]).contains("you can help  knows typography"));
}

#[test]
fn who_is_lost_is_told_with_their_rhythm() {
    let world = world();
    world.run(&["set", "bob", "every=15d"]);
    let digest = world.json(&["digest", "--json"]);
    assert_eq!(names(&digest["losing_touch"]), ["Bob Moss"], "{:#}", digest["losing_touch"]);
    assert_eq!(digest["losing_touch"][0]["rhythm"]["every_d"], 15.0);
}

#[test]
fn after_a_change_the_stance_shows_which_scores_move() {
    let world = max_who_knows(&[ADA], |inbox| {
        let sent = inbox.folder("Sent");
        for n in 0..30 {
            let ask = mine(2 + 10 * n, ADA, &format!("Report {n}"));
            let ask = ask.body("Could you please send me the report by Friday?\n");
            sent.keep(ask.time(), "S", &ask.bytes());
            let answer = theirs(1 + 10 * n, ADA, &format!("Re: Report {n}"));
            let answer = answer.in_reply_to(&format!("m{}@example.com", 2 + 10 * n));
            inbox.deliver(answer.time(), &answer.bytes());
        }
    });
    assert_eq!(world.json(&["stance", "--json"])["change"], Value::Null);
    world.run(&["stance", "tool", "--yes"]);
    let change = world.json(&["stance", "--json"])["change"].clone();
    assert_eq!(change["from"], "resource");
    let ada = &change["moves"][0];
    assert_eq!(ada["contact"]["name"], "Ada Lark");
    let score = &world.json(&["contacts", "--json"])["contacts"][0]["score"]["value"];
    let rounded = |score: &Value| score.as_f64().unwrap().round();
    assert_eq!(rounded(&ada["now"]), rounded(score));
    assert_ne!(rounded(&ada["before"]), rounded(score));
    let told = world.run(&["stance"]);
    assert!(told.contains("It was resource until "), "{told}");
    let later = (Timestamp::now() + SignedDuration::from_hours(24 * 29)).to_string();
    assert_eq!(world.json(&["stance", "--json", "--at", &later])["change"], Value::Null);
}

#[test]
fn who_could_use_somebody_is_found_by_words() {
    let world = world();
    world.run(&["log", "note", "--value", "eve", "hires typographers in Lisbon"]);
    let found = world.json(&["contacts", "--can-help", "typographer", "boss", "--json"]);
    let names: Vec<&Value> =
        found["contacts"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["Eve Stone", "Zed Zimmer"], "notes count most");
    let told = world.run(&["contacts", "--can-help", "typographer"]);
    assert!(told.contains("hires typographers in Lisbon"), "{told}");
}
