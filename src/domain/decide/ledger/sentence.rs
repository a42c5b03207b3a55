//! Where I stand with one contact, in a sentence, before I ask them for something.

use super::{LedgerEntry, LedgerKind};
use crate::domain::measure::balance::Balance;
use crate::domain::text::listed;

/// From so much on, in gifts of today, it isn't even.
const NOTABLY: f64 = 0.5;

/// "you introduced them twice, they did you one favour; you may ask". `entries`: what concerns the
/// contact; `balance`: what of it is left.
pub fn sentence<'a>(
    entries: impl Iterator<Item = &'a LedgerEntry> + Clone,
    balance: &Balance,
) -> String {
    let count =
        |kind| entries.clone().filter(|entry| entry.kind == kind && entry.state.counts()).count();
    let done = [
        (LedgerKind::Introduction, "introduced them"),
        (LedgerKind::Resume, "passed on a résumé for them"),
        (LedgerKind::Favour, "did them a favour"),
        (LedgerKind::Ask, "asked them for something"),
    ];
    let mine: Vec<String> = done
        .into_iter()
        .filter_map(|(kind, what)| Some(format!("{what} {}", times(count(kind))?)))
        .collect();
    let theirs = times(count(LedgerKind::Received)).map(|times| format!("they helped you {times}"));
    let mine = (!mine.is_empty()).then(|| format!("you {}", listed(&mine)));
    let told: Vec<String> = mine.into_iter().chain(theirs).collect();
    if told.is_empty() {
        let suspected = entries.clone().any(|entry| entry.state.is_open());
        let what = if suspected { "nothing counts" } else { "nothing was given or asked" };
        return format!("{what} between you yet; give before you ask");
    }
    format!("{}; {}", told.join(", "), verdict(balance))
}

/// Whether it is my turn to give.
fn verdict(balance: &Balance) -> &'static str {
    let ahead = balance.gives - balance.asks_me - balance.received;
    if ahead >= NOTABLY {
        "you may ask"
    } else if ahead <= -NOTABLY {
        "it is your turn to give"
    } else {
        "you are even"
    }
}

fn times(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some("once".to_owned()),
        2 => Some("twice".to_owned()),
        more => Some(format!("{more} times")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::balance_of;
    use super::super::{EntryId, EntryState, Strength};
    use super::*;
    use crate::domain::model::{ContactId, DAY, EntryNumber, Moment};

    const NOW: Moment = Moment(1_767_700_800);
    const ADA: ContactId = ContactId(1);

    #[track_caller]
    fn check(entries: &[(LedgerKind, i64)], expect: &str) {
        let entry = |(nth, (kind, days)): (usize, &(LedgerKind, i64))| LedgerEntry {
            id: EntryId::Hand(EntryNumber(nth as i64)),
            kind: *kind,
            at: NOW - days * DAY,
            contacts: vec![ADA],
            strength: Strength::Manual,
            state: EntryState::Counted,
        };
        let mut entries: Vec<LedgerEntry> = entries.iter().enumerate().map(entry).collect();
        let balance = balance_of(&entries, ADA);
        assert_eq!(sentence(entries.iter(), &balance), expect);
        let suspected =
            LedgerEntry { state: EntryState::Unconfirmed, ..entry((99, &(LedgerKind::Favour, 1))) };
        entries.push(suspected);
        let expect = expect.replace("nothing was given or asked", "nothing counts");
        assert_eq!(sentence(entries.iter(), &balance), expect);
    }

    #[test]
    fn where_i_stand_before_i_ask() {
        use LedgerKind::{Ask, Favour, Introduction, Received, Resume};
        check(&[], "nothing was given or asked between you yet; give before you ask");
        check(
            &[(Introduction, 1), (Introduction, 2), (Received, 1)],
            "you introduced them twice, they helped you once; you may ask",
        );
        check(&[(Ask, 3)], "you asked them for something once; it is your turn to give");
        check(
            &[(Favour, 3), (Ask, 3)],
            "you did them a favour once and asked them for something once; you are even",
        );
        check(&[(Resume, 900)], "you passed on a résumé for them once; you are even");
    }
}
