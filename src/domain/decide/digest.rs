//! The weekly digest as a value: what it says, not how it looks.

use jiff::civil::Date;

use super::debts::NamedDebt;
use super::schedule;
use crate::domain::measure::need::Likelihood;
use crate::domain::measure::score;
use crate::domain::measure::statistics::{KaplanMeier, Observation};
use crate::domain::measure::terms::{Terms, observation};
use crate::domain::measure::turns::Turn;
use crate::domain::model::{ContactId, DAY, Moment, Side, Stance};
use crate::domain::policy::Policy;

pub mod network;
pub mod told;

use network::NetworkWeek;

/// What a week's digest says.
#[derive(Debug, Clone)]
pub struct Digest {
    /// The instant that it speaks of.
    pub at: Moment,
    /// ISO 8601 week, such as `2026-W47`.
    pub week: String,
    /// Local day on which it is due.
    pub day: Date,
    /// The user's at that instant: it decides the tone.
    pub stance: Stance,
    /// Hours in which an answer is owed, where a contact has no limit of their own.
    pub limit_h: f64,
    /// My own promise, always shown first.
    pub mine: Promise,
    /// How they kept theirs.
    pub theirs: Promise,
    /// Turns that I owe an answer to, the likeliest and most urgent first.
    pub i_owe: Vec<NamedDebt>,
    /// How many more there are than `i_owe` lists.
    pub i_owe_more: usize,
    /// Turns that I may owe an answer to, the likeliest first.
    pub i_owe_perhaps: Vec<NamedDebt>,
    /// Turns of mine that they owe an answer to, in the same order.
    pub they_owe: Vec<NamedDebt>,
    /// How many more there are than `they_owe` lists.
    pub they_owe_more: usize,
    /// Turns of mine that they may owe an answer to, the likeliest first.
    pub they_owe_perhaps: Vec<NamedDebt>,
    /// Contacts whose score moved most this week, most first.
    pub movers: Vec<Mover>,
    /// Mail from a contact found in Junk: it looks like silence.
    pub in_junk: Vec<JunkMail>,
    /// What there is to say beside the debts.
    pub network: NetworkWeek,
    /// What couldn't be measured; `None` as of an earlier instant, where nobody knows.
    pub unmeasured: Option<Vec<Unmeasured>>,
    /// Of everything, listed or not.
    pub totals: Totals,
    /// Set when `[me] away` covers part of the week: the promise without those days.
    pub mine_without_away: Option<Promise>,
}

/// How much of everything is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// So many weeks of the promise, at least two.
    pub weeks: usize,
    /// So much of what is due, to me and by me.
    pub due: usize,
    /// So much of what may be due, to me and by me.
    pub perhaps: usize,
}

/// As much as a letter has room for; what may be due has a line each.
pub const LETTER: Extent = Extent { weeks: 8, due: 12, perhaps: 8 };

/// How one side has kept its answers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Promise {
    /// Week by week, the one that ends now last.
    pub weeks: Vec<KeptWeek>,
    /// Median response time of the last 180 days in hours; `None` below three turns.
    pub median_h: Option<f64>,
}

/// How the answers were kept that fell due within seven days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeptWeek {
    /// Turns whose limit passed.
    pub matured: usize,
    /// Of those, answered by then.
    pub in_time: usize,
}

/// Why something isn't in the figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmeasured {
    /// The account can't be reached, or refuses the login.
    OutOfReach {
        /// As the user calls it.
        account: String,
        /// When it was reached last; `None`: never.
        since: Option<Moment>,
    },
    /// The folder isn't read down to its oldest message.
    Incomplete {
        /// As the user calls it.
        account: String,
        /// By the name on the server.
        folder: String,
    },
    /// Whether these messages ask for an answer is judged by their headers alone.
    TextsUnread {
        /// More than 0.
        texts: u64,
    },
    /// The user wants no text to be read, so that nothing counts as due.
    TextsNeverRead,
}

/// A contact whose score has moved.
#[derive(Debug, Clone)]
pub struct Mover {
    /// Whose.
    pub id: ContactId,
    /// As it is shown.
    pub name: String,
    /// The score a week ago, 0…100.
    pub before: f64,
    /// The score now, 0…100.
    pub now: f64,
}

