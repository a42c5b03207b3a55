//! What the weekly digest says → how it reads, as text and as HTML.
//!
//! Pure: the same digest under the same configuration always reads the same. Foreign text passes
//! through [`clip`] here and through the template's escaping; a reader's mail program has nothing to
//! load.

pub(super) mod entry;
pub(super) mod network;
pub(super) mod phrases;

use askama::Template;

use super::local_clock::LocalClock;
use crate::config::Config;
use crate::domain::decide::debts::NamedDebt;
use crate::domain::decide::digest::{Digest, KeptWeek, Mover, Promise};
use crate::domain::model::Stance;
use crate::domain::text::{UNKNOWN, clip, duration};
use entry::{DONE, DigestEntry, EntryLink, Junk, Leads, PerhapsLine};
use network::Part;
use phrases::{
    headline, more, more_perhaps, percent, subject, tally, unmeasured, waiting, week_before,
    week_number, without_away,
};

/// RFC 3676 §4.2 advises 78 at most; two are left for a quote mark.
const COLUMNS: usize = 76;
const BAR_BLOCKS: usize = 20;
/// A full week's bar, in pixels.
const BAR_HEIGHT: u32 = 32;
const NAME_COLUMNS: usize = 60;
const SUBJECT_COLUMNS: usize = 140;
/// Gmail shows the first 102 kB of a mail, in bytes.
const MOST_HTML: usize = 90_000;
/// What couldn't be measured fills no page.
const MOST_UNMEASURED: usize = 6;

/// The texts of a digest, ready to be sent or shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedDigest {
    /// The subject of the mail: one line.
    pub subject: String,
    /// At most 76 columns wide.
    pub text: String,
    /// Where its entries lead, to stand below the text; as wide as links are.
    pub links: String,
    /// One document, with nothing to load.
    pub html: String,
}

impl RenderedDigest {
    /// The text with its links below, as it is mailed.
    pub fn text_and_links(&self) -> String {
        match self.links.is_empty() {
            true => self.text.clone(),
            false => format!("{}\n{}", self.text, self.links),
        }
    }
}

/// What proves that a command by mail comes from a digest of ours: words → a token.
pub type Sign<'a> = &'a dyn Fn(&str) -> String;

/// Puts a digest into words and pictures, as the configuration has times, dates and links. Without
/// `sign`, nothing in it can be answered by mail.
pub fn render(digest: &Digest, config: &Config, sign: Option<Sign<'_>>) -> RenderedDigest {
    let mut page = Page::new(digest, config, sign);
    let text = folded(&written(&TextPage { page: &page }));
    // Folded, they would lead nowhere.
    let links = spaced(written(&LinksPage { page: &page }).lines().map(str::to_owned));
    let mut html = written(&HtmlPage { page: &page });
    while html.len() > MOST_HTML && page.give_up_links() {
        html = written(&HtmlPage { page: &page });
    }
    RenderedDigest { html, text, links, subject: page.subject }
}

#[derive(Template)]
#[template(path = "digest.html", config = "src/deliver/templates/askama.toml")]
struct HtmlPage<'a> {
    page: &'a Page,
}

#[derive(Template)]
#[template(path = "digest.txt", config = "src/deliver/templates/askama.toml")]
struct TextPage<'a> {
    page: &'a Page,
}

#[derive(Template)]
#[template(path = "links.txt", config = "src/deliver/templates/askama.toml")]
struct LinksPage<'a> {
    page: &'a Page,
}

/// Everything that the templates show, in words.
struct Page {
    subject: String,
    day: String,
    week: String,
    headline: String,
    /// What a list of mail shows beside the subject.
    preview: String,
    /// The week before, and the promise without days away.
    notes: Vec<String>,
    sides: [PromiseSide; 2],
    /// None where nothing fell due in any of them.
    weeks: Vec<WeekBar>,
    owed_and_awaited: [Section; 2],
    movers: Vec<Moved>,
    in_junk: Vec<Junk>,
    network: Vec<Part>,
    unmeasured: Vec<String>,
    totals: String,
    stance: &'static str,
}

/// What is due, how much more there is, and how much of it is overdue.
type Due<'a> = (&'a [NamedDebt], usize, usize);
/// What may be due, and how much there is of it.
type Perhaps<'a> = (&'a [NamedDebt], usize);

/// How one side kept its promise.
struct PromiseSide {
    who: &'static str,
    share: String,
    /// 0…100; `None` where nothing fell due.
    percent: Option<u32>,
    median: String,
}

