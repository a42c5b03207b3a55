//! What the user said moves the model: *done* says that nothing was due, *snooze* and *due* say
//! that something was (maximum a posteriori, see [`fit`](super::fit)).
//!
//! Knows the user's word only: what was answered, or left unanswered, moves nothing.

use std::collections::BTreeMap;

use super::fit::{self, Example, Shift, Wander};
use super::{DUE, Features, MOST_WITHOUT_TEXT, shipped};
use crate::domain::model::{ContactId, Moment, Side};

/// How far the user's word may move a weight, and a person's: standard deviations.
const WANDER: Wander = Wander { intercept: 0.5, feature: 0.5, person: 1.0 };
/// Older words have had their say.
pub const NEWEST: usize = 1_000;

/// What the user said of a message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UserLabel {
    /// When it was said.
    pub at: Moment,
    /// Whose message it was about: the one that waits.
    pub side: Side,
    /// With whom.
    pub contact: ContactId,
    /// What the message said.
    pub features: Features,
    /// It asked for an answer; else it didn't.
    pub due: bool,
}

/// The weights that are shipped, as the user's word has moved them.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    theirs: Shift,
    mine: Shift,
    /// Of a person's mail to me.
    persons: BTreeMap<ContactId, f64>,
    /// Whether texts are read at all.
    reads_text: bool,
    /// The user has said nothing: most of a model's work is left out.
    is_shipped: bool,
}

/// Nothing was said.
impl Default for Model {
    fn default() -> Model {
        let (theirs, mine) = (Shift::default(), Shift::default());
        Model { theirs, mine, persons: BTreeMap::new(), reads_text: true, is_shipped: true }
    }
}

impl Model {
    /// `said`: in any order; of more than a thousand words the newest count.
    pub fn of(said: &[UserLabel], reads_text: bool) -> Model {
        let mut newest: Vec<&UserLabel> = said.iter().collect();
        newest.sort_by_key(|said| (said.at, said.contact, said.features.0, said.due));
        let newest = newest.split_off(newest.len().saturating_sub(NEWEST));
        let numbers: BTreeMap<ContactId, usize> = {
            let theirs = newest.iter().filter(|said| said.side == Side::Theirs);
            let contacts: std::collections::BTreeSet<ContactId> =
                theirs.map(|said| said.contact).collect();
            contacts.into_iter().zip(0..).collect()
        };
        let shift = |side| {
            let of_side = newest.iter().filter(|said| said.side == side);
            let examples = of_side.map(|said| Example {
                offset: shipped(side, said.features).logit(said.features),
                features: said.features.places().map(|place| (place, 1.0)).collect(),
                person: numbers.get(&said.contact).copied().filter(|_| side == Side::Theirs),
                due: f64::from(u8::from(said.due)),
            });
            fit::fit(Features::COUNT, &examples.collect::<Vec<_>>(), WANDER)
        };
        let (theirs, mine) = (shift(Side::Theirs), shift(Side::Mine));
        let of_person = |(contact, number): (&ContactId, &usize)| {
            (*contact, theirs.persons.get(*number).copied().unwrap_or_default())
        };
        let persons = numbers.iter().map(of_person).collect();
        Model { theirs, mine, persons, reads_text, is_shipped: said.is_empty() }
    }

    /// d of a message between me and a contact.
    pub fn d(&self, side: Side, contact: ContactId, features: Features) -> f64 {
        let shipped = shipped(side, features);
        let d = shipped.d(features);
        if features.contains(Features::CALL) {
            return d;
        }
        let moved = if self.is_shipped { 0.0 } else { self.by(side, contact, features) };
        let moved = if moved == 0.0 { d } else { super::logistic(shipped.logit(features) + moved) };
        // Done mostly means dealt with: what asks me something stays a question.
        let asks = features.intersects(Features::ASKING);
        let moved = if asks && d >= DUE { moved.max(DUE) } else { moved };
        if self.reads_text { moved } else { moved.min(MOST_WITHOUT_TEXT) }
    }

    /// By how much the user's word moves the log-odds.
    fn by(&self, side: Side, contact: ContactId, features: Features) -> f64 {
        let (shift, person) = match side {
            Side::Theirs => (&self.theirs, self.persons.get(&contact).copied()),
            Side::Mine => (&self.mine, None),
        };
        let held = features.places().filter_map(|place| shift.features.get(place));
        shift.intercept + held.sum::<f64>() + person.unwrap_or_default()
    }
}
