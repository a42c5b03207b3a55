//! The mailboxes, and what was stored of them.

use super::Part;
use crate::auth::goa;
use crate::cli::desk::Desk;
use crate::config::{Account, AccountKind};
use crate::domain::policy::TEXT_AGE;
use crate::domain::text::{self, clean, count};
use crate::error::{Error, Result};
use crate::source::{Role, imap, maildir};
use crate::store::{AccountRow, Store};

/// More than these say nothing new.
const LISTED: usize = 10;

pub(super) async fn accounts(desk: &Desk, stored: &[AccountRow]) -> Vec<Part> {
    let mut parts = Vec::new();
    if let Err(error) = desk.config.require_account() {
        parts.push(Part::ill("accounts", &error));
    }
    for account in &desk.config.accounts {
        let stored = stored.iter().find(|known| known.name == account.name);
        let part = match probe(account).await {
            Ok(folders) => opened(account, stored, &folders),
            Err(error) => Part::ill("account", &error),
        };
        parts.push(part.of_account(&account.name));
    }
    parts
}

fn opened(account: &Account, stored: Option<&AccountRow>, folders: &[(String, Role, u32)]) -> Part {
    let cost = cost(account, stored, folders).map(|cost| format!("\n{cost}"));
    let part = Part::well("account", folder_list(folders) + &cost.unwrap_or_default());
    let holds_answers = |role: &Role| matches!(role, Role::Sent | Role::All);
    if folders.iter().any(|(_, role, _)| holds_answers(role)) {
        return part;
    }
    part.advised(
        "no folder of sent mail is read, so your answers aren't seen: if there is one, name \
         it in `folders` of this account",
    )
}

/// Whose word is taken on who sent the mail of each account, or could be.
pub(super) fn senders(desk: &Desk, store: &Store, stored: &[AccountRow]) -> Vec<Part> {
    let mut parts = Vec::new();
    for account in &desk.config.accounts {
        let messages = stored.iter().find(|it| it.name == account.name).map_or(0, |it| it.messages);
        let signed = store.authserv_ids(&account.name).unwrap_or_default();
        parts.extend(senders_of(account, messages, &signed));
    }
    parts
}

/// `signed`: by whom the account's mail is signed, most of it first.
fn senders_of(account: &Account, messages: u64, signed: &[(String, u64)]) -> Option<Part> {
    const SENDERS: &str = "senders of";
    if let Some(trusted) = &account.authserv_id {
        let mails = signed.iter().find(|(id, _)| id == trusted).map_or(0, |(_, mails)| *mails);
        let found = match mails {
            0 if messages > 0 => Err(Error::config(format!(
                "none of its mail says what {trusted} found out about its sender"
            ))
            .hint(
                "look at the topmost Authentication-Results of a mail, and set authserv_id to \
                   what it begins with",
            )),
            mails => Ok(format!("checked by {trusted} in {}", count(mails, "mail", "mails"))),
        };
        return Some(Part::of(SENDERS, found).of_account(&account.name));
    }
    let (first, mails) = own_server(messages, signed)?;
    let first = clean(first);
    let unchecked =
        format!("not checked, though {first} does so in {}", count(mails, "mail", "mails"));
    let mut part = Part::well(SENDERS, unchecked).of_account(&account.name);
    part.fix = Some(format!(
        "if that is your mail server, add authserv_id = \"{first}\" to the account: mail that its \
         sender's domain disowns then counts for nothing"
    ));
    Some(part)
}

/// Who signs nearly all that is signed, and much of all there is, is hardly a stranger.
fn own_server(messages: u64, signed: &[(String, u64)]) -> Option<(&str, u64)> {
    const FEW: u64 = 20;
    let all: u64 = signed.iter().map(|(_, mails)| mails).sum();
    let (first, mails) = signed.first()?;
    let is_own = *mails >= FEW && mails * 5 >= all * 4 && mails * 10 >= messages;
    is_own.then_some((first, *mails))
}