/// How my promise was kept in one week.
struct WeekBar {
    share: String,
    /// Pixels of the bar, and above it; none of either where nothing fell due.
    full: u32,
    rest: u32,
}

pub(super) struct Section {
    pub title: &'static str,
    pub tally: String,
    pub entries: Vec<DigestEntry>,
    pub more: Option<String>,
    pub perhaps: Vec<PerhapsLine>,
    pub more_perhaps: Option<String>,
    pub when_empty: &'static str,
}

struct Moved {
    name: String,
    change: String,
    rose: bool,
    scores: String,
    percent: u32,
}

impl Page {
    fn new(digest: &Digest, config: &Config, sign: Option<Sign<'_>>) -> Page {
        let clock = LocalClock { policy: &config.policy, now: digest.at };
        let leads = Leads { config, week: &digest.week, sign };
        let limit = duration(digest.limit_h);
        let without_away = digest.mine_without_away.as_ref().map(without_away);
        Page {
            subject: subject(digest),
            day: config.policy.dates.full(digest.day),
            week: week_number(&digest.week),
            headline: headline(&digest.mine, &limit),
            preview: waiting(digest),
            notes: week_before(&digest.mine).into_iter().chain(without_away).collect(),
            sides: [kept("You", &digest.mine), kept("They", &digest.theirs)],
            weeks: weeks(&digest.mine.weeks),
            owed_and_awaited: sections(digest, &clock, &leads),
            movers: digest.movers.iter().map(moved).collect(),
            in_junk: digest.in_junk.iter().map(|mail| clock.junk(mail)).collect(),
            network: network::parts(&digest.network, &clock),
            unmeasured: what_is_missing(digest, &clock),
            totals: phrases::totals(&digest.totals),
            stance: stance_name(digest.stance),
        }
    }
}

/// What is and may be due, to me and by me.
pub(super) fn sections(digest: &Digest, clock: &LocalClock<'_>, leads: &Leads<'_>) -> [Section; 2] {
    let totals = &digest.totals;
    let list = |title,
                when_empty,
                (due, unlisted, overdue): Due<'_>,
                (listed, all): Perhaps<'_>| Section {
        title,
        tally: tally(due, unlisted, overdue),
        entries: due.iter().map(|debt| clock.entry(debt, leads)).collect(),
        more: more(unlisted),
        perhaps: listed.iter().map(|debt| clock.perhaps(debt, leads)).collect(),
        more_perhaps: more_perhaps(all, listed.len()),
        when_empty,
    };
    let i_owe = list(
        "People waiting for you",
        "Nobody is waiting for you.",
        (&digest.i_owe, digest.i_owe_more, totals.i_owe_overdue),
        (&digest.i_owe_perhaps, totals.i_owe_perhaps),
    );
    let they_owe = list(
        "You are waiting for",
        "You aren't waiting for anyone.",
        (&digest.they_owe, digest.they_owe_more, totals.they_owe_overdue),
        (&digest.they_owe_perhaps, totals.they_owe_perhaps),
    );
    [i_owe, they_owe]
}

/// What isn't in the figures, and why.
pub(super) fn what_is_missing(digest: &Digest, clock: &LocalClock<'_>) -> Vec<String> {
    let missing: Vec<String> = digest
        .unmeasured
        .iter()
        .flatten()
        .map(|found| unmeasured(found, |at| clock.tell(at)))
        .collect();
    let unlisted = missing.len().saturating_sub(MOST_UNMEASURED);
    let more_missing = (unlisted > 0).then(|| format!("And {unlisted} more."));
    missing.into_iter().take(MOST_UNMEASURED).chain(more_missing).collect()
}

pub(super) fn stance_name(stance: Stance) -> &'static str {
    match stance {
        Stance::Resource => "be the resource",
        Stance::Tool => "use as a tool",
        Stance::Neutral => "neutral",
    }
}

fn kept(who: &'static str, promise: &Promise) -> PromiseSide {
    let week = promise.this_week();
    PromiseSide {
        who,
        share: match week.matured {
            0 => UNKNOWN.to_owned(),
            due => format!("{} of {due}", week.in_time.min(due)),
        },
        percent: share(week).map(|share| percent(share * 100.0)),
        median: promise.median_h.map_or(UNKNOWN.to_owned(), duration),
    }
}

/// 0…1; `None` where nothing fell due.
fn share(week: KeptWeek) -> Option<f64> {
    (week.matured > 0).then(|| week.in_time.min(week.matured) as f64 / week.matured as f64)
}

