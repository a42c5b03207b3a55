//! Knowing the people: exports of every kind, and what they make of the mail.

mod channels;
mod corpus;
mod damage;
mod suggestions;
mod together;
