//! Which mailing lists are believed when they say who wrote what they carry.
//!
//! Lists put their own address into `From` and break what proves a sender. So does whoever wants
//! to pass for somebody else: nothing in a single mail tells the two apart, only what came before.

use crate::domain::model::{DAY, Moment};

/// So many people have written through a list that is one; more tell nothing more.
pub const AUTHORS: u64 = 3;
/// For so long, in seconds, from the first of their mails to the last.
const SPAN: i64 = 30 * DAY;

/// What has come through a list so far, Junk aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListHistory {
    /// Distinct authors.
    pub authors: u64,
    /// When the first of it arrived, and the last.
    pub between: Option<(Moment, Moment)>,
    /// I have written to its address.
    pub written_to: bool,
    /// Mail has come whose author bears its address: it is somebody's own.
    pub writes: bool,
}

impl ListHistory {
    /// Whether the list's word is taken for who wrote what. More mail never takes that back.
    pub fn is_believed(&self) -> bool {
        let lasts = self.between.is_some_and(|(first, last)| last.0 - first.0 >= SPAN);
        self.written_to && !self.writes || self.authors >= AUTHORS && lasts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_believed_that_i_have_written_to_or_that_many_have_used_for_long() {
        let history = |authors, days: i64| ListHistory {
            authors,
            between: Some((Moment(0), Moment(days * DAY))),
            ..ListHistory::default()
        };
        assert!(history(3, 30).is_believed());
        assert!(!history(2, 300).is_believed());
        assert!(!history(9, 29).is_believed());
        assert!(!ListHistory::default().is_believed());
        assert!(ListHistory { written_to: true, ..ListHistory::default() }.is_believed());
    }

    #[test]
    fn who_writes_to_me_is_no_list_because_i_answer() {
        let person = ListHistory { written_to: true, writes: true, ..ListHistory::default() };
        assert!(!person.is_believed());
    }
}
