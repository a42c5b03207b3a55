//! The report: one page that opens in a browser, loads nothing, and can be read by everybody.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::support::acquaintances::{ADA, BOB, EVE, ME, max_who_knows};
use crate::support::maildir::Maildir;
use crate::support::message::Message;
use crate::support::peers;
use crate::support::world::World;

/// Who is called so hopes for a reader that takes a name for more than a name.
const MALLORY: &str = "=1</title><script>alert(1)</script><img src=x> <mallory@example.net>";
const HOSTILE_SUBJECT: &str =
    "</bdi></section><style>*{display:none}</style><img src=x onerror=alert(2)>";

/// Ada and I have answered each other for weeks, Bob waits, Mallory tries, and Eve never wrote.
fn world() -> World {
    max_who_knows(&[ADA, BOB, MALLORY, EVE], |mailbox| {
        let ago = |hours: i64| Timestamp::now() - SignedDuration::from_hours(hours);
        for week in 1..9 {
            let (asked, answered) = (ago(week * 168), ago(week * 168 - 5));
            exchange(mailbox, (ADA, ME), asked, answered, week);
            exchange(mailbox, (ME, ADA), ago(week * 168 - 50), ago(week * 168 - 80), week + 100);
        }
        for (from, subject, id) in
            [(BOB, "The plan", "b1"), ("mallory@example.net", HOSTILE_SUBJECT, "m1")]
        {
            let mail = Message::of(ago(30)).from(from).to(ME).subject(subject).id(id);
            mailbox.deliver(ago(30), &mail.body("Could you send me the plan, please?").bytes());
        }
    })
}

fn exchange(
    mailbox: &Maildir,
    people: (&str, &str),
    asked: Timestamp,
    answered: Timestamp,
    n: i64,
) {
    let (from, to) = people;
    let (question, answer) = (format!("q{n}"), format!("r{n}"));
    let mail = Message::of(asked).from(from).to(to).subject("When?").id(&question);
    mailbox.deliver(asked, &mail.body("When could you come, please?").bytes());
    let mail = Message::of(answered).from(to).to(from).subject("Re: When?").id(&answer);
    mailbox.deliver(answered, &mail.in_reply_to(&question).body("On Monday.").bytes());
}

/// What a browser makes of the report; `None` where there is none.
fn looked_at(world: &World, search: &str) -> Option<Value> {
    let modules = std::env::var_os("REQUITE_NPM");
    let (Some(node), Some(chromium), Some(modules)) =
        (peers::optional("node"), peers::peer("chromium"), modules)
    else {
        eprintln!("skipped: there is no browser");
        return None;
    };
    let page = world.home().join("report.html");
    world.run(&["report", page.to_str().unwrap()]);
    let output = Command::new(node)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/browser.mjs"))
        .args([chromium, page])
        .arg(search)
        .env("REQUITE_NPM", modules)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn a_browser_shows_the_report_and_loads_nothing_else() {
    let Some(seen) = looked_at(&world(), "lark") else { return };
    for empty in ["said", "requests", "violations"] {
        assert_eq!(seen[empty], serde_json::json!([]), "{empty}");
    }
    let names = |what: &str| -> Vec<&str> {
        seen[what].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
    };
    let mallory = MALLORY.rsplit_once(" <").unwrap().0;
    // Who has a score, then the others by name.
    assert_eq!(names("asItCame"), ["Ada Lark", mallory, "Bob Moss"]);
    assert_eq!(names("byName"), [mallory, "Ada Lark", "Bob Moss"]);
    assert_eq!(names("byNameFalling"), ["Bob Moss", "Ada Lark", mallory]);
    assert_eq!(seen["sorted"], "descending");
    assert_eq!((names("found"), &seen["told"]), (vec!["Ada Lark"], &"1 of 4".into()));
    assert_eq!((&seen["again"], &seen["opened"]), (&3.into(), &true.into()));
    // Mallory's mark-up is a name and a subject.
    assert_eq!((&seen["scripts"], &seen["foreign"]), (&1.into(), &0.into()));
    assert_eq!(seen["withoutScript"], serde_json::json!({"buttons": 0, "rows": 3}));
}

#[test]
fn the_page_goes_to_a_file_of_ones_own_or_to_stdout() {
    let world = world();
    let file = world.write("report.html", "an earlier one");
    world.run(&["report", file.to_str().unwrap()]);
    let page = std::fs::read_to_string(&file).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Bob Moss"));
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    for stdout in [&["report"][..], &["report", "-"]] {
        assert!(world.run(stdout).starts_with("<!DOCTYPE html>"));
    }
    let (code, error) = world.fails(&["report", "--json"]);
    assert_eq!(code, 2, "{error}");
    let (code, error) = world.fails(&["report", "/nowhere/report.html"]);
    assert!(code == 1 && error.contains("check the folder"), "{error}");
}

#[test]
fn who_has_no_place_in_the_table_is_folded_away_and_found_all_the_same() {
    let people: Vec<String> =
        (100..400).map(|number| format!("Person {number} <p{number}@example.org>")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let world = max_who_knows(&people, |mailbox| {
        let at = Timestamp::now() - SignedDuration::from_hours(30);
        for (number, person) in people.iter().enumerate() {
            let mail = Message::of(at).from(person).to(ME).subject("News");
            mailbox.deliver(at, &mail.id(&format!("news{number}")).bytes());
        }
    });
    let Some(seen) = looked_at(&world, "person 399") else { return };
    for empty in ["said", "requests", "violations"] {
        assert_eq!(seen[empty], serde_json::json!([]), "{empty}");
    }
    let shown = |what: &str| seen[what].as_array().unwrap().len();
    assert_eq!((shown("asItCame"), shown("byName"), &seen["again"]), (250, 250, &250.into()));
    assert_eq!(seen["byNameFalling"][0], "Person 399");
    assert_eq!((&seen["found"][0], &seen["told"]), (&"Person 399".into(), &"1 of 300".into()));
}
