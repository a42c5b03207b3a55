//! Reading a whole file at once, for tests.

use std::ops::ControlFlow;

use super::{Card, Format, Mapping, Skipped, Statement, recognise};

/// What a file of people comes to.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) cards: Vec<Card>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) others: Vec<Statement>,
}

pub(super) fn read_file(name: &str, bytes: &[u8]) -> Result<(Format, Read), String> {
    let recognised =
        recognise(name, bytes, &Mapping::default()).map_err(|nothing| nothing.why())?;
    let mut read = Read::default();
    recognised.each(Box::new(bytes), &mut |told| {
        match told {
            Statement::Card(card) => read.cards.push(card),
            Statement::Skipped(skipped) => read.skipped.push(skipped),
            other => read.others.push(other),
        }
        ControlFlow::Continue(())
    })?;
    Ok((recognised.format, read))
}
