//! `status`: who is waiting for me, for whom I wait, and how the accounts are doing.

mod accounts;

use clap::Args;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use accounts::Accounts;

use crate::book::Book;
use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::{json, render};
use crate::domain::decide::debts::NamedDebt;
use crate::domain::decide::digest::Totals;
use crate::domain::measure::need::Likelihood;
use crate::domain::model::{Channel, Moment, Side, Stance};
use crate::domain::policy::Policy;
use crate::domain::text::{clean, count, duration};
use crate::error::Result;

#[derive(Debug, Default, Args)]
pub(crate) struct StatusArgs {
    /// Exit with 3 when something is overdue
    #[arg(long)]
    exit_code: bool,
    /// List everything, even what doesn't fit on the screen or may not need a reply
    #[arg(long)]
    all: bool,
}

/// # Errors
/// Those of reading the database.
pub(super) fn run(desk: &Desk, args: &StatusArgs) -> Result<Exit> {
    let state = State::now(desk)?;
    if desk.json {
        desk.print_json(state.document(desk.config.policy.stance))?;
    } else {
        let height = render::terminal_height().filter(|_| !args.all);
        desk.print(&state.text(&desk.config.policy, args.all, height))?;
        if state.accounts.are_stopped() {
            desk.tell(STOPPED);
        }
    }
    let overdue = state.totals.i_owe_overdue + state.totals.they_owe_overdue > 0;
    Ok(if args.exit_code && overdue { Exit::Overdue } else { Exit::Fine })
}

/// The document.
///
/// # Errors
/// Those of reading the database.
pub(super) fn answer(desk: &Desk) -> Result<Value> {
    Ok(State::now(desk)?.document(desk.config.policy.stance))
}

/// What `status` says, where whether anything is watched is seen to elsewhere.
///
/// # Errors
/// Those of reading the database.
pub(super) fn show(desk: &Desk) -> Result<()> {
    let height = render::terminal_height();
    desk.print(&State::now(desk)?.text(&desk.config.policy, false, height))
}

const STOPPED: &str =
    "Requite isn't running: start it with `systemctl --user start requite` or `requite run`.";

struct State {
    now: Moment,
    i_owe: Vec<NamedDebt>,
    they_owe: Vec<NamedDebt>,
    totals: Totals,
    accounts: Accounts,
}

impl State {
    fn now(desk: &Desk) -> Result<State> {
        let store = desk.store_to_read()?;
        let accounts = Accounts::read(desk, &store)?;
        State::read(&desk.book(&store)?, accounts)
    }

    fn read(book: &Book<'_>, accounts: Accounts) -> Result<State> {
        let debts = book.debts()?;
        let totals = book.totals(&debts)?;
        let (i_owe, they_owe) =
            debts.into_iter().partition(|named| named.debt.turn.side == Side::Theirs);
        Ok(State { now: book.now(), i_owe, they_owe, totals, accounts })
    }

    fn document(&self, stance: Stance) -> Value {
        json!({
            "stance": stance.name(),
            "running": self.accounts.are_watched,
            "accounts": self.accounts.json(self.now),
            "i_owe": self.i_owe.iter().map(json::debt).collect::<Vec<_>>(),
            "they_owe": self.they_owe.iter().map(json::debt).collect::<Vec<_>>(),
            "totals": json::totals(&self.totals),
        })
    }

    /// `height`: so many lines are to hold all of it at a glance.
    fn text(&self, policy: &Policy, all: bool, height: Option<u16>) -> String {
        let page = Page { zone: &policy.zone, now: self.now, all };
        let Totals { i_owe, they_owe, .. } = self.totals;
        let (mine, theirs) = match height {
            Some(height) => self.share(usize::from(height)),
            None => (i_owe, they_owe),
        };
        let mut parts = if self.totals.contacts == 0 {
            vec![NO_CONTACTS.to_owned()]
        } else {
            vec![
                page.owed(&self.i_owe, i_owe_heading(&self.totals), mine),
                page.owed(&self.they_owe, they_owe_heading(&self.totals), theirs),
            ]
        };
        if !policy.reads_text {
            parts.push(format!("{}\n", render::faint(NO_TEXTS)));
        }
        parts.push(self.accounts.text(self.now));
        parts.join("\n")
    }

