//! Copies, folders and the order in which mail arrives.

use proptest::prelude::*;

use super::*;
use crate::domain::measure::turns::UnjudgedTurn;
use crate::domain::measure::turns::{Closed, Status};
use crate::domain::message::mailbox::{Flags, Role, Uid, UidValidity};
use crate::domain::message::noise::Traits;
use crate::domain::model::{EntryNumber, MessageNumber, TouchId};

fn copies(store: &Store) -> Vec<(String, u64)> {
    let folders = store.accounts().unwrap().remove(0).folders;
    folders.into_iter().map(|folder| (folder.name, folder.messages)).collect()
}

#[test]
fn a_copy_in_several_folders_is_one_message() {
    let store = store();
    let contact = ann(&store);
    let question = mail(1, ANN, ME, 0);
    for (name, uid) in [("INBOX", 1), ("INBOX", 2), ("Trash", 1)] {
        deliver(&store, name, uid, &question);
    }
    assert_eq!(store.message_count().unwrap(), 1);
    assert_eq!(store.accounts().unwrap()[0].messages, 1);
    assert_eq!(turns(&store, contact).len(), 1);
}

#[test]
fn it_is_discarded_once_its_last_copy_is() {
    let store = store();
    let contact = ann(&store);
    deliver(&store, "INBOX", 1, &mail(1, ANN, ME, 0));
    deliver(&store, "Trash", 1, &mail(1, ANN, ME, 0));
    assert_eq!(turns(&store, contact)[0].closed, None);
    store.remove_copy(folder(&store, "INBOX"), UidValidity(1), Uid(1)).unwrap();
    assert_eq!(turns(&store, contact)[0].closed, Some(Closed::Discarded));
    deliver(&store, "INBOX", 2, &mail(1, ANN, ME, 0));
    assert_eq!(turns(&store, contact)[0].closed, None);
    store
        .set_flags(
            folder(&store, "INBOX"),
            UidValidity(1),
            Uid(2),
            Flags { answered: true, ..Flags::default() },
        )
        .unwrap();
    assert_eq!(turns(&store, contact)[0].closed, Some(Closed::MarkedAnswered));
}

#[test]
fn the_earliest_time_of_all_copies_holds() {
    let store = store();
    let contact = ann(&store);
    let late = Arrival { internal: Some(at(9)), ..mail(1, ANN, ME, 0).arrival(1) };
    store.add_copy(folder(&store, "INBOX"), UidValidity(1), &late, true).unwrap();
    assert_eq!(turns(&store, contact)[0].start, at(9));
    deliver(&store, "INBOX", 2, &mail(1, ANN, ME, 0));
    assert_eq!(turns(&store, contact)[0].start, at(0));
}

#[test]
fn a_folder_that_goes_comes_or_becomes_the_trash_is_noticed() {
    let store = store();
    let contact = ann(&store);
    deliver(&store, "INBOX", 1, &mail(1, ANN, ME, 0));
    let has = |role: Option<Role>| {
        let folders: Vec<_> = role.map(|role| ("INBOX".to_owned(), role)).into_iter().collect();
        store.set_folders("work", &folders).unwrap();
        measure(&store);
        store.turns_of(contact).unwrap()[0].closed()
    };
    assert_eq!(has(Some(Role::Inbox)), None);
    assert_eq!(has(Some(Role::Trash)), Some(Closed::Discarded));
    assert_eq!(has(Some(Role::Inbox)), None);
    assert_eq!(has(None), Some(Closed::Discarded));
    assert_eq!(has(Some(Role::Inbox)), None);
    store.set_accounts(&[]).unwrap();
    measure(&store);
    assert_eq!(store.turns_of(contact).unwrap()[0].closed(), Some(Closed::Discarded));
}

#[test]
fn what_a_list_adds_to_its_copy_says_nothing_of_the_message() {
    let direct = mail(1, ANN, ME, 0).arrival(1);
    let mut listed = mail(1, ANN, ME, 0).about("[talk] Lunch?").arrival(2);
    listed.facts.traits |= Traits::LIST | Traits::BULK;
    for copies in [[&direct, &listed], [&listed, &direct]] {
        let store = store();
        let contact = ann(&store);
        for copy in copies {
            store.add_copy(folder(&store, "INBOX"), UidValidity(1), copy, true).unwrap();
        }
        assert_eq!(turns(&store, contact).len(), 1);
        assert_eq!(store.headline(MessageNumber(1)).unwrap().0.as_deref(), Some("Lunch?"));
    }
}

