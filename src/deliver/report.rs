//! The report → one page that needs nothing else: no host, no font, no picture from elsewhere.
//!
//! Pure: the same report under the same configuration always reads the same. Its few lines of script
//! sort and search what stands there without them; its policy (CSP level 3, §2.3.1) lets nothing run
//! or load but these. Foreign text passes through [`clip`] and through the template's escaping.

mod contact;
mod curve;
mod hours;
mod line;
mod timeline;
mod weeks;

use std::collections::HashSet;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest as _, Sha256};

use super::digest::entry::Leads;
use super::digest::network::{self as part, PartItem};
use super::digest::phrases::{headline, percent, totals, week_before, without_away};
use super::digest::{self, Section, stance_name, written};
use super::local_clock::LocalClock;
use crate::config::Config;
use crate::domain::decide::digest::{Digest, KeptWeek, Promise};
use crate::domain::decide::report::{NetworkReport, ReportedContact};
use crate::domain::measure::balance::Balance;
use crate::domain::model::ContactId;
use crate::domain::text::{clip, count, duration};
use contact::{ContactPart, TableRow};
use curve::Axes;
use weeks::WeekPicture;

const STYLE: &str = include_str!("templates/report.css");
const SCRIPT: &str = include_str!("templates/report.js");
const NAME_COLUMNS: usize = 48;
/// Of so many contacts there are pictures, and in so many bytes: the page opens within two seconds.
const MOST_DRAWN: usize = 300;
const MOST_PICTURES: usize = 4_000_000;
/// Laying out thousands of rows takes a browser seconds.
const UNFOLDED: usize = 250;
/// As many as anybody remembers.
const MOST_INTRODUCTIONS: usize = 50;
/// The most uneven ones, from so much on.
const MOST_UNEVEN: usize = 12;
const UNEVEN_FROM: f64 = 0.5;

/// Puts a report into a page, as the configuration has times, dates and links.
pub fn page(report: &NetworkReport, config: &Config) -> String {
    written(&Page::new(report, config))
}

#[derive(Template)]
#[template(path = "report.html", config = "src/deliver/templates/askama.toml")]
struct Page {
    policy: String,
    style: String,
    day: String,
    headline: String,
    notes: Vec<String>,
    /// Beside what the headline says.
    kept: Vec<String>,
    /// `None` where nothing fell due in any of them.
    weeks: Option<WeekPicture>,
    owed_and_awaited: [Section; 2],
    axes: Axes,
    script: &'static str,
    /// What stands there at once, and what is folded away; none that is empty.
    tables: Vec<ContactTable>,
    /// Who was never in touch, by name.
    untouched: Vec<String>,
    /// Each rendered by a template of its own, best score first.
    parts: Vec<String>,
    /// There was no room for these.
    undrawn: Option<String>,
    drift: Option<String>,
    /// Empty where nothing counts.
    balance: Vec<BalanceBar>,
    uneven: Vec<Uneven>,
    introductions: Vec<PartItem>,
    more_introductions: Option<String>,
    losing_touch: Vec<PartItem>,
    unmeasured: Vec<String>,
    limit: String,
    stance: &'static str,
    totals: String,
}

struct ContactTable {
    id: &'static str,
    label: &'static str,
    rows: Vec<TableRow>,
}

/// How much of something was done, decayed by age.
struct BalanceBar {
    what: &'static str,
    amount: String,
    /// 0…100, of the longest.
    percent: u32,
}

/// A contact with whom giving and asking are out of balance.
struct Uneven {
    name: String,
    balance: [String; 3],
}

impl Page {
    fn new(report: &NetworkReport, config: &Config) -> Page {
        let digest = &report.digest;
        let clock = LocalClock { policy: &config.policy, now: digest.at };
        let leads = Leads { config, week: &digest.week, sign: None };
        let away = digest.mine_without_away.as_ref().map(without_away);
        let (touched, untouched): (Vec<_>, Vec<_>) =
            report.contacts.iter().partition(|contact| contact.standing.last_touch.is_some());
        let (parts, undrawn) = parts(&touched, &clock);
        let drawn: HashSet<ContactId> = parts.iter().map(|(id, _)| *id).collect();
        let row =
            |contact: &&ReportedContact| TableRow::of(contact, drawn.contains(&contact.id), &clock);
        let introductions = report.introductions.iter().map(part::introduction);
        let unlisted = report.introductions.len().saturating_sub(MOST_INTRODUCTIONS);
        let limit = duration(digest.limit_h);
        let style = style();
        Page {
            policy: policy(&style),
            style,
            day: config.policy.dates.full(digest.day),
            headline: headline(&digest.mine, &limit),
            notes: week_before(&digest.mine).into_iter().chain(away).collect(),
            kept: kept(digest),
            weeks: WeekPicture::of(&digest.mine.weeks, &clock),
            owed_and_awaited: digest::sections(digest, &clock, &leads),
            axes: Axes,
            script: SCRIPT,
            tables: tables(touched.iter().map(row)),
            untouched: untouched.iter().map(|contact| described(contact)).collect(),
            parts: parts.into_iter().map(|(_, part)| part).collect(),
            undrawn: (undrawn > 0).then(|| count(undrawn as u64, "contact", "contacts")),
            drift: report.drift.as_ref().map(part::drift_line),
            balance: balance(&report.balance),
            uneven: uneven(&touched),
            introductions: introductions.take(MOST_INTRODUCTIONS).collect(),
            more_introductions: (unlisted > 0).then(|| format!("And {unlisted} more.")),
            losing_touch: report
                .losing_touch
                .iter()
                .map(|it| part::lost_touch(it, &clock))
                .collect(),
            unmeasured: digest::what_is_missing(digest, &clock),
            limit,
            stance: stance_name(digest.stance),
            totals: totals(&digest.totals),
        }
    }
}