/// What reading the rest of a server's mail will fetch; `None` where nothing much is left.
fn cost(
    account: &Account,
    stored: Option<&AccountRow>,
    folders: &[(String, Role, u32)],
) -> Option<String> {
    if let AccountKind::Maildir { .. } = account.kind {
        return None;
    }
    let known = |name: &str| {
        let folders = stored.into_iter().flat_map(|account| &account.folders);
        folders.filter(|folder| folder.name == name).map(|folder| folder.messages).sum::<u64>()
    };
    let unread: u64 = folders
        .iter()
        .map(|(name, _, messages)| u64::from(*messages).saturating_sub(known(name)))
        .sum();
    let bytes = text::size(unread * imap::HEADER_BYTES);
    let headers = format!("{} to read: about {bytes}", count(unread, "message", "messages"));
    let texts = "and at most 4 KiB of each text of the last two years between you and a contact, and of bounces";
    match unread {
        0 => None,
        _ if account.text_cues => Some(format!("{headers}, {texts}")),
        _ => Some(headers),
    }
}

/// What is read of texts, what stays of them, and what fetching them will cost.
pub(super) fn texts(desk: &Desk, store: &Result<Store>) -> Part {
    if !desk.config.policy.reads_text {
        const NEVER: &str =
            "not read ([privacy] text = \"never\"): no answer counts as due, only as perhaps";
        return Part::well("texts", NEVER);
    }
    match store {
        Ok(store) => {
            let wanted = store.unread_texts(desk.now - TEXT_AGE);
            Part::of("texts", wanted.map(texts_wanted))
        }
        Err(error) => Part::ill("texts", error),
    }
}

fn texts_wanted(wanted: u64) -> String {
    const READ: &str = "the first 4 KiB of mail with contacts and of bounces are read on this machine; only yes/no marks \
         are kept";
    if wanted == 0 {
        return READ.to_owned();
    }
    let most = text::size(wanted * imap::TEXT_BYTES);
    format!("{READ}; {} to fetch, at most {most}", count(wanted, "text", "texts"))
}

async fn probe(account: &Account) -> Result<Vec<(String, Role, u32)>> {
    let account = &goa::resolved(account).await?;
    match &account.kind {
        AccountKind::Imap(_) | AccountKind::Goa { .. } => imap::probe(account).await,
        AccountKind::Maildir { path } => maildir::probe(path, &account.folders),
    }
}

fn folder_list(folders: &[(String, Role, u32)]) -> String {
    let messages = folders.iter().map(|(.., messages)| u64::from(*messages)).sum();
    let listed: Vec<String> = folders
        .iter()
        .map(|(name, role, messages)| match role {
            Role::Other => format!("{} {messages}", clean(name)),
            role => format!("{} ({}) {messages}", clean(name), role.name()),
        })
        .collect();
    format!("{}: {}", count(messages, "message", "messages"), listed.join(", "))
}

/// The database, and what its content says about the settings.
pub(super) fn stored(desk: &Desk, store: &Result<Store>) -> Vec<Part> {
    match store {
        Ok(store) => vec![
            Part::of("database", integrity(desk, store)),
            Part::of("my addresses", my_addresses(desk, store)),
            Part::of("unreadable messages", unreadable(store)),
        ],
        Err(error) => vec![Part::ill("database", error)],
    }
}

/// The database as it lies there.
pub(super) fn kept(desk: &Desk) -> Part {
    let found = Store::open_to_read(&desk.home.data).and_then(|store| match store {
        Some(store) => integrity(desk, &store),
        None => Ok("none yet".to_owned()),
    });
    Part::of("database", found)
}

fn integrity(desk: &Desk, store: &Store) -> Result<String> {
    match store.damage()? {
        None => {
            let messages = count(store.message_count()?, "message", "messages");
            Ok(format!("{}, {messages}", Store::path(&desk.home.data).display()))
        }
        Some(damage) => Err(Error::failed(format!("the database is damaged: {damage}"))
            .hint("run `requite check --repair`: it restores the last good copy, or starts over")),
    }
}

