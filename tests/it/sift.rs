//! The sift on invented mail: who is suggested, on what receipts, and what the user decides.

use std::fs;

use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::acquaintances::{ADA, BOB, EVE, ME, max_who_knows};
use crate::support::maildir::Maildir;
use crate::support::message::Message;
use crate::support::world::World;

const ASKS: &str = "Could you please send me the report by Friday?\n";

/// Before the tests began.
fn days_ago(days: i64) -> Timestamp {
    static BEGAN: std::sync::LazyLock<Timestamp> = std::sync::LazyLock::new(Timestamp::now);
    let now = Timestamp::from_second(BEGAN.as_second()).unwrap();
    now - SignedDuration::from_hours(24 * days)
}

fn mine(days: i64, to: &str) -> Message {
    let mail = Message::of(days_ago(days)).sent().from(ME).to(to).body(ASKS);
    mail.subject(&format!("Report {days}")).id(&format!("m{days}.{}", to.len()))
}

fn theirs(days: i64, from: &str) -> Message {
    let mail = Message::of(days_ago(days)).from(from).to(ME).subject("Thanks");
    mail.body("Thanks!\n").id(&format!("t{days}.{}", from.len()))
}

/// Max, whom Ada left without an answer five times, Bob answers, and Eve wrote to years ago.
fn world() -> World {
    max_who_knows(&[ADA, BOB, EVE], |inbox| {
        let sent = inbox.folder("Sent");
        let asked = [200, 150, 120, 60, 20];
        let asked = asked.iter().flat_map(|days| [mine(*days, ADA), mine(*days + 1, BOB)]);
        asked.for_each(|mail| drop(sent.keep(mail.time(), "S", &mail.bytes())));
        for mail in [theirs(400, ADA), theirs(900, EVE), theirs(19, BOB)] {
            inbox.deliver(mail.time(), &mail.bytes());
        }
    })
}

fn sift(world: &World) -> Value {
    world.json(&["sift", "--json"])
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|it| it["contact"]["name"].as_str().unwrap()).collect()
}

#[test]
fn who_never_answers_is_suggested_with_receipts() {
    let world = world();
    let found = sift(&world);
    assert_eq!(names(&found["candidates"]), ["Ada Lark"], "{found:#}");
    assert_eq!(names(&found["untested"]), ["Eve Stone"]);
    let ada = &found["candidates"][0];
    assert!(ada["probability_below_half"].as_f64().unwrap() >= 0.9);
    let evidence: Vec<&Value> = ada["evidence"].as_array().unwrap().iter().collect();
    let subjects: Vec<&Value> = evidence.iter().map(|receipt| &receipt["subject"]).collect();
    assert_eq!(subjects, ["Report 200", "Report 150", "Report 120", "Report 60", "Report 20"]);
    assert!(evidence.iter().all(|receipt| receipt["outcome"] == "silence"));
    assert_eq!(ada["last_chance"]["turn"], evidence[4]["turn"]);
    let told = world.run(&["sift"]);
    for words in [
        "Ada Lark",
        "none of your 5 messages",
        "not answered  Report 200",
        "Eve Stone",
        "withdraws",
    ] {
        assert!(told.contains(words), "{words} in {told}");
    }
}

#[test]
fn why_names_what_speaks_against_a_suggestion() {
    let world = world();
    assert_eq!(world.json(&["sift", "--why", "ada", "--json"])["verdict"], "suggest");
    let bob = world.json(&["sift", "--why", "bob", "--json"]);
    assert_eq!(bob["verdict"], "keep");
    assert!(
        bob["obstacles"][0].as_str().unwrap().starts_with("you last heard from them on"),
        "{bob}"
    );
    assert!(world.run(&["sift", "--why", "eve"]).contains("Eve Stone is untested"));
    let (code, complaint) = world.fails(&["sift", "--why", "zoe"]);
    assert_eq!(code, 2, "{complaint}");
}

#[test]
fn who_is_kept_is_on_no_list() {
    let world = world();
    world.run(&["sift", "--keep", "ada"]);
    let found = sift(&world);
    assert_eq!((names(&found["candidates"]), names(&found["kept"])), (vec![], vec!["Ada Lark"]));
    let why = world.json(&["sift", "--why", "ada", "--json"])["obstacles"][0].clone();
    assert!(why.as_str().unwrap().ends_with("to keep them for a year"), "{why}");
    let again = world.output(&["sift", "--keep", "ada"]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("is kept already"));
    world.run(&["sift", "--archive", "ada"]);
    let undone = world.output(&["sift", "--undo", "ada"]);
    let undone = String::from_utf8_lossy(&undone.stderr).into_owned();
    assert!(undone.contains("no longer archived, but kept as before"), "{undone}");
    world.run(&["sift", "--undo", "ada"]);
    assert_eq!(names(&sift(&world)["candidates"]), ["Ada Lark"]);
    assert_eq!(world.fails(&["sift", "--undo", "ada"]).0, 2);
}

#[test]
fn who_is_archived_is_out_of_every_list_until_they_write() {
    let world = world();
    let waited_for = |world: &World| {
        let status = world.json(&["status", "--json"]);
        status["they_owe"].to_string().contains("Ada Lark")
    };
    let listed = |world: &World| world.run(&["contacts"]).contains("Ada Lark");
    assert!(waited_for(&world) && listed(&world));
    world.run(&["sift", "--archive", "ada"]);
    let found = sift(&world);
    assert_eq!(
        (names(&found["candidates"]), names(&found["archived"])),
        (vec![], vec!["Ada Lark"])
    );
    assert!(!waited_for(&world) && !listed(&world));
    let shown = world.json(&["show", "ada", "--json"]);
    assert!(shown["archived"].is_string() && shown["news"] == json!([]), "{shown:#}");
    assert_eq!(shown["them"]["within_limit"]["matured"], 5, "measured as before");

    let now = Timestamp::now() + SignedDuration::from_secs(1);
    let back = Message::of(now).from(ADA).to(ME).subject("Hello again").id("back@lark.example");
    Maildir::create(world.home().join("Mail")).deliver(now, &back.bytes());
    world.run(&["sync"]);
    let later = (now + SignedDuration::from_secs(1)).to_string();
    let shown = world.json(&["show", "ada", "--json", "--at", &later]);
    assert_eq!((&shown["archived"], &shown["news"][0]["at"]), (&Value::Null, &json!(rounded(now))));
    assert!(world.run(&["contacts", "--at", &later]).contains("Ada Lark"));
}

fn rounded(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap().to_string()
}

#[test]
fn the_check_list_is_for_a_spreadsheet() {
    let world = max_who_knows(&[EVE], |_| {});
    let connections = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n\
        Zed,Zimmer,https://www.linkedin.com/in/zed,,\"=HYPERLINK(\"\"x\"\")\",+Boss,06 Jun 2016\n";
    let file = world.write("Connections.csv", connections);
    world.run(&["import", file.to_str().unwrap()]);
    let list = world.home().join("list.csv");
    let export = ["sift", "--export", list.to_str().unwrap()];
    world.run(&export);
    assert_snapshot!(fs::read_to_string(&list).unwrap(), @r#"
    Done,Name,List,Why,Last touch,Company,Position,Profile
    ,Zed Zimmer,untested,"nobody has written for two years, or ever",,"'=HYPERLINK(""x"")",'+Boss,https://www.linkedin.com/in/zed
    ,Leaving a LinkedIn connection also withdraws the endorsements and recommendations that you gave each other.,,,,,,
    "#);
    let (code, complaint) = world.fails(&export);
    assert!(code == 2 && complaint.contains("is there already"), "{complaint}");
}
