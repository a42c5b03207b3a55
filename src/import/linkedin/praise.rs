//! Recommendations and endorsements, given and received: favours that everybody sees.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::super::csv::{HeaderRow, Row, RowShape, date};
use super::super::text::tidy;
use super::super::values::{Participant, PublicFavour, Statement};
use super::messages::participant;
use crate::domain::model::{Moment, Side};
use crate::domain::text::first_listed;

/// No recommendation has more lines.
const MOST_LINES: usize = 200;
/// Skills that are named of those endorsed on one day.
const NAMED: usize = 3;

/// Of recommendations, which cell holds what. Given and received ones have the same columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) struct Recommendations {
    first: Option<usize>,
    last: Option<usize>,
    created: Option<usize>,
    side: Side,
}

impl Recommendations {
    /// `None` where these aren't the columns of a file of recommendations; an error where nothing
    /// says which way they went.
    pub(in crate::import) fn of(
        header: &HeaderRow,
        file: &str,
    ) -> Option<Result<Recommendations, String>> {
        let is_one = header.has_all(&["firstname", "lastname", "jobtitle", "text", "creationdate"]);
        let file = file.to_lowercase();
        let side = match (file.contains("given"), file.contains("received")) {
            (true, false) => Ok(Side::Mine),
            (false, true) => Ok(Side::Theirs),
            _ => Err("recommendations, given or received: the file's name says which \
                      (Recommendations_Given.csv, Recommendations_Received.csv); give it its name \
                      back"
                .to_owned()),
        };
        is_one.then(|| {
            side.map(|side| Recommendations {
                first: header.place(&["firstname"]),
                last: header.place(&["lastname"]),
                created: header.place(&["creationdate"]),
                side,
            })
        })
    }

    pub(in crate::import) fn shape(&self) -> RowShape {
        RowShape::dated(MOST_LINES, self.created)
    }

    pub(in crate::import) fn read(&self, row: &Row) -> Vec<Statement> {
        let name = format!("{} {}", row.cell(self.first), row.cell(self.last));
        let with = participant(&name, "");
        let at = date::instant(row.cell(self.created));
        let (Some(with), Some(at)) = (with, at) else {
            return vec![row.skipped("a recommendation without a name or a date that can be read")];
        };
        let text = "a recommendation on LinkedIn".to_owned();
        let (line, side, kind) = (row.line, self.side, "recommendation");
        vec![Statement::Favour(PublicFavour { line, with, at, side, kind, text })]
    }
}

/// Of endorsements, which cell holds what, and those that were read: whoever clicks through a list of
/// skills on one day has done one favour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) struct Endorsements {
    at: Option<usize>,
    skill: Option<usize>,
    first: Option<usize>,
    last: Option<usize>,
    url: Option<usize>,
    side: Side,
    found: BTreeMap<(Date, Participant), Endorsed>,
}

/// What one person was endorsed for on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Endorsed {
    line: u64,
    at: Moment,
    skills: Vec<String>,
}

impl Endorsements {
    /// `None` where these aren't the columns of a file of endorsements.
    pub(in crate::import) fn of(header: &HeaderRow) -> Option<Endorsements> {
        let is_one = header.has_all(&["endorsementdate", "skillname"]);
        let given = header.place(&["endorseefirstname"]).is_some();
        let received = header.place(&["endorserfirstname"]).is_some();
        (is_one && given != received).then(|| Endorsements {
            at: header.place(&["endorsementdate"]),
            skill: header.place(&["skillname"]),
            first: header.place(&["endorseefirstname", "endorserfirstname"]),
            last: header.place(&["endorseelastname", "endorserlastname"]),
            url: header.place(&["endorseepublicurl", "endorserpublicurl"]),
            side: if given { Side::Mine } else { Side::Theirs },
            found: BTreeMap::new(),
        })
    }

    pub(in crate::import) fn shape(&self) -> RowShape {
        RowShape { may_be_short: true, ..RowShape::dated(2, self.at) }
    }

    /// Keeps what the row says until all are read.
    pub(in crate::import) fn read(&mut self, row: &Row) -> Vec<Statement> {
        let name = format!("{} {}", row.cell(self.first), row.cell(self.last));
        let with = participant(&name, row.cell(self.url));
        let said = row.cell(self.at);
        let (Some(with), Some(at), Some(day)) = (with, date::instant(said), date::day(said)) else {
            return vec![row.skipped("an endorsement without a name or a date that can be read")];
        };
        let endorsed = self.found.entry((day, with)).or_insert(Endorsed {
            line: row.line,
            at,
            skills: Vec::new(),
        });
        endorsed.at = endorsed.at.min(at);
        endorsed.skills.push(tidy(row.cell(self.skill)));
        Vec::new()
    }

    /// A favour for each person and day.
    pub(in crate::import) fn finish(self) -> Vec<Statement> {
        let side = self.side;
        let favour = |((_, with), endorsed): ((Date, Participant), Endorsed)| {
            let Endorsed { line, at, skills } = endorsed;
            let (kind, text) = ("endorsement", endorsement(skills));
            Statement::Favour(PublicFavour { line, with, at, side, kind, text })
        };
        self.found.into_iter().map(favour).collect()
    }
}

fn endorsement(mut skills: Vec<String>) -> String {
    skills.retain(|skill| !skill.is_empty());
    skills.sort_unstable();
    skills.dedup();
    match skills.as_slice() {
        [] => "an endorsement on LinkedIn".to_owned(),
        skills => format!("an endorsement on LinkedIn for {}", first_listed(skills, NAMED)),
    }
}
