//! What is due at an instant, in order, and when to look next.
//!
//! A pure function of the instant, of what is known and of the policy. Knows no clock, and does
//! nothing of what it says.

use jiff::civil::{Date, Time, Weekday};

use super::schedule;
use crate::domain::measure::population::Population;
use crate::domain::model::{DAY, Moment};
use crate::domain::policy::Policy;

/// So long after it was planned or begun, in seconds, a digest goes out though an account was not
/// reached.
const UNREACHED: i64 = DAY;
/// A folder is compared with the server's as a whole so often, in seconds.
const RECONCILED: i64 = DAY;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Learn from all contacts what each has in common with the others.
    Survey,
    /// Look at all debts, for the batch of that day; the next one comes at `next`.
    PlanAlerts {
        /// On which the batch fell due, by the local calendar.
        day: Date,
        /// What was late before then is never told of.
        covered_since: Moment,
        /// When the batch after this one comes.
        next: Moment,
    },
    /// Remember that the digest of that week is to be sent.
    PlanDigest {
        /// ISO week, such as `2026-W47`.
        week: String,
    },
    /// Show what was planned and not shown yet.
    ShowAlerts,
    /// Say what is wrong with accounts.
    ShowNotices {
        /// The local day on which it is said, once for each problem.
        day: Date,
    },
    /// Send the newest digest that was planned.
    SendDigest,
}

/// What is due, and when to look again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agenda {
    /// In the order in which it is to be done.
    pub due: Vec<Task>,
    /// Nothing more falls due before then, unless something happens.
    pub next: Option<Moment>,
}

/// What the agenda is made from.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Since when every folder covers the last 60 days; `None` while one doesn't.
    pub covered_since: Option<Moment>,
    /// Nothing that is stored is left to be measured.
    pub is_measured: bool,
    /// What was learned last.
    pub population: Population,
    /// How much mail there is to learn from, as [`Population::messages`] counts it.
    pub messages: u64,
    /// The last batch that was planned, and the last digest.
    pub last_batch: Option<Date>,
    /// By its ISO week.
    pub last_digest: Option<String>,
    /// Alerts that were planned and not shown yet.
    pub has_alerts: bool,
    /// Something is wrong that only the user can mend.
    pub has_problems: bool,
    /// The user hasn't been told of all of it today.
    pub has_notices: bool,
    /// Since when a digest waits to be sent.
    pub digest_since: Option<Moment>,
    /// What may have come back into a mailbox before this run is stored by now.
    pub has_read: bool,
    /// Whether anybody wants alerts.
    pub wants_alerts: bool,
    /// Nobody sits there to see them.
    pub nobody_is_there: bool,
    /// When a digest is mailed; `None`: never.
    pub digest: Option<(Weekday, Time)>,
    /// Nothing is shown, or sent, before then: it failed.
    pub desktop_retry: Option<Moment>,
    /// No digest is sent before then: the last attempt failed.
    pub post_retry: Option<Moment>,
}

/// What is due at `now`, and when to look again.
pub fn agenda(now: Moment, known: &Known, policy: &Policy) -> Agenda {
    let mut agenda = Agenda { due: Vec::new(), next: None };
    agenda.survey(now, known);
    agenda.alerts(now, known, policy);
    agenda.digest(now, known, policy);
    agenda.showing(now, known, policy);
    agenda.sending(now, known);
    agenda
}

/// Whether all of a folder has to be compared with the server's, as it was last at `reconciled`.
pub fn must_reconcile(reconciled: Option<Moment>, now: Moment) -> bool {
    reconciled.is_none_or(|at| at < now - RECONCILED)
}

/// Whether anybody may be disturbed at `now`.
pub fn may_disturb(now: Moment, policy: &Policy) -> bool {
    !schedule::is_quiet(now, &policy.alerts, &policy.zone) && !policy.is_away(now)
}

impl Agenda {
    fn look_at(&mut self, then: Moment) {
        self.next = Some(self.next.map_or(then, |next| next.min(then)));
    }

    /// Who reads history learns from it, once it is measured.
    fn survey(&mut self, now: Moment, known: &Known) {
        if !known.is_measured {
            return;
        }
        if known.population.is_due(now, known.messages) {
            self.due.push(Task::Survey);
        } else {
            known.population.next().into_iter().for_each(|at| self.look_at(at));
        }
    }

    /// One batch a day. While history is stored that nobody has measured yet, much looks
    /// unanswered.
    fn alerts(&mut self, now: Moment, known: &Known, policy: &Policy) {
        if !known.wants_alerts {
            return;
        }
        let time = schedule::batch_time(&policy.alerts);
        let next = schedule::next_daily(now, time, &policy.zone);
        self.look_at(next);
        if !may_disturb(now, policy) {
            return self.look_at(disturb_again(now, policy));
        }
        let Some(covered_since) = known.covered_since.filter(|since| *since <= now) else { return };
        let last = schedule::last_daily(now, time, &policy.zone);
        let day = schedule::local_date(last, &policy.zone);
        if known.is_measured && known.last_batch.is_none_or(|planned| planned < day) {
            self.due.push(Task::PlanAlerts { day, covered_since, next });
        }
    }

    /// A week that was over before everything was known has nothing to say.
    fn digest(&mut self, now: Moment, known: &Known, policy: &Policy) {
        let Some((day, time)) = known.digest else { return };
        self.look_at(schedule::next_digest(now, day, time, &policy.zone));
        let (week, due) = schedule::last_digest(now, day, time, &policy.zone);
        let is_planned = known.last_digest.as_ref().is_some_and(|planned| *planned >= week);
        if !is_planned && known.covered_since.is_some_and(|since| since <= due) {
            self.due.push(Task::PlanDigest { week });
        }
    }

    fn showing(&mut self, now: Moment, known: &Known, policy: &Policy) {
        if !known.wants_alerts || !(known.has_alerts || known.has_problems) {
            return;
        }
        if !may_disturb(now, policy) {
            return self.look_at(disturb_again(now, policy));
        }
        if known.has_problems {
            // What is wrong still is told once more then.
            self.look_at(schedule::next_midnight(now, &policy.zone));
        }
        if known.nobody_is_there {
            // Whoever comes back is noticed.
            return;
        }
        if let Some(retry) = known.desktop_retry.filter(|retry| now < *retry) {
            return self.look_at(retry);
        }
        if known.has_alerts {
            self.due.push(Task::ShowAlerts);
        }
        if known.has_notices {
            self.due.push(Task::ShowNotices { day: schedule::local_date(now, &policy.zone) });
        }
    }

    fn sending(&mut self, now: Moment, known: &Known) {
        let Some(since) = known.digest_since.filter(|_| known.digest.is_some()) else { return };
        let unread = (!known.has_read).then_some(since + UNREACHED);
        match known.post_retry.into_iter().chain(unread).filter(|then| now < *then).max() {
            Some(later) => self.look_at(later),
            None => self.due.push(Task::SendDigest),
        }
    }
}

/// When the quiet hours, or the days away, that hold at `now` are over, or may be.
fn disturb_again(now: Moment, policy: &Policy) -> Moment {
    let midnight = schedule::next_midnight(now, &policy.zone);
    match policy.alerts.quiet {
        Some((_, end)) if !policy.is_away(now) => schedule::next_daily(now, end, &policy.zone),
        _ => midnight,
    }
}

#[cfg(test)]
mod tests;
