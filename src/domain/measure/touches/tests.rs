//! Which messages become touches, and from when they count.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::entries::{EntryKind, Imprint};
use super::super::turns::{self, Turn, UnjudgedTurn};
use super::*;
use crate::domain::measure::need::model::Model;
use crate::domain::message::facts::MessageKey;
use crate::domain::model::{ContactId, EntryNumber, HOUR, Side};

const BEGIN: i64 = 1_700_000_000;
const FOREVER: Moment = Moment(i64::MAX);

/// A mail from them to me alone, dated and received so many hours after the beginning.
fn theirs(id: i64, hours: i64) -> Letter {
    let at = Some(Moment(BEGIN + hours * HOUR));
    Letter {
        id: MessageNumber(id),
        key: MessageKey([u8::try_from(id).unwrap(); 16]),
        author: Author::Them,
        addressing: Some(Addressing::To(1)),
        date: at,
        received: at,
        internal: at,
        base_subject: 1,
        own_id: Some(id),
        parent: None,
        references: Vec::new(),
        thread: id,
        traits: Traits::NONE,
        cues: None,
        to_count: 1,
        recipients: 1,
        answered: None,
        answers_mine: false,
        through_believed_list: false,
        back_on: None,
        copies: Copies::default(),
    }
}

fn mine(id: i64, hours: i64) -> Letter {
    Letter { author: Author::Me, received: None, ..theirs(id, hours) }
}

/// The same mail as [`theirs`], delivered again so many hours later under another Message-ID.
fn delivered_again(letter: &Letter, id: i64, hours: i64) -> Letter {
    let received = letter.received.map(|at| at + hours * HOUR);
    Letter {
        id: MessageNumber(id),
        own_id: Some(id),
        thread: id,
        received,
        internal: received,
        ..letter.clone()
    }
}

fn judged(read: Correspondence) -> Vec<Turn> {
    let turns = turns::turns(ContactId(1), read.touches, &[]).0.into_iter();
    turns.map(|turn| turn.judged(&Model::default())).collect()
}

fn arrived(letters: &[Letter]) -> Correspondence {
    read(letters, &[], TimeBasis::Arrival, FOREVER)
}

#[test]
fn the_first_of_all_copies_says_when_a_message_came() {
    let first = theirs(1, 0);
    let again = delivered_again(&first, 2, 50);
    let found = judged(arrived(&[again, first, mine(3, 5)]));
    let theirs: Vec<&Turn> = found.iter().filter(|turn| turn.touches.len() == 2).collect();
    assert_eq!(theirs.len(), 1);
    assert_eq!(theirs[0].hours(FOREVER), 5.0);
    assert_eq!(found.len(), 2);
}

#[test]
fn a_flag_counts_only_where_every_copy_has_it() {
    let in_junk = |letter: Letter| Letter {
        copies: Copies { junk: true, discarded: true, ..letter.copies },
        ..letter
    };
    let again = delivered_again(&theirs(1, 0), 2, 0);
    let saved = arrived(&[in_junk(theirs(1, 0)), again.clone()]);
    assert!(saved.left_out.is_empty());
    assert!(saved.touches.iter().all(|touch| !touch.discarded));
    let lost = arrived(&[in_junk(theirs(1, 0)), in_junk(again)]);
    assert_eq!(lost.left_out.len(), 2);
}

#[test]
fn of_two_in_one_second_it_is_not_the_first_stored_that_counts_first() {
    let nameless = |id, key| {
        let key = MessageKey([key; 16]);
        Letter { own_id: None, key, thread: 1, base_subject: 2, ..theirs(id, 5) }
    };
    let mail = |id| nameless(id, 3);
    let reaction = |id| Letter { traits: Traits::REACTION, ..nameless(id, 9) };
    let closed = |letters: &[Letter]| measured(letters, FOREVER)[0].closed;
    let question = || mine(1, 0);
    assert_eq!(
        closed(&[question(), mail(2), reaction(3)]),
        closed(&[question(), reaction(2), mail(3)])
    );
}

#[test]
fn another_mail_is_no_copy() {
    let first = theirs(1, 0);
    let again = delivered_again(&first, 2, 50);
    for other in [
        Letter { date: first.date.map(|at| at + 1), ..again.clone() },
        Letter { base_subject: 2, ..again.clone() },
        Letter { parent: Some(9), ..again.clone() },
        Letter { recipients: 2, ..again.clone() },
    ] {
        let found = arrived(&[first.clone(), other]);
        let times: BTreeSet<Moment> = found.touches.iter().map(|touch| touch.at).collect();
        assert_eq!(times.len(), 2);
    }
}