    /// How many debts of either side there is room for; mine come first, but not alone.
    fn share(&self, height: usize) -> (usize, usize) {
        const A_DEBT: usize = 2;
        // Headings, what is left out, blank lines, and the prompt beneath.
        let others = 9 + self.accounts.rows.len();
        let room = (height.saturating_sub(others) / A_DEBT).max(2);
        let Totals { i_owe, they_owe, .. } = self.totals;
        let mine = i_owe.min(room.saturating_sub(they_owe).max(room * 2 / 3));
        (mine, they_owe.min(room - mine))
    }
}

const NO_CONTACTS: &str = "\
No contacts yet, so Requite can't tell who is waiting for you.
  `requite contacts --suggest` lists the people you write with.
  `requite import FILE` imports a LinkedIn export or vCards.
";

const NO_TEXTS: &str = "\
Message text isn't read ([privacy] text = \"never\"), and headers can't tell a question from thanks,
so nothing is listed as due, only as perhaps.";

fn i_owe_heading(totals: &Totals) -> String {
    match totals.i_owe {
        0 => "Nobody is waiting for you.".to_owned(),
        some => {
            let owed = format!("You owe {}", count(some as u64, "answer", "answers"));
            heading(owed, totals.i_owe_overdue)
        }
    }
}

fn they_owe_heading(totals: &Totals) -> String {
    match totals.they_owe {
        0 => "You aren't waiting for anyone.".to_owned(),
        some => {
            let owed = format!("You are waiting for {}", count(some as u64, "answer", "answers"));
            heading(owed, totals.they_owe_overdue)
        }
    }
}

fn heading(owed: String, overdue: usize) -> String {
    if overdue == 0 { owed } else { format!("{owed}, {overdue} overdue") }
}

struct Page<'a> {
    zone: &'a TimeZone,
    now: Moment,
    /// What may need no reply is listed, too.
    all: bool,
}

impl Page<'_> {
    fn owed(&self, debts: &[NamedDebt], mut heading: String, most: usize) -> String {
        let (due, perhaps): (Vec<_>, Vec<_>) =
            debts.iter().partition(|named| named.debt.likelihood() == Likelihood::Due);
        let listed = due.get(..most).unwrap_or(&due);
        let unlisted = due.len() - listed.len();
        if unlisted > 0 {
            heading.push_str(&match listed.len() {
                1 => "; the likeliest:".to_owned(),
                some => format!("; the {some} likeliest:"),
            });
        }
        let mut text = format!("{}\n", render::strong(&heading));
        text.push_str(&self.table(listed));
        if self.all && !perhaps.is_empty() {
            text.push_str(&format!("  {}\n", render::faint("These may not need a reply:")));
            text.push_str(&self.table(&perhaps));
            return text;
        }
        let mut left_out = Vec::new();
        if unlisted > 0 {
            left_out.push(format!("{unlisted} more"));
        }
        if !perhaps.is_empty() {
            let more = if due.is_empty() || unlisted > 0 { "" } else { " more" };
            left_out.push(format!("{}{more} may not need a reply", perhaps.len()));
        }
        if !left_out.is_empty() {
            let line = format!("{}: status --all", left_out.join("; "));
            text.push_str(&format!("  {}\n", render::faint(&line)));
        }
        text
    }

    fn table(&self, debts: &[&NamedDebt]) -> String {
        if debts.is_empty() {
            return String::new();
        }
        // When it is due tells how long they have waited, too.
        let mut columns = render::Columns::bare().sparing(&[2]);
        for named in debts {
            columns.row(self.cells(named));
        }
        let because: Vec<String> = debts.iter().map(|named| named.because.join(" · ")).collect();
        render::beneath(&columns.finish(&[2], &[1, 4]), &because)
    }

    fn cells(&self, named: &NamedDebt) -> [String; 5] {
        let debt = &named.debt;
        let when = if let Some(until) = debt.snoozed_until {
            render::faint(&format!("snoozed until {}", render::time(until, self.zone)))
        } else if debt.likelihood() != Likelihood::Due {
            render::faint("perhaps")
        } else if debt.overdue {
            render::alarm(&render::when_due(debt, self.now))
        } else {
            render::when_due(debt, self.now)
        };
        let star = if named.starred { "★ " } else { "" };
        [
            debt.turn.id.to_string(),
            format!("{star}{}", clean(&named.name)),
            duration(debt.age_h),
            when,
            subject_of(named),
        ]
    }
}

fn subject_of(named: &NamedDebt) -> String {
    let subject = named.subject.as_deref().map(clean);
    subject.unwrap_or_else(|| without_subject(named.debt.turn.channel).to_owned())
}

