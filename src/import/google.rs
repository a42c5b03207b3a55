//! Google Contacts' CSV, in the columns of today and of before.

use super::csv::{HeaderRow, Row, RowShape};
use super::text::some;
use super::values::{Card, Statement};

/// No cell of a person has more lines: notes and addresses are long.
const MOST_LINES: usize = 200;
/// What parts several values in one cell.
const BETWEEN: &str = ":::";

/// Which cells hold what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GoogleColumns {
    name: Option<usize>,
    given: Option<usize>,
    additional: Option<usize>,
    family: Option<usize>,
    others: Vec<usize>,
    emails: Vec<usize>,
    phones: Vec<usize>,
    websites: Vec<usize>,
    company: Option<usize>,
    position: Option<usize>,
}

impl GoogleColumns {
    /// `None` where these aren't the columns of Google's.
    pub(super) fn of(header: &HeaderRow) -> Option<GoogleColumns> {
        let numbered = |what: &str| {
            header.places(|title| {
                let number = title.strip_prefix(what).and_then(|rest| rest.strip_suffix("value"));
                number.is_some_and(|it| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit()))
            })
        };
        let columns = GoogleColumns {
            name: header.place(&["name"]),
            given: header.place(&["givenname", "firstname"]),
            additional: header.place(&["additionalname", "middlename"]),
            family: header.place(&["familyname", "lastname"]),
            others: header.places(|title| title == "nickname"),
            emails: numbered("email"),
            phones: numbered("phone"),
            websites: numbered("website"),
            company: header.place(&["organization1name", "organizationname"]),
            position: header.place(&["organization1title", "organizationtitle"]),
        };
        let is_named = columns.name.is_some() || columns.given.is_some();
        let is_reached = !columns.emails.is_empty() || !columns.phones.is_empty();
        (is_named && is_reached).then_some(columns)
    }

    pub(super) fn shape(&self) -> RowShape {
        let telling: (_, fn(&str) -> bool) =
            (self.emails.first().copied(), |cell| cell.contains('@'));
        RowShape { most_lines: MOST_LINES, telling, may_be_short: true }
    }

    pub(super) fn read(&self, row: &Row) -> Vec<Statement> {
        let parts = [self.given, self.additional, self.family].map(|place| row.cell(place));
        let [given, _, family] = parts;
        let whole = match row.cell(self.name) {
            "" => parts.join(" "),
            name => name.to_owned(),
        };
        let company = some(row.cell(self.company));
        let emails = values(row, &self.emails);
        let phones = values(row, &self.phones);
        let name = some(&whole).or_else(|| company.clone()).or_else(|| emails.first().cloned());
        let Some(name) = name else {
            return vec![row.skipped("no name, no organisation and no address")];
        };
        let short = some(&format!("{given} {family}")).filter(|_| !given.is_empty());
        let others = self.others.iter().flat_map(|place| split(row.cell(Some(*place))));
        let card = Card {
            line: row.line,
            other_names: short.into_iter().chain(others).filter(|other| *other != name).collect(),
            name,
            emails,
            phones,
            urls: values(row, &self.websites),
            company,
            position: some(row.cell(self.position)),
            connected_on: None,
        };
        row.card(card, &whole, None)
    }
}

fn values(row: &Row, places: &[usize]) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for value in places.iter().flat_map(|place| split(row.cell(Some(*place)))) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

fn split(cell: &str) -> impl Iterator<Item = String> + '_ {
    cell.split(BETWEEN).filter_map(some)
}
