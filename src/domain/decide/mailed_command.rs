//! What the user can say of an entry of the digest by a mail to themself: how a subject spells it.
//!
//! Knows neither who wrote such a mail nor whether its token is good.

use std::fmt;

use jiff::tz::TimeZone;

use super::schedule;
use crate::domain::measure::decisions::Decided;
use crate::domain::model::{DAY, Moment, TurnId};

/// How long the digest offers to put an entry off, in days.
pub const SNOOZE_DAYS: i64 = 3;
/// Nobody puts an answer off for longer, in days.
const LONGEST_DAYS: i64 = 366;
/// So many weeks before the present one, a digest's links still work.
const WEEKS_BEFORE: i64 = 4;
/// The length of a token.
const TOKEN: usize = 16;

/// What is to be done about a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailedCommand {
    /// By whichever of its touches.
    pub turn: TurnId,
    /// What with it.
    pub what: MailedVerb,
}

/// What a mail may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailedVerb {
    /// It needs no answer any more.
    Done,
    /// It is hidden for so many days.
    Snooze {
        /// 1 to 366.
        days: i64,
    },
}

/// A command as a subject says it, with the token that is to prove whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCommand {
    /// What is to be done.
    pub command: MailedCommand,
    /// In capital letters.
    pub token: String,
}

/// As it is signed and as the terminal takes it: `done C12-812`.
impl fmt::Display for MailedCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.what {
            MailedVerb::Done => write!(f, "done {}", self.turn),
            MailedVerb::Snooze { days } => write!(f, "snooze {} {days}d", self.turn),
        }
    }
}

impl MailedCommand {
    /// What is signed: it holds for the digest of one week, such as `2026-W47`.
    pub fn words(&self, week: &str) -> String {
        format!("{week} {self}")
    }

    /// The subject that says it.
    pub fn subject(&self, token: &str) -> String {
        format!("requite {self} {token}")
    }

    /// As what it goes down among the user's decisions.
    pub fn decided(&self, now: Moment) -> Decided {
        match self.what {
            MailedVerb::Done => Decided::Done(self.turn.touch),
            MailedVerb::Snooze { days } => {
                Decided::Snooze { touch: self.turn.touch, until: now + days * DAY }
            }
        }
    }
}

impl SignedCommand {
    /// `None` for every other subject: an answer to such a mail, or one that quotes it, says more.
    pub fn read(subject: &str) -> Option<SignedCommand> {
        let words: Vec<&str> = subject.split_ascii_whitespace().collect();
        let (turn, what, token) = match words.as_slice() {
            ["requite", "done", turn, token] => (turn, MailedVerb::Done, token),
            ["requite", "snooze", turn, wait, token] => {
                (turn, MailedVerb::Snooze { days: days(wait)? }, token)
            }
            _ => return None,
        };
        let is_token = token.len() == TOKEN && token.bytes().all(|c| c.is_ascii_alphanumeric());
        let command = MailedCommand { turn: turn.parse().ok()?, what };
        is_token.then(|| SignedCommand { command, token: token.to_ascii_uppercase() })
    }
}

fn days(wait: &str) -> Option<i64> {
    let days = wait.strip_suffix('d')?.parse().ok()?;
    (1..=LONGEST_DAYS).contains(&days).then_some(days)
}

/// The weeks whose digests' links work at `now`, the latest first, by the calendar in `zone`.
pub fn accepted_weeks(now: Moment, zone: &TimeZone) -> Vec<String> {
    let week = |ago| schedule::iso_week(schedule::local_date(now - ago * 7 * DAY, zone));
    (0..=WEEKS_BEFORE).map(week).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "ABCDEFGHIJKLMN23";

    #[track_caller]
    fn check(subject: &str, expect: Option<&str>) {
        let read = SignedCommand::read(subject).map(|signed| signed.command.subject(&signed.token));
        assert_eq!(read.as_deref(), expect, "{subject}");
    }

    #[test]
    fn a_subject_says_what_is_to_be_done() {
        let done = format!("requite done C12-812 {TOKEN}");
        check(&done, Some(&done));
        let snooze = format!("requite snooze C12-e3 3d {TOKEN}");
        check(&snooze, Some(&snooze));
        check("requite done C12-812 abcdefghijklmn23", Some(&done));
    }

    #[test]
    fn any_other_subject_says_nothing() {
        check(&format!("Re: requite done C12-812 {TOKEN}"), None);
        check(&format!("requite mute C12-812 {TOKEN}"), None);
        check("requite done C12-812", None);
        check(&format!("Fwd: requite done C12-812 {TOKEN}"), None);
        check(&format!("requite done C12-812 {TOKEN} please"), None);
        check(&format!("requite done 812 {TOKEN}"), None);
        check(&format!("requite snooze C12-812 0d {TOKEN}"), None);
        check(&format!("requite snooze C12-812 99999d {TOKEN}"), None);
        check("requite done C12-812 ABCDEFGHIJKLMN2", None);
        check("requite done C12-812 ÄÄÄÄÄÄÄÄ", None);
    }
}
