//! LinkedIn's data export: `Connections.csv`, alone or in the archive that LinkedIn sends.
//!
//! Reads the connections only; messages are none of its business.

mod archive;
mod cells;
mod columns;
mod date;
mod rows;

use super::contacts::{Card, Format, Import, Skipped};
use super::text::{self, some, tidy};
use columns::{Column, HeaderRow};
use rows::Row;

/// `None` when there is no header row of a connections file in it.
pub(super) fn read_connections(bytes: &[u8]) -> Option<Import> {
    if archive::looks_like(bytes) {
        return match archive::connections(bytes, archive::LARGEST)? {
            Ok(bytes) => read_csv(&bytes),
            Err(why) => Some(import(Vec::new(), vec![Skipped { line: 1, why }])),
        };
    }
    read_csv(bytes)
}

fn read_csv(bytes: &[u8]) -> Option<Import> {
    let bytes = text::plain(bytes);
    let text = text::decoded(&bytes, None);
    let lines: Vec<&str> = text.lines().collect();
    let (at, header) = columns::find_header(&lines)?;
    let mut cards = Vec::new();
    let mut skipped = Vec::new();
    for row in rows::rows(&lines, at + 1, &header) {
        match row.and_then(|row| card(&row, &header)) {
            Ok((card, odd_date)) => {
                cards.push(card);
                skipped.extend(odd_date);
            }
            Err(row) => skipped.push(row),
        }
    }
    Some(import(cards, skipped))
}

fn import(cards: Vec<Card>, skipped: Vec<Skipped>) -> Import {
    Import { format: Format::LinkedinConnections, cards, skipped }
}

/// The card, and its date where that can't be read.
fn card(row: &Row, header: &HeaderRow) -> Result<(Card, Option<Skipped>), Skipped> {
    let cell = |column| header.cell(&row.cells, column);
    let name = tidy(&format!("{} {}", cell(Column::FirstName), cell(Column::LastName)));
    let email = some(cell(Column::Email));
    let url = some(cell(Column::Url));
    let name = match (&email, &url) {
        _ if !name.is_empty() => name,
        (Some(email), _) => email.clone(),
        (None, Some(url)) => last_segment(url).to_owned(),
        (None, None) => {
            let why = "no name, no profile and no address".to_owned();
            return Err(Skipped { line: row.line, why });
        }
    };
    let said = cell(Column::ConnectedOn).trim();
    let connected_on = date::parse(said);
    let odd_date = (connected_on.is_none() && !said.is_empty())
        .then(|| Skipped { line: row.line, why: format!("{name}: \"{said}\" is no date") });
    let card = Card {
        line: row.line,
        name,
        other_names: Vec::new(),
        emails: email.into_iter().collect(),
        phones: Vec::new(),
        urls: url.into_iter().collect(),
        company: some(cell(Column::Company)),
        position: some(cell(Column::Position)),
        connected_on,
    };
    Ok((card, odd_date))
}

/// `ada-lovelace` of `https://www.linkedin.com/in/ada-lovelace/`.
fn last_segment(url: &str) -> &str {
    url.trim_end_matches('/').rsplit('/').next().unwrap_or(url)
}

#[cfg(test)]
mod tests;
