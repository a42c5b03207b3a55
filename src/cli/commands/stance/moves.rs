//! What a change of the stance does to the scores, before it and for some weeks after.

use serde_json::json;

use crate::book::{Book, Person};
use crate::cli::desk::Desk;
use crate::cli::{json, render};
use crate::domain::measure::score;
use crate::domain::model::{ContactId, DAY, Moment, Stance};
use crate::domain::text::clean;
use crate::error::Result;
use crate::store::{StanceChange, Store};

/// Contacts named when the stance changes, and afterwards.
const NAMED: usize = 3;
const SHOWN: usize = 10;
/// For so long, in seconds, it is shown what a change did.
const SHOWN_FOR: i64 = 28 * DAY;
/// Scores are shown in whole points; less is no move.
const MOVE: f64 = 0.5;

/// The change of the last weeks, and what it does to the scores.
pub(super) struct Change {
    from: Stance,
    at: Moment,
    moves: Vec<Move>,
}

impl Change {
    pub(super) fn of(desk: &Desk, stance: Stance) -> Result<Option<Change>> {
        let Some(store) = Store::open_to_read(&desk.home.data)? else { return Ok(None) };
        let now = desk.as_of().moment();
        let changed = store.last_stance_change(now)?;
        let Some(StanceChange { from, at }) =
            changed.filter(|it| it.at > now - SHOWN_FOR && it.from != stance)
        else {
            return Ok(None);
        };
        let mut moves = moves(desk, &store, from, stance)?;
        biggest_first(&mut moves);
        Ok(Some(Change { from, at, moves }))
    }

    pub(super) fn text(&self, stance: Stance, desk: &Desk) -> String {
        let day = render::day(Some(self.at), &desk.config.policy.zone);
        let (from, now) = (self.from.name(), stance.name());
        let mut columns = render::Columns::new(&["ID", "NAME", from, now]);
        for Move { contact, name, from, to } in self.moves.iter().take(SHOWN) {
            let points = |score: &f64| format!("{score:.0}");
            columns.row([contact.to_string(), clean(name), points(from), points(to)]);
        }
        if self.moves.is_empty() {
            return format!("\nIt was {from} until {day}; no score has moved.\n");
        }
        let table = columns.finish(&[2, 3], &[1]);
        format!("\nIt was {from} until {day}. The scores that moved most:\n{table}")
    }

    pub(super) fn json(&self) -> serde_json::Value {
        let one = |it: &Move| json!({ "contact": json::person(it.contact, &it.name), "before": it.from, "now": it.to });
        json!({
            "from": self.from.name(),
            "at": json::instant(self.at),
            "moves": self.moves.iter().take(SHOWN).map(one).collect::<Vec<_>>(),
        })
    }
}

pub(super) fn moves(desk: &Desk, store: &Store, from: Stance, to: Stance) -> Result<Vec<Move>> {
    let mut moves = Vec::new();
    let gist = |person: Person| {
        let known = person.archived_at.is_none() && person.standing.figure().is_some();
        let under = |stance| score::measure(&person.standing.inputs, stance).value;
        let (from, to) = under(from).zip(under(to)).filter(|_| known)?;
        Some(Move { contact: person.row.id, name: person.row.name, from, to })
    };
    let book = Book::open(store, &desk.config.policy, desk.as_of())?;
    book.each_person(gist, |moved| moves.extend(moved))?;
    Ok(moves)
}

/// Of one contact's score.
pub(super) struct Move {
    contact: ContactId,
    name: String,
    from: f64,
    to: f64,
}

impl Move {
    fn by(&self) -> f64 {
        self.to - self.from
    }
}

fn biggest_first(moves: &mut Vec<Move>) {
    moves.retain(|one| one.by().abs() >= MOVE);
    moves.sort_by(|a, b| b.by().abs().total_cmp(&a.by().abs()).then_with(|| a.name.cmp(&b.name)));
}

pub(super) fn move_list(mut moves: Vec<Move>) -> String {
    biggest_first(&mut moves);
    let rise = moves.iter().filter(|one| one.by() > 0.0).count();
    let mut text = match moves.len() {
        0 => "No score moves.\n".to_owned(),
        all => format!("Scores: {rise} up, {} down. The biggest moves:\n", all - rise),
    };
    for Move { name, from, to, .. } in moves.iter().take(NAMED) {
        text.push_str(&format!("  {name}: {from:.0} → {to:.0}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_biggest_moves_are_named_first() {
        let one =
            |name: &str, from, to| Move { contact: ContactId(1), name: name.to_owned(), from, to };
        let moves = vec![one("Ann", 50.0, 55.0), one("Bob", 50.0, 30.0), one("Cy", 1.0, 1.2)];
        assert_eq!(
            move_list(moves),
            "Scores: 1 up, 1 down. The biggest moves:\n  Bob: 50 → 30\n  Ann: 50 → 55\n"
        );
        assert_eq!(move_list(Vec::new()), "No score moves.\n");
    }
}