/// Mail of a contact that lies in Junk alone.
#[derive(Debug, Clone)]
pub struct JunkMail {
    /// Of the contact.
    pub name: String,
    /// `None` where subjects aren't kept.
    pub subject: Option<String>,
    /// When it arrived.
    pub at: Moment,
}

/// How much there is of everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Totals {
    /// Distinct stored messages, noise included.
    pub messages: u64,
    /// Known people.
    pub contacts: u64,
    /// What is due.
    pub i_owe: usize,
    /// Of those, the ones beyond the limit.
    pub i_owe_overdue: usize,
    /// What may be.
    pub i_owe_perhaps: usize,
    /// What is due to me.
    pub they_owe: usize,
    /// Of those, the ones beyond the limit.
    pub they_owe_overdue: usize,
    /// What may be due to me.
    pub they_owe_perhaps: usize,
}

/// What a contact contributes.
pub struct Member<'a> {
    /// Who.
    pub id: ContactId,
    /// As it is shown.
    pub name: &'a str,
    /// All of them, judged.
    pub turns: &'a [Turn],
    /// The limit, and the clock on which theirs runs.
    pub terms: &'a Terms,
    /// Score a week ago and now, where there was enough to show a point.
    pub before: Option<f64>,
    /// The score now, on the same condition.
    pub now: Option<f64>,
}

const MOVERS: usize = 5;
/// Smaller moves are noise, in points of the score.
const WORTH_TELLING: f64 = 3.0;
const WEEK: i64 = 7 * DAY;
/// The response times of this long, in seconds, make the median.
const MEDIAN_OVER: i64 = 180 * DAY;

/// The week that ends at `now`, contact by contact.
pub struct Week<'a> {
    policy: &'a Policy,
    now: Moment,
    extent: Extent,
    mine: Record,
    theirs: Record,
    /// Without the days on which I was away.
    mine_present: Record,
    movers: Vec<Mover>,
}

/// What one contact adds to a week.
pub struct WeekPart {
    mine: Record,
    theirs: Record,
    mine_present: Option<Record>,
    mover: Option<Mover>,
}

/// One side's promise, as far as it was counted.
struct Record {
    promise: Promise,
    recent: Vec<Observation>,
}

impl<'a> Week<'a> {
    /// Nobody has been counted yet.
    pub fn new(policy: &'a Policy, now: Moment, extent: Extent) -> Week<'a> {
        let [mine, theirs, mine_present] = std::array::from_fn(|_| Record::over(extent.weeks));
        Week { policy, now, extent, mine, theirs, mine_present, movers: Vec::new() }
    }

    /// What a contact adds.
    pub fn part_of(&self, member: &Member<'_>) -> WeekPart {
        let Week { policy, now, extent, .. } = *self;
        let present =
            |turn: &Turn, due: Moment| !policy.is_away(turn.start) && !policy.is_away(due);
        let of = |side, counts: &dyn Fn(&Turn, Moment) -> bool| {
            let mut record = Record::over(extent.weeks);
            record.count(member, side, now, counts);
            record
        };
        WeekPart {
            mine: of(Side::Theirs, &|_, _| true),
            theirs: of(Side::Mine, &|_, _| true),
            mine_present: self.is_away().then(|| of(Side::Theirs, &present)),
            mover: mover(member),
        }
    }

    fn add(&mut self, part: WeekPart) {
        self.mine.add(part.mine);
        self.theirs.add(part.theirs);
        part.mine_present.into_iter().for_each(|part| self.mine_present.add(part));
        self.movers.extend(part.mover);
    }

    /// Whether I was away on any day of it.
    fn is_away(&self) -> bool {
        (0..7).any(|day| self.policy.is_away(self.now - day * DAY))
    }

    /// `parts`: one of each contact, in any order; `debts`: what is or may be due, in the order in which it is told. Of the network, of Junk and
    /// of what couldn't be measured nothing is said yet.
    pub fn digest(mut self, parts: Vec<WeekPart>, debts: Vec<NamedDebt>, totals: Totals) -> Digest {
        parts.into_iter().for_each(|part| self.add(part));
        let Week { policy, now, extent, .. } = self;
        let (i_owe, they_owe): (Vec<_>, Vec<_>) =
            debts.into_iter().partition(|named| named.debt.turn.side == Side::Theirs);
        let (mut i_owe, mut i_owe_perhaps) = by_likelihood(i_owe);
        let (mut they_owe, mut they_owe_perhaps) = by_likelihood(they_owe);
        let i_owe_more = cut(&mut i_owe, extent.due);
        let they_owe_more = cut(&mut they_owe, extent.due);
        i_owe_perhaps.truncate(extent.perhaps);
        they_owe_perhaps.truncate(extent.perhaps);
        keep_furthest(&mut self.movers);
        let local = now.timestamp().to_zoned(policy.zone.clone());
        let is_away = self.is_away();
        Digest {
            at: now,
            week: schedule::iso_week(local.date()),
            day: local.date(),
            stance: policy.stance,
            limit_h: policy.limit_h,
            mine: self.mine.promise(),
            theirs: self.theirs.promise(),
            mine_without_away: is_away.then(|| self.mine_present.promise()),
            i_owe,
            i_owe_more,
            i_owe_perhaps,
            they_owe,
            they_owe_more,
            they_owe_perhaps,
            movers: self.movers,
            in_junk: Vec::new(),
            network: NetworkWeek::default(),
            unmeasured: None,
            totals,
        }
    }
}

/// What is due, and what may be.
fn by_likelihood(debts: Vec<NamedDebt>) -> (Vec<NamedDebt>, Vec<NamedDebt>) {
    debts.into_iter().partition(|named| named.debt.likelihood() == Likelihood::Due)
}

/// How many were cut.
fn cut(debts: &mut Vec<NamedDebt>, most: usize) -> usize {
    let more = debts.len().saturating_sub(most);
    debts.truncate(most);
    more
}

impl Record {
    fn over(weeks: usize) -> Record {
        let promise = Promise { weeks: vec![KeptWeek::default(); weeks], median_h: None };
        Record { promise, recent: Vec::new() }
    }