/// Copies of one question, filed in this order: how many messages they make, and turns.
fn made_of(copies: &[Arrival]) -> (u64, usize) {
    let store = store();
    let contact = ann(&store);
    for (uid, copy) in (1..).zip(copies) {
        let copy = Arrival { uid: Uid(uid), ..copy.clone() };
        store.add_copy(folder(&store, "INBOX"), UidValidity(1), &copy, true).unwrap();
        store.add_copy(folder(&store, "INBOX"), UidValidity(1), &copy, true).unwrap();
    }
    (store.message_count().unwrap(), turns(&store, contact).len())
}

#[test]
fn another_subject_or_parent_under_a_known_id_is_another_message() {
    let question = mail(1, ANN, ME, 0);
    let reply = |to| mail(1, ANN, ME, 0).answering(to).about("Lunch?").arrival(1);
    let plain = question.arrival(1);
    for (other, messages) in [
        (question.clone().about("[talk] Lunch?").arrival(1), 1),
        (question.clone().about("EXTERNAL: =?utf-8?q?Lunch=3F?=").arrival(1), 1),
        (question.clone().about("Supper?").arrival(1), 2),
        (reply(7), 1),
    ] {
        assert_eq!(made_of(&[plain.clone(), other.clone()]).0, messages, "{other:?}");
        assert_eq!(made_of(&[other, plain.clone()]).0, messages);
    }
    assert_eq!(made_of(&[reply(7), reply(8), reply(7), reply(8)]).0, 2);
}

#[test]
fn of_two_mails_under_one_id_each_is_told_so() {
    let store = store();
    let question = mail(1, ANN, ME, 0);
    deliver(&store, "INBOX", 1, &question);
    deliver(&store, "INBOX", 2, &mail(2, ANN, ME, 1));
    let shares_its_id = |number| {
        let number = MessageNumber(number);
        store.details([number].into_iter()).unwrap()[&number].shares_its_id
    };
    assert!(!shares_its_id(1));
    deliver(&store, "INBOX", 3, &question.about("Supper?"));
    let shared: Vec<bool> = (1..=3).map(shares_its_id).collect();
    assert_eq!(shared, [true, false, true]);
}

#[test]
fn a_further_copy_takes_nothing_from_what_the_first_says() {
    let notice = |traits: Traits, hours| {
        let mut copy = mail(1, ANN, ME, 0).arrival(1);
        copy.facts.traits |= traits;
        copy.facts.received = Some(at(hours));
        copy
    };
    let first = notice(Traits::AUTOMATIC | Traits::AUTO_REPLIED, 0);
    let later = notice(Traits::NONE, 1);
    assert_eq!(made_of(&[first.clone(), later.clone()]), (1, 0));
    assert_eq!(made_of(&[later, first]), (1, 0));
}

#[test]
fn what_i_wrote_to_others_says_nothing_of_what_i_write_to_them_after_it() {
    let store = store();
    let contact = ann(&store);
    deliver(&store, "Sent", 2, &mail(2, ME, ANN, 20).answering(1));
    measure(&store);
    deliver(&store, "Sent", 1, &mail(1, ME, "bob@example.net", 0));
    assert_eq!(measure(&store), 0, "Ann's turns stay as they are");
    assert!(!store.letters(contact).unwrap()[0].answers_mine);
}

#[test]
fn an_earlier_instant_knows_only_what_had_arrived() {
    let store = store();
    for (number, from, hour) in [(1, ANN, 0), (2, ANN, 50), (3, "", 60)] {
        deliver(&store, "INBOX", number, &mail(number, from, ME, hour));
    }
    for (then, known) in [(at(-1), 0), (at(0), 1), (at(49), 1), (at(50), 2), (at(60), 3)] {
        let count = store.message_count_by(then, |clocks| clocks.time(TimeBasis::Arrival));
        assert_eq!(count.unwrap(), known);
    }
}

#[test]
fn an_earlier_instant_knows_no_thread_that_a_later_mail_ties() {
    let store = store();
    let contact = ann(&store);
    deliver(&store, "INBOX", 1, &mail(1, ANN, ME, 0));
    deliver(&store, "Sent", 1, &mail(2, ME, ANN, 20).about("Supper"));
    let mut tying = mail(3, ANN, ME, 50).answering(2).about("Both").arrival(2);
    tying.facts.references.extend(mail(1, ANN, ME, 0).arrival(1).facts.id_hash);
    store.add_copy(folder(&store, "INBOX"), UidValidity(1), &tying, true).unwrap();
    assert_eq!(turns(&store, contact)[0].status(at(49)), Status::Answered);
    let letters = store.letters(contact).unwrap();
    let threads = touches::shared_threads(&letters);
    let members = store.members_of(&threads, |clocks| clocks.time(TimeBasis::Arrival)).unwrap();
    let known = touches::as_of(letters, &members, TimeBasis::Arrival, at(49));
    assert_ne!(known[0].thread, known[1].thread);
    let hindsight = touches::read(&known, &[], TimeBasis::Arrival, at(49)).hindsight;
    assert!(!hindsight.covers(at(49)), "nothing of it is learned later");
}

