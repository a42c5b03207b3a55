//! Imports, addresses found by name, and what the user said.

use super::*;
use crate::domain::measure::decisions::{Decided, Decision, SettingKey, Verb};
use crate::domain::measure::entries::{Entry, EntryKind};
use crate::domain::model::{MessageNumber, TouchId};
use crate::store::Imported;

const LEE: &str = "\"Ann Lee\" <al@example.net>";

/// Ann Lee and I write to each other, by an address that no contact has.
fn with_mail_both_ways() -> Store {
    let store = store();
    deliver(&store, "INBOX", 1, &mail(1, LEE, ME, 0));
    deliver(&store, "Sent", 1, &mail(2, ME, LEE, 3).answering(1));
    store
}

fn emails(store: &Store, contact: ContactId) -> Vec<(String, bool)> {
    let row = store.contacts().unwrap().into_iter().find(|row| row.id == contact).unwrap();
    let email = row.identities.into_iter().filter(|found| found.kind == IdentityKind::Email);
    email.map(|found| (found.value, found.by_name)).collect()
}

fn by_name(email: &str) -> Vec<(String, bool)> {
    vec![(email.to_owned(), true)]
}

#[test]
fn a_contact_that_comes_later_gets_the_mail_that_is_stored() {
    let store = store();
    deliver(&store, "INBOX", 1, &mail(1, ANN, ME, 0));
    deliver(&store, "Sent", 1, &mail(2, ME, ANN, 3).answering(1));
    let contact = ann(&store);
    let found = turns(&store, contact);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].answer.unwrap().at, at(3));
}

#[test]
fn a_name_that_one_contact_bears_finds_their_address() {
    let store = with_mail_both_ways();
    let contact = import(&store, &[card("Lee, Ann", &[])])[0].1;
    store.match_by_name().unwrap();
    assert_eq!(emails(&store, contact), by_name("al@example.net"));
    assert_eq!(turns(&store, contact).len(), 2);
    store.match_by_name().unwrap();
    assert_eq!(measure(&store), 0);
}

#[test]
fn mail_one_way_proves_nothing() {
    let store = store();
    deliver(&store, "INBOX", 1, &mail(1, LEE, ME, 0));
    let contact = import(&store, &[card("Ann Lee", &[])])[0].1;
    store.match_by_name().unwrap();
    assert_eq!(emails(&store, contact), []);
}

#[test]
fn who_has_an_address_gains_none_but_still_makes_a_name_ambiguous() {
    let store = with_mail_both_ways();
    let first = ann(&store);
    store.match_by_name().unwrap();
    assert_eq!(emails(&store, first), [(ANN.to_owned(), false)]);
    let mut namesake = card("Ann Lee", &[]);
    namesake.identities.push((IdentityKind::Url, "https://example.net/in/other-ann".to_owned()));
    let mut run = ImportRun::default();
    store.import_card(&card("Ann Lee", &["other@example.net"]), at(0), &mut run).unwrap();
    store.import_card(&namesake, at(0), &mut run).unwrap();
    store.match_by_name().unwrap();
    let found: Vec<_> = store.contacts().unwrap();
    assert_eq!(found.len(), 3);
    assert_eq!(emails(&store, found[2].id), []);
}

#[test]
fn an_address_is_called_as_its_newest_mail_calls_it_whichever_came_first() {
    let named = |name: &str, id, hours| mail(id, &format!("{name} <al@example.net>"), ME, hours);
    let mails = [named("Al Old", 1, 0), named("Al Odd", 2, 3), named("Al Old", 3, 5)];
    for order in [[0, 1, 2], [0, 2, 1], [2, 1, 0]] {
        let store = store();
        deliver(&store, "Sent", 1, &mail(4, ME, "al@example.net", 9));
        for mail in order.map(|index| &mails[index]) {
            deliver(&store, "INBOX", mail.id, mail);
        }
        assert_eq!(
            store.correspondents(Moment(i64::MAX)).unwrap()[0].name.as_deref(),
            Some("Al Old")
        );
    }
}

