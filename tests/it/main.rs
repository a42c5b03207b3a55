//! Everything that is tested from the outside, as one binary.

mod oracle;
