//! `snooze`: debts are hidden until a while has passed.

use clap::Args;
use jiff::Span;
use jiff::civil::Date;
use jiff::fmt::strtime::BrokenDownTime;

use crate::cli::decisions::{decide_on_turns, named_turns, take_back_from_turns, tell};
use crate::cli::desk::Desk;
use crate::cli::person;
use crate::domain::measure::decisions::{Decided, Verb};
use crate::domain::model::Moment;
use crate::domain::policy::Policy;
use crate::error::{Error, Result};

const FOR_HOW_LONG: &str = "3d, 4h, 2w, a day of the week or a date like 2026-12-01";

#[derive(Debug, Args)]
pub(crate) struct SnoozeArgs {
    /// IDs from `status`, like C12-345; then for how long: 2d, 36h, "1 week"
    #[arg(value_name = "ID… FOR", required = true)]
    pub(super) words: Vec<String>,
    #[arg(long)]
    pub(super) undo: bool,
}

/// The last of the words says until when: `3d`, `2 weeks`, `monday`, `tomorrow` or a date.
///
/// # Errors
/// `Usage` for an id that is in no turn, an end that isn't understood or is past, and for taking
/// back what was never said.
pub(super) fn run(desk: &Desk, args: &SnoozeArgs) -> Result<()> {
    let store = person::known_people(desk)?;
    if args.undo {
        let named = named_turns(&store, &args.words)?;
        take_back_from_turns(desk, &store, Verb::Snooze, &named)?;
        return tell(desk, &store, &named, "is no longer snoozed");
    }
    let (duration, ids) = match args.words.split_last() {
        Some((duration, ids)) if !ids.is_empty() => (duration, ids),
        _ => {
            return Err(Error::usage("for how long?").hint(FOR_HOW_LONG));
        }
    };
    let named = named_turns(&store, ids)?;
    let until = until(duration, desk.now, &desk.config.policy)?;
    decide_on_turns(desk, &store, &named, |touch| Decided::Snooze { touch, until })?;
    let local = until.timestamp().to_zoned(desk.config.policy.zone.clone());
    let until = local.strftime("%A, %-d %B %Y, %H:%M");
    tell(desk, &store, &named, &format!("is snoozed until {until}"))
}

/// When a snooze ends. Days begin when the day's alerts are due.
fn until(text: &str, now: Moment, policy: &Policy) -> Result<Moment> {
    let text = text.trim();
    let wrong = |why: &str| Error::usage(format!("\"{text}\" {why}")).hint(FOR_HOW_LONG);
    let local = now.timestamp().to_zoned(policy.zone.clone());
    let ends = match day(text, local.date()) {
        Some(day) => day.to_datetime(policy.alerts.batch).to_zoned(policy.zone.clone()),
        None => {
            let span: Span = text.parse().map_err(|_| wrong("isn't a valid time"))?;
            local.checked_add(span)
        }
    };
    let ends = Moment::from(ends.map_err(|_| wrong("is too far away"))?.timestamp());
    if ends <= now { Err(wrong("is in the past")) } else { Ok(ends) }
}

fn day(text: &str, today: Date) -> Option<Date> {
    if text.eq_ignore_ascii_case("tomorrow") {
        return today.tomorrow().ok();
    }
    let weekday =
        ["%A", "%a"].iter().find_map(|form| BrokenDownTime::parse(form, text).ok()?.weekday());
    match weekday {
        Some(weekday) => today.nth_weekday(1, weekday).ok(),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    /// A Wednesday, 12:00 in Paris.
    const NOON: &str = "2026-11-25T11:00:00Z";

    #[track_caller]
    fn check_until(text: &str, expect: Result<&str, &str>) {
        let now = Moment::from(NOON.parse::<jiff::Timestamp>().unwrap());
        let policy = Policy { zone: TimeZone::get("Europe/Paris").unwrap(), ..Policy::default() };
        match (until(text, now, &policy), expect) {
            (Ok(at), Ok(expect)) => assert_eq!(at.to_string(), expect, "{text}"),
            (Err(error), Err(expect)) => assert!(error.to_string().contains(expect), "{error}"),
            (found, expect) => panic!("{text}: {found:?}, not {expect:?}"),
        }
    }

    #[test]
    fn a_snooze_ends_after_a_while_or_on_a_morning() {
        check_until("4h", Ok("2026-11-25T15:00:00Z"));
        check_until("3d", Ok("2026-11-28T11:00:00Z"));
        check_until("2w", Ok("2026-12-09T11:00:00Z"));
        check_until("monday", Ok("2026-11-30T07:30:00Z"));
        check_until("Wed", Ok("2026-12-02T07:30:00Z"));
        check_until("tomorrow", Ok("2026-11-26T07:30:00Z"));
        check_until("2026-12-01", Ok("2026-12-01T07:30:00Z"));
    }

    #[test]
    fn a_snooze_into_the_past_or_nowhere_is_refused() {
        check_until("2026-11-01", Err("in the past"));
        check_until("-3d", Err("in the past"));
        check_until("soon", Err("isn't a valid time"));
    }
}
