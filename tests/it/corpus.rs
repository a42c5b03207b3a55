//! Real mailboxes with ground truth, where `REQUITE_CORPUS` names their folder.

use requite::book::{AsOf, Book};
use requite::config::Config;
use requite::domain::model::Moment;
use requite::store::Store;

use crate::laws::told::Told;
use crate::support::corpus::verdict::{Fate, judge};
use crate::support::corpus::{self, Mailbox};

/// At least this share of the replies that were asked for is found in all these mailboxes
/// together, and none with a wrong response time.
fn check(mailboxes: impl IntoIterator<Item = Mailbox>, share: f64) {
    let (mut found, mut asked) = (0, 0);
    for mailbox in mailboxes {
        let measured = mailbox.measure();
        let judged = judge(&mailbox, &measured);
        assert_eq!(judged.wrong(), 0, "{}", mailbox.name);
        for (pair, fate) in judged.fates.iter().filter(|(pair, _)| pair.asked) {
            asked += 1;
            match fate {
                Fate::Missed(why) => eprintln!("{} <- {}: {why}", pair.parent, pair.child),
                _ => found += 1,
            }
        }
    }
    assert!(f64::from(found) >= share * f64::from(asked), "{found} of {asked}");
}

#[test]
fn every_first_reply_of_a_list_participant_is_measured() {
    let Some(folder) = corpus::folder() else { return };
    for owner in corpus::owners::names(&folder) {
        check([corpus::owners::mailbox(&folder, &owner)], 0.99);
    }
}

fn told((store, config): &(Store, Config), then: Moment) -> Told {
    let book = Book::open(store, &config.policy, AsOf::Then(then)).unwrap();
    Told::of(&book, &book.survey().unwrap(), store)
}

#[test]
fn then_is_as_if_no_later_mail_had_come_to_a_list_participant() {
    let Some(folder) = corpus::folder() else { return };
    for owner in corpus::owners::names(&folder) {
        let mailbox = corpus::owners::mailbox(&folder, &owner);
        let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let whole = mailbox.stored(homes[0].path());
        let mut dates: Vec<Moment> =
            mailbox.mail.iter().filter_map(|mail| mail.facts.date).collect();
        dates.sort_unstable();
        for share in [5, 9] {
            let then = dates[dates.len() * share / 10];
            let mut past = corpus::owners::mailbox(&folder, &owner);
            past.mail.retain(|mail| mail.facts.date.is_none_or(|at| at <= then));
            let past = past.stored(&homes[1].path().join(share.to_string()));
            let differences = told(&past, then).differences(&told(&whole, then), 1e-9);
            assert!(differences.is_empty(), "{owner} at {then}: {differences:#?}");
        }
    }
}

#[test]
fn replies_without_reply_headers_are_measured() {
    let Some(folder) = corpus::folder() else { return };
    let users = corpus::enron::names(&folder);
    check(users.iter().map(|user| corpus::enron::mailbox(&folder, user)), 0.95);
}
