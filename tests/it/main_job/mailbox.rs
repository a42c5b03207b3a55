//! A mailbox on a real Dovecot: its history, what arrives, what is answered, and a restored backup.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::support::eventually;

const CONNECTIONS: &str = "Notes:\n\"Some addresses may be missing.\"\n\n\
    First Name,Last Name,URL,Email Address,Company,Position,Connected On\n\
    Grace,Hopper,https://www.linkedin.com/in/grace,,Example Navy,Admiral,16 Nov 2024\n";

/// Grace asked and was answered within ten hours; Alan has asked and still waits.
fn with_history() -> Option<Dovecot> {
    let dovecot = Dovecot::start()?;
    let draft = to_me(GRACE, hours_ago(200), "draft@example.org", "Could you read the draft?");
    let visit = to_me(ALAN, hours_ago(20), "visit@example.org", "When can you come?");
    dovecot.fill("INBOX", [&draft, &visit].map(|mail| (mail.time(), mail.bytes())));
    let answer = by_me(GRACE, hours_ago(190), "read@example.com", "Re: Could you read the draft?")
        .in_reply_to("draft@example.org");
    dovecot.fill("Sent", [(answer.time(), answer.bytes())]);
    Some(dovecot)
}

fn import_from_both_places(world: &World) {
    let connections = world.write("Connections.csv", CONNECTIONS);
    let cards = world.write("alan.vcf", vcard(&[("Alan Turing", "alan@example.org")]));
    let files = [connections, cards];
    let files = files.each_ref().map(|file| file.to_str().unwrap());
    let report = world.json(&["import", files[0], files[1], "--json"]);
    let new: Vec<&Value> = report["files"].as_array().unwrap().iter().map(|f| &f["new"]).collect();
    assert_eq!(new, [1, 1], "{report}");
}

#[test]
fn from_the_first_sync_to_an_answer() {
    let Some(dovecot) = with_history() else { return };
    let world = world();
    world.configure(&configuration(&[SILENT, &imap_account(&world, &dovecot)]));
    import_from_both_places(&world);
    let daemon = world.daemon();
    daemon.ready();

    let visit = pair("Alan Turing", "When can you come?");
    eventually(Duration::from_secs(30), "the open turn of the history is listed", || {
        (i_owe(&world) == [visit.clone()]).then_some(())
    });
    eventually(Duration::from_secs(30), "the account is watched", || {
        (status(&world)["accounts"][0]["state"] == "watching").then_some(())
    });
    let grace = world.json(&["show", "Grace Hopper", "--json"]);
    let identities = grace["identities"].as_array().unwrap();
    let address = json!({"kind": "email", "value": "grace@example.org", "dead_since": null});
    assert!(identities.contains(&address), "found by her name: {identities:?}");
    let draft = turn_about(&world, "Grace Hopper", "Could you read the draft?");
    assert_eq!(draft["hours"], 10.0);
    assert_eq!(draft["message_ids"], json!(["<draft@example.org>"]));

    let asked = hours_ago(3);
    let question = to_me(GRACE, asked, "budget@example.org", "Is the budget enough?");
    dovecot.deliver_at("INBOX", asked, &question.bytes());
    let budget = pair("Grace Hopper", "Is the budget enough?");
    eventually(Duration::from_secs(10), "new mail is listed", || {
        (i_owe(&world) == [visit.clone(), budget.clone()]).then_some(())
    });

    let answered = asked + SignedDuration::from_mins(150);
    let answer = by_me(GRACE, answered, "enough@example.com", "Re: Is the budget enough?")
        .in_reply_to("budget@example.org");
    dovecot.save_to_sent(&answer.bytes());
    let turn = eventually(Duration::from_secs(65), "the answer is noticed", || {
        let turn = turn_about(&world, "Grace Hopper", "Is the budget enough?");
        (turn["status"] == "answered").then_some(turn)
    });
    assert_eq!((&turn["hours"], &turn["side"]), (&json!(2.5), &json!("theirs")));
    assert_eq!(turn["answered_by"], "<enough@example.com>");
    assert_eq!(turn["link"], "reply");
    assert_eq!(turn["start"], asked.to_string());
    assert_eq!(i_owe(&world), [visit], "nothing is owed to Grace any more");
    assert!(daemon.terminate().success());
}

#[test]
fn a_restored_backup_changes_nothing() {
    let Some(mut dovecot) = with_history() else { return };
    let world = world();
    world.configure(&configuration(&[SILENT, &imap_account(&world, &dovecot)]));
    import_from_both_places(&world);
    world.run(&["sync"]);
    let seen = || {
        let totals = status(&world)["totals"].clone();
        (totals, turns(&world, "Grace Hopper"), turns(&world, "Alan Turing"))
    };
    let before = seen();
    assert_eq!(before.0["messages"], 3);
    for folder in ["INBOX", "Sent"] {
        dovecot.reset_uidvalidity(folder);
        world.run(&["sync"]);
        assert_eq!(seen(), before, "after {folder} was restored");
    }
}

/// The header of most bounces doesn't say whom they are about, so their texts are asked for.
#[test]
fn a_bounce_on_a_server_marks_the_address_that_it_is_about() {
    let Some(dovecot) = Dovecot::start() else { return };
    let asked = by_me(GRACE, hours_ago(30), "asked@example.com", "When can you come?");
    let other = by_me(ALAN, hours_ago(30), "other@example.com", "When can you come?");
    dovecot.fill("Sent", [asked, other].map(|mail| (mail.time(), mail.bytes())));
    let bounce = |id, address, status| {
        let mail = to_me("MAILER-DAEMON@example.com", hours_ago(29), id, "Undelivered");
        mail.report(address, status)
    };
    let gone = bounce("gone@example.com", "grace@example.org", "5.1.1");
    // What a full mailbox has in common with a missing one.
    let full = bounce("full@example.com", "alan@example.org", "5.2.2")
        .header("X-Failed-Recipients", "alan@example.org");
    dovecot.fill("INBOX", [gone, full].map(|mail| (mail.time(), mail.bytes())));
    let world = world();
    world.configure(&configuration(&[SILENT, &imap_account(&world, &dovecot)]));
    import_both(&world);
    world.run(&["sync"]);
    let shown = world.json(&["show", "grace", "--json"]);
    assert_eq!(shown["identities"][0]["dead_since"], hours_ago(29).to_string(), "{shown:#}");
    let shown = world.json(&["show", "alan", "--json"]);
    assert_eq!(shown["identities"][0]["dead_since"], Value::Null, "{shown:#}");
}

#[test]
fn an_outage_and_its_end_stand_in_the_log() {
    let Some(mut dovecot) = with_history() else { return };
    let world = world();
    world.configure(&configuration(&[SILENT, &imap_account(&world, &dovecot)]));
    let daemon = world.daemon();
    daemon.ready();
    let watched = || (status(&world)["accounts"][0]["state"] == "watching").then_some(());
    eventually(Duration::from_secs(30), "the account is watched", watched);
    assert!(!daemon.log().contains("unreachable"), "{}", daemon.log());
    dovecot.stop();
    let logged = |words: &'static str| {
        let log = || daemon.log();
        move || log().contains(words).then_some(())
    };
    eventually(
        Duration::from_secs(30),
        "the outage is logged",
        logged("unreachable: can't connect to the mail server"),
    );
    dovecot.restart();
    eventually(Duration::from_secs(60), "its end is logged", logged("reachable again"));
    assert_eq!(daemon.log().matches("unreachable").count(), 1, "{}", daemon.log());
    assert!(daemon.terminate().success());
}
