//! How well the program foretells what its user will answer, and how much of that is learned:
//! `cargo bench -- needs_reply [--text] [--me ADDRESS]… [MBOX or MAILDIR]…`.
//!
//! Without a path it takes the mailboxes of the folder that `REQUITE_CORPUS` names. `--text` reads
//! the cues of texts, too. Every message from a person with me in To is foretold by a model that
//! has learned from nothing but what was known on the day before, and from no message of its
//! thread; then it is learned from.

mod archive;
mod trial;

use std::path::PathBuf;

use requite::domain::statistics::metrics::{Forecast, auc, average_precision, brier};

use super::support::corpus;
use trial::{Foretold, Trial};

const BINS: usize = 10;

struct Asked {
    text: bool,
    me: Vec<String>,
    paths: Vec<PathBuf>,
}

pub fn run() {
    let asked = arguments();
    println!("cues of texts: {}", if asked.text { "on" } else { "off" });
    let mut means = Means::default();
    for (name, mine, mail) in mailboxes(&asked) {
        let trial = Trial::of(&mine, &mail, asked.text);
        report(&name, &trial, &mut means);
    }
    means.print();
}

fn arguments() -> Asked {
    let mut asked = Asked { text: false, me: Vec::new(), paths: Vec::new() };
    let mut arguments = super::arguments().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--text" => asked.text = true,
            "--me" => asked.me.extend(arguments.next()),
            path => asked.paths.push(path.into()),
        }
    }
    asked
}

type Named = (String, Vec<String>, Vec<Vec<u8>>);

fn mailboxes(asked: &Asked) -> Vec<Named> {
    if !asked.paths.is_empty() {
        let read = |path: &PathBuf| {
            (path.display().to_string(), asked.me.clone(), archive::messages(path))
        };
        return asked.paths.iter().map(read).collect();
    }
    let Some(folder) = corpus::folder() else { return Vec::new() };
    let (owners, users) = (corpus::owners::names(&folder), corpus::enron::names(&folder));
    let owners = owners.iter().map(|owner| corpus::owners::mailbox(&folder, owner));
    let enron = users.iter().map(|user| corpus::enron::mailbox(&folder, user));
    let raw = |mailbox: corpus::Mailbox| {
        let mut seen = std::collections::HashSet::new();
        let first = mailbox.mail.into_iter().filter(|mail| seen.insert(mail.copies.clone()));
        (mailbox.name, mailbox.mine, first.map(|mail| mail.raw).collect())
    };
    owners.chain(enron).map(raw).collect()
}

fn report(name: &str, trial: &Trial, means: &mut Means) {
    let foretold = trial.foretell();
    let answered = foretold.iter().filter(|one| one.answered).count();
    let share = 100.0 * answered as f64 / foretold.len().max(1) as f64;
    println!("\n{name}: {} messages to me, {share:.1} % answered within 14 days", foretold.len());
    println!("  {:<16}{:>7}{:>7}{:>7}{:>7}", "", "AUC", "AP", "Brier", "ECE");
    type Probability = fn(&Foretold) -> f64;
    let models: [(&str, Probability); 5] = [
        ("base rate", |one| one.base_rate),
        ("sole To", |one| one.sole_to),
        ("sender history", |one| one.history),
        ("set by hand", |one| one.by_hand),
        ("learned", |one| one.learned),
    ];
    for (row, (model, probability)) in models.into_iter().enumerate() {
        let forecast =
            |one: &Foretold| Forecast { probability: probability(one), happened: one.answered };
        let forecasts: Vec<Forecast> = foretold.iter().map(forecast).collect();
        let Some(figures) = figures(&forecasts) else { continue };
        println!("  {model:<16}{}", told(&figures));
        means.add(row, model, figures);
        if model == "learned" {
            calibration(&forecasts);
        }
    }
}

fn told(figures: &[f64; 4]) -> String {
    figures.map(|figure| format!("{figure:>7.3}")).concat()
}

/// AUC, average precision, Brier score, expected calibration error.
fn figures(forecasts: &[Forecast]) -> Option<[f64; 4]> {
    let error = bins(forecasts)
        .iter()
        .map(|(n, foretold, happened)| (foretold - happened).abs() * n)
        .sum::<f64>();
    Some([
        auc(forecasts)?,
        average_precision(forecasts)?,
        brier(forecasts)?,
        error / forecasts.len() as f64,
    ])
}

/// How many fall into each tenth, what was foretold there on average, and what happened.
fn bins(forecasts: &[Forecast]) -> Vec<(f64, f64, f64)> {
    let bin = |one: &Forecast| ((one.probability * BINS as f64) as usize).min(BINS - 1);
    (0..BINS)
        .map(|number| {
            let here = || forecasts.iter().filter(|one| bin(one) == number);
            let n = here().count() as f64;
            let mean = |sum: f64| if n > 0.0 { sum / n } else { 0.0 };
            let foretold = mean(here().map(|one| one.probability).sum());
            (n, foretold, mean(here().filter(|one| one.happened).count() as f64))
        })
        .collect()
}

fn calibration(forecasts: &[Forecast]) {
    let shown = bins(forecasts).into_iter().filter(|(n, ..)| *n > 0.0);
    let cells: Vec<String> =
        shown.map(|(n, foretold, happened)| format!("{foretold:.2}→{happened:.2} ({n})")).collect();
    println!("  foretold→happened (messages): {}", cells.join(", "));
}

/// The mean over mailboxes of each figure: pooling would mix their base rates.
#[derive(Default)]
struct Means(Vec<(&'static str, Vec<[f64; 4]>)>);

impl Means {
    fn add(&mut self, row: usize, model: &'static str, figures: [f64; 4]) {
        if self.0.len() == row {
            self.0.push((model, Vec::new()));
        }
        self.0[row].1.push(figures);
    }

    fn print(&self) {
        println!("\nmean of the mailboxes");
        for (model, figures) in &self.0 {
            let mean = std::array::from_fn(|i| {
                figures.iter().map(|figures| figures[i]).sum::<f64>() / figures.len() as f64
            });
            println!("  {model:<16}{}", told(&mean));
        }
    }
}
