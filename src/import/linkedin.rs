//! LinkedIn's data export: `Connections.csv`, alone or in the archive that LinkedIn sends.
//!
//! Reads the connections only; messages are none of its business.

mod archive;
mod columns;
mod date;
mod rows;

use super::text::{self, some, tidy};
use super::{Card, Format, Import, Skipped};
use columns::{Column, Header};
use rows::Row;

/// `None` when there is no header row of a connections file in it.
pub fn read_connections(bytes: &[u8]) -> Option<Import> {
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
            Ok(card) => cards.push(card),
            Err(row) => skipped.push(row),
        }
    }
    Some(import(cards, skipped))
}

fn import(cards: Vec<Card>, skipped: Vec<Skipped>) -> Import {
    Import { format: Format::LinkedinConnections, cards, skipped }
}

fn card(row: &Row, header: &Header) -> Result<Card, Skipped> {
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
    Ok(Card {
        name,
        other_names: Vec::new(),
        emails: email.into_iter().collect(),
        phones: Vec::new(),
        urls: url.into_iter().collect(),
        company: some(cell(Column::Company)),
        position: some(cell(Column::Position)),
        connected_on: date::parse(cell(Column::ConnectedOn)),
    })
}

/// `ada-lovelace` of `https://www.linkedin.com/in/ada-lovelace/`.
fn last_segment(url: &str) -> &str {
    url.trim_end_matches('/').rsplit('/').next().unwrap_or(url)
}

#[cfg(test)]
mod tests;
