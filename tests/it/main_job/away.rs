//! A contact who is away: their clock stands still until they are back.

use super::*;

const QUESTION: &str = "Could you check the figures?";

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

/// On Monday, 2 March 2026, I asked Grace twice, so that no other mail of hers is taken for an
/// answer, and her mail system answered with `subject`; `later` came after that.
fn asked(subject: &str, later: &[Message]) -> World {
    answered_by(subject, "", later, "")
}

fn answered_by(subject: &str, text: &str, later: &[Message], privacy: &str) -> World {
    let world = world();
    let maildir = Maildir::create(world.home().join("Mail"));
    let question = by_me(GRACE, at("2026-03-02T09:00:00Z"), "figures@example.com", QUESTION);
    let second = by_me(GRACE, at("2026-03-02T09:30:00Z"), "lunch@example.com", "Lunch?");
    let sent = maildir.folder("Sent");
    for mail in [&question, &second] {
        sent.keep(mail.time(), "S", &mail.bytes());
    }
    let notice = to_me(GRACE, at("2026-03-02T10:00:00Z"), "away@example.org", subject)
        .in_reply_to("figures@example.com")
        .header("Auto-Submitted", "auto-replied")
        .body(text);
    for mail in std::iter::once(&notice).chain(later) {
        maildir.keep(mail.time(), "S", &mail.bytes());
    }
    world.configure(&configuration(&[SILENT, privacy, &maildir_account(&maildir)]));
    import_both(&world);
    world.run(&["sync"]);
    world
}

#[track_caller]
fn check_due(world: &World, expect: &str) {
    let status = world.json(&["status", "--json", "--at", "2026-03-04T12:00:00Z"]);
    let mut owed = status["they_owe"].as_array().unwrap().iter();
    let figures = owed.find(|debt| debt["subject"] == QUESTION).expect("the question is listed");
    assert_eq!(figures["due"], expect);
}

#[test]
fn the_limit_stands_still_until_the_day_that_their_notice_names() {
    // An hour has run; the other 47 begin with Monday.
    check_due(&asked("Out of office until 6 March", &[]), "2026-03-10T23:00:00Z");
    check_due(&asked("Abwesend, zurück am 10.3.", &[]), "2026-03-11T23:00:00Z");
}

#[test]
fn a_notice_without_a_day_holds_for_a_week() {
    check_due(&asked("Away", &[]), "2026-03-11T09:00:00Z");
    let about_mine = asked("Away Re: Could you check the figures until 5 May?", &[]);
    check_due(&about_mine, "2026-03-11T09:00:00Z");
}

#[test]
fn the_text_names_the_day_only_where_it_may_be_read() {
    let text = "I am out of the office until 6 March and will answer then.\n";
    let due = |subject, privacy, expect| {
        check_due(&answered_by(subject, text, &[], privacy), expect);
    };
    due("Automatic reply", NEVER, "2026-03-11T09:00:00Z");
    due("Automatic reply", "", "2026-03-10T23:00:00Z");
    due("Abwesend bis 9.3.", "", "2026-03-11T23:00:00Z");
}

#[test]
fn whoever_writes_in_person_is_back() {
    let note = to_me(GRACE, at("2026-03-03T10:00:00Z"), "note@example.org", "Reading my mail");
    // An hour ran before the notice, the rest from the note on.
    check_due(&asked("Out of office until 20 March", &[note]), "2026-03-05T09:00:00Z");
}

#[test]
fn what_is_stored_agrees_with_what_is_read_afresh() {
    let world = world();
    let maildir = Maildir::create(world.home().join("Mail"));
    let question = by_me(GRACE, hours_ago(30), "figures@example.com", QUESTION);
    let away = hours_ago(29);
    let notice = to_me(GRACE, away, "away@example.org", "Automatic reply: Your question");
    maildir.folder("Sent").keep(question.time(), "S", &question.bytes());
    maildir.keep(notice.time(), "S", &notice.bytes());
    world.configure(&configuration(&[SILENT, &maildir_account(&maildir)]));
    import_both(&world);
    world.run(&["sync"]);
    let due = |status: Value| -> Timestamp {
        status["they_owe"][0]["due"].as_str().unwrap().parse().unwrap()
    };
    let stored = due(status(&world));
    assert_eq!(stored, due(world.json(&["status", "--json", "--at", &now().to_string()])));
    assert!(stored > away + SignedDuration::from_hours(7 * 24), "{stored}");
}

#[test]
fn the_notice_is_shown_and_counts_for_nothing() {
    let world = asked("Out of office until 6 March", &[]);
    let shown = |at: &str| world.run(&["show", "Grace", "--all", "--at", at]);
    let during = shown("2026-03-04T12:00:00Z");
    assert!(during.contains("away until 6 March (their notice of 2 March)"), "{during}");
    assert!(during.contains("an automatic reply (out of office)"), "{during}");
    assert!(!shown("2026-03-07T12:00:00Z").contains("away until"));
}
