//! How the sift reads on a terminal.

use jiff::tz::TimeZone;

use super::SiftedWeek;
use crate::cli::render::{self, Columns};
use crate::domain::decide::sift::{Candidate, LastChance, reasons};
use crate::domain::measure::terms::Outcome;
use crate::domain::model::{ContactId, Moment};
use crate::domain::text::{clean, grouped};
use crate::store::ContactRow;

/// Of those who were kept, archived or whose address is dead.
const LISTED: usize = 20;

pub(super) fn text(week: &SiftedWeek, zone: &TimeZone) -> String {
    let view = View { week, zone };
    let sift = &week.sift;
    let mut text = view.suggested();
    text.push_str(&view.last_chances());
    text.push_str(&view.untested());
    text.push_str(&view.list("Their address is dead: find a new one", &sift.find_address, "since"));
    text.push_str(&view.list("Kept", &sift.kept, "for a year from"));
    text.push_str(&view.list("Archived, until they write", &sift.archived, "on"));
    text.push_str(&view.close());
    text
}

struct View<'a> {
    week: &'a SiftedWeek,
    zone: &'a TimeZone,
}

impl View<'_> {
    fn suggested(&self) -> String {
        let sift = &self.week.sift;
        if sift.suggested.is_empty() {
            return "There's nobody you may want to let go of.\n".to_owned();
        }
        let mut text = format!("{}\n", render::strong("You may want to let go of"));
        for (candidate, subjects) in sift.suggested.iter().zip(&self.week.subjects) {
            text.push_str(&self.candidate(candidate, subjects));
        }
        text.push_str(&waiting(sift.more_suggested));
        text
    }

    fn candidate(&self, candidate: &Candidate, subjects: &[Option<String>]) -> String {
        let Candidate { contact, suggestion } = candidate;
        let id = render::faint(&contact.to_string());
        let mut text = format!("  {}  {id}\n", render::strong(&self.name(*contact)));
        for reason in &suggestion.reasons {
            text.push_str(&format!("    {}\n", reason.text()));
        }
        let mut receipts = Columns::bare();
        for (receipt, subject) in suggestion.evidence.iter().zip(subjects) {
            receipts.row([
                String::new(),
                render::day(Some(receipt.start), self.zone),
                outcome(receipt.outcome).to_owned(),
                render::known(subject.as_deref()),
            ]);
        }
        text.push_str(&receipts.finish(&[], &[3]));
        if let Some(url) = self.row(*contact).and_then(ContactRow::profile_url) {
            text.push_str(&format!("    {}\n", clean(url)));
        }
        text
    }

    /// All that is missing is a last chance, or its end.
    fn last_chances(&self) -> String {
        let lines = self.week.sift.last_chances.iter().map(|(contact, chance)| {
            let who = format!("{} ({contact})", self.name(*contact));
            match chance {
                LastChance::ToGive => {
                    format!("  {who}: write once more, then decide in 14 days\n")
                }
                LastChance::Runs { until } => {
                    let until = render::day(Some(*until), self.zone);
                    format!("  {who} has until {until} to answer your last message\n")
                }
            }
        });
        headed("A last chance", &lines.collect::<String>())
    }

    fn untested(&self) -> String {
        let sift = &self.week.sift;
        let mut columns = Columns::bare();
        for (contact, found) in &sift.untested {
            let last = found.text(|at| render::day(Some(at), self.zone));
            let work = self.row(*contact).and_then(|row| row.company.as_deref());
            let work = work.map(clean).unwrap_or_default();
            columns.row([contact.to_string(), self.name(*contact), last, work]);
        }
        let mut rows = columns.finish(&[], &[1, 3]);
        rows.push_str(&waiting(sift.more_untested));
        headed("Untested: nobody has written for two years, or ever. Write once?", &rows)
    }

    fn list(&self, heading: &str, people: &[(ContactId, Moment)], when: &str) -> String {
        let mut columns = Columns::bare();
        for (contact, at) in people.iter().take(LISTED) {
            let when = format!("{when} {}", render::day(Some(*at), self.zone));
            columns.row([contact.to_string(), self.name(*contact), when]);
        }
        headed(heading, &(columns.finish(&[], &[1]) + &render::more(people.len(), LISTED)))
    }

    /// What can be done, and what it does beyond.
    fn close(&self) -> String {
        let sift = &self.week.sift;
        let suggested = sift.suggested.first().map(|it| it.contact);
        let Some(id) = suggested.or(sift.untested.first().map(|(id, _)| *id)) else {
            return String::new();
        };
        let write = match suggested {
            Some(_) => "or write once more, then decide in 14 days",
            None => "or write to them",
        };
        format!(
            "\n`requite sift --archive {id}` hides them from every list, `--keep {id}` keeps them for\n\
             a year, `--why {id}` says why; {write}.\n{}",
            beneath(reasons::WITHDRAWS_ENDORSEMENTS)
        )
    }

    fn name(&self, contact: ContactId) -> String {
        self.row(contact).map(|row| clean(&row.name)).unwrap_or_default()
    }

    fn row(&self, contact: ContactId) -> Option<&ContactRow> {
        self.week.sift.row(contact)
    }
}

/// As wide as most terminals are.
fn beneath(text: &str) -> String {
    textwrap::wrap(text, 80).iter().map(|line| render::faint(line) + "\n").collect()
}

fn headed(heading: &str, rows: &str) -> String {
    if rows.is_empty() { String::new() } else { format!("\n{}\n{rows}", render::strong(heading)) }
}

/// Those beyond what a week is for.
fn waiting(more: usize) -> String {
    if more == 0 {
        String::new()
    } else {
        format!("  and {} more, after these\n", grouped(more as u64))
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::InTime => "answered in time",
        Outcome::Late => "answered late",
        Outcome::Unanswered => "not answered",
    }
}
