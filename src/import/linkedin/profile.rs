//! `Profile.csv` and `Email Addresses.csv`: whose export it is.

use super::super::csv::{HeaderRow, Row, RowShape};
use super::super::text::{some, tidy};
use super::super::values::{Card, Statement};

/// No cell of a profile has more lines.
const MOST_LINES: usize = 200;

/// Which cell holds what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) struct ProfileColumns {
    first: Option<usize>,
    last: Option<usize>,
    maiden: Option<usize>,
    email: Option<usize>,
}

impl ProfileColumns {
    /// `None` where these are the columns of neither file.
    pub(in crate::import) fn of(header: &HeaderRow) -> Option<ProfileColumns> {
        let is_profile = header.has_all(&["firstname", "lastname", "headline", "industry"]);
        let is_addresses = header.has_all(&["emailaddress", "confirmed", "primary"]);
        (is_profile || is_addresses).then(|| ProfileColumns {
            first: header.place(&["firstname"]),
            last: header.place(&["lastname"]),
            maiden: header.place(&["maidenname"]),
            email: header.place(&["emailaddress"]),
        })
    }

    pub(in crate::import) fn shape(&self) -> RowShape {
        RowShape { most_lines: MOST_LINES, telling: (None, |_| false), may_be_short: true }
    }

    pub(in crate::import) fn read(&self, row: &Row) -> Vec<Statement> {
        let name = tidy(&format!("{} {}", row.cell(self.first), row.cell(self.last)));
        let maiden = some(row.cell(self.maiden));
        let maiden = maiden.map(|maiden| tidy(&format!("{} {maiden}", row.cell(self.first))));
        vec![Statement::Owner(Card {
            line: row.line,
            name,
            other_names: maiden.into_iter().collect(),
            emails: some(row.cell(self.email)).into_iter().collect(),
            ..Card::default()
        })]
    }
}
