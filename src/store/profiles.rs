//! Contacts by what is known of them in words: company, position and notes.
//!
//! The index is made in memory each time that it is asked: a few thousand short texts take
//! milliseconds, and an index on disk would have to follow every change.

use rusqlite::{Connection, params};

use super::Store;
use crate::domain::measure::entries::EntryKind;
use crate::domain::model::{ContactId, Moment};
use crate::error::Result;

/// A contact whom words describe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    pub contact: ContactId,
    /// What was noted about them, around the words.
    pub note: Option<String>,
}

/// Notes say what somebody can do, their position what they do, the company the least.
const BEST_FIRST: &str = "
SELECT rowid, snippet(profile, 2, '', '', '…', 12) FROM profile WHERE profile MATCH ?1
ORDER BY bm25(profile, 1.0, 3.0, 10.0), rowid";

impl Store {
    /// Those of whom company, position or notes hold any of the words, or begin so; the best match
    /// first.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn described_by(&self, words: &str, now: Moment) -> Result<Vec<Described>> {
        let Some(query) = query(words) else { return Ok(Vec::new()) };
        let index = self.profiles(now)?;
        let mut find = index.prepare(BEST_FIRST)?;
        let rows = find.query_map([query], |row| {
            let note: Option<String> = row.get(1)?;
            let note = note.filter(|note| !note.is_empty());
            Ok(Described { contact: ContactId(row.get(0)?), note })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn profiles(&self, now: Moment) -> Result<Connection> {
        let index = Connection::open_in_memory()?;
        index.execute_batch(
            "CREATE VIRTUAL TABLE profile USING fts5 (
               company, position, notes, tokenize = \"unicode61 remove_diacritics 2\")",
        )?;
        let mut profiles = self.db.prepare_cached(
            "SELECT c.id, c.company, c.position, n.notes FROM contact c LEFT JOIN (
               SELECT l.contact, group_concat(e.text, ' · ') AS notes
               FROM entry e JOIN entry_contact l ON l.entry = e.id
               WHERE e.kind = ?1 AND e.undone_at IS NULL AND e.at <= ?2 GROUP BY l.contact) n ON n.contact = c.id
             WHERE coalesce(c.company, c.position, n.notes) IS NOT NULL",
        )?;
        {
            let mut enter = index.prepare(
                "INSERT INTO profile (rowid, company, position, notes) VALUES (?1, ?2, ?3, ?4)",
            )?;
            let mut rows = profiles.query(params![EntryKind::Note, now.0])?;
            while let Some(row) = rows.next()? {
                let text = |column| row.get::<_, Option<String>>(column);
                enter.execute(params![row.get::<_, i64>(0)?, text(1)?, text(2)?, text(3)?])?;
            }
        }
        Ok(index)
    }
}

/// Any of the words, or what begins so, as FTS5 spells it; `None` where there is no word.
fn query(words: &str) -> Option<String> {
    let words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    // What begins with one letter or two is nearly everything.
    let end = |word: &str| if word.chars().count() > 2 { "*" } else { "" };
    let any: Vec<String> = words.map(|word| format!("\"{word}\"{}", end(word))).collect();
    (!any.is_empty()).then(|| any.join(" OR "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::measure::entries::Entry;
    use crate::domain::model::Moment;
    use crate::store::{ImportRun, NewCard};

    /// Ann leads a team of compiler engineers, Bob is a cook, and Cy knows compilers.
    fn store() -> Store {
        let store = Store::in_memory().unwrap();
        let mut run = ImportRun::default();
        for (name, company, position) in [
            ("Ann", "Léon & Co", "Head of Compiler Engineering"),
            ("Bob", "Bistro", "Cook"),
            ("Cy", "Bistro", "Owner"),
        ] {
            let card = NewCard {
                name: name.to_owned(),
                company: Some(company.to_owned()),
                position: Some(position.to_owned()),
                ..NewCard::default()
            };
            store.import_card(&card, Moment(0), &mut run).unwrap();
        }
        let text = "used to write compilers, looks for engineers";
        let note = Entry { other_way: true, ..Entry::by_hand(EntryKind::Note, Moment(1), text) };
        store.add_entry(&note, &[ContactId(3)], Moment(1)).unwrap();
        store
    }

    #[track_caller]
    fn check(words: &str, expect: &[i64]) {
        let found = store().described_by(words, Moment(1)).unwrap();
        let found: Vec<i64> = found.iter().map(|it| it.contact.0).collect();
        assert_eq!(found, expect, "{words:?}");
    }

    #[test]
    fn any_word_finds_and_notes_count_most() {
        check("compiler engineer", &[3, 1]);
        check("COOK", &[2]);
        check("leon", &[1]);
        check("bistro owner", &[3, 2]);
        check("poet", &[]);
    }

    #[test]
    fn whatever_is_typed_is_taken_for_words() {
        check("", &[]);
        check("\" OR ( NEAR", &[]);
        check("-cook* AND", &[2]);
    }
}
