//! `bar`: how many are waiting for me, in one line for a status bar; with `--follow` a new one
//! whenever that changes.

use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::cli::desk::Desk;
use crate::cli::render;
use crate::daemon::FileChanges;
use crate::daemon::clock::Clock;
use crate::deliver;
use crate::domain::decide::debts::NamedDebt;
use crate::domain::measure::need::Likelihood;
use crate::domain::model::{Moment, Side};
use crate::domain::text::{clean, clip, count};
use crate::error::{Error, Result};
use crate::store::Store;

/// A tooltip of more than these hides the screen.
const NAMED: usize = 8;
const SUBJECT_COLUMNS: usize = 40;
/// Many changes of the database come at once.
const SETTLING: Duration = Duration::from_millis(300);
/// However little happens, in seconds: who is overdue may depend on days and holidays.
const LOOK_AGAIN: i64 = 3600;

#[derive(Debug, Args)]
pub(crate) struct BarArgs {
    #[arg(long, value_name = "BAR", default_value = "plain")]
    format: Format,
    /// Go on, and print a new line whenever it changes
    #[arg(long)]
    follow: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// JSON with `text`, `alt`, `class`, `tooltip` and `percentage`
    Waybar,
    /// What is overdue in red
    Polybar,
    Plain,
}

/// # Errors
/// `Usage` for `--follow` as of an earlier instant; those of reading the database.
pub(super) async fn run(mut desk: Desk, args: &BarArgs) -> Result<()> {
    if args.follow && desk.at.is_some() {
        return Err(Error::usage("what was doesn't change: leave --at or --follow out"));
    }
    let (mut glance, mut next) = Glance::of(&desk)?;
    let mut shown = glance.line(args.format);
    if !desk.print_line(&shown)? || !args.follow {
        return Ok(());
    }
    let changes = FileChanges::of(Store::files(), &[desk.home.data.as_path()]);
    loop {
        let wait = u64::try_from(next.0 - desk.now.0).unwrap_or_default().max(1);
        tokio::select! {
            () = changes.next() => tokio::time::sleep(SETTLING).await,
            () = tokio::time::sleep(Duration::from_secs(wait)) => {}
        }
        desk.now = Clock::System.now();
        (glance, next) = Glance::of(&desk)?;
        let line = glance.line(args.format);
        if line != shown {
            if !desk.print_line(&line)? {
                return Ok(());
            }
            shown = line;
        }
    }
}

/// What can be seen at a glance.
struct Glance {
    /// Answers that I owe and haven't put off, overdue ones among them.
    owed: usize,
    overdue: usize,
    /// Answers that are owed to me.
    awaited: usize,
    /// Who is waiting, since when and for what: the likeliest first.
    waiting: Vec<String>,
    is_watched: bool,
}

impl Glance {
    /// With the next instant at which it may be another.
    fn of(desk: &Desk) -> Result<(Glance, Moment)> {
        let store = desk.store_to_read()?;
        let mut debts = desk.book(&store)?.debts()?;
        debts.retain(|named| named.debt.likelihood() == Likelihood::Due);
        let now = desk.as_of().moment();
        let turns = debts.iter().flat_map(|it| [Some(it.debt.due), it.debt.snoozed_until]);
        let next = turns.flatten().filter(|at| *at > now).min();
        let next = next.map_or(now + LOOK_AGAIN, |next| next.min(now + LOOK_AGAIN));
        debts.retain(|named| named.debt.snoozed_until.is_none());
        let (mine, theirs): (Vec<_>, Vec<_>) =
            debts.into_iter().partition(|named| named.debt.turn.side == Side::Theirs);
        let glance = Glance {
            owed: mine.len(),
            overdue: mine.iter().filter(|named| named.debt.overdue).count(),
            awaited: theirs.len(),
            waiting: mine.iter().map(|named| told(named, now)).collect(),
            is_watched: desk.home.is_watched()?,
        };
        Ok((glance, next))
    }

    fn line(&self, format: Format) -> String {
        match format {
            Format::Plain => self.text(),
            // No word of anybody else is in it, so nothing needs to be escaped.
            Format::Polybar if self.overdue > 0 => format!("%{{F#e53935}}{}%{{F-}}", self.text()),
            Format::Polybar => self.text(),
            Format::Waybar => self.waybar(),
        }
    }

