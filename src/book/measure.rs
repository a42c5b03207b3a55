//! Store → domain → store: the turns of contacts whose mail changed.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use crate::domain::measure::decisions::{Decided, Decision};
use crate::domain::measure::touches::{self, Correspondence, Letter};
use crate::domain::measure::turns::{self, Author, Correction, Hindsight, Touch, UnjudgedTurn};
use crate::domain::message::absence::Absence;
use crate::domain::message::noise::Traits;
use crate::domain::model::{ContactId, MessageNumber, Moment, TouchId};
use crate::domain::policy::Policy;
use crate::error::{Error, Result};
use crate::store::{InTouch, Sides, Store};

/// What is derived of one contact's mail and entries.
#[derive(Default)]
pub(super) struct Measured {
    pub(super) turns: Vec<UnjudgedTurn>,
    pub(super) in_touch: InTouch,
    pub(super) absences: Vec<Absence>,
    /// Messages whose texts were never read, and when they were sent.
    unread: Vec<(MessageNumber, Moment)>,
    hindsight: Hindsight,
}

/// Of all that is stored.
fn measured(store: &Store, contact: ContactId, policy: &Policy) -> Result<Measured> {
    // Of an export most people are in no mail.
    if !store.may_be_in_touch(contact)? {
        return Ok(Measured::default());
    }
    let letters = store.letters(contact)?;
    measured_by(store, contact, &letters, policy, Moment::MAX)
}

/// Of what had come and was said by `then`.
pub(super) fn measured_then(
    store: &Store,
    contact: ContactId,
    policy: &Policy,
    then: Moment,
) -> Result<Measured> {
    let letters = letters_then(store, contact, policy, then)?;
    measured_by(store, contact, &letters, policy, then)
}

/// The letters that had come by `then`.
pub(super) fn letters_then(
    store: &Store,
    contact: ContactId,
    policy: &Policy,
    then: Moment,
) -> Result<Vec<Letter>> {
    let letters = store.letters(contact)?;
    let threads = touches::shared_threads(&letters);
    let members = store.members_of(&threads, |clocks| clocks.time(policy.time))?;
    Ok(touches::as_of(letters, &members, policy.time, then))
}

fn measured_by(
    store: &Store,
    contact: ContactId,
    letters: &[Letter],
    policy: &Policy,
    then: Moment,
) -> Result<Measured> {
    let entries = store.entries(contact)?;
    let Correspondence { touches, absences, mut hindsight, .. } =
        touches::read(letters, &entries, policy.time, then);
    let decisions = store.decisions(Some(contact), then)?;
    let corrections: Vec<Correction> = decisions.of(contact).filter_map(correction).collect();
    let in_touch = in_touch(&touches);
    let unread = if policy.reads_text { unread(letters, &touches) } else { Vec::new() };
    let (turns, learned) = turns::turns(contact, touches, &corrections);
    hindsight.extend(learned);
    Ok(Measured { turns, in_touch, absences, unread, hindsight })
}

fn in_touch(touches: &[Touch]) -> InTouch {
    let ours = touches.iter().filter(|touch| touch.author != Author::Other);
    let sides = |touch: &Touch| Sides {
        // Who talks to each other hears from each other.
        from_them: touch.author == Author::Them || touch.spoken,
        from_me: touch.author == Author::Me || touch.spoken,
    };
    InTouch::new(ours.map(|touch| (touch.at, sides(touch))).collect())
}

/// Of what counts between the two of us, and of notices of absence, which may name a day.
fn unread(letters: &[Letter], touches: &[Touch]) -> Vec<(MessageNumber, Moment)> {
    let counting: HashSet<MessageNumber> = touches
        .iter()
        .filter_map(|touch| match touch.id {
            TouchId::Message(message) => Some(message),
            TouchId::Entry(_) => None,
        })
        .collect();
    letters
        .iter()
        .filter(|letter| letter.cues.is_none() && letter.author != Author::Other)
        .filter(|it| counting.contains(&it.id) || it.traits.contains(Traits::AUTO_REPLIED))
        .filter_map(|it| Some((it.id, it.internal.or(it.received).or(it.date)?)))
        .collect()
}

