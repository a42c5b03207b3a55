//! What holds of any mailbox, from the header bytes to what is said of people.

pub mod mailbox;
pub mod told;

use proptest::prelude::*;
use requite::book::AsOf;
use requite::domain::model::HOUR;

use mailbox::{BEGIN, Desk, NOW, Piece, mailbox, sayings};
use told::Told;

/// Sums of floating-point numbers depend on their order, and Newton's steps stop near the end.
const REORDERED: f64 = 1e-5;
const EXACT: f64 = 1e-9;

#[track_caller]
fn same(one: &Told, other: &Told, slack: f64) -> Result<(), TestCaseError> {
    let differences = one.differences(other, slack);
    prop_assert!(differences.is_empty(), "{differences:#?}");
    Ok(())
}

fn shuffled() -> impl Strategy<Value = (Vec<Piece>, Vec<Piece>)> {
    mailbox().prop_flat_map(|pieces| (Just(pieces.clone()), Just(pieces).prop_shuffle()))
}

/// The same message as another folder or account has it, by way of a list: it came there later.
fn copied(piece: &Piece, folder: &'static str, later: i64) -> Piece {
    let message = piece.message.clone().seen((piece.at + later).timestamp());
    let message = message.header("List-Id", "<talk.example.net>").header("Precedence", "list");
    Piece { folder, message, answered: false, ..piece.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_order_of_arrival_doesnt_matter((pieces, other) in shuffled()) {
        let (one, other) = (Desk::holding(&pieces), Desk::holding(&other));
        same(&one.learned(NOW), &other.learned(NOW), REORDERED)?;
    }

    #[test]
    fn what_arrives_twice_counts_once((pieces, again) in shuffled()) {
        let twice = Desk::holding(pieces.iter().chain(&again));
        same(&Desk::holding(&pieces).learned(NOW), &twice.learned(NOW), EXACT)?;
    }

    #[test]
    fn copies_in_other_folders_and_accounts_count_once(
        (pieces, copies) in shuffled(), later in 0..2 * HOUR,
    ) {
        let copies = copies.iter().filter(|piece| piece.folder != "Trash");
        let copies: Vec<Piece> = copies.map(|piece| copied(piece, "Archive", later)).collect();
        let mut desk = Desk::new();
        copies.iter().step_by(2).for_each(|copy| desk.file("home", copy));
        pieces.iter().for_each(|piece| desk.file("work", piece));
        copies.iter().for_each(|copy| desk.file("work", copy));
        desk.measure();
        same(&Desk::holding(&pieces).learned(NOW), &desk.learned(NOW), REORDERED)?;
    }

    #[test]
    fn measuring_in_between_changes_nothing(
        (pieces, other) in shuffled(), sayings in sayings(), call in 0..2000_i64,
    ) {
        let batch = Desk::holding(&pieces);
        let mut desk = Desk::new();
        for (number, piece) in other.iter().enumerate() {
            desk.file("work", piece);
            if number % 3 == 0 {
                desk.measure();
                desk.learned(NOW);
            }
        }
        for desk in [&batch, &desk] {
            desk.hear(&sayings, &pieces, NOW);
            desk.enter(BEGIN + call * HOUR);
        }
        same(&batch.learned(NOW), &desk.learned(NOW), REORDERED)?;
    }

    #[test]
    fn then_is_as_if_no_later_mail_had_come(
        pieces in mailbox(), sayings in sayings(), call in 0..2000_i64, then in 0..2400_i64,
    ) {
        let then = BEGIN + then * HOUR;
        let call = BEGIN + call * HOUR;
        let full = Desk::of_known_people(&pieces);
        let past = Desk::of_known_people(pieces.iter().filter(|piece| piece.at <= then));
        full.hear(&sayings, &pieces, NOW);
        past.hear(&sayings, &pieces, then);
        full.enter(call);
        if call <= then {
            past.enter(call);
        }
        full.learned(NOW);
        let told = full.told(AsOf::Then(then));
        same(&past.learned(then), &told, EXACT)?;
        same(&past.told(AsOf::Then(then)), &told, EXACT)?;
    }
}
