//! What the weekly digest says → how it reads, as text and as HTML.
//!
//! Pure: the same digest in the same zone always reads the same. Foreign text passes through
//! [`clip`] here and through the template's escaping; a reader's mail program has nothing to load.

mod network;
mod phrases;

use askama::Template;
use jiff::tz::TimeZone;

use crate::domain::decide::debts::NamedDebt;
use crate::domain::decide::digest::{Digest, JunkMail, Mover, Promise};
use crate::domain::model::{Moment, Stance};
use crate::domain::text::{clean, clip, duration};
use network::Part;
use phrases::{
    headline, more, percent, perhaps, subject, tally, totals, week_before, week_number,
    without_away,
};

/// RFC 3676 §4.2 advises 78 at most; two are left for a quote mark.
const COLUMNS: usize = 76;
const BAR_BLOCKS: usize = 20;
const NAME_COLUMNS: usize = 60;
const SUBJECT_COLUMNS: usize = 140;

/// The three texts of a digest, ready to be sent or shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedDigest {
    /// The subject of the mail: one line.
    pub subject: String,
    /// At most 76 columns wide.
    pub text: String,
    /// One document, with nothing to load.
    pub html: String,
}

/// Puts a digest into words and pictures, with its times told in `zone`.
pub fn render(digest: &Digest, zone: &TimeZone) -> RenderedDigest {
    let page = Page::new(digest, zone);
    let text = folded(&written(&TextPage { page: &page }));
    RenderedDigest { html: written(&HtmlPage { page: &page }), text, subject: page.subject }
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

/// Everything that the templates show, in words.
struct Page {
    subject: String,
    day: String,
    week: String,
    headline: String,
    /// The week before, and the promise without days away.
    notes: Vec<String>,
    sides: [PromiseSide; 2],
    owed_and_awaited: [Section; 2],
    movers: Vec<Moved>,
    in_junk: Vec<Junk>,
    network: Vec<Part>,
    totals: String,
    stance: &'static str,
}

/// How one side kept its promise.
struct PromiseSide {
    who: &'static str,
    share: String,
    /// 0…100; `None` where nothing fell due.
    percent: Option<u32>,
    median: String,
}

struct Section {
    title: &'static str,
    tally: String,
    entries: Vec<Entry>,
    more: Option<String>,
    /// What may need no reply.
    perhaps: Option<String>,
    when_empty: &'static str,
}

struct Entry {
    id: String,
    name: String,
    address: Option<String>,
    subject: Option<String>,
    overdue: bool,
    due: String,
    waiting: String,
    unusual: bool,
    because: String,
}

struct Moved {
    name: String,
    change: String,
    rose: bool,
    scores: String,
    percent: u32,
}

struct Junk {
    name: String,
    subject: Option<String>,
    at: String,
}

impl Page {
    fn new(digest: &Digest, zone: &TimeZone) -> Page {
        let clock = Clock { zone, now: digest.at };
        let limit = duration(digest.limit_h);
        let without_away = digest.mine_without_away.as_ref().map(without_away);
        Page {
            subject: subject(digest),
            day: clean(&digest.day),
            week: week_number(&digest.week),
            headline: headline(&digest.mine, &limit),
            notes: week_before(&digest.mine).into_iter().chain(without_away).collect(),
            sides: [kept("You", &digest.mine), kept("They", &digest.theirs)],
            owed_and_awaited: [
                Section {
                    title: "People waiting for you",
                    tally: tally(&digest.i_owe, digest.i_owe_more, digest.totals.i_owe_overdue),
                    entries: digest.i_owe.iter().map(|debt| clock.entry(debt)).collect(),
                    more: more(digest.i_owe_more),
                    perhaps: perhaps(digest.totals.i_owe_perhaps, &digest.i_owe),
                    when_empty: "Nobody. No answer is owed by you.",
                },
                Section {
                    title: "You are waiting for",
                    tally: tally(
                        &digest.they_owe,
                        digest.they_owe_more,
                        digest.totals.they_owe_overdue,
                    ),
                    entries: digest.they_owe.iter().map(|debt| clock.entry(debt)).collect(),
                    more: more(digest.they_owe_more),
                    perhaps: perhaps(digest.totals.they_owe_perhaps, &digest.they_owe),
                    when_empty: "Nobody. No answer is owed to you.",
                },
            ],
            movers: digest.movers.iter().map(moved).collect(),
            in_junk: digest.in_junk.iter().map(|mail| clock.junk(mail)).collect(),
            network: network::parts(&digest.network, zone),
            totals: totals(&digest.totals),
            stance: stance_name(digest.stance),
        }
    }
}

fn stance_name(stance: Stance) -> &'static str {
    match stance {
        Stance::Resource => "be the resource",
        Stance::Tool => "use as a tool",
        Stance::Neutral => "neutral",
    }
}