/// My usual pace, and how they kept their promise.
fn kept(digest: &Digest) -> Vec<String> {
    let half = |whose: &str, promise: &Promise| {
        let within = promise.median_h.map(duration);
        within.map(|within| format!("Half of {whose} answers come within {within}."))
    };
    let KeptWeek { matured, in_time } = digest.theirs.this_week();
    let theirs = match matured {
        0 => "This week no answer of theirs fell due.".to_owned(),
        due => format!("This week they answered {} of {due} in time.", in_time.min(due)),
    };
    let lines = [half("your", &digest.mine), Some(theirs), half("their", &digest.theirs)];
    lines.into_iter().flatten().collect()
}

/// With a class for the width of each bar: an attribute would need a hash of its own.
fn style() -> String {
    let widths = (0..=100).map(|percent| format!(".w{percent}{{--w:{percent}%}}"));
    widths.fold(STYLE.to_owned(), |style, width| style + &width)
}

/// Nothing runs or loads but the page's own style and script.
fn policy(style: &str) -> String {
    let hash = |text: &str| BASE64.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; \
         form-action 'none'",
        hash(style),
        hash(SCRIPT)
    )
}

/// The parts of those of whom most is known, in the order of the contacts; and of how many more
/// there would be one.
fn parts(
    contacts: &[&ReportedContact],
    clock: &LocalClock<'_>,
) -> (Vec<(ContactId, String)>, usize) {
    let n_eff = |place: usize| contacts[place].picture.as_ref().map_or(0.0, |it| it.n_eff());
    let mut known: Vec<usize> =
        (0..contacts.len()).filter(|place| contacts[*place].picture.is_some()).collect();
    known.sort_by(|a, b| n_eff(*b).total_cmp(&n_eff(*a)));
    let (all, mut bytes) = (known.len(), 0);
    let mut parts = Vec::new();
    for place in known.into_iter().take(MOST_DRAWN) {
        let part = ContactPart::of(contacts[place], clock).map(|part| written(&part));
        bytes += part.as_ref().map_or(0, String::len);
        if bytes > MOST_PICTURES {
            break;
        }
        parts.extend(part.map(|part| (place, part)));
    }
    parts.sort_by_key(|(place, _)| *place);
    let undrawn = all - parts.len();
    (parts.into_iter().map(|(place, part)| (contacts[place].id, part)).collect(), undrawn)
}

fn tables(mut rows: impl Iterator<Item = TableRow>) -> Vec<ContactTable> {
    let first = rows.by_ref().take(UNFOLDED).collect();
    let tables = [
        ContactTable { id: "contacts", label: "Table of contacts", rows: first },
        ContactTable { id: "others", label: "Further contacts", rows: rows.collect() },
    ];
    tables.into_iter().filter(|table| !table.rows.is_empty()).collect()
}

/// A contact by name and work.
fn described(contact: &ReportedContact) -> String {
    let name = clip(&contact.name, NAME_COLUMNS);
    work(contact).map_or_else(|| name.clone(), |work| format!("{name} · {work}"))
}

/// `None` where it isn't known.
fn work(contact: &ReportedContact) -> Option<String> {
    let known: Vec<String> = contact.work.iter().map(|work| clip(work, NAME_COLUMNS)).collect();
    (!known.is_empty()).then(|| known.join(" · "))
}

fn balance(balance: &Balance) -> Vec<BalanceBar> {
    if *balance == Balance::default() {
        return Vec::new();
    }
    let amounts =
        [("Given", balance.gives), ("Asked", balance.asks_me), ("Received", balance.received)];
    let most = amounts.iter().map(|(_, amount)| *amount).fold(0.0, f64::max);
    let bar = |(what, amount): (&'static str, f64)| BalanceBar {
        what,
        amount: format!("{amount:.1}"),
        percent: percent(100.0 * amount / most),
    };
    amounts.map(bar).into()
}

fn uneven(contacts: &[&ReportedContact]) -> Vec<Uneven> {
    let gap = |contact: &ReportedContact| {
        let Balance { gives, asks_me, received } = contact.standing.counts.balance;
        (gives - asks_me - received).abs()
    };
    let mut found: Vec<&&ReportedContact> =
        contacts.iter().filter(|contact| gap(contact) >= UNEVEN_FROM).collect();
    found.sort_by(|a, b| gap(b).total_cmp(&gap(a)));
    let told = |contact: &&ReportedContact| {
        let Balance { gives, asks_me, received } = contact.standing.counts.balance;
        Uneven {
            name: clip(&contact.name, NAME_COLUMNS),
            balance: [gives, asks_me, received].map(|amount| format!("{amount:.1}")),
        }
    };
    found.into_iter().take(MOST_UNEVEN).map(told).collect()
}
