//! A first load: what it leaves out while it goes on is there when it is wanted.

use proptest::prelude::*;

use super::*;
use crate::domain::message::mailbox::{Uid, UidValidity};
use crate::store::Filing;

fn any_mail() -> impl Strategy<Value = (Mail, bool)> {
    let other = prop_oneof![Just(ANN), Just("bea@example.org")];
    let parent = prop::option::of(0..12_u64);
    (0..12_u64, other, any::<bool>(), 0..200_i64, parent, any::<bool>()).prop_map(
        |(id, other, mine, hours, parent, goes)| {
            let (from, to) = if mine { (ME, other) } else { (other, ME) };
            let mail = mail(id, from, to, hours);
            let parent = parent.filter(|parent| *parent != id);
            (parent.map_or(mail.clone(), |parent| mail.answering(parent)), goes)
        },
    )
}

fn contacts(store: &Store) -> Vec<ContactId> {
    let cards = [card("Ann Lee", &[ANN]), card("Bea Moss", &["bea@example.org"])];
    let contacts = import(store, &cards).into_iter().map(|(_, contact)| contact).collect();
    measure(store);
    contacts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn it_tells_what_mail_tells_that_comes_bit_by_bit(
        mails in prop::collection::vec(any_mail(), 1..24),
        together in 1..9_usize,
    ) {
        let (bit_by_bit, loaded) = (store(), store());
        let known = contacts(&bit_by_bit);
        prop_assert_eq!(&contacts(&loaded), &known);

        for (number, part) in mails.chunks(together).enumerate() {
            let uid = |at: usize| (number * together + at + 1) as u64;
            loaded
                .transaction(|store| {
                    let mut filing = Filing::of_history(store, true)?;
                    for (at, (mail, _)) in part.iter().enumerate() {
                        filing.add(folder(store, "INBOX"), UidValidity(1), &mail.arrival(uid(at)))?;
                    }
                    filing.finish()
                })
                .unwrap();
            for (at, (mail, goes)) in part.iter().enumerate() {
                deliver(&bit_by_bit, "INBOX", uid(at), mail);
                for store in [&bit_by_bit, &loaded].into_iter().filter(|_| *goes) {
                    store.remove_copy(folder(store, "INBOX"), UidValidity(1), Uid(uid(at))).unwrap();
                }
            }
        }
        loaded.complete_first_load().unwrap();
        prop_assert_eq!(loaded.schema(), bit_by_bit.schema());
        for contact in known {
            prop_assert_eq!(turns(&loaded, contact), turns(&bit_by_bit, contact));
        }
    }
}

#[test]
fn a_store_that_has_mail_is_left_as_it_is() {
    let store = store();
    deliver(&store, "INBOX", 1, &mail(1, ANN, ME, 0));
    let before = store.schema();
    store.begin_first_load().unwrap();
    assert_eq!(store.schema(), before);
}