fn my_addresses(desk: &Desk, store: &Store) -> Result<String> {
    let mine = &desk.config.me.addresses;
    let unknown: Vec<(String, u64)> = store.unknown_senders()?;
    if unknown.is_empty() {
        return Ok(match mine.len() {
            0 => "none known yet".to_owned(),
            _ => mine.iter().map(|address| clean(address)).collect::<Vec<_>>().join(", "),
        });
    }
    let named: Vec<String> = unknown
        .iter()
        .take(LISTED)
        .map(|(email, sent)| format!("{} ({})", clean(email), count(*sent, "message", "messages")))
        .collect();
    let all = mine.iter().chain(unknown.iter().map(|(email, _)| email)).map(|email| clean(email));
    let line = all.map(|email| format!("\"{email}\"")).collect::<Vec<_>>().join(", ");
    Err(Error::config(format!(
        "mail was sent from addresses not listed as yours: {}",
        named.join(", ")
    ))
    .hint(format!(
        "if they are yours, add them under [me] in {}:\naddresses = [{line}]",
        desk.home.config.display()
    )))
}

/// A message that can't be read is the sender's fault: nothing here is ill.
fn unreadable(store: &Store) -> Result<String> {
    let all = store.quarantined()?;
    if all.is_empty() {
        return Ok("none".to_owned());
    }
    let mut text = format!("{} left aside", count(all.len() as u64, "message", "messages"));
    for (account, folder, number, reason) in all.iter().take(LISTED) {
        let (account, folder) = (clean(account), clean(folder));
        text.push_str(&format!("\n{account}, {folder}, {number}: {}", clean(reason)));
    }
    if all.len() > LISTED {
        text.push_str(&format!("\nand {} more", all.len() - LISTED));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_whose_answers_are_not_seen_is_told_of() {
        let config = crate::config::parse(
            "[me]\naddresses = [\"ada@example.com\"]\n[[account]]\nname = \"work\"\n\
             kind = \"maildir\"\npath = \"/m\"\n",
            std::path::Path::new("config.toml"),
            &crate::config::Environment::of_system(),
        );
        let account = &config.unwrap().accounts[0];
        let folders = |roles: &[Role]| -> Vec<(String, Role, u32)> {
            roles.iter().map(|role| (role.name().to_owned(), *role, 1)).collect()
        };
        let fix = |roles: &[Role]| opened(account, None, &folders(roles)).fix;
        assert!(fix(&[Role::Inbox, Role::Other]).unwrap().contains("your answers aren't seen"));
        assert_eq!(fix(&[Role::Inbox, Role::Sent]), None);
        assert_eq!(fix(&[Role::All, Role::Junk]), None);
    }

    #[test]
    fn only_a_server_that_signs_nearly_everything_is_taken_for_mine() {
        fn own(messages: u64, signed: &[(&str, u64)]) -> Option<String> {
            let signed: Vec<_> = signed.iter().map(|(id, n)| ((*id).to_owned(), *n)).collect();
            own_server(messages, &signed).map(|(id, _)| id.to_owned())
        }
        let mine = Some("mx.example.com".to_owned());
        assert_eq!(own(1000, &[("mx.example.com", 400), ("a.example", 60)]), mine);
        assert_eq!(own(1000, &[("mx.example.com", 400), ("a.example", 200)]), None);
        assert_eq!(own(1000, &[("evil.example", 99)]), None);
        assert_eq!(own(10, &[("mx.example.com", 10)]), None);
        assert_eq!(own(0, &[]), None);
    }

    #[test]
    fn folders_are_told_with_what_they_are_for() {
        let folders = [
            ("INBOX".to_owned(), Role::Inbox, 1200),
            ("Gesendet".to_owned(), Role::Sent, 300),
            ("Kunden\u{7}".to_owned(), Role::Other, 1),
        ];
        assert_eq!(
            folder_list(&folders),
            "1,501 messages: INBOX (inbox) 1200, Gesendet (sent) 300, Kunden 1"
        );
    }
}
