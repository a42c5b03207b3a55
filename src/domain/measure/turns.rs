//! The touches between me and one contact → turns and their answers.
//!
//! A pure function of the set of touches and of what the user said about them: the order of
//! arrival doesn't matter, and the same touches always give the same turns. One chronological
//! pass keeps, per conversation and side, the turn that is running.

use crate::domain::model::ContactId;

#[cfg(test)]
mod example;
mod join;
mod order;
mod pass;
mod touch;
mod turn;

pub use pass::Correction;
pub use touch::{Author, Touch};
pub use turn::{Answer, Asked, Closed, Link, Status, Turn, UnjudgedTurn};

use order::{Ordered, in_order};

/// The turns of one contact, oldest first.
pub fn turns(
    contact: ContactId,
    touches: Vec<Touch>,
    corrections: &[Correction],
) -> Vec<UnjudgedTurn> {
    let Ordered { mut touches, mistimed } = in_order(touches);
    join::copies(&mut touches);
    join::series(&mut touches);
    let conversations = join::by_subject(&touches);
    let mut pass = pass::Pass::new(contact, corrections, mistimed);
    for (touch, conversation) in touches.iter().zip(conversations) {
        pass.take(touch, conversation);
    }
    pass.finish()
}

#[cfg(test)]
mod tests;
