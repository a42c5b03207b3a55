//! What counts in the ledger, and who decides it.

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::judging::{Judgement, settle};
use super::*;
use crate::domain::measure::calendar::Calendar;
use crate::domain::measure::population::Population;
use crate::domain::measure::standing::{Record, standing};
use crate::domain::measure::terms::Terms;
use crate::domain::model::{DAY, Stance};

pub(super) fn key(n: i64) -> MessageKey {
    MessageKey([n as u8; 16])
}

/// `Ada Lark <ada@example.org>`, or an address alone.
pub(super) fn person(text: &str) -> Mailbox {
    match text.split_once(" <") {
        Some((name, address)) => Mailbox {
            address: address.trim_end_matches('>').to_owned(),
            name: Some(name.to_owned()),
        },
        None => Mailbox { address: text.to_owned(), name: None },
    }
}

/// A mail of mine that begins a thread, without attachments, and asks for nothing.
pub(super) fn mail<'a>(
    id: i64,
    subject: &'a str,
    to: &'a [Mailbox],
    cc: &'a [Mailbox],
) -> Outbound<'a> {
    Outbound {
        id: MessageNumber(id),
        key: key(id),
        at: Moment(1_767_700_800 + id),
        to,
        cc,
        subject,
        starts_thread: true,
        attachments: &[],
        request: false,
    }
}

const NOW: Moment = Moment(1_767_700_800);
const ADA: ContactId = ContactId(1);
const BOB: ContactId = ContactId(2);

fn found(id: EntryId, strength: Strength, days: i64) -> Finding {
    let kind = match id {
        EntryId::Found { kind, .. } => kind,
        EntryId::Hand(_) => LedgerKind::Favour,
    };
    Finding { id, kind, at: NOW - days * DAY, contacts: vec![ADA, BOB], strength, borne_out: false }
}

fn introduction(message: i64, strength: Strength) -> Finding {
    let number = MessageNumber(message);
    let id = EntryId::Found { kind: LedgerKind::Introduction, message: number, nth: 0 };
    found(id, strength, message)
}

fn judged(entry: Finding, confirmed: bool) -> Judgement {
    Judgement { entry, confirmed, at: NOW }
}

fn state_of(found: Finding, judgements: &[Judgement]) -> EntryState {
    let id = found.id;
    let entries = settle([found], judgements);
    entries.iter().find(|entry| entry.id == id).map(|entry| entry.state).expect("it is listed")
}

#[test]
fn an_entry_is_asked_about_until_somebody_or_something_confirms_it() {
    let intro = introduction(1, Strength::Strong);
    assert_eq!(state_of(intro.clone(), &[]), EntryState::Unconfirmed);
    let borne_out = Finding { borne_out: true, ..intro.clone() };
    assert_eq!(state_of(borne_out.clone(), &[]), EntryState::Confirmed);
    assert_eq!(state_of(borne_out.clone(), &[judged(intro.clone(), false)]), EntryState::Rejected);
    assert_eq!(state_of(intro.clone(), &[judged(intro, true)]), EntryState::Confirmed);
    let by_hand = found(EntryId::Hand(EntryNumber(4)), Strength::Manual, 1);
    assert_eq!(state_of(by_hand, &[]), EntryState::Counted);
}

#[track_caller]
fn check_class(confirmed: usize, judged_in_all: usize, expect: EntryState) {
    let judgements: Vec<Judgement> = (0..judged_in_all)
        .map(|n| judged(introduction(100 + n as i64, Strength::Strong), n < confirmed))
        .collect();
    assert_eq!(
        state_of(introduction(1, Strength::Strong), &judgements),
        expect,
        "{confirmed} of {judged_in_all}"
    );
    let other_class = introduction(1, Strength::Medium);
    assert_eq!(state_of(other_class, &judgements), EntryState::Unconfirmed);
}

#[test]
fn a_class_counts_by_itself_once_it_proved_right_often_enough() {
    check_class(19, 19, EntryState::Unconfirmed);
    check_class(19, 20, EntryState::Counted);
    check_class(18, 20, EntryState::Unconfirmed);
    check_class(26, 32, EntryState::Unconfirmed);
    check_class(30, 34, EntryState::Counted);
}

#[test]
fn what_the_user_said_survives_finding_it_again_otherwise() {
    let intro = introduction(1, Strength::Medium);
    let corrected = Finding { contacts: vec![ADA], ..intro.clone() };
    let kept = settle([intro.clone()], &[judged(corrected.clone(), true)]);
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].contacts, [ADA]);
    assert_eq!(settle([], &[judged(corrected, true)]), kept, "no longer found in the mail");
    let later = Judgement { at: NOW + 1, ..judged(intro.clone(), false) };
    let first = judged(intro.clone(), true);
    assert_eq!(state_of(intro.clone(), &[later.clone(), first.clone()]), EntryState::Rejected);
    assert_eq!(state_of(intro, &[first, later]), EntryState::Rejected);
}