/// Who puts something off says that it asks for an answer.
fn correction(decision: &Decision) -> Option<Correction> {
    let due = match decision.what {
        Decided::Done(_) => false,
        Decided::Due(_) | Decided::Snooze { .. } => true,
        _ => return None,
    };
    Some(Correction { touch: decision.what.touch()?, at: decision.at, due })
}

/// About so many messages are measured before what they tell is written: in smaller parts the same
/// pages are written again and again, larger ones take memory.
const PART: usize = 6_000;
/// As many as are measured while others wait to write.
const LITTLE: usize = 1_000;
/// Writing what is known of somebody takes as long as so many messages do.
const A_CONTACT: usize = 4;
/// So many mails are tied to each other in one transaction: each writes all over the file, and in
/// smaller ones the same pages are written again and again.
const TIED: usize = 20_000;
/// From so many contacts on, a second thread is worth starting.
const MANY: usize = 50;

/// Computes the turns of every contact that is marked, inside the caller's transaction; how many
/// there were.
///
/// # Errors
/// Where the database can't be written.
pub fn measure_dirty(store: &Store, policy: &Policy) -> Result<usize> {
    settle_senders(store, usize::MAX)?;
    let dirty = store.dirty_contacts()?;
    for &contact in &dirty {
        put(store, contact, measured(store, contact, policy)?)?;
    }
    Ok(dirty.len())
}

/// So many contacts, and addresses, are seen to within a transaction that isn't theirs.
const FEW: usize = 300;

/// Computes the turns of the contacts that the caller's transaction is `about`, and of those that
/// it has marked besides: those `before`, marked when it began, are for whoever marked them.
/// Whether anybody is left.
///
/// # Errors
/// Where the database can't be written.
pub fn measure_marked(
    store: &Store,
    before: &[ContactId],
    about: &[ContactId],
    policy: &Policy,
) -> Result<bool> {
    settle_senders(store, FEW)?;
    let marked = store.dirty_contacts()?;
    let is_ours =
        |contact: &&ContactId| about.contains(contact) || before.binary_search(contact).is_err();
    for &contact in marked.iter().filter(is_ours).take(FEW) {
        put(store, contact, measured(store, contact, policy)?)?;
    }
    Ok(!store.is_measured()?)
}

/// Decides, inside the caller's transaction, whose word counts: that of lists, and of so many
/// addresses at most.
fn settle_senders(store: &Store, most: usize) -> Result<()> {
    store.complete_first_load()?;
    settle_lists(store)?;
    store.ties_due(most)?.into_iter().try_for_each(|address| store.tie_mail_of(address))
}

/// Decides which lists are believed, where more is known of one.
fn settle_lists(store: &Store) -> Result<()> {
    for (list, history) in store.lists_due()? {
        store.believe_list(list, history.is_believed())?;
    }
    Ok(())
}

/// Decides whose references join threads, little by little, mail by mail as it lies in the file: by
/// address every mail would be looked for anew.
fn settle_ties(store: &Store) -> Result<()> {
    let due = store.ties_due(usize::MAX)?;
    if due.is_empty() {
        return Ok(());
    }
    let seen = store.data_version()?;
    let mails = store.mail_by(&due)?;
    store.with_more_pages(mails.len() > TIED, || {
        for part in mails.chunks(TIED) {
            store.transaction(|store| store.tie_mails(part))?;
            store.make_way();
        }
        Ok(())
    })?;
    store.transaction(|store| {
        // Whoever has written meanwhile may have given an address to somebody, or taken it away.
        if store.data_version()? == seen {
            return store.ties_are_decided(&due);
        }
        due.iter().try_for_each(|address| store.tie_mail_of(*address))
    })
}