fn weeks(weeks: &[KeptWeek]) -> Vec<WeekBar> {
    if weeks.iter().all(|week| week.matured == 0) {
        return Vec::new();
    }
    let bar = |week: &KeptWeek| match share(*week) {
        None => WeekBar { share: "–".to_owned(), full: 0, rest: 0 },
        Some(share) => {
            let full = (share * f64::from(BAR_HEIGHT)).round() as u32;
            let share = format!("{}/{}", week.in_time.min(week.matured), week.matured);
            WeekBar { share, full, rest: BAR_HEIGHT - full }
        }
    };
    weeks.iter().map(bar).collect()
}

fn moved(mover: &Mover) -> Moved {
    let rounded = |score: f64| score.clamp(0.0, 100.0).round();
    let (before, now) = (rounded(mover.before), rounded(mover.now));
    let difference = now - before;
    let known = |text: String| if difference.is_nan() { UNKNOWN.to_owned() } else { text };
    let sign = if difference < 0.0 { "−" } else { "+" };
    Moved {
        name: clip(&mover.name, NAME_COLUMNS),
        change: known(format!("{sign}{}", difference.abs())),
        rose: difference >= 0.0,
        scores: known(format!("{before} → {now}")),
        percent: if difference.is_nan() { 0 } else { percent(now) },
    }
}

impl PromiseSide {
    fn blocks(&self) -> String {
        let full = self.percent.unwrap_or(0) as usize * BAR_BLOCKS / 100;
        "█".repeat(full) + &"░".repeat(BAR_BLOCKS.saturating_sub(full))
    }
}

impl WeekBar {
    /// One column of text.
    fn block(&self) -> char {
        const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
        match (self.full, self.rest) {
            (0, 0) => '·',
            (full, _) => BLOCKS[(full * 7 / BAR_HEIGHT).min(7) as usize],
        }
    }
}

impl Section {
    /// The entries that lead anywhere, by id and name.
    fn leading(&self) -> impl Iterator<Item = (&str, &str, &[EntryLink])> {
        let due = self.entries.iter().map(|it| (&*it.id, &*it.name, &*it.links));
        let perhaps = self.perhaps.iter().map(|it| (&*it.id, &*it.name, &*it.links));
        due.chain(perhaps).filter(|(.., links)| !links.is_empty())
    }

    /// For text, which has no large type.
    fn heading(&self) -> String {
        let title = self.title.to_uppercase();
        if self.tally.is_empty() { title } else { format!("{title}: {}", self.tally) }
    }
}

impl Page {
    /// Takes the links from the last entry that has any, those that are due coming last; `false`:
    /// there are none.
    fn give_up_links(&mut self) -> bool {
        let sections = &mut self.owed_and_awaited;
        let perhaps = sections.iter_mut().rev().flat_map(|it| it.perhaps.iter_mut().rev());
        if let Some(line) = perhaps.into_iter().find(|line| !line.links.is_empty()) {
            line.links.clear();
            return true;
        }
        let mut entries = sections.iter_mut().rev().flat_map(|it| it.entries.iter_mut().rev());
        let last = entries.find(|entry| !entry.links.is_empty());
        last.map(|entry| entry.links.clear()).is_some()
    }

    /// Every entry that leads anywhere, by its id and name.
    fn leading(&self) -> impl Iterator<Item = (&str, &str, &[EntryLink])> {
        self.owed_and_awaited.iter().flat_map(Section::leading)
    }

    /// Whether anything in it can be settled by mail.
    fn has_commands(&self) -> bool {
        self.leading().any(|(.., links)| links.iter().any(|link| link.label == DONE))
    }
}

pub(super) fn written(template: &impl Template) -> String {
    // A string takes everything: only a template that fails by itself could end here.
    template.render().unwrap_or_else(|error| error.to_string())
}

/// Long lines folded under their own beginning, never within an id.
fn folded(text: &str) -> String {
    spaced(text.lines().map(|line| {
        let indent = line.chars().take_while(|symbol| matches!(symbol, ' ' | '*' | '-')).count();
        let hanging = " ".repeat(indent);
        let options = textwrap::Options::new(COLUMNS)
            .subsequent_indent(&hanging)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        textwrap::fill(line.trim_end(), options)
    }))
}

/// One empty line at most between two others, and none at either end.
fn spaced(lines: impl Iterator<Item = String>) -> String {
    let mut text = String::new();
    for line in lines {
        let line = line.trim_end();
        if line.is_empty() && (text.is_empty() || text.ends_with("\n\n")) {
            continue;
        }
        text.push_str(line);
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests;
