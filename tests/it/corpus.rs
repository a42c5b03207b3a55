//! Real mailboxes with ground truth, where `REQUITE_CORPUS` names their folder.

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

#[test]
fn replies_without_reply_headers_are_measured() {
    let Some(folder) = corpus::folder() else { return };
    let users = corpus::enron::names(&folder);
    check(users.iter().map(|user| corpus::enron::mailbox(&folder, user)), 0.95);
}