fn kept(who: &'static str, promise: &Promise) -> PromiseSide {
    let share = match promise.matured {
        0 => "—".to_owned(),
        due => format!("{} of {due}", promise.in_time.min(due)),
    };
    let percent = (promise.matured > 0)
        .then(|| percent(promise.in_time as f64 / promise.matured as f64 * 100.0));
    PromiseSide { who, share, percent, median: promise.median_h.map_or("—".to_owned(), duration) }
}

fn moved(mover: &Mover) -> Moved {
    let rounded = |score: f64| score.clamp(0.0, 100.0).round();
    let (before, now) = (rounded(mover.before), rounded(mover.now));
    let difference = now - before;
    let known = |text: String| if difference.is_nan() { "—".to_owned() } else { text };
    let sign = if difference < 0.0 { "−" } else { "+" };
    Moved {
        name: clip(&mover.name, NAME_COLUMNS),
        change: known(format!("{sign}{}", difference.abs())),
        rose: difference >= 0.0,
        scores: known(format!("{before} → {now}")),
        percent: if difference.is_nan() { 0 } else { percent(now) },
    }
}

/// Tells times as the reader's clock does.
struct Clock<'a> {
    zone: &'a TimeZone,
    now: Moment,
}

impl Clock<'_> {
    /// The year only where it is another one.
    fn tell(&self, at: Moment) -> String {
        let local = at.timestamp().to_zoned(self.zone.clone());
        let this_year = self.now.timestamp().to_zoned(self.zone.clone()).year();
        let form =
            if local.year() == this_year { "%a %-d %b, %H:%M" } else { "%a %-d %b %Y, %H:%M" };
        local.strftime(form).to_string()
    }

    fn entry(&self, named: &NamedDebt) -> Entry {
        let debt = &named.debt;
        let name = clip(&named.name, NAME_COLUMNS);
        let address = named.address.as_deref().map(|address| clip(address, NAME_COLUMNS));
        let due = self.tell(debt.due);
        Entry {
            id: debt.turn.id.to_string(),
            address: address.filter(|address| !address.is_empty() && *address != name),
            name,
            subject: shown_subject(named.subject.as_deref()),
            overdue: debt.overdue,
            due: if debt.overdue {
                format!("since {due}")
            } else {
                format!("due {due}, in {}", duration(debt.due.hours_since(self.now)))
            },
            waiting: format!("waiting {}", duration(debt.age_h)),
            unusual: named.unusual,
            because: named.because.join(" · "),
        }
    }

    fn junk(&self, mail: &JunkMail) -> Junk {
        Junk {
            name: clip(&mail.name, NAME_COLUMNS),
            subject: shown_subject(mail.subject.as_deref()),
            at: self.tell(mail.at),
        }
    }
}

fn shown_subject(subject: Option<&str>) -> Option<String> {
    subject.map(|subject| clip(subject, SUBJECT_COLUMNS)).filter(|subject| !subject.is_empty())
}

impl PromiseSide {
    fn blocks(&self) -> String {
        let full = self.percent.unwrap_or(0) as usize * BAR_BLOCKS / 100;
        "█".repeat(full) + &"░".repeat(BAR_BLOCKS.saturating_sub(full))
    }
}

impl Section {
    /// For text, which has no large type.
    fn heading(&self) -> String {
        let title = self.title.to_uppercase();
        if self.tally.is_empty() { title } else { format!("{title}: {}", self.tally) }
    }
}

fn written(template: &impl Template) -> String {
    // A string takes everything: only a template that fails by itself could end here.
    template.render().unwrap_or_else(|error| error.to_string())
}

/// Long lines folded under their own beginning, never within an id; one empty line at most.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + text.len() / 8);
    for line in text.trim().lines().map(str::trim_end) {
        if line.is_empty() && folded.ends_with("\n\n") {
            continue;
        }
        let indent = line.chars().take_while(|symbol| matches!(symbol, ' ' | '*')).count();
        let hanging = " ".repeat(indent);
        let options = textwrap::Options::new(COLUMNS)
            .subsequent_indent(&hanging)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        folded.push_str(&textwrap::fill(line, options));
        folded.push('\n');
    }
    folded
}

#[cfg(test)]
mod tests;