    fn count(
        &mut self,
        member: &Member<'_>,
        side: Side,
        now: Moment,
        counts: impl Fn(&Turn, Moment) -> bool,
    ) {
        for turn in member.turns.iter().filter(|turn| turn.side == side) {
            if !turn.counts(now) {
                continue;
            }
            if turn.start <= now && turn.start > now - MEDIAN_OVER {
                self.recent.push(observation(turn, now));
            }
            let due = member.terms.due(turn);
            if counts(turn, due)
                && let Some(week) = self.promise.week_of(due, now)
            {
                week.matured += 1;
                week.in_time += usize::from(turn.answer.is_some_and(|answer| answer.at <= due));
            }
        }
    }

    fn add(&mut self, part: Record) {
        for (week, more) in self.promise.weeks.iter_mut().zip(part.promise.weeks) {
            week.matured += more.matured;
            week.in_time += more.in_time;
        }
        self.recent.extend(part.recent);
    }

    fn promise(self) -> Promise {
        let curve = KaplanMeier::fit(&self.recent);
        let median_h = curve.quantile(0.5).hours.filter(|_| curve.n_eff() >= score::ENOUGH);
        Promise { median_h, ..self.promise }
    }
}

impl Promise {
    /// The week that ends now.
    pub fn this_week(&self) -> KeptWeek {
        self.weeks_ago(0)
    }

    /// The one before it.
    pub fn week_before(&self) -> KeptWeek {
        self.weeks_ago(1)
    }

    /// Nothing fell due in what isn't told.
    fn weeks_ago(&self, ago: usize) -> KeptWeek {
        self.weeks.iter().rev().nth(ago).copied().unwrap_or_default()
    }

    /// The week in which an answer fell due, if it is among those that are told.
    fn week_of(&mut self, due: Moment, now: Moment) -> Option<&mut KeptWeek> {
        let ago = usize::try_from((now.0 - due.0).div_euclid(WEEK)).ok()?;
        self.weeks.iter_mut().rev().nth(ago)
    }
}

fn mover(member: &Member<'_>) -> Option<Mover> {
    let (before, now) = member.before.zip(member.now)?;
    let moved = (now - before).abs() >= WORTH_TELLING;
    moved.then(|| Mover { id: member.id, name: member.name.to_owned(), before, now })
}

fn keep_furthest(movers: &mut Vec<Mover>) {
    let size = |mover: &Mover| (mover.now - mover.before).abs();
    movers.sort_by(|a, b| size(b).total_cmp(&size(a)).then(a.id.cmp(&b.id)));
    movers.truncate(MOVERS);
}
