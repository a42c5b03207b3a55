//! What holds of any correspondence, however its mail arrives.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;
use proptest::sample::Index;

use super::super::order::likeness;
use super::*;
use crate::domain::model::{DAY, EntryNumber, MessageNumber};

/// One message before it has an identity.
#[derive(Debug, Clone)]
struct Draft {
    author: Author,
    /// Among the earlier drafts, the one that it replies to.
    answers: Option<Index>,
    /// Seconds after what it replies to, else after the beginning.
    after: i64,
    subject: i64,
    kind: Kind,
    addressed: Role,
    flags: u8,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Mail,
    Forward,
    Reaction,
    Linkedin,
    Call,
}

#[derive(Debug, Clone, Copy)]
enum Role {
    ToAlone,
    ToSeveral,
    Cc,
    Nowhere,
}

fn any_draft() -> impl Strategy<Value = Draft> {
    let author =
        prop_oneof![4 => Just(Author::Me), 4 => Just(Author::Them), 1 => Just(Author::Other)];
    let hours = (0..40 * DAY / 3600).prop_map(|hours| hours * 3600);
    let after = prop_oneof![3 => 0..2 * DAY, 2 => hours, 1 => -7200..0_i64];
    let kind = prop_oneof![
        12 => Just(Kind::Mail),
        2 => Just(Kind::Forward),
        1 => Just(Kind::Reaction),
        1 => Just(Kind::Linkedin),
        1 => Just(Kind::Call),
    ];
    let addressed = prop_oneof![
        6 => Just(Role::ToAlone),
        2 => Just(Role::ToSeveral),
        2 => Just(Role::Cc),
        1 => Just(Role::Nowhere),
    ];
    let answers = prop::option::of(any::<Index>());
    (author, answers, after, 0..4_i64, kind, addressed, any::<u8>()).prop_map(
        |(author, answers, after, subject, kind, addressed, flags)| Draft {
            author,
            answers,
            after,
            subject,
            kind,
            addressed,
            flags,
        },
    )
}

/// The drafts as touches: those of one reference thread, with reply headers where they reply.
fn written(drafts: &[Draft]) -> Vec<Touch> {
    let mut touches: Vec<Touch> = Vec::new();
    for (id, draft) in (1..).zip(drafts) {
        let parent = draft
            .answers
            .filter(|_| !touches.is_empty())
            .map(|index| &touches[index.index(touches.len())])
            .filter(|parent| parent.own_id.is_some());
        touches.push(touch(id, draft, parent));
    }
    touches
}

fn touch(id: i64, draft: &Draft, parent: Option<&Touch>) -> Touch {
    let mail = !matches!(draft.kind, Kind::Linkedin | Kind::Call);
    let parent = parent.filter(|_| mail);
    // In no order that has to do with the order of writing.
    let own_id = mail.then(|| id * 7919 % 104_729 + 1000);
    let flag = |bit: u8| draft.flags >> bit & 3 == 3;
    let asks = draft.flags & 1 == 1;
    let references = parent
        .into_iter()
        .flat_map(|parent| parent.references.iter().copied().chain(parent.own_id));
    Touch {
        id: if matches!(draft.kind, Kind::Call) {
            TouchId::Entry(EntryNumber(id))
        } else {
            TouchId::Message(MessageNumber(id))
        },
        author: if matches!(draft.kind, Kind::Call) { Author::Me } else { draft.author },
        at: Moment(parent.map_or(BEGIN, |parent| parent.at.0) + draft.after),
        channel: match draft.kind {
            Kind::Linkedin => Channel::Linkedin,
            Kind::Call => Channel::Phone,
            _ => Channel::Mail,
        },
        thread: parent.map_or(id, |parent| parent.thread),
        subject: mail.then_some(draft.subject),
        own_id,
        parent: parent.and_then(|parent| parent.own_id),
        references: references.collect(),
        asks: matches!(draft.addressed, Role::ToAlone | Role::ToSeveral),
        addressed: !matches!(draft.addressed, Role::Nowhere),
        forward: matches!(draft.kind, Kind::Forward),
        by_lists_word: flag(6),
        reaction: matches!(draft.kind, Kind::Reaction),
        spoken: matches!(draft.kind, Kind::Call) && flag(1),
        marked_answered: flag(3),
        discarded: flag(5),
        retracts: draft.flags & 6 == 6,
        features: if asks { Features::PLAIN_QUESTION } else { Features::PLAIN_THANKS },
    }
}

fn correspondence() -> impl Strategy<Value = Vec<Touch>> {
    prop::collection::vec(any_draft(), 0..24).prop_map(|drafts| written(&drafts))
}

/// The same touches in another order, some of them twice.
fn again(touches: &[Touch]) -> impl Strategy<Value = Vec<Touch>> + use<> {
    let twice = touches.iter().chain(touches.iter().step_by(2)).cloned().collect::<Vec<_>>();
    Just(twice).prop_shuffle()
}

fn done(touch: usize, day: i64) -> Correction {
    let touch = TouchId::Message(MessageNumber(i64::try_from(touch).unwrap()));
    Correction { touch, at: Moment(BEGIN + day * DAY), due: false }
}

/// The same mail once more, under another Message-ID.
fn copied(touch: &Touch, id: i64) -> Touch {
    let thread = if touch.references.is_empty() { id } else { touch.thread };
    Touch { id: TouchId::Message(MessageNumber(id)), own_id: Some(id), thread, ..touch.clone() }
}

