//! What messages mean between me and a contact: touches → turns → standings, and what all contacts
//! teach together.
//!
//! Measures only; what to do about it, the floor above says.

pub mod balance;
pub mod calendar;
pub mod decisions;
pub mod entries;
pub mod need;
pub mod picture;
pub mod population;
pub mod rhythm;
pub mod score;
pub mod standing;
pub mod statistics;
pub mod terms;
pub mod touches;
pub mod turns;
