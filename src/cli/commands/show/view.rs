//! How one contact reads on a terminal.

use jiff::tz::TimeZone;

use crate::book::{ContactPage, ExplainedTurn, Person};
use crate::cli::json::SHARED_ID;
use crate::cli::render::{self, Columns};
use crate::domain::decide::ledger::sentence::sentence;
use crate::domain::measure::entries::{Entry, EntryKind};
use crate::domain::measure::rhythm::Rhythm;
use crate::domain::measure::score::{Claim, Components, claim};
use crate::domain::measure::standing::SideFigures;
use crate::domain::measure::turns::{Closed, Link, Status, Turn};
use crate::domain::message::absence::Absence;
use crate::domain::model::{Channel, Moment, Side, TouchId};
use crate::domain::text::{clean, count, days, duration};

const BAR: usize = 10;
/// As much evidence as leaves room for the rest on a screen; `--all` shows all of it.
const LISTED: usize = 10;

pub(super) struct ContactView<'a> {
    pub page: &'a ContactPage,
    pub person: &'a Person,
    pub zone: &'a TimeZone,
    /// With what stayed of each text.
    pub verbose: bool,
    /// However much it is, and what doesn't count, too.
    pub all: bool,
}

impl ContactView<'_> {
    pub fn head(&self) -> String {
        let row = &self.person.row;
        let star = if self.person.starred { "★ " } else { "" };
        let muted = if self.person.muted { " (muted)" } else { "" };
        let archived = self.person.archived_at.map_or_else(String::new, |at| {
            format!(" (archived on {}, until they write)", render::day(Some(at), self.zone))
        });
        let name = render::strong(&clean(&row.name));
        let mut text =
            format!("{star}{name}  {}{muted}{archived}\n", render::faint(&row.id.to_string()));
        let work = [row.position.as_deref(), row.company.as_deref()];
        let work: Vec<String> = work.into_iter().flatten().map(clean).collect();
        if !work.is_empty() {
            text.push_str(&format!("  {}\n", work.join(", ")));
        }
        for identity in &row.identities {
            let how =
                if identity.by_name { render::faint("  matched by name") } else { String::new() };
            let dead = self.person.dead.iter().find(|dead| dead.address == identity.value);
            let dead = dead.map_or_else(String::new, |dead| {
                let since = render::day(Some(dead.since), self.zone);
                format!("  {}", render::alarm(&format!("dead: mail bounced on {since}")))
            });
            text.push_str(&format!("  {}{how}{dead}\n", clean(&identity.value)));
        }
        text
    }

    /// That they are away, until when, and how that is known.
    pub fn away(&self, absence: &Absence, end: Moment) -> String {
        let day = |at: Moment| {
            let at = at.timestamp().to_zoned(self.zone.clone());
            at.strftime("%-d %B").to_string()
        };
        let last = match absence.notice.back {
            // In their zone, whatever it is.
            Some(back) => back.yesterday().unwrap_or(back).strftime("%-d %B").to_string(),
            None => format!("{}, perhaps", day(end - 1)),
        };
        format!("  away until {last} (their notice of {})\n", day(absence.notice.at))
    }

    /// That they wrote though the user had let go of them.
    pub fn restored(&self, at: Moment) -> String {
        format!("  wrote on {}, and is no longer archived\n", render::day(Some(at), self.zone))
    }

    /// That they work elsewhere or as something else: a reason to write.
    pub fn work_news(&self) -> String {
        let told = self.page.work_news.iter().map(|(at, text)| {
            format!("  {} (heard on {})\n", clean(text), render::day(Some(*at), self.zone))
        });
        told.collect()
    }

    pub fn score(&self, explanation: &str) -> String {
        let standing = &self.person.standing;
        let score = &standing.score;
        let (told, range) = (render::score(standing), score.range);
        let known = match claim(standing.inputs.matured) {
            Claim::Nothing => format!(
                "{told} not enough history for a score yet; it could be anywhere from {:.0} to \
                 {:.0}",
                range.low, range.high
            ),
            Claim::Range => format!("{told}; not enough history yet for a single figure"),
            Claim::Figure => {
                format!("{told} ({:.0} to {:.0} with 80 % certainty)", range.low, range.high)
            }
        };
        let explanation = render::wrapped(explanation, 2);
        let mut text = format!("\n{} {known}\n{explanation}", render::strong("Score"));
        if claim(standing.inputs.matured) == Claim::Nothing {
            return text;
        }
        let mut columns = Columns::bare();
        for (what, share) in parts(&score.components) {
            columns.row([what.to_owned(), render::bar(share, BAR), render::percent(share)]);
        }
        text.push_str(&columns.finish(&[2], &[]));
        text
    }

    pub fn sides(&self) -> String {
        let name = clean(&self.person.row.name);
        let standing = &self.person.standing;
        let limit = duration(self.person.terms.limit_h);
        let theirs = format!("{limit} on working days");
        side(&format!("How {name} answers you"), &standing.them, &theirs)
            + &side(&format!("How you answer {name}"), &standing.me, &limit)
    }

    /// The open ones, and the others; oldest first.
    pub fn turns(&self) -> (Vec<&ExplainedTurn>, Vec<&ExplainedTurn>) {
        let is_open =
            |explained: &&ExplainedTurn| explained.turn.status(self.page.now) == Status::Open;
        self.page.turns.iter().partition(is_open)
    }

    pub fn open(&self, turns: &[&ExplainedTurn]) -> String {
        match turns {
            [] => format!("\n{}\n", render::strong("Nothing is open between you")),
            turns => self.listed("Open", turns),
        }
    }

    pub fn past(&self, turns: &[&ExplainedTurn]) -> String {
        self.listed("Earlier", self.latest(turns)) + &self.earlier_ones(turns.len())
    }

    fn latest<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        let most = if self.all { all.len() } else { LISTED };
        all.get(all.len().saturating_sub(most)..).unwrap_or(all)
    }

    fn earlier_ones(&self, all: usize) -> String {
        match all.saturating_sub(LISTED) {
            0 => String::new(),
            _ if self.all => String::new(),
            unlisted => render::faint(&format!("  and {unlisted} before these: show --all")) + "\n",
        }
    }

    fn listed(&self, heading: &str, turns: &[&ExplainedTurn]) -> String {
        if turns.is_empty() {
            return String::new();
        }
        let mut columns = Columns::bare();
        let mut reasons = Vec::new();
        for told in turns {
            let turn = &told.turn;
            let text = if self.verbose { self.text(turn) } else { None };
            let lines: Vec<String> =
                self.reasons(told).into_iter().chain(self.note(turn)).chain(text).collect();
            reasons.push(lines.join("\n"));
            columns.row([
                turn.id.to_string(),
                self.when(turn.start),
                begun(turn).to_owned(),
                self.fate(turn),
                self.page.subject(turn).map(clean).unwrap_or_default(),
            ]);
        }
        let table = render::beneath(&columns.finish(&[], &[4]), &reasons);
        format!("\n{}\n{table}", render::strong(heading))
    }

    fn when(&self, at: Moment) -> String {
        match self.verbose {
            true => render::time(at, self.zone),
            false => render::short_day(Some(at), self.zone),
        }
    }

    /// How likely an answer is due, and why; of what is past only where it asked for none.
    fn reasons(&self, ExplainedTurn { turn, because, .. }: &ExplainedTurn) -> Option<String> {
        let open = turn.status(self.page.now) == Status::Open;
        let asked_nothing = turn.closed == Some(Closed::AskedNothing);
        let because = because.join(" · ");
        let told = format!("{} likely to be due: {because}", render::percent(turn.needs_reply));
        (open || asked_nothing).then_some(told)
    }

    fn fate(&self, turn: &Turn) -> String {
        let hours = duration(turn.hours(self.page.now));
        match (turn.status(self.page.now), turn.answer, turn.closed) {
            (Status::Answered, Some(answer), _) if turn.touches.first() == Some(&answer.touch) => {
                "you talked".to_owned()
            }
            (Status::Answered, Some(answer), _) if answer.link.confidence() < 1.0 => {
                format!("answered after {hours} {}", render::faint(by(answer.link)))
            }
            (Status::Answered, ..) => format!("answered after {hours}"),
            (Status::Closed, _, Some(closed)) => render::faint(closed.text()),
            (Status::Closed, ..) => render::faint("needed no answer"),
            (Status::Expired, ..) => "never answered".to_owned(),
            (Status::Open, ..) if self.page.now >= self.person.terms.due(turn) => {
                render::alarm(&format!("overdue, waiting {hours}"))
            }
            (Status::Open, ..) => format!("waiting {hours}"),
        }
    }

    /// How often we are in touch, where that is known.
    pub fn rhythm(&self) -> String {
        let Rhythm { usual_gap_d, silence_d, every_d, losing_touch, .. } = self.page.rhythm;
        let Some(silence) = silence_d.filter(|_| usual_gap_d.or(every_d).is_some()) else {
            return String::new();
        };
        let usual = usual_gap_d.map(|gap| format!("usually every {}", days(gap)));
        let wanted = every_d.map(|every| format!("you want every {}", days(every)));
        let silence = match silence {
            ..1.0 => "last within a day".to_owned(),
            _ => format!("last {} ago", days(silence)),
        };
        let told: Vec<String> = usual.into_iter().chain(wanted).chain([silence]).collect();
        let lost = if losing_touch {
            format!(": {}", render::alarm("you are losing touch"))
        } else {
            String::new()
        };
        format!("\n{}\n  {}{lost}\n", render::strong("How often you are in touch"), told.join(", "))
    }

    /// Where I stand with them before I ask for something.
    pub fn balance(&self) -> String {
        let entries = self.page.ledger.iter().map(|booked| &booked.entry);
        let told = sentence(entries, &self.page.balance);
        format!("\n{}\n  {told}\n", render::strong("What you gave and asked"))
    }

    pub fn entries(&self) -> String {
        let entries: Vec<&Entry> = self.page.entered_by_hand().collect();
        if entries.is_empty() {
            return String::new();
        }
        let mut columns = Columns::bare();
        for entry in self.latest(&entries) {
            let kind = match (entry.kind, entry.other_way) {
                (EntryKind::Favour, true) => "favour received",
                (EntryKind::Call, true) if entry.side == Side::Theirs => "call you missed",
                (EntryKind::Call, true) => "call they missed",
                (EntryKind::Note, true) => "you can help",
                (kind, _) => kind.name(),
            };
            columns.row([render::time(entry.at, self.zone), kind.to_owned(), clean(&entry.text)]);
        }
        let table = columns.finish(&[], &[2]);
        format!(
            "\n{}\n{table}{}",
            render::strong("Entered by hand"),
            self.earlier_ones(entries.len())
        )
    }

    pub fn left_out(&self) -> String {
        let left_out = &self.page.left_out;
        match left_out.len() as u64 {
            0 => return String::new(),
            some if !self.all => {
                let messages = count(some, "message", "messages");
                let verb = if some == 1 { "doesn't" } else { "don't" };
                return render::faint(&format!("  {messages} {verb} count: show --all")) + "\n";
            }
            _ => {}
        }
        let mut columns = Columns::bare();
        for left in left_out {
            let details = self.page.details(TouchId::Message(left.message));
            let subject = details.and_then(|details| details.subject.as_deref());
            columns.row([
                left.at
                    .map_or_else(|| render::UNKNOWN.to_owned(), |at| render::time(at, self.zone)),
                left.why.to_owned(),
                subject.map(clean).unwrap_or_default(),
            ]);
        }
        let heading = render::strong("Messages that don't count");
        format!("\n{heading}\n{}", columns.finish(&[], &[2]))
    }

    /// That not only one mail bears the Message-ID of one of the turn's.
    fn note(&self, turn: &Turn) -> Option<String> {
        let shares = |touch: &TouchId| self.page.details(*touch).is_some_and(|it| it.shares_its_id);
        turn.touches.iter().any(shares).then(|| SHARED_ID.to_owned())
    }

    /// What stayed of the text of a turn's first message.
    fn text(&self, turn: &Turn) -> Option<String> {
        let Some(kept) = &self.page.details(*turn.touches.first()?)?.text else {
            return Some("text: not read".to_owned());
        };
        let mut told: Vec<String> = kept.cues.marks.words().map(str::to_owned).collect();
        told.extend(kept.cues.marks.language().map(|language| language.name().to_owned()));
        told.extend(kept.back_on.map(|day| format!("back on {day}")));
        told.extend(kept.attachments.iter().map(|name| format!("attached {}", clean(name))));
        (!told.is_empty()).then(|| format!("text: {}", told.join(", ")))
    }
}

