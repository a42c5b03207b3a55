//! What follows from the script at an instant, by the sentences of the specification and without
//! looking at the mail.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::script::{Asked, ByHand, Introduced, Player, Script, timestamp};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Whether, and when, by now.
fn answered(asked: &Asked, now: i64) -> Option<i64> {
    asked.answered.filter(|at| *at <= now)
}

fn day(at: i64) -> Date {
    timestamp(at).to_zoned(TimeZone::UTC).date()
}

/// 48 hours of their working days.
fn due(asked: i64) -> i64 {
    let mut at = asked;
    let mut left = 48;
    while left > 0 {
        at += HOUR;
        let works = !matches!(day(at - 1).weekday(), Weekday::Saturday | Weekday::Sunday);
        left -= i64::from(works);
    }
    at
}

impl Player {
    fn last(of: &[i64], now: i64) -> Option<i64> {
        of.iter().copied().filter(|at| *at <= now).max()
    }

    pub fn heard(&self, now: i64) -> Option<i64> {
        Player::last(&self.wrote, now)
    }

    fn last_touch(&self, now: i64) -> Option<i64> {
        self.heard(now).max(Player::last(&self.written_to, now))
    }

    /// My turns of the last year whose limit has passed, and whether each was answered in time.
    pub fn receipts(&self, now: i64) -> Vec<(i64, bool)> {
        let matured = self.asks.iter().filter(|ask| ask.at > now - 365 * DAY && due(ask.at) <= now);
        let in_time = |ask: &Asked| answered(ask, now).is_some_and(|at| at <= due(ask.at));
        matured.map(|ask| (ask.at, in_time(ask))).collect()
    }

    /// All that a suggestion takes but for how sure it is.
    pub fn may_be_suggested(&self, now: i64) -> bool {
        let missed: Vec<i64> =
            self.receipts(now).iter().filter(|(_, kept)| !kept).map(|(at, _)| *at).collect();
        let spread = missed.last().zip(missed.first()).map_or(0, |(last, first)| last - first);
        let heard = self.heard(now);
        let given = self
            .asks
            .iter()
            .any(|ask| ask.at <= now && Some(ask.at) > heard && answered(ask, now).is_none());
        let tried = Player::last(&self.written_to, now);
        missed.len() >= 4
            && spread >= 60 * DAY
            && heard.is_none_or(|at| at <= now - 90 * DAY)
            && given
            && tried.is_some_and(|at| at + 14 * DAY <= now)
            && self.dead_since(now).is_none()
    }

    pub fn is_untested(&self, now: i64) -> bool {
        self.last_touch(now).is_none_or(|at| at < now - 730 * DAY)
    }

    pub fn dead_since(&self, now: i64) -> Option<i64> {
        let heard = self.heard(now);
        self.bounced.iter().copied().filter(|at| *at <= now && Some(*at) > heard).min()
    }

    /// Mail to them comes back, and nothing else came for 90 days.
    pub fn needs_an_address(&self, now: i64) -> bool {
        let lately = self.heard(now).is_some_and(|at| at > now - 90 * DAY);
        self.dead_since(now).is_some() && !lately
    }

    /// When we were first in touch, where we are losing it.
    pub fn losing_touch(&self, now: i64) -> Option<i64> {
        let by_now = || self.wrote.iter().chain(&self.written_to).filter(|at| **at <= now);
        let recent = by_now().filter(|at| **at > now - 3 * 365 * DAY);
        let days: BTreeSet<Date> = recent.map(|at| day(*at)).collect();
        let days: Vec<Date> = days.into_iter().collect();
        if days.len() < 5 {
            return None;
        }
        let mut gaps: Vec<f64> =
            days.windows(2).map(|two| f64::from((two[1] - two[0]).get_days())).collect();
        gaps.sort_by(f64::total_cmp);
        let whole: f64 = gaps.iter().sum();
        let covers =
            |most: f64| gaps.iter().filter(|gap| **gap <= most).sum::<f64>() * 2.0 >= whole;
        let usual = *gaps.iter().find(|gap| covers(**gap)).unwrap();
        let silent = (now - by_now().max().unwrap()) as f64 / DAY as f64;
        let open = |asked: &Asked| {
            asked.at <= now && asked.at > now - 30 * DAY && answered(asked, now).is_none()
        };
        let waits = self.asks.iter().chain(&self.questions).any(open);
        let lost = silent > f64::max(60.0, 8.0 * usual) && silent < 730.0 && !waits;
        lost.then(|| *by_now().min().unwrap())
    }
}

impl Introduced {
    /// What has become of it.
    pub fn state(&self, now: i64) -> &'static str {
        if self.wrote.is_some_and(|at| at <= now) {
            "wrote"
        } else if now - self.at >= 14 * DAY {
            "nothing"
        } else {
            "waiting"
        }
    }
}

/// Gives, asks, and of the answers that fell due those that I gave in time.
pub struct Drift {
    pub gives: usize,
    pub asks: usize,
    pub in_time: usize,
    pub matured: usize,
}

impl Script {
    /// Of the week that ends now.
    pub fn drift(&self, now: i64) -> Drift {
        let lately = |at: i64| at <= now && at > now - 7 * DAY;
        let sure = |it: &&Introduced| lately(it.at) && it.state(now) == "wrote";
        let by_hand = |kind| {
            let is_meant = |it: &&ByHand| it.kind == kind && lately(it.at);
            self.by_hand.iter().filter(is_meant).count()
        };
        let fell_due: Vec<&Asked> = self
            .people
            .iter()
            .flat_map(|player| &player.questions)
            .filter(|asked| lately(asked.at + 48 * HOUR))
            .collect();
        let kept = |asked: &&&Asked| asked.answered.is_some_and(|at| at <= asked.at + 48 * HOUR);
        Drift {
            gives: self.introductions.iter().filter(sure).count() + by_hand("favour"),
            asks: by_hand("ask"),
            in_time: fell_due.iter().filter(kept).count(),
            matured: fell_due.len(),
        }
    }

    /// My asks by then, and how many of them were answered.
    pub fn asks(&self, now: i64) -> (usize, usize) {
        let all = self.people.iter().flat_map(|player| &player.asks).filter(|ask| ask.at <= now);
        (all.clone().count(), all.filter(|ask| answered(ask, now).is_some()).count())
    }

    /// By their numbers, those of whom that holds.
    pub fn who(&self, holds: impl Fn(&Player) -> bool) -> BTreeSet<usize> {
        let all = self.people.iter().enumerate();
        all.filter(|(_, player)| holds(player)).map(|(nth, _)| nth).collect()
    }
}