#[test]
fn an_address_found_by_name_goes_when_the_name_no_longer_proves_it() {
    let store = with_mail_both_ways();
    let first = import(&store, &[card("Ann Lee", &[])])[0].1;
    store.match_by_name().unwrap();
    assert_eq!(turns(&store, first).len(), 2);
    let mut other = card("Ann Lee", &[]);
    other.identities.push((IdentityKind::Url, "https://example.net/in/other-ann".to_owned()));
    let mut another = other.clone();
    another.identities[0].1.push_str("-2");
    import(&store, &[other, another]);
    store.match_by_name().unwrap();
    assert_eq!(turns(&store, first).len(), 0);
}

#[test]
fn an_address_that_is_not_theirs_can_be_refused_and_taken_back() {
    let store = with_mail_both_ways();
    let contact = import(&store, &[card("Ann Lee", &[])])[0].1;
    let what = Decided::NotTheirs("al@example.net".to_owned());
    store.decide(&Decision { at: at(5), contact, what: what.clone() }).unwrap();
    store.match_by_name().unwrap();
    assert_eq!(emails(&store, contact), []);
    let taken = store.take_setting_back(contact, &SettingKey::Any, at(6)).unwrap();
    assert_eq!(taken, Some(what));
    store.match_by_name().unwrap();
    assert_eq!(emails(&store, contact), by_name("al@example.net"));
}

