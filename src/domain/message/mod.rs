//! What a message is: what its header says, who is who, which thread it stands in, whether a
//! person wrote it, and what its text asks for.
//!
//! Looks at one message or address at a time; what two people owe each other, the floor above says.

pub mod absence;
pub mod bounces;
pub mod cards;
pub mod counterparts;
pub mod cues;
pub mod facts;
pub mod forms;
pub mod identity;
pub mod lists;
pub mod mailbox;
pub mod noise;
pub mod threading;