#[test]
fn a_folder_that_starts_over_loses_and_doubles_nothing() {
    let store = store();
    let contact = ann(&store);
    let inbox = folder(&store, "INBOX");
    let mails = [mail(1, ANN, ME, 0), mail(2, ANN, ME, 50).about("Supper?")];
    for (uid, mail) in (1..).zip(&mails) {
        deliver(&store, "INBOX", uid, mail);
    }
    store.set_complete(inbox).unwrap();
    let before = turns(&store, contact);
    store.start_folder_over(inbox, UidValidity(2)).unwrap();
    assert_eq!(turns(&store, contact), before);
    for (uid, mail) in (101..).zip(mails.iter().rev()) {
        store.add_copy(inbox, UidValidity(2), &mail.arrival(uid), true).unwrap();
        assert_eq!(store.message_count().unwrap(), 2);
        assert_eq!(turns(&store, contact), before);
    }
    store.set_complete(inbox).unwrap();
    assert_eq!(turns(&store, contact), before);
    assert_eq!(copies(&store)[0], ("INBOX".to_owned(), 2));
}

#[test]
fn a_comparison_is_remembered_until_the_folder_starts_over() {
    let store = store();
    let inbox = folder(&store, "INBOX");
    let last = || store.folder("work", "INBOX").unwrap().unwrap().reconciled_at;
    deliver(&store, "INBOX", 1, &mail(1, ANN, ME, 0));
    let validity = store.folder("work", "INBOX").unwrap().unwrap().uidvalidity;
    for uid in [1, 2, 3] {
        store.quarantine(inbox, validity, Uid(uid), "no header").unwrap();
    }
    store.release(inbox, validity, Uid(3)).unwrap();
    assert_eq!(last(), None);
    store.set_reconciled(inbox, at(5)).unwrap();
    store.release_stored(inbox).unwrap();
    assert_eq!(last(), Some(at(5)));
    assert_eq!(store.quarantined_uids(inbox, validity).unwrap(), [Uid(2)], "1 was read after all");
    store.start_folder_over(inbox, UidValidity(validity.0 + 1)).unwrap();
    assert_eq!(last(), None);
}

#[test]
fn what_the_new_beginning_lacks_is_gone() {
    let store = store();
    let contact = ann(&store);
    let inbox = folder(&store, "INBOX");
    deliver(&store, "INBOX", 1, &mail(1, ANN, ME, 0));
    store.set_complete(inbox).unwrap();
    store.start_folder_over(inbox, UidValidity(2)).unwrap();
    assert_eq!(turns(&store, contact)[0].closed, None);
    store.set_complete(inbox).unwrap();
    assert_eq!(turns(&store, contact)[0].closed, Some(Closed::Discarded));
}

#[test]
fn only_those_whom_a_mail_concerns_are_measured_again() {
    let store = store();
    import(&store, &[card("Ann Lee", &[ANN]), card("Bob Moss", &["bob@example.org"])]);
    assert_eq!(measure(&store), 2);
    deliver(&store, "INBOX", 1, &mail(1, ANN, ME, 0));
    assert_eq!(measure(&store), 1);
    deliver(&store, "INBOX", 2, &mail(2, "carol@example.org", ME, 1));
    assert_eq!(measure(&store), 0);
    deliver(&store, "Sent", 1, &mail(3, ME, "bob@example.org, carol@example.org", 2));
    assert_eq!(measure(&store), 1);
}

#[test]
fn a_reply_of_mine_to_somebody_else_answers_its_parent() {
    let store = store();
    let contact = ann(&store);
    deliver(&store, "INBOX", 1, &mail(1, ANN, ME, 0));
    deliver(&store, "Sent", 1, &mail(2, ME, "bob@example.org", 3).answering(1));
    let found = turns(&store, contact);
    assert_eq!(found[0].status(at(4)), Status::Answered);
}

/// A conversation of all kinds: answers, a reminder, two mails in one second, a thread that only a
/// late message ties together, another recipient's answer.
fn conversation() -> Vec<Mail> {
    let bob = "bob@example.org";
    vec![
        mail(1, ANN, ME, 0),
        mail(2, ME, ANN, 5).answering(1),
        mail(3, ANN, ME, 30).answering(2),
        mail(4, ANN, ME, 60).answering(3),
        mail(5, ME, ANN, 61).answering(4),
        mail(6, ANN, &format!("{ME}, {bob}"), 100).about("Budget"),
        mail(7, bob, ANN, 101).answering(6),
        mail(8, ANN, ME, 101).about("One second"),
        mail(9, ANN, ME, 101).about("One second"),
        mail(10, ME, ANN, 200).about("Supper"),
        mail(11, ANN, ME, 230).answering(12),
        mail(12, ME, ANN, 210).answering(10),
    ]
}