#[test]
fn importing_again_changes_nothing() {
    let switchboard = |name: &str, emails: &[&str]| {
        let mut card = card(name, emails);
        card.identities.push((IdentityKind::Phone, "+49301234567".to_owned()));
        card
    };
    let at_work = |company: &str, card| NewCard { company: Some(company.to_owned()), ..card };
    let cards = [
        at_work("Acme", switchboard("Ann Lee", &[ANN])),
        at_work("Bolt", switchboard("Ann Lee", &[ANN, "ann@example.com"])),
        switchboard("Bob Moss", &[]),
        card("Bob Moss", &[]),
        card("Ann Lee", &["other@example.net"]),
        card("Ann Lee", &[]),
    ];
    let store = store();
    let mut known = Vec::new();
    for time in 0..3 {
        let mut run = ImportRun::default();
        for card in &cards {
            let became = store.import_card(card, at(0), &mut run).unwrap();
            assert!(time == 0 || became == Imported::Matched, "{time}: {card:?}");
        }
        known.push(format!("{:?}", store.contacts().unwrap()));
    }
    let names: Vec<String> = store.contacts().unwrap().into_iter().map(|row| row.name).collect();
    assert_eq!(names, ["Ann Lee", "Bob Moss", "Ann Lee"]);
    assert!(known.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn a_later_import_says_the_newer_thing_and_can_be_taken_back() {
    let store = with_mail_both_ways();
    let contact = import(&store, &[card("Ann Lee", &[])])[0].1;
    store.match_by_name().unwrap();
    measure(&store);
    let before = format!("{:?}", store.contacts().unwrap());
    let newer =
        NewCard { company: Some("Acme".to_owned()), ..card("Ann Lee", &["al@example.net"]) };
    import(&store, &[newer, card("Bob Moss", &[])]);
    store.match_by_name().unwrap();
    assert_eq!(emails(&store, contact), [("al@example.net".to_owned(), false)]);
    assert_eq!(undo_import(&store, at(9)), Some(vec!["contacts.vcf".to_owned()]));
    store.match_by_name().unwrap();
    measure(&store);
    assert_eq!(format!("{:?}", store.contacts().unwrap()), before);
    assert!(undo_import(&store, at(9)).is_some());
    assert_eq!(store.contact_count().unwrap(), 0);
    assert_eq!(undo_import(&store, at(9)), None);
}

#[test]
fn nobody_inherits_what_was_said_of_a_contact_taken_back() {
    let store = store();
    let contact = ann(&store);
    store.decide(&Decision { at: at(1), contact, what: Decided::Mute }).unwrap();
    undo_import(&store, at(2));
    let next = import(&store, &[card("Bob Moss", &[])])[0].1;
    assert_ne!(next, contact);
    assert!(!store.decisions(None, at(3)).unwrap().has(next, Verb::Mute));
}

#[test]
fn the_latest_decision_on_a_turn_is_taken_back_and_no_other() {
    let store = store();
    let contact = ann(&store);
    let touches = [TouchId::Message(MessageNumber(1)), TouchId::Message(MessageNumber(2))];
    let snooze = |touch, hours: i64| Decision {
        at: at(hours),
        contact,
        what: Decided::Snooze { touch, until: at(hours + 24) },
    };
    let first = snooze(touches[0], 1);
    for decision in
        [first.clone(), snooze(touches[1], 2), snooze(TouchId::Message(MessageNumber(3)), 3)]
    {
        store.decide(&decision).unwrap();
    }
    assert!(!store.take_back(Verb::Done, contact, &touches, at(4)).unwrap());
    assert!(store.take_back(Verb::Snooze, contact, &touches, at(4)).unwrap());
    let held = store.decisions(Some(contact), at(5)).unwrap().0;
    assert_eq!(held, [first, snooze(TouchId::Message(MessageNumber(3)), 3)]);
    assert_eq!(store.decisions(Some(contact), at(3)).unwrap().0.len(), 3);
    assert!(store.take_back(Verb::Snooze, contact, &touches, at(6)).unwrap());
    assert!(!store.take_back(Verb::Snooze, contact, &touches, at(7)).unwrap());
}

#[test]
fn the_latest_value_of_a_setting_holds_until_it_is_taken_back() {
    let store = store();
    let contact = ann(&store);
    let zone = Decided::Zone("Europe/Paris".to_owned());
    for (hours, what) in [(1, Decided::Limit(24.0)), (2, zone), (3, Decided::Limit(72.0))] {
        store.decide(&Decision { at: at(hours), contact, what }).unwrap();
    }
    let limit = || store.decisions(Some(contact), at(9)).unwrap().limit_h(contact);
    assert_eq!(limit(), Some(72.0));
    store.take_setting_back(contact, &SettingKey::Limit, at(4)).unwrap();
    assert_eq!(limit(), Some(24.0));
    store.take_setting_back(contact, &SettingKey::Limit, at(5)).unwrap();
    assert_eq!(limit(), None);
    assert_eq!(store.take_setting_back(contact, &SettingKey::Limit, at(6)).unwrap(), None);
}

#[test]
fn an_entry_by_hand_is_a_touch_until_it_is_taken_back() {
    let store = store();
    let people = import(&store, &[card("Ann Lee", &[ANN]), card("Bob Moss", &[])]);
    let contacts = [people[0].1, people[1].1];
    deliver(&store, "INBOX", 1, &mail(1, ANN, ME, 0));
    let meeting = Entry::by_hand(EntryKind::Meeting, at(7), "");
    store.add_entry(&meeting, &contacts, at(8)).unwrap();
    assert_eq!(turns(&store, contacts[0])[0].answer.unwrap().at, at(7));
    assert_eq!(store.entries(contacts[1]).unwrap().len(), 1);
    assert!(!store.take_entry_back(EntryKind::Call, contacts[1], at(9)).unwrap());
    assert!(store.take_entry_back(EntryKind::Meeting, contacts[1], at(9)).unwrap());
    assert_eq!(turns(&store, contacts[0])[0].answer, None);
}

#[test]
fn an_address_that_mail_was_sent_from_here_may_be_mine() {
    const ALIAS: &str = "ada@alias.example";
    let store = store();
    deliver(&store, "Sent", 1, &mail(1, ALIAS, ANN, 0));
    assert_eq!(store.unknown_senders().unwrap(), [(ALIAS.to_owned(), 1)]);

    // Where all mail lies together (Gmail), what came has been received by some server.
    let store = Store::in_memory().unwrap();
    store.set_accounts(&[("gmail".to_owned(), MailboxKind::Imap)]).unwrap();
    store.set_folders("gmail", &[("All".to_owned(), Role::All)]).unwrap();
    let all = store.folder("gmail", "All").unwrap().unwrap().id;
    store.start_folder_over(all, UidValidity(1)).unwrap();
    store.set_mine(&[ME.to_owned()]).unwrap();
    let arrivals = [(ALIAS, ANN), (ALIAS, ANN), (ALIAS, ANN), (ANN, ME), (ANN, ME), (ANN, ME)];
    for (id, (from, to)) in (1..).zip(arrivals) {
        let mut arrival = mail(id, from, to, 0).arrival(id);
        arrival.facts.received = (from == ANN).then(|| at(0));
        store.add_copy(all, UidValidity(1), &arrival, true).unwrap();
    }
    assert_eq!(store.unknown_senders().unwrap(), [(ALIAS.to_owned(), 3)]);
}
