//! The parts of LinkedIn's data export: people, messages, invitations, recommendations,
//! endorsements, and whose export it is.
//!
//! Each part says what stands in it; who among the people is the user, [`owner`] finds out.

pub(super) mod connections;
pub(super) mod invitations;
pub(super) mod messages;
pub mod owner;
pub(super) mod praise;
pub(super) mod profile;

#[cfg(test)]
mod tests;
