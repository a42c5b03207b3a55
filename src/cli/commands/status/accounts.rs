//! How the accounts are doing, as it is when somebody asks: what waits is counted down, and what
//! nobody watches is said to be stopped.

use serde_json::{Value, json};

use crate::cli::desk::Desk;
use crate::cli::render;
use crate::domain::message::mailbox::{AccountState, MailboxKind};
use crate::domain::model::Moment;
use crate::domain::policy::TEXT_AGE;
use crate::domain::text::{clean, count};
use crate::error::Result;
use crate::store::{AccountRow, Store};

/// The configured accounts.
pub(super) struct Accounts {
    pub(super) rows: Vec<AccountRow>,
    /// A daemon, or a pass, holds the lock.
    pub(super) are_watched: bool,
}

impl Accounts {
    /// # Errors
    /// Where the database can't be read.
    pub(super) fn read(desk: &Desk, store: &Store) -> Result<Accounts> {
        let mut rows = store.accounts()?;
        // Mail of an account that was taken out of the configuration stays; its state says nothing.
        rows.retain(|row| desk.config.accounts.iter().any(|account| account.name == row.name));
        let are_watched = desk.home.is_watched()?;
        if !are_watched {
            // A daemon that was killed left its last word behind.
            rows = rows.into_iter().map(AccountRow::unwatched).collect();
        }
        let reads_text = desk.config.policy.reads_text;
        for row in rows.iter_mut().filter(|it| it.kind == MailboxKind::Imap && reads_text) {
            row.unread_texts = store.unread_texts_of(&row.name, desk.now - TEXT_AGE)?;
        }
        Ok(Accounts { rows, are_watched })
    }

    pub(super) fn are_stopped(&self) -> bool {
        !self.are_watched && !self.rows.is_empty()
    }

    pub(super) fn json(&self, now: Moment) -> Vec<Value> {
        self.rows.iter().map(|row| account_json(row, now)).collect()
    }

    pub(super) fn text(&self, now: Moment) -> String {
        if self.rows.is_empty() {
            return NO_ACCOUNT.to_owned();
        }
        let mut columns = render::Columns::bare();
        for account in &self.rows {
            columns.row([
                clean(&account.name),
                self.state(account.state),
                count(account.messages, "message", "messages"),
                progress(account, now),
            ]);
        }
        format!("{}\n{}", render::strong("Accounts"), columns.finish(&[2], &[3]))
    }

    fn state(&self, state: AccountState) -> String {
        match state {
            AccountState::AuthFailed => render::alarm("login refused"),
            AccountState::Offline | AccountState::Backoff => render::alarm(state.name()),
            AccountState::Watching => render::good(state.name()),
            AccountState::Idle if !self.are_watched => "stopped".to_owned(),
            AccountState::Syncing | AccountState::Idle => state.name().to_owned(),
        }
    }
}

const NO_ACCOUNT: &str = "No accounts yet: run `requite setup`, or see `requite config example`.\n";

fn account_json(account: &AccountRow, now: Moment) -> Value {
    let folders: Vec<Value> = account
        .folders
        .iter()
        .map(|folder| {
            json!({
                "name": folder.name,
                "role": folder.role.name(),
                "messages": folder.messages,
                "complete": folder.complete,
            })
        })
        .collect();
    json!({
        "name": account.name,
        "kind": account.kind.name(),
        "state": account.state.name(),
        "detail": detail(account, now),
        "next_attempt": account.next_attempt.map(|at| at.to_string()),
        "messages": account.messages,
        "quarantined": account.quarantined,
        "unread_texts": account.unread_texts,
        "folders": folders,
    })
}

fn progress(account: &AccountRow, now: Moment) -> String {
    let mut told = Vec::new();
    let complete = account.folders.iter().filter(|folder| folder.complete).count();
    match account.folders.len() {
        0 => told.push("never read".to_owned()),
        all if complete < all => told.push(format!("{complete} of {all} folders read")),
        _ => {}
    }
    if account.unread_texts > 0 {
        told.push(format!("{} to read", count(account.unread_texts, "text", "texts")));
    }
    if account.quarantined > 0 {
        told.push(format!("{} unreadable", account.quarantined));
    }
    let detail = detail(account, now);
    if !detail.is_empty() {
        told.push(clean(&detail));
    }
    told.join("; ")
}

fn detail(account: &AccountRow, now: Moment) -> String {
    let next = account.next_attempt.map(|at| match at.0 - now.0 {
        seconds @ 1.. => format!("; next attempt in {seconds} s"),
        _ => "; next attempt now".to_owned(),
    });
    account.detail.clone() + &next.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::tests::plain;
    use crate::domain::message::mailbox::{Role, UidValidity};
    use crate::store::{FolderId, FolderRow};

    const NOW: Moment = Moment(1_000);

    fn account() -> AccountRow {
        let folder = |complete| FolderRow {
            id: FolderId(1),
            name: "INBOX".to_owned(),
            role: Role::Inbox,
            messages: 10,
            uidvalidity: UidValidity(1),
            covered: None,
            complete,
            reconciled_at: None,
        };
        AccountRow {
            name: "work".to_owned(),
            kind: MailboxKind::Imap,
            state: AccountState::Backoff,
            detail: "no route to\u{1b}[2J host".to_owned(),
            next_attempt: None,
            messages: 10,
            quarantined: 2,
            unread_texts: 0,
            reached: None,
            folders: vec![folder(true), folder(false)],
        }
    }

    #[test]
    fn an_account_says_what_is_wrong_with_it() {
        let told = progress(&account(), NOW);
        assert_eq!(told, "1 of 2 folders read; 2 unreadable; no route to [2J host");
        let fresh =
            AccountRow { folders: Vec::new(), detail: String::new(), quarantined: 0, ..account() };
        assert_eq!(progress(&fresh, NOW), "never read");
    }

    #[test]
    fn the_next_attempt_comes_nearer() {
        let waits =
            AccountRow { detail: "no route".to_owned(), next_attempt: Some(NOW + 52), ..account() };
        assert_eq!(detail(&waits, NOW), "no route; next attempt in 52 s");
        assert_eq!(detail(&waits, NOW + 50), "no route; next attempt in 2 s");
        assert_eq!(detail(&waits, NOW + 60), "no route; next attempt now");
        assert_eq!(account_json(&waits, NOW)["next_attempt"], "1970-01-01T00:17:32Z");
        assert_eq!(detail(&waits.unwatched(), NOW), "no route", "nobody tries it");
    }

    #[test]
    fn where_nobody_watches_it_says_so() {
        let idle = || vec![AccountRow { state: AccountState::Idle, ..account() }];
        let stopped = plain(&Accounts { rows: idle(), are_watched: false }.text(NOW));
        assert!(stopped.contains("work  stopped  10 messages"), "{stopped}");
        let read = plain(&Accounts { rows: idle(), are_watched: true }.text(NOW));
        assert!(read.contains("work  idle  10 messages"), "{read}");
    }
}