/// The turns of `touches`, all copies of a message being called by the least of their numbers
/// among `known`.
fn told(touches: &[Touch], known: &[Touch]) -> Vec<Turn> {
    let same = |id: TouchId| {
        let touch = known.iter().find(|touch| touch.id == id).unwrap();
        let alike = |other: &&Touch| {
            other.id == id || likeness(other).is_some() && likeness(other) == likeness(touch)
        };
        known.iter().filter(alike).map(|touch| touch.id).min().unwrap()
    };
    let mut turns = measured(touches.to_vec());
    for turn in &mut turns {
        turn.id.touch = same(turn.id.touch);
        let mut seen = HashSet::new();
        turn.touches = turn.touches.iter().map(|touch| same(*touch)).collect();
        turn.touches.retain(|touch| seen.insert(*touch));
        turn.asks.iter_mut().for_each(|asked| asked.touch = same(asked.touch));
        turn.answer = turn.answer.map(|answer| Answer { touch: same(answer.touch), ..answer });
    }
    turns.sort_by_key(|turn| (turn.start, turn.id));
    turns
}

fn measured(touches: Vec<Touch>) -> Vec<Turn> {
    judged(touches, &[done(1, 2), done(3, 9)])
}

proptest! {
    #[test]
    fn what_a_message_asks_is_nothing_that_any_other_changes(
        touches in correspondence(), without in any::<Index>(),
    ) {
        let asked = |touches: Vec<Touch>| -> HashMap<TouchId, Features> {
            let asks = measured(touches).into_iter().flat_map(|turn| turn.asks);
            asks.map(|asked| (asked.touch, asked.features)).collect()
        };
        let mut fewer = touches.clone();
        if !fewer.is_empty() {
            fewer.remove(without.index(touches.len()));
        }
        let (all, some) = (asked(touches), asked(fewer));
        for (touch, features) in some {
            prop_assert!(all.get(&touch).is_none_or(|known| *known == features));
        }
    }

    #[test]
    fn whether_and_when_it_is_answered_never_changes_what_counts(
        asks in any::<bool>(), mine_is_asked in any::<bool>(), after in prop::option::of(1..1500_i64),
        days in 0..90_i64,
    ) {
        let question = if mine_is_asked { mine(1, 0.0) } else { theirs(1, 0.0) };
        let answer = if mine_is_asked { theirs } else { mine };
        let question = if asks { question } else { question.idle() };
        let answer = after.map(|hours| answer(2, hours as f64).answering(1).idle());
        let now = Moment(BEGIN + days * DAY);
        let found = judged(std::iter::once(question).chain(answer).collect(), &[]);
        prop_assert_eq!(found[0].counts(now), asks);
    }

    #[test]
    fn what_was_known_then_is_what_is_known_without_what_came_later(
        touches in correspondence(), then in 0..60 * DAY,
    ) {
        let then = Moment(BEGIN + then);
        let said = [done(1, 2), done(3, 9)].into_iter().filter(|said| said.at <= then);
        let said: Vec<Correction> = said.collect();
        let (all, hindsight) = turns(ContactId(1), touches.clone(), &said);
        if !hindsight.covers(then) {
            let had_come = touches.into_iter().filter(|touch| touch.at <= then).collect();
            let (known, _) = turns(ContactId(1), had_come, &said);
            let told: Vec<UnjudgedTurn> =
                all.into_iter().filter_map(|turn| turn.as_of(then)).collect();
            prop_assert_eq!(told, known);
        }
    }

    #[test]
    fn neither_order_nor_duplicates_matter(
        (touches, again) in correspondence().prop_flat_map(|touches| {
            let again = again(&touches);
            (Just(touches), again)
        })
    ) {
        prop_assert_eq!(measured(touches), measured(again));
    }

    #[test]
    fn a_copy_under_another_message_id_changes_nothing(
        touches in correspondence(),
        which in any::<Index>(),
        low in any::<bool>(),
    ) {
        let mail: Vec<&Touch> = touches
            .iter()
            .filter(|touch| touch.subject.is_some() && touch.author != Author::Other)
            .collect();
        prop_assume!(!mail.is_empty());
        let original = mail[which.index(mail.len())];
        let copy = copied(original, if low { 500 } else { 999_999 });
        let with_copy: Vec<Touch> = touches.iter().cloned().chain([copy]).collect();
        prop_assert_eq!(told(&with_copy, &with_copy), told(&touches, &with_copy));
    }

    #[test]
    fn every_touch_stands_in_one_turn_and_every_answer_after_the_start(
        touches in correspondence()
    ) {
        let mut held = HashSet::new();
        for turn in measured(touches) {
            prop_assert!(turn.answer.is_none_or(|answer| answer.at >= turn.start));
            prop_assert_eq!(turn.id.touch, turn.touches[0]);
            for touch in turn.touches {
                prop_assert!(held.insert(touch), "{} stands in two turns", touch);
            }
        }
    }

    #[test]
    fn nothing_is_answered_by_its_own_side_or_by_what_it_replies_to(touches in correspondence()) {
        let find = |id: TouchId| touches.iter().find(|touch| touch.id == id).unwrap();
        for turn in measured(touches.clone()) {
            let Some(answer) = turn.answer else { continue };
            let answer = find(answer.touch);
            for touch in turn.touches.iter().map(|touch| find(*touch)) {
                prop_assert!(answer.author != touch.author || answer.spoken);
                prop_assert!(touch.parent.is_none() || touch.parent != answer.own_id);
            }
        }
    }

    #[test]
    fn whoever_asks_is_measured_whatever_the_clocks_say(touches in correspondence()) {
        let held: HashSet<TouchId> =
            measured(touches.clone()).into_iter().flat_map(|turn| turn.touches).collect();
        for touch in touches {
            let asks = touch.asks && touch.author != Author::Other && !touch.reaction;
            prop_assert_eq!(asks && !held.contains(&touch.id), false, "{} is lost", touch.id);
        }
    }
}
