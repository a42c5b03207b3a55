//! `Invitations.csv`: of those with a note, the note is a message like any other; nobody waits for an
//! answer to a click.

use super::super::csv::{HeaderRow, Row, RowShape, date};
use super::super::values::{SiteMessage, Statement};
use super::messages::participant;
use crate::domain::model::Side;

/// No note has more lines.
const MOST_LINES: usize = 50;

/// Which cell holds what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) struct InvitationColumns {
    from: Option<usize>,
    to: Option<usize>,
    sent_at: Option<usize>,
    direction: Option<usize>,
    note: Option<usize>,
    inviter_url: Option<usize>,
    invitee_url: Option<usize>,
}

impl InvitationColumns {
    /// `None` where these aren't the columns of a file of invitations.
    pub(in crate::import) fn of(header: &HeaderRow) -> Option<InvitationColumns> {
        header.has_all(&["from", "to", "sentat", "direction"]).then(|| InvitationColumns {
            from: header.place(&["from"]),
            to: header.place(&["to"]),
            sent_at: header.place(&["sentat"]),
            direction: header.place(&["direction"]),
            note: header.place(&["message"]),
            inviter_url: header.place(&["inviterprofileurl"]),
            invitee_url: header.place(&["inviteeprofileurl"]),
        })
    }

    pub(in crate::import) fn shape(&self) -> RowShape {
        RowShape::dated(MOST_LINES, self.sent_at)
    }

    pub(in crate::import) fn read(&self, row: &Row) -> Vec<Statement> {
        let skip = |why: &str| vec![row.skipped(why)];
        let content = row.cell(self.note);
        if content.is_empty() {
            return skip("an invitation without a note: nobody waits for an answer to a click");
        }
        let from = participant(row.cell(self.from), row.cell(self.inviter_url));
        let to = participant(row.cell(self.to), row.cell(self.invitee_url));
        let (Some(from), Some(to)) = (from, to) else {
            return skip("an invitation of nobody, or to nobody");
        };
        let Some(at) = date::instant(row.cell(self.sent_at)) else {
            return skip("an invitation without a date that can be read");
        };
        vec![Statement::Message(SiteMessage {
            line: row.line,
            conversation: String::new(),
            from,
            to: vec![to],
            side: side(row.cell(self.direction)),
            at,
            subject: String::new(),
            content: content.to_owned(),
        })]
    }
}

fn side(direction: &str) -> Option<Side> {
    match direction.to_lowercase().as_str() {
        "outgoing" => Some(Side::Mine),
        "incoming" => Some(Side::Theirs),
        _ => None,
    }
}