/// After much mail has come: finds the contacts whose names it tells, and measures.
///
/// # Errors
/// Where the database can't be written.
pub fn take_stock(store: &Store, policy: &Policy) -> Result<()> {
    store.complete_first_load()?;
    store.transaction(Store::recognise)?;
    measure_history(store, policy).map(drop)
}

/// As [`measure_dirty`], but in transactions of its own: what a large mailbox takes many seconds
/// for is read by two threads while nobody has to wait, and written little by little.
///
/// # Errors
/// Where the database can't be written.
pub fn measure_history(store: &Store, policy: &Policy) -> Result<usize> {
    store.complete_first_load()?;
    if !store.lists_due()?.is_empty() {
        store.transaction(settle_lists)?;
    }
    settle_ties(store)?;
    let many = store.dirty_contacts()?.len() >= MANY;
    let mut reader = if many { store.reader()? } else { None };
    let mut count = 0;
    loop {
        let seen = store.data_version()?;
        let part = Part::next(store, PART)?.measured_by_both(store, reader.as_mut(), policy)?;
        if part.is_empty() {
            return Ok(count);
        }
        count += store.transaction(|store| {
            // Whoever has written meanwhile may have changed what was read.
            let is_current = store.data_version()? == seen;
            let part = if is_current {
                part
            } else {
                Part::next(store, LITTLE)?.measured(store, policy)?
            };
            let measured = part.len();
            part.into_iter().try_for_each(|(contact, measured)| put(store, contact, measured))?;
            Ok(measured)
        })?;
        store.make_way();
    }
}

/// The contacts that are marked, each for the thread that asks first, until enough is measured.
struct Part {
    contacts: Mutex<std::vec::IntoIter<ContactId>>,
    messages: AtomicUsize,
    most: usize,
}

impl Part {
    fn next(store: &Store, most: usize) -> Result<Part> {
        let contacts = Mutex::new(store.dirty_contacts()?.into_iter());
        Ok(Part { contacts, messages: AtomicUsize::new(0), most })
    }

    fn measured_by_both(
        &self,
        store: &Store,
        reader: Option<&mut Store>,
        policy: &Policy,
    ) -> Result<Vec<(ContactId, Measured)>> {
        let Some(reader) = reader else { return self.measured(store, policy) };
        thread::scope(|scope| {
            let theirs = scope.spawn(move || self.measured(reader, policy));
            let mut measured = self.measured(store, policy)?;
            let failed = |_| Error::failed("measuring failed unexpectedly");
            measured.extend(theirs.join().map_err(failed)??);
            Ok(measured)
        })
    }

    fn measured(&self, store: &Store, policy: &Policy) -> Result<Vec<(ContactId, Measured)>> {
        let mut part = Vec::new();
        while self.messages.load(Relaxed) < self.most {
            let next = self.contacts.lock().ok().and_then(|mut contacts| contacts.next());
            let Some(contact) = next else { break };
            let measured = measured(store, contact, policy)?;
            let messages: usize = measured.turns.iter().map(|turn| turn.touches.len()).sum();
            self.messages.fetch_add(messages + A_CONTACT, Relaxed);
            part.push((contact, measured));
        }
        Ok(part)
    }
}

fn put(store: &Store, contact: ContactId, measured: Measured) -> Result<()> {
    let last_touch = measured.in_touch.last().latest();
    store.put_turns(contact, &measured.turns, last_touch)?;
    store.put_hindsight(contact, measured.hindsight.stretches())?;
    store.put_in_touch(contact, &measured.in_touch)?;
    store.want_texts(&measured.unread)?;
    store.put_absences(contact, &measured.absences)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Filing;

    #[test]
    fn a_first_load_that_was_broken_off_is_completed_before_anything_is_measured() {
        for measure in [measure_dirty, measure_history] {
            let store = Store::in_memory().unwrap();
            let whole = store.schema();
            store.transaction(|store| Filing::of_history(store, true)?.finish()).unwrap();
            assert_ne!(store.schema(), whole);
            measure(&store, &Policy::default()).unwrap();
            assert_eq!(store.schema(), whole);
        }
    }
}
