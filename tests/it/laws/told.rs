//! Everything that is said of a mailbox, in a form that two stores of the same mail share.

use std::collections::BTreeMap;

use requite::book::{Book, Person};
use requite::domain::measure::population::{Population, Usual};
use requite::domain::measure::standing::SideFigures;
use requite::domain::model::TouchId;
use requite::store::Store;

/// What a user or a script can see; messages go by their Message-IDs, whatever their rows are.
#[derive(Debug, Default)]
pub struct Told {
    lines: Vec<String>,
    figures: Vec<(String, Option<f64>)>,
}

impl Told {
    pub fn of(book: &Book<'_>, population: &Population, store: &Store) -> Told {
        let mut told = Told::default();
        book.each_person(|person| person, |person| told.person(book, &person, store)).unwrap();
        for named in book.debts().unwrap() {
            let debt = named.debt;
            told.lines.push(format!(
                "{} waits for {} on {:?}: {} {} {} {} {:?}",
                named.name,
                name(store, debt.turn.id.touch),
                debt.turn.side,
                debt.due,
                debt.due_twice,
                debt.overdue,
                debt.age_h,
                debt.snoozed_until,
            ));
        }
        told.population(population);
        told.lines.sort();
        told.figures.sort_by(|(a, x), (b, y)| a.cmp(b).then(x.partial_cmp(y).unwrap()));
        told
    }

    fn person(&mut self, book: &Book<'_>, person: &Person, store: &Store) {
        let who = &person.row.name;
        let last = person.standing.last_touch;
        self.lines
            .push(format!("{who} {:?} {:?} {last:?}", person.row.identities, person.absences));
        for left in book.left_out(person.row.id).unwrap() {
            let message = name(store, TouchId::Message(left.message));
            self.lines.push(format!("{who} without {message}: {}", left.why));
        }
        for turn in &person.turns {
            let touches: Vec<String> = turn.touches.iter().map(|id| name(store, *id)).collect();
            let answer = turn.answer.map(|it| (it.at, name(store, it.touch), it.link));
            let asks: Vec<_> = turn.asks.iter().map(|it| (it.at, it.features)).collect();
            let line = format!(
                "{who} {:?} {touches:?} {} {:?} {answer:?} {:?} {} {asks:?}",
                turn.side,
                turn.start,
                turn.status(book.now()),
                turn.closed,
                turn.opens_thread,
            );
            self.figures.push((format!("needs {line}"), Some(turn.needs_reply)));
            self.lines.push(line);
        }
        let standing = &person.standing;
        self.side(&format!("{who} answers"), &standing.them);
        self.side(&format!("{who} is answered"), &standing.me);
        let (counts, score) = (standing.counts, standing.score);
        self.figures(
            &format!("{who} counts"),
            [
                counts.init_me,
                counts.init_them,
                counts.balance.gives,
                counts.balance.asks_me,
                counts.balance.received,
            ],
        );
        self.figures(&format!("{who} range"), [score.range.low, score.range.high]);
        self.figures.push((format!("{who} score"), score.value));
        self.figures(&format!("{who} confidence"), [score.confidence, score.components.c]);
    }

    fn side(&mut self, of: &str, side: &SideFigures) {
        let within = &side.within_limit;
        self.lines.push(format!(
            "{of}: {} {} {} {}, {} of {}",
            side.answered,
            side.open,
            side.expired,
            side.closed,
            within.answered_in_time,
            within.matured,
        ));
        let share = within.share;
        self.figures(of, [side.n_eff, within.weight, share.mean, share.low, share.high]);
        let median = side.median;
        let times = [median.hours, median.low, median.high, side.p90_h, side.longest_h];
        self.figures.extend(times.into_iter().zip('0'..).map(|(it, n)| (format!("{of} {n}"), it)));
    }

    fn population(&mut self, population: &Population) {
        // How much mail there was says when to learn again, and nothing of people.
        let Population { at, messages: _, them, me } = population;
        self.lines.push(format!("surveyed at {at:?}"));
        for (whose, Usual { prior, curve }) in [("them", them), ("me", me)] {
            self.figures(whose, [prior.a, prior.b]);
            self.figures(whose, [1.0, 20.0, 72.0, 400.0].map(|hours| curve.survival(hours)));
        }
    }

    fn figures<const N: usize>(&mut self, of: &str, figures: [f64; N]) {
        let named = figures.into_iter().enumerate().map(|(n, it)| (format!("{of} {n}"), Some(it)));
        self.figures.extend(named);
    }

    /// Where two stores tell of different things, or of figures that differ by more than `slack`.
    pub fn differences(&self, other: &Told, slack: f64) -> Vec<String> {
        let mut counts: BTreeMap<&String, i32> = BTreeMap::new();
        self.lines.iter().for_each(|line| *counts.entry(line).or_default() -= 1);
        other.lines.iter().for_each(|line| *counts.entry(line).or_default() += 1);
        let lines = counts.into_iter().filter(|(_, count)| *count != 0);
        let mut found: Vec<String> = lines.map(|(line, n)| format!("{n:+} {line}")).collect();
        let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= slack * a.abs().max(1.0),
            (a, b) => a == b,
        };
        for ((of, a), (other, b)) in self.figures.iter().zip(&other.figures) {
            if of != other || !near(*a, *b) {
                found.push(format!("{of}: {a:?} {b:?}"));
            }
        }
        found
    }
}

fn name(store: &Store, touch: TouchId) -> String {
    match touch {
        TouchId::Message(id) => store.headline(id).unwrap().1.unwrap_or_default(),
        TouchId::Entry(entry) => format!("entry {}", entry.0),
    }
}