    fn text(&self) -> String {
        match (self.owed, self.overdue) {
            (owed, 0) => owed.to_string(),
            (owed, overdue) => format!("{owed} · {overdue} late"),
        }
    }

    fn waybar(&self) -> String {
        let alt = match (self.owed, self.overdue) {
            (0, _) => "clear",
            (_, 0) => "owed",
            _ => "overdue",
        };
        let class: Vec<&str> =
            [Some(alt), (!self.is_watched).then_some("stopped")].into_iter().flatten().collect();
        let in_time = self.owed - self.overdue;
        let percentage = (in_time * 100).checked_div(self.owed).unwrap_or(100);
        json!({
            "text": self.text(),
            "alt": alt,
            "class": class,
            "tooltip": deliver::without_markup(&self.tooltip()),
            "percentage": percentage,
        })
        .to_string()
    }

    fn tooltip(&self) -> String {
        let mut lines = match self.owed {
            0 => vec!["Nobody is waiting for you.".to_owned()],
            owed => vec![format!("You owe {}:", count(owed as u64, "answer", "answers"))],
        };
        lines.extend(self.waiting.iter().take(NAMED).cloned());
        match self.owed.saturating_sub(NAMED) {
            0 => {}
            more => lines.push(format!("and {more} more")),
        }
        if self.awaited > 0 {
            let awaited = count(self.awaited as u64, "answer", "answers");
            lines.push(format!("You are waiting for {awaited}."));
        }
        if !self.is_watched {
            lines.push("Nothing is watched now.".to_owned());
        }
        lines.join("\n")
    }
}

fn told(named: &NamedDebt, now: Moment) -> String {
    let when = render::when_due(&named.debt, now);
    let subject = named.subject.as_deref().map(|it| clip(it, SUBJECT_COLUMNS));
    let subject = subject.filter(|it| !it.is_empty()).map(|it| format!(": {it}"));
    format!("{}, {when}{}", clean(&named.name), subject.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn glance(owed: usize, overdue: usize) -> Glance {
        let waiting = (0..owed).map(|n| format!("Person {n}, due in 3 h")).collect();
        Glance { owed, overdue, awaited: 0, waiting, is_watched: true }
    }

    fn waybar(glance: &Glance) -> Value {
        serde_json::from_str(&glance.line(Format::Waybar)).unwrap()
    }

    #[test]
    fn a_bar_says_how_many_wait_and_how_many_wait_too_long() {
        #[track_caller]
        fn check(
            owed: usize,
            overdue: usize,
            plain: &str,
            polybar: &str,
            waybar_says: (&str, u64),
        ) {
            let glance = glance(owed, overdue);
            assert_eq!(glance.line(Format::Plain), plain);
            assert_eq!(glance.line(Format::Polybar), polybar);
            let document = waybar(&glance);
            assert_eq!(document["text"], plain);
            assert_eq!(
                (document["alt"].as_str(), &document["percentage"]),
                (Some(waybar_says.0), &waybar_says.1.into())
            );
            assert_eq!(document["class"], json!([waybar_says.0]));
        }
        check(0, 0, "0", "0", ("clear", 100));
        check(3, 0, "3", "3", ("owed", 100));
        check(3, 2, "3 · 2 late", "%{F#e53935}3 · 2 late%{F-}", ("overdue", 33));
    }

    #[test]
    fn a_tooltip_names_a_few_and_says_what_isnt_watched() {
        let ten = Glance { awaited: 1, is_watched: false, ..glance(10, 0) };
        let document = waybar(&ten);
        let tooltip = document["tooltip"].as_str().unwrap();
        assert!(tooltip.starts_with("You owe 10 answers:\nPerson 0, due in 3 h\n"), "{tooltip}");
        assert!(
            tooltip.ends_with(
                "Person 7, due in 3 h\nand 2 more\nYou are waiting for 1 answer.\nNothing is watched now."
            ),
            "{tooltip}"
        );
        assert_eq!(document["class"], json!(["owed", "stopped"]));
    }

    #[test]
    fn no_words_of_others_are_markup_there() {
        let hostile = "<span size='99999'>Bob & \"Co\"</span>".to_owned();
        let document = waybar(&Glance { waiting: vec![hostile], ..glance(1, 0) });
        assert_eq!(
            document["tooltip"],
            "You owe 1 answer:\n&lt;span size=&apos;99999&apos;&gt;Bob &amp; &quot;Co&quot;&lt;/span&gt;"
        );
    }
}
