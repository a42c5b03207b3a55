//! The document field by field, and the page by what it must not hide.

use jiff::tz::TimeZone;
use serde_json::json;

use super::*;
use crate::book::Book;
use crate::cli::tests::{self as sample, fields, plain};
use crate::domain::policy::Policy;

fn grace() -> ContactPage {
    let (store, policy) = sample::acquaintances();
    let book = Book::open(&store, &policy, sample::as_of()).unwrap();
    book.page(store.contacts().unwrap().remove(0)).unwrap()
}

fn shown() -> Value {
    document(&grace(), Policy::default().stance)
}

#[test]
fn the_document_holds_every_field() {
    #[track_caller]
    fn check(value: &Value, names: &str) {
        assert_eq!(fields(value).join(" "), names);
    }
    let shown = shown();
    check(
        &shown,
        "archived company components counts explanation id identities last_touch ledger me \
         merged name news notes position rhythm score them turns",
    );
    check(&shown["components"], "B C M R V X");
    check(&shown["counts"], "asks_me gives init_me init_them received");
    check(&shown["score"], "confidence high low value");
    for side in ["them", "me"] {
        check(
            &shown[side],
            "answered closed expired median_ci95_h median_h n_eff open p90_h trend turns \
             within_limit",
        );
        check(&shown[side]["within_limit"], "answered_in_time ci80 matured mean");
    }
    let grace = json!({"kind": "email", "value": "grace@example.org", "dead_since": null});
    assert_eq!(shown["identities"], json!([grace]));
    assert_eq!(shown["position"], Value::Null);
}

#[test]
fn a_turn_is_told_with_its_messages_and_its_answer() {
    let mut turn = shown()["turns"][0].take();
    for field in ["id", "needs_reply"] {
        assert!(!turn[field].take().is_null());
    }
    assert!(turn["messages"][0]["needs_reply"].take().as_f64().is_some_and(|d| d >= 0.5));
    assert_eq!(
        turn,
        json!({
            "id": null, "side": "theirs", "channel": "mail", "start": "2026-03-02T09:00:00Z",
            "status": "answered", "answered_at": "2026-03-02T12:00:00Z",
            "answered_by": "<m2@example.com>", "hours": 3.0, "link": "reply", "confidence": 1.0,
            "needs_reply": null, "subject": "When is the compiler ready?",
            "message_ids": ["<m1@example.org>"],
            "messages": [{
                "message_id": "<m1@example.org>", "at": "2026-03-02T09:00:00Z", "needs_reply": null,
                "because": ["ends with a question", "to you alone"],
                "text": {
                    "language": "English",
                    "marks": [
                        "asks something", "begins by asking", "asks at the end",
                        "has up to 20 words",
                    ],
                    "back_on": null, "attachments": [],
                },
                "note": null,
            }],
        })
    );
}

#[test]
fn an_open_turn_has_no_answer_yet() {
    let shown = shown();
    let turns = shown["turns"].as_array().unwrap();
    let open = turns.last().unwrap();
    assert_eq!(open["status"], "open");
    for field in ["answered_at", "answered_by", "hours", "link", "confidence"] {
        assert_eq!(open[field], Value::Null, "{field}");
    }
}

#[test]
fn what_was_entered_by_hand_stands_in_the_ledger() {
    assert_eq!(
        shown()["ledger"],
        json!([{
            "id": "e1", "kind": "favour", "at": "2026-03-05T09:00:00Z",
            "contacts": [{"id": "C1", "name": "Grace Hopper"}],
            "strength": "manual", "state": "counted", "outcome": null,
            "subject": null, "text": "lent her the manual", "message_id": null,
        }])
    );
}

#[test]
fn a_message_that_does_not_count_is_shown_with_why() {
    let page = grace();
    assert_eq!(plain(&view(&page).left_out()), "  1 message doesn't count: show --all\n");
    let text = plain(&view::ContactView { all: true, ..view(&page) }.left_out());
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(text.contains("Tue 3 Mar 2026, 10:01") && text.contains("Out of office"), "{text}");
}

#[test]
fn the_page_tells_both_sides_with_their_evidence() {
    let page = grace();
    let page = view(&page);
    assert_eq!(plain(&page.head()), "Grace Hopper  C1\n  Navy\n  grace@example.org\n");
    let sides = plain(&page.sides());
    assert!(sides.contains("How Grace Hopper answers you"), "{sides}");
    assert!(sides.contains("1 answered, 1 open, 0 never answered"), "{sides}");
    let (open, past) = page.turns();
    assert_eq!((open.len(), past.len()), (1, 2));
    let open = plain(&page.open(&open));
    assert!(open.contains("they wrote  waiting 24 h"), "{open}");
}

#[test]
fn a_long_page_says_what_stayed_of_each_text() {
    let page = grace();
    let page = view::ContactView { verbose: true, ..view(&page) };
    let (_, past) = page.turns();
    let past = plain(&page.past(&past));
    assert!(past.contains("text: asks something, begins by asking, asks at the end"), "{past}");
    assert!(past.contains("has up to 20 words, English"), "{past}");
}

fn view(page: &ContactPage) -> view::ContactView<'_> {
    let zone = const { &TimeZone::UTC };
    view::ContactView { page, person: &page.person, zone, verbose: false, all: false }
}
