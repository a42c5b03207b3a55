//! What counts in the ledger, and who decides it.

use proptest::prelude::*;

use super::judging::{ClassRecord, Judgement, settle};
use super::*;
use crate::domain::measure::balance::Balance;
use crate::domain::model::DAY;

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
        at: Moment(1_767_700_800 + id),
        to,
        cc,
        subject,
        starts_thread: true,
        is_tagged: false,
        attachments: &[],
    }
}

const NOW: Moment = Moment(1_767_700_800);
const ADA: ContactId = ContactId(1);
const BOB: ContactId = ContactId(2);

pub(super) fn balance_of(entries: &[LedgerEntry], contact: ContactId) -> Balance {
    let counted = counted(entries);
    Balance::of(counted.get(&contact).map_or(&[], Vec::as_slice), NOW)
}

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
    let entries = settle([found], judgements).entries;
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
    assert_eq!(kept.entries.len(), 1);
    assert_eq!(kept.entries[0].contacts, [ADA]);
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
fn only_what_counts_is_in_the_balance_and_it_fades() {
    let ids = |kind, number| EntryId::Found { kind, message: MessageNumber(number), nth: 0 };
    let yes = |id, days| judged(found(id, Strength::Strong, days), true);
    let judgements = [
        yes(ids(LedgerKind::Introduction, 1), 180),
        yes(ids(LedgerKind::Resume, 2), 0),
        yes(ids(LedgerKind::Ask, 3), 360),
        yes(ids(LedgerKind::Favour, 4), -1),
        judged(found(ids(LedgerKind::Introduction, 5), Strength::Strong, 0), false),
    ];
    let entries = settle([introduction(6, Strength::Strong)], &judgements).entries;
    let balance = |contact| balance_of(&entries, contact);
    let expect = Balance { gives: 1.5, asks_me: 0.25, received: 0.0 };
    assert_eq!(balance(ADA), expect);
    assert_eq!(balance(BOB), expect, "one give to each side");
    assert_eq!(balance(ContactId(3)), Balance::default());
}

#[test]
fn what_is_entered_by_hand_counts_at_once() {
    let entry = |kind, other_way| {
        let entry = Entry { other_way, ..Entry::by_hand(kind, NOW, "") };
        let settled = settle(entered(&entry, &[ADA]), &[]);
        balance_of(&settled.entries, ADA)
    };
    let given = Balance { gives: 1.0, ..Balance::default() };
    assert_eq!(entry(EntryKind::Favour, false), given);
    assert_eq!(entry(EntryKind::Intro, false), given);
    assert_eq!(entry(EntryKind::Favour, true), Balance { received: 1.0, ..Balance::default() });
    assert_eq!(entry(EntryKind::Ask, false), Balance { asks_me: 1.0, ..Balance::default() });
    for kind in [EntryKind::Call, EntryKind::Meeting, EntryKind::Note] {
        assert_eq!(entry(kind, false), Balance::default());
    }
}

#[test]
fn each_class_shows_its_record() {
    let judgements = [
        judged(introduction(1, Strength::Strong), true),
        judged(introduction(2, Strength::Strong), false),
        judged(introduction(3, Strength::Medium), false),
    ];
    let record = |strength, confirmed, rejected| ClassRecord {
        kind: LedgerKind::Introduction,
        strength,
        confirmed,
        rejected,
        counts_by_itself: false,
    };
    let expect = [record(Strength::Strong, 1, 1), record(Strength::Medium, 0, 1)];
    assert_eq!(settle([], &judgements).classes, expect);
}

proptest! {
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