#[test]
fn ids_are_read_as_they_are_written() {
    let found = |kind, nth| EntryId::Found { kind, message: MessageNumber(12), nth };
    for (id, text) in [
        (EntryId::Hand(EntryNumber(4)), "e4"),
        (found(LedgerKind::Introduction, 0), "i12"),
        (found(LedgerKind::Resume, 1), "r12.2"),
        (found(LedgerKind::Ask, 0), "a12"),
        (found(LedgerKind::Received, 0), "v12"),
    ] {
        assert_eq!(id.to_string(), text);
        assert_eq!(text.to_uppercase().parse(), Ok(id));
    }
    for text in ["", "12", "x12", "r12.0", "r12.", "é1", "i"] {
        assert_eq!(text.parse::<EntryId>(), Err(()), "{text:?}");
    }
}

#[test]
fn a_mail_that_gives_does_not_ask() {
    let (ada, bob) = (person("Ada <ada@example.org>"), person("Bob <bob@example.org>"));
    let both = [ada, bob];
    let request = |subject| Outbound { request: true, ..mail(1, subject, &both, &[]) };
    let plain = read(&request("Please review"), &Met::default(), &[]);
    assert!(plain.ask.is_some());
    assert_eq!(plain.introduction.map(|found| found.strength), Some(Strength::Medium));
    let intro = read(&request("Please meet each other"), &Met::default(), &[]);
    assert_eq!((intro.ask, intro.introduction.is_some()), (None, true));
}

#[test]
fn being_introduced_is_received_from_whoever_did_it() {
    let by = met::IntroducedBy {
        key: key(8),
        at: NOW,
        address: "ada@example.org".to_owned(),
        says_so: true,
    };
    let judgement = judged(received(&by, MessageNumber(8), ADA), true);
    let entries = settle([], &[judgement]);
    assert_eq!(tally(&entries, ADA, NOW), Balance { received: 1.0, ..Balance::default() });
}

#[test]
fn only_what_counts_is_tallied_and_it_fades() {
    let ids = |kind, number| EntryId::Found { kind, message: MessageNumber(number), nth: 0 };
    let yes = |id, days| judged(found(id, Strength::Strong, days), true);
    let judgements = [
        yes(ids(LedgerKind::Introduction, 1), 180),
        yes(ids(LedgerKind::Resume, 2), 0),
        yes(ids(LedgerKind::Ask, 3), 360),
        yes(ids(LedgerKind::Favour, 4), -1),
        judged(found(ids(LedgerKind::Introduction, 5), Strength::Strong, 0), false),
    ];
    let entries = settle([introduction(6, Strength::Strong)], &judgements);
    let expect = Balance { gives: 1.5, asks_me: 0.25, received: 0.0 };
    assert_eq!(tally(&entries, ADA, NOW), expect);
    assert_eq!(tally(&entries, BOB, NOW), expect, "one give to each side");
    assert_eq!(tally(&entries, ContactId(3), NOW), Balance::default());
}

prop_compose! {
    fn any_entry()(id in 1..50_i64, kind in 0..6_usize, days in -5..800_i64, other_way: bool)
        -> touches::Entry {
        let kind = EntryKind::ALL[kind];
        touches::Entry { id: EntryNumber(id), at: NOW - days * DAY, kind, other_way, text: String::new() }
    }
}

proptest! {
    #[test]
    fn entries_by_hand_count_as_the_score_counts_them(
        entries in prop::collection::vec(any_entry(), 0..12)
    ) {
        let mut entries = entries;
        entries.sort_by_key(|entry| entry.id);
        entries.dedup_by_key(|entry| entry.id);
        let ledger = settle(entries.iter().filter_map(|entry| by_hand(entry, &[ADA])), &[]);
        let terms = Terms { limit_h: 48.0, calendar: Calendar::new(TimeZone::UTC) };
        let record = Record { turns: &[], entries: &entries, last_touch: None, terms: &terms };
        let counts = standing(&record, &Population::default(), Stance::Resource, NOW).counts;
        let found = tally(&ledger, ADA, NOW);
        prop_assert!((found.gives - counts.gives).abs() < 1e-12);
        prop_assert!((found.asks_me - counts.asks_me).abs() < 1e-12);
        prop_assert!((found.received - counts.received).abs() < 1e-12);
    }

    #[test]
    fn neither_order_nor_duplicates_matter(
        (picked, again) in prop::collection::vec((1..9_i64, any::<bool>()), 0..12)
            .prop_flat_map(|picked| {
                let twice: Vec<_> = picked.iter().chain(&picked).copied().collect();
                (Just(picked), Just(twice).prop_shuffle())
            })
    ) {
        let ledger = |picked: &[(i64, bool)]| {
            let found = picked.iter().map(|(n, _)| introduction(*n, Strength::Strong));
            let said: Vec<Judgement> = picked
                .iter()
                .filter(|(n, _)| n % 2 == 0)
                .map(|(n, yes)| judged(introduction(*n, Strength::Strong), *yes))
                .collect();
            settle(found, &said)
        };
        prop_assert_eq!(ledger(&picked), ledger(&again));
    }
}
