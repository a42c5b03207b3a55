//! The touches between me and one contact → turns and their answers.
//!
//! A pure function of the set of touches and of what the user said about them: the order of
//! arrival doesn't matter, and the same touches always give the same turns. One chronological
//! pass keeps, per conversation and side, the turn that is running. So what was known earlier is what
//! is known now without what came later, but for what [`Hindsight`] tells of.

use crate::domain::model::ContactId;

#[cfg(test)]
mod example;
mod hindsight;
mod join;
mod order;
mod pass;
mod touch;
mod turn;

pub use hindsight::Hindsight;
pub use pass::Correction;
pub use touch::{Author, Touch};
pub use turn::{Answer, Asked, Closed, Ended, Link, Said, Status, Turn, UnjudgedTurn};

use order::{Ordered, in_order};

/// The turns of one contact, oldest first, and when less was known of them than is known now.
pub fn turns(
    contact: ContactId,
    touches: Vec<Touch>,
    corrections: &[Correction],
) -> (Vec<UnjudgedTurn>, Hindsight) {
    let Ordered { mut touches, mistimed, mut hindsight } = in_order(touches);
    join::copies(&mut touches, &mut hindsight);
    join::series(&mut touches, &mut hindsight);
    let conversations = join::by_subject(&touches, &mut hindsight);
    for touch in &touches {
        let said = corrections.iter().filter(|correction| correction.touch == touch.id);
        said.for_each(|correction| hindsight.learned(correction.at, touch.at));
    }
    let mut pass = pass::Pass::new(contact, corrections, mistimed);
    for (touch, conversation) in touches.iter().zip(conversations) {
        pass.take(touch, conversation);
    }
    (pass.finish(), hindsight)
}

#[cfg(test)]
mod tests;
