//! What strangers call themselves and their mail, wherever it is shown: words, and nothing else.

use jiff::{SignedDuration, Timestamp};

use crate::support::acquaintances::{EVE, ME, max_who_knows};
use crate::support::message::Message;
use crate::support::world::World;

/// An escape sequence, a direction override, mark-up, and an action of polybar's.
const NAME: &str = "=1+1\u{1b}[31m\u{202E}<b>%{A1:true:}";
const SUBJECT: &str = "@SUM(1)\u{1b}]0;owned\u{7}\u{202E}<i>&lt;%{F#f00}";
const ADDRESS: &str = "mallory@example.net";

/// Mallory asked two days ago; LinkedIn has known her for years, and somebody who never wrote.
fn world() -> World {
    let world = max_who_knows(&[EVE], |mailbox| {
        let at = Timestamp::now() - SignedDuration::from_hours(50);
        let mail = Message::of(at).from(ADDRESS).to(ME).subject(SUBJECT).id("m1");
        mailbox.deliver(at, &mail.body("Could you send me the plan, please?").bytes());
    });
    let connections = world.write(
        "Connections.csv",
        format!(
            "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n\
             {NAME},One,https://www.linkedin.com/in/one,{ADDRESS},,,01 Jan 2015\n\
             {NAME},Two,https://www.linkedin.com/in/two,,@SUM(1),-2+3,01 Jan 2015\n"
        ),
    );
    world.run(&["import", connections.to_str().unwrap()]);
    world.run(&["sync"]);
    world
}

/// Nothing in it steers a terminal or turns text around.
#[track_caller]
fn is_harmless(shown: &str) {
    let steers = |symbol: char| symbol.is_control() && symbol != '\n' || symbol == '\u{202E}';
    assert!(!shown.contains(steers), "{shown:?}");
}

#[test]
fn a_terminal_shows_names_and_subjects_as_text() {
    let world = world();
    for question in [&["status", "--all"][..], &["contacts"], &["show", ADDRESS], &["digest"]] {
        let shown = world.run(question);
        assert!(shown.contains("=1+1"), "{question:?}: {shown}");
        is_harmless(&shown);
    }
    let shown = world.run(&["status"]);
    assert!(shown.contains("@SUM(1)"), "{shown}");
    let (_, complaint) = world.fails(&["show", "nobody\u{1b}[2J"]);
    is_harmless(&complaint);
}

#[test]
fn a_bar_takes_no_orders_from_a_subject() {
    let world = world();
    let bar = world.json(&["bar", "--format", "waybar"]);
    let tooltip = bar["tooltip"].as_str().unwrap();
    assert!(tooltip.contains("&lt;b&gt;") && !tooltip.contains("<b>"), "{tooltip}");
    is_harmless(tooltip);
    for format in ["polybar", "plain"] {
        let line = world.run(&["bar", "--format", format]);
        assert!(!line.contains("A1:true") && !line.contains("F#f00"), "{line}");
    }
}

#[test]
fn a_spreadsheet_is_given_no_formula() {
    let world = world();
    let list = world.home().join("list.csv");
    world.run(&["sift", "--export", list.to_str().unwrap()]);
    let text = std::fs::read_to_string(list).unwrap();
    is_harmless(&text);
    let cells: Vec<String> = csv::Reader::from_reader(text.as_bytes())
        .records()
        .flat_map(|record| record.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    for quoted in ["'=1+1", "'@SUM(1)", "'-2+3"] {
        assert!(cells.iter().any(|cell| cell.starts_with(quoted)), "{quoted}: {cells:?}");
    }
    let is_formula = |cell: &&String| cell.starts_with(['=', '+', '-', '@']);
    assert_eq!(cells.iter().find(is_formula), None);
}
