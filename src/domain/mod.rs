//! What the project exists for: measuring, scoring and deciding, as pure functions over plain
//! values.
//!
//! Nothing in here knows a file, a socket, a database, a clock or a log: `now` is a parameter and
//! what should happen is returned as data.
//!
//! Three floors, each of which knows only those below it: [`message`] → [`measure`] → [`decide`],
//! on words and knobs that everybody needs: [`model`], [`policy`], [`dates`] and [`text`].

#![warn(missing_docs)]

pub mod dates;
pub mod decide;
pub mod measure;
pub mod message;
pub mod model;
pub mod policy;
pub mod text;
