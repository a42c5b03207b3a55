//! What was known at an earlier instant of the letters between me and one contact.
//!
//! Takes letters away and says how the others stood to each other; judges none.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::letter::Letter;
use super::threads::{self, ThreadMember};
use crate::domain::measure::turns::{Author, Hindsight};
use crate::domain::model::{MessageNumber, Moment};
use crate::domain::policy::TimeBasis;

/// The threads in which several of these stand.
pub fn shared_threads(letters: &[Letter]) -> Vec<i64> {
    let mut count: BTreeMap<i64, usize> = BTreeMap::new();
    letters.iter().for_each(|letter| *count.entry(letter.thread).or_default() += 1);
    count.into_iter().filter(|(_, count)| *count > 1).map(|(thread, _)| thread).collect()
}

/// The letters that had come by `then`, as they stood to each other; `members`: of their
/// [`shared_threads`], each whole.
pub fn as_of(
    mut letters: Vec<Letter>,
    members: &[Vec<ThreadMember>],
    basis: TimeBasis,
    then: Moment,
) -> Vec<Letter> {
    let had_come = |at: Option<Moment>| at.is_none_or(|at| at <= then);
    letters.retain(|letter| had_come(letter.time(basis)));
    let known: HashSet<i64> = letters.iter().filter_map(|letter| letter.own_id).collect();
    let is_known = |parent: Option<i64>| parent.is_some_and(|parent| known.contains(&parent));
    letters.retain(|letter| !stands_by_its_parent(letter) || is_known(letter.parent));
    let parts: HashMap<MessageNumber, i64> =
        members.iter().flat_map(|members| threads::parts(members, then)).collect();
    for letter in &mut letters {
        letter.thread = parts.get(&letter.id).copied().unwrap_or(letter.thread);
        letter.answers_mine &= match letter.answered {
            Some(clocks) => had_come(clocks.time(basis)),
            None => is_known(letter.parent),
        };
    }
    letters
}

/// Where letters stand to each other otherwise than they did when only the earlier of them had come.
pub(super) fn hindsight(letters: &[Letter], basis: TimeBasis) -> Hindsight {
    let mut hindsight = Hindsight::default();
    for mut members in by_thread(letters, basis) {
        hindsight.extend(threads::hindsight(&mut members));
    }
    let mut sent: HashMap<i64, Moment> = HashMap::with_capacity(letters.len());
    for letter in letters {
        if let Some((id, at)) = letter.own_id.zip(letter.time(basis)) {
            sent.entry(id).and_modify(|known| *known = at.min(*known)).or_insert(at);
        }
    }
    for letter in letters {
        let Some(at) = letter.time(basis) else { continue };
        let elsewhere = letter.answered.and_then(|clocks| clocks.time(basis));
        let answered = letter.parent.and_then(|parent| sent.get(&parent).copied()).or(elsewhere);
        answered.into_iter().for_each(|answered| hindsight.learned(at, answered));
    }
    hindsight
}

/// It is one between us only for what it answers.
fn stands_by_its_parent(letter: &Letter) -> bool {
    match letter.author {
        Author::Me => letter.addressing.is_none(),
        Author::Them => false,
        Author::Other => true,
    }
}

/// Those that share a thread.
fn by_thread(letters: &[Letter], basis: TimeBasis) -> impl Iterator<Item = Vec<ThreadMember>> {
    let mut threads: HashMap<i64, Vec<ThreadMember>> = HashMap::new();
    for letter in letters {
        let names = letter.own_id.iter().chain(&letter.parent).chain(&letter.references);
        let (id, at, names) = (letter.id, letter.time(basis), names.copied().collect());
        threads.entry(letter.thread).or_default().push(ThreadMember { id, at, names });
    }
    threads.into_values().filter(|members| members.len() > 1)
}
