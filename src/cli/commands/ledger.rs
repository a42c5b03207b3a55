//! `ledger`: what was given, asked and received, what came of it, and what the user says of it.

use clap::Args;
use serde_json::{Value, json};

use crate::book::{Book, BookedEntry, Ledger};
use crate::cli::desk::Desk;
use crate::cli::render::{self, Columns};
use crate::cli::{json, person};
use crate::domain::decide::ledger::judging::{ClassRecord, Judgement};
use crate::domain::decide::ledger::sentence::sentence;
use crate::domain::decide::ledger::{EntryId, EntryState, Finding, LedgerEntry, LedgerKind};
use crate::domain::measure::balance::Balance;
use crate::domain::model::ContactId;
use crate::domain::text::{clean, count};
use crate::error::{Error, Result};
use crate::store::Store;

/// Of each kind, the newest.
const LISTED: usize = 20;

#[derive(Debug, Args)]
pub(crate) struct LedgerArgs {
    /// Only what concerns them: an address, a name or a part of it, or C12
    contact: Option<String>,
    /// These are right, and count
    #[arg(long, value_name = "ID", num_args = 1.., conflicts_with_all = ["contact", "reject", "undo"])]
    confirm: Vec<String>,
    /// These are wrong, and don't count
    #[arg(long, value_name = "ID", num_args = 1.., conflicts_with_all = ["contact", "undo"])]
    reject: Vec<String>,
    /// Undo the last --confirm or --reject of these
    #[arg(long, value_name = "ID", num_args = 1.., conflicts_with = "contact")]
    undo: Vec<String>,
}

/// # Errors
/// `Usage` for an id that names no entry, for taking back what was never said, and for a contact
/// whom nobody or several could be meant by.
pub(super) fn run(desk: &Desk, args: &LedgerArgs) -> Result<()> {
    if !args.undo.is_empty() {
        return take_back(desk, &args.undo);
    }
    let said = [(&args.confirm, true), (&args.reject, false)];
    if let Some((ids, confirmed)) = said.into_iter().find(|(ids, _)| !ids.is_empty()) {
        return judge(desk, ids, confirmed);
    }
    if desk.json {
        return desk.print_json(answer(desk, args.contact.as_deref())?);
    }
    let store = desk.store_to_read()?;
    let contact = named(&store, args.contact.as_deref())?;
    let book = desk.book(&store)?;
    let (entries, balance) = of(&book, contact)?;
    let mut text = String::new();
    for kind in LedgerKind::ALL {
        let of_kind = entries.iter().filter(|entry| entry.kind == kind);
        let listed: Vec<&LedgerEntry> =
            of_kind.copied().filter(|entry| entry.state != EntryState::Rejected).rev().collect();
        let booked = book.booked(listed.iter().copied().take(LISTED))?;
        text.push_str(&section(kind, &booked, listed.len(), desk));
    }
    text.push_str(&close(&entries, &balance, contact));
    desk.print(&text)
}

/// The document.
///
/// # Errors
/// `Usage` for a contact whom nobody or several could be meant by.
pub(super) fn answer(desk: &Desk, contact: Option<&str>) -> Result<Value> {
    let store = desk.store_to_read()?;
    let contact = named(&store, contact)?;
    let book = desk.book(&store)?;
    let (entries, balance) = of(&book, contact)?;
    Ok(document(&book.booked(entries)?, &balance, book.ledger()?))
}

fn named(store: &Store, contact: Option<&str>) -> Result<Option<ContactId>> {
    Ok(contact.map(|words| person::find(store, words)).transpose()?.map(|row| row.id))
}

/// What stands there, and what of it is left.
fn of<'a>(
    book: &'a Book<'_>,
    contact: Option<ContactId>,
) -> Result<(Vec<&'a LedgerEntry>, Balance)> {
    let ledger = book.ledger()?;
    Ok(match contact {
        Some(contact) => {
            (ledger.of(contact).collect(), Balance::of(ledger.counted(contact), book.now()))
        }
        None => (ledger.entries.iter().collect(), ledger.balance(book.now())),
    })
}

fn judge(desk: &Desk, ids: &[String], confirmed: bool) -> Result<()> {
    let store = person::known_people(desk)?;
    let book = desk.book(&store)?;
    let ledger = book.ledger()?;
    let named: Vec<&LedgerEntry> =
        ids.iter().map(|id| entry_called(ledger, id)).collect::<Result<_>>()?;
    let about: Vec<ContactId> = named.iter().flat_map(|entry| entry.contacts.clone()).collect();
    desk.write(&store, &about, |store| {
        named.iter().try_for_each(|entry| {
            let LedgerEntry { id, kind, at, ref contacts, strength, .. } = **entry;
            let contacts = contacts.clone();
            let entry = Finding { id, kind, at, contacts, strength, borne_out: false };
            store.judge(&Judgement { entry, confirmed, at: desk.now })
        })
    })?;
    for entry in named {
        let what = if confirmed { "is right, and counts" } else { "is wrong, and doesn't count" };
        desk.say(&format!("{} {what}", entry.id));
    }
    Ok(())
}