/// The turns in words that don't depend on how the store numbers its messages.
fn described(store: &Store, contact: ContactId) -> Vec<String> {
    let name = |touch: &TouchId| match touch {
        TouchId::Message(id) => store.headline(*id).unwrap().1.unwrap(),
        TouchId::Entry(EntryNumber(id)) => id.to_string(),
    };
    turns(store, contact)
        .iter()
        .map(|turn| {
            let touches: Vec<String> = turn.touches.iter().map(name).collect();
            let answer = turn.answer.map(|answer| (name(&answer.touch), answer.at, answer.link));
            let Turn { side, start, needs_reply, opens_thread, closed, .. } = turn;
            format!(
                "{side:?} {start} {touches:?} {needs_reply} {opens_thread} {answer:?} {closed:?}"
            )
        })
        .collect()
}

/// Stores mail in the order given; measures each time, or only at the end.
fn after(mails: &[Mail], each_time: bool) -> Vec<String> {
    let store = store();
    let contact = ann(&store);
    for (uid, mail) in (1..).zip(mails) {
        deliver(&store, if mail.from == ME { "Sent" } else { "INBOX" }, uid, mail);
        if each_time {
            measure(&store);
        }
    }
    described(&store, contact)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn mail_in_any_order_gives_the_same_turns(mails in Just(conversation()).prop_shuffle()) {
        let expect = after(&conversation(), false);
        prop_assert!(expect.len() >= 7);
        prop_assert_eq!(after(&mails, true), expect.clone());
        prop_assert_eq!(after(&mails, false), expect);
    }
}

#[test]
fn measuring_again_writes_only_the_turns_that_changed() {
    let store = store();
    let ann = ann(&store);
    deliver(&store, "Sent", 1, &mail(1, ME, ANN, 0));
    deliver(&store, "INBOX", 1, &mail(2, ANN, ME, 5).answering(1));
    deliver(&store, "Sent", 2, &mail(3, ME, ANN, 100).about("Tea?"));
    let kept = || {
        measure(&store);
        store.turns_of(ann).unwrap()
    };
    let before = kept();
    let written = |turns: &[UnjudgedTurn]| {
        let before = store.db.total_changes();
        store.put_turns(ann, turns, Some(at(100))).unwrap();
        // The contact's own row aside.
        store.db.total_changes() - before - 1
    };
    assert_eq!(written(&before), 0);

    deliver(&store, "INBOX", 2, &mail(4, ANN, ME, 110).about("Re: Tea?"));
    let after = kept();
    // One turn has an answer now, which is a turn of theirs; and the part of the history holds both.
    assert_eq!(written(&before), 3);
    assert_eq!(written(&after), 3);
    assert_eq!(written(&after[1..]), 2);
    assert_eq!(store.turns_of(ann).unwrap(), after[1..]);
}

#[test]
fn what_mail_tied_together_is_apart_without_it() {
    // Threads are numbered by what is in them: which number is the smaller must not matter.
    for first in (0..200).step_by(10) {
        let store = store();
        ann(&store);
        import(&store, &[card("Bob Roy", &["bob@example.net"])]);
        let [one, bridge, far, root, other, between, reply] =
            [1, 2, 3, 4, 5, 6, 7].map(|n| first + n);
        let mails = [
            mail(one, ME, ANN, 0).answering(bridge),
            mail(bridge, "bob@example.net", ME, 90).answering(other),
            mail(far, "bob@example.net", ME, 91).answering(bridge),
            mail(root, ME, ANN, 1).answering(far),
            mail(other, ME, ANN, 2).answering(between),
            mail(between, ME, ANN, 3).answering(one),
            mail(reply, ME, ANN, 4).answering(root),
        ];
        for (uid, mail) in (1..).zip(&mails) {
            deliver(&store, "INBOX", uid, mail);
        }
        let threads = |store: &Store| {
            measure(store);
            [1, 4, 5, 6, 7].map(|row| store.thread_of(MessageNumber(row)).unwrap())
        };
        let [one, root, ..] = threads(&store);
        assert_eq!(root, one, "{first}");
        undo_import(&store, at(200));
        let [one, root, other, between, reply] = threads(&store);
        assert_eq!([other, between], [one, one], "{first}");
        assert_eq!(reply, root, "{first}");
        assert_ne!(root, one, "{first}");
    }
}
