//! How well it is judged whether an answer is due:
//! `cargo bench -- due [--labels FILE] [--me ADDRESS PATH]… [--fit]`.
//!
//! The labels are messages that somebody read and judged; each is judged by a model that was fitted
//! to the other mailboxes' labels, with and without its text, and by the one that is shipped. The
//! mail comes from the folder that `REQUITE_CORPUS` names, or from any mbox or Maildir (`--me`).
//! `--fit` prints the constants of `src/domain/measure/need/weights.rs`.

mod archive;
mod cases;
mod model;
mod report;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use requite::domain::measure::need::Features;
use requite::domain::model::Side;

use cases::Case;
use model::{Fitted, Set};

pub fn run() {
    let mut asked = Asked::default();
    let mut arguments = super::arguments().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--labels" => asked.labels = arguments.next().map(PathBuf::from),
            "--fit" => asked.fit = true,
            "--me" => {
                let (me, path) = arguments.next().zip(arguments.next()).unwrap();
                asked.mailboxes.push((me, path.into()));
            }
            other => println!("{other} is not understood"),
        }
    }
    let (cases, spent) = cases::read(asked.labels.as_deref(), &asked.mailboxes);
    if cases.is_empty() {
        println!("no labelled message was found");
        return;
    }
    let each = |spent: Duration| spent.as_secs_f64() * 1e6 / cases.len() as f64;
    println!(
        "{} messages; cues take {:.1} µs a text, decoding included {:.1} µs",
        cases.len(),
        each(spent.by_cues),
        each(spent.in_all)
    );
    if asked.fit {
        return print_weights(&cases);
    }
    for set in [Set::Text, Set::Header] {
        for side in [Side::Theirs, Side::Mine] {
            println!("\n{} by {}", side.name(), set.name());
            let of_side: Vec<&Case> = cases.iter().filter(|case| case.side == side).collect();
            let left_out = model::leaving_one_out(&cases, side, set);
            report::figures("each mailbox by the others", &of_side, &left_out);
            let shipped: Vec<f64> = of_side.iter().map(|case| case.shipped(set)).collect();
            report::figures("as shipped", &of_side, &shipped);
            if set == Set::Text {
                report::by_mailbox(&of_side, &left_out);
                report::by_kind(&of_side, &left_out);
                report::worst(&of_side, &left_out);
            }
        }
    }
}

#[derive(Default)]
struct Asked {
    labels: Option<PathBuf>,
    fit: bool,
    mailboxes: Vec<(String, PathBuf)>,
}

/// The table as it stands in the source: theirs and mine by the text, theirs and mine by the header.
fn print_weights(cases: &[Case]) {
    let all: BTreeSet<&str> = cases.iter().map(|case| case.mailbox.as_str()).collect();
    let fitted = [(Side::Theirs, Set::Text), (Side::Mine, Set::Text)]
        .into_iter()
        .chain([(Side::Theirs, Set::Header), (Side::Mine, Set::Header)])
        .map(|(side, set)| {
            Fitted::to(cases.iter().filter(|it| all.contains(it.mailbox.as_str())), side, set)
        });
    let fitted: Vec<Fitted> = fitted.collect();
    let row = |name: &str, of: &dyn Fn(&Fitted) -> f64| {
        let cells: Vec<String> = fitted.iter().map(|it| format!("{:.2}", of(it) + 0.0)).collect();
        println!("    {name} [{}];", cells.join(", ").replace("-0.00", "0.00"));
    };
    row("INTERCEPT", &|fitted| fitted.intercept);
    for (place, (name, _)) in Features::NAMES.iter().enumerate() {
        row(name, &|fitted| fitted.features[place]);
    }
}
