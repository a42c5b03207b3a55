//! `status`: who waits for me, whom I wait for, and how the accounts are doing.

use jiff::tz::TimeZone;
use serde_json::json;

use crate::cli::desk::Desk;
use crate::cli::outcome::Outcome;
use crate::cli::{json, render};
use crate::daemon::book::NamedDebt;
use crate::domain::digest::Totals;
use crate::domain::model::{Moment, Side};
use crate::domain::text::{clean, count, duration};
use crate::error::Result;
use crate::store::AccountRow;

/// Below this an answer may well not be expected.
const DOUBTFUL: f64 = 0.5;

pub fn run(desk: &Desk, exit_code: bool) -> Result<Outcome> {
    let store = desk.store()?;
    let book = desk.book(&store)?;
    let debts = book.debts()?;
    let totals = book.totals(&debts)?;
    let mut accounts = store.accounts()?;
    // Mail of an account that was taken out of the configuration stays; its state says nothing.
    accounts.retain(|row| desk.config.accounts.iter().any(|account| account.name == row.name));
    let (i_owe, they_owe): (Vec<_>, Vec<_>) =
        debts.iter().partition(|named| named.debt.turn.side == Side::Theirs);
    if desk.json {
        let all = |debts: &[&NamedDebt]| debts.iter().map(|named| json::debt(named)).collect();
        let (i_owe, they_owe): (Vec<_>, Vec<_>) = (all(&i_owe), all(&they_owe));
        desk.print_json(json!({
            "stance": desk.config.policy.stance.name(),
            "accounts": accounts.iter().map(json::account).collect::<Vec<_>>(),
            "i_owe": i_owe,
            "they_owe": they_owe,
            "totals": json::totals(&totals),
        }))?;
    } else {
        let page = Page { zone: &desk.config.policy.zone, now: book.now() };
        let mut text = page.owed(&i_owe, &i_owe_heading(&totals));
        text.push('\n');
        text.push_str(&page.owed(&they_owe, &they_owe_heading(&totals)));
        text.push('\n');
        text.push_str(&lines_of(&accounts));
        desk.print(&text)?;
    }
    let overdue = totals.i_owe_overdue + totals.they_owe_overdue > 0;
    Ok(if exit_code && overdue { Outcome::Overdue } else { Outcome::Fine })
}

fn i_owe_heading(totals: &Totals) -> String {
    match totals.i_owe {
        0 => "Nobody waits for you.".to_owned(),
        some => {
            let owed = format!("You owe {}", count(some as u64, "answer", "answers"));
            heading(owed, totals.i_owe_overdue)
        }
    }
}

fn they_owe_heading(totals: &Totals) -> String {
    match totals.they_owe {
        0 => "You wait for nobody.".to_owned(),
        some => {
            let owed = format!("You wait for {}", count(some as u64, "answer", "answers"));
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
}

impl Page<'_> {
    fn owed(&self, debts: &[&NamedDebt], heading: &str) -> String {
        let mut text = format!("{}\n", render::strong(heading));
        if debts.is_empty() {
            return text;
        }
        let mut columns = render::Columns::bare();
        for named in debts {
            columns.row(self.cells(named));
        }
        text.push_str(&columns.finish(&[2]));
        text
    }

    fn cells(&self, named: &NamedDebt) -> [String; 5] {
        let debt = &named.debt;
        let when = if let Some(until) = debt.snoozed_until {
            render::faint(&format!("snoozed until {}", render::time(until, self.zone)))
        } else if debt.overdue {
            render::alarm(&format!("overdue by {}", duration(self.now.hours_since(debt.due))))
        } else if debt.turn.needs_reply < DOUBTFUL {
            render::faint("may need none")
        } else {
            format!("due in {}", duration(debt.due.hours_since(self.now)))
        };
        let star = if named.starred { "★ " } else { "" };
        [
            debt.turn.id.to_string(),
            format!("{star}{}", clean(&named.name)),
            duration(debt.age_h),
            when,
            named.subject.as_deref().map(clean).unwrap_or_default(),
        ]
    }
}

fn lines_of(accounts: &[AccountRow]) -> String {
    if accounts.is_empty() {
        return "No account is watched yet: see `requite config example`.\n".to_owned();
    }
    let mut columns = render::Columns::bare();
    for account in accounts {
        columns.row([
            clean(&account.name),
            state(&account.state),
            count(account.messages, "message", "messages"),
            progress(account),
        ]);
    }
    format!("{}\n{}", render::strong("Accounts"), columns.finish(&[2]))
}

fn state(state: &str) -> String {
    match state {
        "auth_failed" => render::alarm("login refused"),
        "offline" | "backoff" => render::alarm(state),
        "watching" => render::good(state),
        other => other.to_owned(),
    }
}

fn progress(account: &AccountRow) -> String {
    let mut told = Vec::new();
    let complete = account.folders.iter().filter(|folder| folder.complete).count();
    match account.folders.len() {
        0 => told.push("never read".to_owned()),
        all if complete < all => told.push(format!("{complete} of {all} folders read")),
        _ => {}
    }
    if account.quarantined > 0 {
        told.push(format!("{} unreadable", account.quarantined));
    }
    if !account.detail.is_empty() {
        told.push(clean(&account.detail));
    }
    told.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::FolderRow;

    #[test]
    fn headings_count_what_is_owed() {
        #[track_caller]
        fn check(i_owe: usize, overdue: usize, heading: &str) {
            let totals = Totals { i_owe, i_owe_overdue: overdue, ..Totals::default() };
            assert_eq!(i_owe_heading(&totals), heading);
        }
        check(0, 0, "Nobody waits for you.");
        check(1, 0, "You owe 1 answer");
        check(3, 2, "You owe 3 answers, 2 overdue");
    }

    #[test]
    fn an_account_says_what_is_wrong_with_it() {
        let folder = |complete| FolderRow {
            id: 1,
            name: "INBOX".to_owned(),
            role: "inbox".to_owned(),
            messages: 10,
            uidvalidity: 1,
            covered: None,
            complete,
        };
        let mut account = AccountRow {
            name: "work".to_owned(),
            kind: "imap".to_owned(),
            state: "backoff".to_owned(),
            detail: "no route to\u{1b}[2J host".to_owned(),
            messages: 10,
            quarantined: 2,
            folders: vec![folder(true), folder(false)],
        };
        assert_eq!(progress(&account), "1 of 2 folders read; 2 unreadable; no route to [2J host");
        account.folders.clear();
        account.detail.clear();
        account.quarantined = 0;
        assert_eq!(progress(&account), "never read");
    }
}