prop_compose! {
    fn any_letter(until: i64)(
        by_me in any::<bool>(),
        hours in 0..until,
        delay in 0..50_i64,
        copy_of in prop::option::of(0..4_i64),
        base_subject in 0..3_i64,
        flags in 0..16_u8,
    ) -> Letter {
        let letter = if by_me { mine(1, hours) } else { theirs(1, hours) };
        // Those of one number share what copies share.
        let letter = match copy_of {
            Some(number) => Letter { date: Some(Moment(BEGIN + number * HOUR)), ..letter },
            None => Letter { base_subject, ..letter },
        };
        let received = letter.received.map(|at| at + delay * HOUR);
        let flag = |bit: u8| flags >> bit & 1 == 1;
        Letter {
            received,
            internal: received.or(letter.internal),
            copies: Copies {
                discarded: flag(0),
                junk: flag(0) && flag(1),
                draft: flag(1) && flag(2),
                disowned: flag(2) && !flag(1),
                answered: flag(3),
            },
            ..letter
        }
    }
}

/// So near to each other that notices tell of messages.
const DAYS: i64 = 5;

/// Of a person's mail, a notice of LinkedIn's, and a notice of absence.
fn any_traits() -> impl Strategy<Value = Traits> {
    prop::sample::select(vec![
        Traits::NONE,
        Traits::NONE,
        Traits::LINKEDIN_NOTICE,
        Traits::AUTO_REPLIED,
    ])
}

prop_compose! {
    /// On LinkedIn, as an export tells it; without a conversation the note of an invitation.
    fn any_message()(
        by_me in any::<bool>(),
        minutes in 0..DAYS * 24 * 60,
        number in any::<i64>(),
        conversation in prop::option::weighted(0.7, 1..3_i64),
    ) -> Entry {
        Entry {
            side: if by_me { Side::Mine } else { Side::Theirs },
            imported: Some(Imprint { number, conversation, cues: None }),
            ..Entry::by_hand(EntryKind::Message, Moment(BEGIN + minutes * 60), "")
        }
    }
}

fn measured(letters: &[Letter], until: Moment) -> Vec<Turn> {
    let read = read(letters, &[], TimeBasis::Arrival, until);
    judged(read)
}

proptest! {
    #[test]
    fn as_of_then_is_what_was_known_then(
        letters in prop::collection::vec(any_letter(1000), 0..16),
        hours in 0..1000_i64,
    ) {
        let letters: Vec<Letter> = (1..)
            .zip(letters)
            .map(|(id, letter)| Letter { id: MessageNumber(id), own_id: Some(id * 37 % 101), thread: id, ..letter })
            .collect();
        let then = Moment(BEGIN + hours * HOUR);
        let known: Vec<Letter> = letters
            .iter()
            .filter(|letter| letter.time(TimeBasis::Arrival).is_some_and(|at| at <= then))
            .cloned()
            .collect();
        prop_assert_eq!(measured(&letters, then), measured(&known, FOREVER));
    }

    #[test]
    fn what_was_known_then_is_what_is_known_without_what_came_later(
        letters in prop::collection::vec((any_letter(DAYS * 24), any_traits()), 0..12),
        entries in prop::collection::vec(any_message(), 0..6),
        then in 0..DAYS * 24 * 60,
    ) {
        let letters = (1..).zip(letters).map(|(id, (letter, traits))| {
            let (own_id, thread) = (Some(id * 37 % 101), id);
            Letter { id: MessageNumber(id), own_id, thread, traits, ..letter }
        });
        let letters: Vec<Letter> = letters.collect();
        let entries: Vec<Entry> = (1..)
            .zip(entries)
            .map(|(id, entry)| Entry { id: EntryNumber(id), ..entry })
            .collect();
        let then = Moment(BEGIN + then * 60);
        let basis = TimeBasis::Arrival;
        let known = read(&letters, &entries, basis, FOREVER);
        let (turns, learned) = turns::turns(ContactId(1), known.touches, &[]);
        if !known.hindsight.covers(then) && !learned.covers(then) {
            let past = read(&as_of(letters, &[], basis, then), &entries, basis, then);
            let told: Vec<UnjudgedTurn> =
                turns.into_iter().filter_map(|turn| turn.as_of(then)).collect();
            prop_assert_eq!(told, turns::turns(ContactId(1), past.touches, &[]).0);
            let away: Vec<Absence> =
                known.absences.iter().filter_map(|absence| absence.as_of(then)).collect();
            prop_assert_eq!(away, past.absences);
        }
    }
}