fn entry_called<'l>(ledger: &'l Ledger, id: &str) -> Result<&'l LedgerEntry> {
    let named = read_id(id)?;
    ledger.entries.iter().find(|entry| entry.id == named).ok_or_else(|| {
        Error::usage(format!("the ledger has no entry {named}"))
            .hint("`requite ledger` prints the ids of the entries")
    })
}

fn read_id(id: &str) -> Result<EntryId> {
    id.trim().parse().map_err(|()| {
        Error::usage(format!("\"{}\" isn't the id of an entry", clean(id)))
            .hint("take the id that `requite ledger` prints, like i812")
    })
}

fn take_back(desk: &Desk, ids: &[String]) -> Result<()> {
    let store: Store = desk.store_to_write()?;
    let ids: Vec<EntryId> = ids.iter().map(|id| read_id(id)).collect::<Result<_>>()?;
    desk.write(&store, &[], |store| {
        ids.iter().try_for_each(|id| match store.take_judgement_back(*id, desk.now)? {
            true => Ok(()),
            false => Err(Error::usage(format!("nothing to undo for {id}"))),
        })
    })?;
    let book = desk.book(&store)?;
    for id in ids {
        let entry = book.ledger()?.entries.iter().find(|entry| entry.id == id);
        let state = entry.map_or("gone", |entry| match entry.state {
            EntryState::Unconfirmed => "unconfirmed again",
            EntryState::Counted => "counted again",
            EntryState::Confirmed => "still confirmed",
            EntryState::Rejected => "still rejected",
        });
        desk.say(&format!("{id} is {state}"));
    }
    Ok(())
}

fn section(kind: LedgerKind, booked: &[BookedEntry], all: usize, desk: &Desk) -> String {
    if booked.is_empty() {
        return String::new();
    }
    let zone = &desk.config.policy.zone;
    let mut columns = Columns::bare();
    for BookedEntry { entry, people, outcome, subject, text, .. } in booked {
        let who: Vec<String> = people.iter().map(|(_, name)| clean(name)).collect();
        let who = if who.is_empty() { render::UNKNOWN.to_owned() } else { who.join(", ") };
        let open = if entry.state.is_open() { "?" } else { "" };
        columns.row([
            entry.id.to_string(),
            open.to_owned(),
            render::day(Some(entry.at), zone),
            who,
            outcome.as_ref().map(|outcome| clean(&outcome.text)).unwrap_or_default(),
            subject.as_deref().or(text.as_deref()).map(clean).unwrap_or_default(),
        ]);
    }
    // What came of an introduction is a sentence with two names; of the others it is short.
    let give_way: &[usize] = if kind == LedgerKind::Introduction { &[3, 4, 5] } else { &[3, 5] };
    let more = render::more(all, booked.len());
    format!("{}\n{}{more}\n", render::strong(heading(kind)), columns.finish(&[], give_way))
}

fn heading(kind: LedgerKind) -> &'static str {
    match kind {
        LedgerKind::Introduction => "Introductions you made, newest first",
        LedgerKind::Resume => "Résumés you passed on, newest first",
        LedgerKind::Favour => "Favours you did, newest first",
        LedgerKind::Ask => "What you asked for, newest first",
        LedgerKind::Received => "What you received, newest first",
    }
}

/// The balance, and what there is to be said of entries.
fn close(entries: &[&LedgerEntry], balance: &Balance, contact: Option<ContactId>) -> String {
    let mut text = match contact {
        Some(_) => format!("{}.\n", capitalised(&sentence(entries.iter().copied(), balance))),
        None if entries.is_empty() => {
            "Nothing was given or asked yet, as far as your mail says.\n".to_owned()
        }
        None if *balance == Balance::default() => "Nothing counts yet.\n".to_owned(),
        None => {
            let Balance { gives, asks_me, received } = balance;
            format!(
                "You gave {gives:.1}, asked {asks_me:.1} and received {received:.1}: what counts \
                 fades by half in 180 days.\n"
            )
        }
    };
    let open: Vec<&&LedgerEntry> = entries.iter().filter(|entry| entry.state.is_open()).collect();
    if let Some(newest) = open.last() {
        let unconfirmed = count(open.len() as u64, "entry doesn't count", "entries don't count");
        let id = newest.id;
        text.push_str(&format!(
            "{unconfirmed} (?) until you say so: `requite ledger --confirm {id}`, or\n\
             `--reject {id}`.\n"
        ));
    }
    text
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn document(entries: &[BookedEntry], balance: &Balance, ledger: &Ledger) -> Value {
    json!({
        "entries": entries.iter().map(json::ledger_entry).collect::<Vec<_>>(),
        "balance": json::balance(balance),
        "classes": ledger.classes.iter().map(class).collect::<Vec<_>>(),
    })
}

fn class(record: &ClassRecord) -> Value {
    json!({
        "kind": record.kind.name(),
        "strength": record.strength.name(),
        "confirmed": record.confirmed,
        "rejected": record.rejected,
        "counts_by_itself": record.counts_by_itself,
    })
}