/// What has no subject by its nature says what it is.
fn without_subject(channel: Channel) -> &'static str {
    match channel {
        Channel::Phone => "missed call",
        Channel::Linkedin => "on LinkedIn",
        Channel::Mail | Channel::Meeting => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::tests::{self as sample, fields, plain};

    fn state() -> State {
        let (store, policy) = sample::acquaintances();
        let book = Book::open(&store, &policy, sample::as_of()).unwrap();
        let accounts = Accounts { rows: store.accounts().unwrap(), are_watched: false };
        State::read(&book, accounts).unwrap()
    }

    #[test]
    fn the_document_holds_every_field() {
        let document = state().document(Stance::Tool);
        assert_eq!(
            fields(&document),
            ["accounts", "i_owe", "running", "stance", "they_owe", "totals"]
        );
        assert_eq!(document["stance"], "tool");
        assert_eq!(
            document["totals"],
            json!({
                "messages": 5, "contacts": 2,
                "i_owe": 1, "i_owe_overdue": 0, "i_owe_perhaps": 0,
                "they_owe": 1, "they_owe_overdue": 1, "they_owe_perhaps": 0,
            })
        );
        assert_eq!(
            document["accounts"][0],
            json!({
                "name": "home", "kind": "maildir", "state": "idle", "detail": "", "next_attempt": null,
                "messages": 5, "quarantined": 0, "unread_texts": 0,
                "folders": [
                    {"name": "INBOX", "role": "inbox", "messages": 3, "complete": false},
                    {"name": "Sent", "role": "sent", "messages": 2, "complete": false},
                ],
            })
        );
    }

    #[test]
    fn a_debt_says_to_whom_since_when_and_until_when() {
        let document = state().document(Stance::Resource);
        let mut debt = document["i_owe"][0].clone();
        assert!(debt["needs_reply"].take().as_f64().is_some_and(|q| (0.3..=1.0).contains(&q)));
        let id = debt["id"].take();
        assert!(id.as_str().is_some_and(|id| id.starts_with("C1-")), "{id}");
        assert_eq!(
            debt,
            json!({
                "id": null, "contact": {"id": "C1", "name": "Grace Hopper"}, "channel": "mail",
                "since": "2026-03-09T09:00:00Z", "age_h": 24.0, "limit_h": 48.0,
                "due": "2026-03-11T09:00:00Z", "overdue": false, "needs_reply": null,
                "likelihood": "due",
                "because":
                    ["asks you to do something", "ends with a question", "to you alone"],
                "subject": "Could you review it?", "message_id": "<m4@example.org>",
                "snoozed_until": null,
            })
        );
    }

    #[test]
    fn my_own_debts_stand_first_and_lateness_is_plain() {
        let text = plain(&state().text(&Policy::default(), false, None));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "You owe 1 answer");
        assert!(lines[1].contains("Grace Hopper  24 h  due in 24 h"), "{text}");
        assert!(lines[2].trim_start().starts_with("asks you to do something · "), "{text}");
        assert_eq!(lines[4], "You are waiting for 1 answer, 1 overdue");
        assert!(lines[5].contains("overdue by 4 days 23 h"), "{text}");
        assert_eq!(lines[8], "Accounts");
    }

    #[test]
    fn headings_count_what_is_owed() {
        #[track_caller]
        fn check(i_owe: usize, overdue: usize, heading: &str) {
            let totals = Totals { i_owe, i_owe_overdue: overdue, ..Totals::default() };
            assert_eq!(i_owe_heading(&totals), heading);
        }
        check(0, 0, "Nobody is waiting for you.");
        check(1, 0, "You owe 1 answer");
        check(3, 2, "You owe 3 answers, 2 overdue");
    }

    #[test]
    fn a_screen_of_24_lines_holds_it_at_a_glance() {
        let mut state = state();
        state.i_owe = vec![state.i_owe[0].clone(); 28];
        state.they_owe = vec![state.they_owe[0].clone(); 15];
        let totals = Totals { i_owe: 28, i_owe_overdue: 20, they_owe: 15, ..state.totals };
        state.totals = totals;
        let text = plain(&state.text(&Policy::default(), false, Some(24)));
        assert!(text.lines().count() < 24, "{text}");
        assert!(text.starts_with("You owe 28 answers, 20 overdue; the 4 likeliest:\n"), "{text}");
        assert!(text.contains("24 more: status --all"), "{text}");
        assert!(text.contains("15 answers, 1 overdue; the 3 likeliest:\n"), "{text}");
        let all = plain(&state.text(&Policy::default(), true, None));
        assert_eq!((all.matches("C1-").count(), all.matches("C2-").count()), (28, 15), "{all}");
    }
}