fn parts(components: &Components) -> [(&'static str, f64); 6] {
    let Components { r, m, x, b, v, c } = *components;
    [
        ("they answer in time", r),
        ("you answer in time", m),
        ("they also start conversations", x),
        ("you give more than you ask", b),
        ("what they gave you", v),
        ("how recent it is", c),
    ]
}

fn side(heading: &str, figures: &SideFigures, limit: &str) -> String {
    let mut text = format!("\n{}\n", render::strong(heading));
    if figures.turns() == 0 {
        text.push_str("  nothing to answer yet\n");
        return text;
    }
    let within = &figures.within_limit;
    let mut columns = Columns::bare();
    let few = claim(figures.n_eff) != Claim::Figure;
    let median = &figures.median;
    let certain = median.low.zip(median.high).filter(|_| !few && median.hours.is_some());
    let certain = certain.map_or(String::new(), |(low, high)| {
        format!(", with 95 % certainty {} to {}", duration(low), duration(high))
    });
    let median_told = format!("{}{certain}", render::median(figures));
    let p90 = figures.p90_h.filter(|_| !few);
    columns.row(["half are answered within".to_owned(), median_told]);
    columns.row(["nine in ten within".to_owned(), render::hours(p90)]);
    let kept = match within.matured {
        0 => "nothing has come due yet".to_owned(),
        matured => {
            let counted = within.answered_in_time as f64 / matured as f64;
            format!("{} of {matured} {}", within.answered_in_time, render::bar(counted, BAR))
        }
    };
    columns.row([format!("within {limit}"), kept]);
    if claim(within.weight) != Claim::Nothing {
        let (low, high) = (within.share.low, within.share.high);
        let (low, high) = (render::percent(low), render::percent(high));
        columns.row(["likely from here on".to_owned(), format!("{low} to {high}, 80 % certain")]);
    }
    let SideFigures { answered, open, expired, closed, .. } = figures;
    columns.row([
        count(figures.turns() as u64, "turn", "turns"),
        format!(
            "{answered} answered, {open} open, {expired} never answered, {closed} needed no answer"
        ),
    ]);
    text.push_str(&columns.finish_folding());
    text
}

/// Who began a turn, and on which channel.
fn begun(turn: &Turn) -> &'static str {
    match (turn.side, turn.channel) {
        (Side::Theirs, Channel::Mail) => "they wrote",
        (Side::Theirs, Channel::Linkedin) => "they wrote on LinkedIn",
        (Side::Theirs, Channel::Phone) => "they called",
        (Side::Mine, Channel::Mail) => "you wrote",
        (Side::Mine, Channel::Linkedin) => "you wrote on LinkedIn",
        (Side::Mine, Channel::Phone) => "you called",
        (_, Channel::Meeting) => "you met",
    }
}

/// How an answer was recognised that doesn't say itself what it answers.
fn by(link: Link) -> &'static str {
    match link {
        Link::Reply => "",
        Link::Thread => "(by its thread)",
        Link::Subject => "(by its subject)",
        Link::OpenTurn => "(the next that was written)",
        Link::Manual => "(entered by hand)",
    }
}
