//! `log`: calls, meetings, favours and the like, entered by hand.

use clap::Args;
use clap::builder::TypedValueParser;
use jiff::tz::TimeZone;

use crate::cli::choice::one_of;
use crate::cli::desk::Desk;
use crate::cli::{person, render};
use crate::domain::measure::entries::{Entry, EntryKind};
use crate::domain::model::{Moment, Side};
use crate::domain::text::listed;
use crate::error::{Error, Result};
use crate::store::{ContactRow, Store};

#[derive(Debug, Args)]
pub(crate) struct LogArgs {
    #[arg(value_parser = entry_kind())]
    pub(super) kind: EntryKind,
    /// Whom it concerns, and as the last word what it was about
    #[arg(value_name = "CONTACT… [TEXT]", required = true)]
    pub(super) words: Vec<String>,
    /// The call wasn't taken
    #[arg(long)]
    pub(super) missed: bool,
    /// They called
    #[arg(long)]
    pub(super) from_them: bool,
    /// They did me the favour
    #[arg(long)]
    pub(super) received: bool,
    /// The note says how I can help them, or what they know
    #[arg(long)]
    pub(super) value: bool,
    /// Undo the latest entry of this kind
    #[arg(long)]
    pub(super) undo: bool,
}

fn entry_kind() -> impl TypedValueParser<Value = EntryKind> {
    one_of(EntryKind::BY_HAND.map(|kind| (kind.name(), kind)))
}

/// Enters something that happened at `at`, or just now, with the contacts that the words begin
/// with; a last word that is no contact is the text.
///
/// # Errors
/// `Usage` for an unknown contact, a time to come, or a flag of another kind of entry.
pub(super) fn run(desk: &Desk, args: &LogArgs, at: Option<Moment>) -> Result<()> {
    let LogArgs { kind, missed, from_them, received, value, .. } = *args;
    if missed && kind != EntryKind::Call {
        return Err(Error::usage("only a call can be missed"));
    }
    if from_them && kind != EntryKind::Call {
        return Err(Error::usage("only a call can be from them"));
    }
    if received && kind != EntryKind::Favour {
        return Err(Error::usage("only a favour can be received"));
    }
    if value && kind != EntryKind::Note {
        return Err(Error::usage("only a note can say how you can help"));
    }
    let zone = &desk.config.policy.zone;
    let at = at.unwrap_or(desk.now);
    if at > desk.now {
        let at = render::time(at, zone);
        return Err(Error::usage(format!("{at} is still to come"))
            .hint("log what has happened; --at takes the time of it"));
    }
    let store = person::known_people(desk)?;
    let (contacts, text) = contacts_and_text(&store, kind, &args.words)?;
    if args.undo {
        return take_back(desk, &store, kind, &contacts);
    }
    let ids: Vec<_> = contacts.iter().map(|contact| contact.id).collect();
    let side = if from_them { Side::Theirs } else { Side::Mine };
    let other_way = missed || received || value;
    let entry = Entry { side, other_way, ..Entry::by_hand(kind, at, &text) };
    desk.write(&store, &ids, |store| store.add_entry(&entry, &ids, desk.now))?;
    desk.say(&sentence(&entry, &names(&contacts), zone));
    Ok(())
}

/// The latest entry of this kind with the first of the contacts.
fn take_back(desk: &Desk, store: &Store, kind: EntryKind, contacts: &[ContactRow]) -> Result<()> {
    let names = names(contacts);
    let ids: Vec<_> = contacts.iter().map(|contact| contact.id).collect();
    let taken = desk.write(store, &ids, |store| {
        ids.first().map_or(Ok(false), |id| store.take_entry_back(kind, *id, desk.now))
    })?;
    if !taken {
        return Err(Error::usage(format!("no {} with {names} is logged", kind.name())));
    }
    desk.say(&format!("undone: the last {} with {names}", kind.name()));
    Ok(())
}

fn contacts_and_text(
    store: &Store,
    kind: EntryKind,
    words: &[String],
) -> Result<(Vec<ContactRow>, String)> {
    // It takes two to be introduced to each other.
    let least = if kind == EntryKind::Intro { 2 } else { 1 };
    let mut contacts: Vec<ContactRow> = Vec::new();
    let mut text = String::new();
    for (index, word) in words.iter().enumerate() {
        let is_last = index + 1 == words.len() && contacts.len() >= least;
        // Nearly every word is a part of somebody's name.
        let found =
            if is_last { person::find_exactly(store, word) } else { person::find(store, word) };
        match found {
            Ok(found) if contacts.iter().any(|known| known.id == found.id) => {}
            Ok(found) => contacts.push(found),
            Err(_) if is_last => word.trim().clone_into(&mut text),
            Err(error) => return Err(error),
        }
    }
    if contacts.len() < least {
        let who = if least == 2 { "an introduction is between two contacts" } else { "with whom?" };
        return Err(Error::usage(who).hint(format!("requite log {} CONTACT…", kind.name())));
    }
    Ok((contacts, text))
}

fn names(contacts: &[ContactRow]) -> String {
    let names: Vec<&str> = contacts.iter().map(|contact| contact.name.as_str()).collect();
    listed(&names)
}

fn sentence(entry: &Entry, names: &str, zone: &TimeZone) -> String {
    let theirs = entry.side == Side::Theirs;
    let what = match (entry.kind, entry.other_way) {
        (EntryKind::Call, true) if theirs => format!("a call from {names} that you missed"),
        (EntryKind::Call, true) => format!("a call that {names} missed"),
        (EntryKind::Call, false) if theirs => format!("a call from {names}"),
        (EntryKind::Call, false) => format!("a call with {names}"),
        (EntryKind::Message, _) => format!("a message of {names}"),
        (EntryKind::Meeting, _) => format!("a meeting with {names}"),
        (EntryKind::Favour, true) => format!("a favour from {names}"),
        (EntryKind::Favour, false) => format!("a favour for {names}"),
        (EntryKind::Ask, _) => format!("something asked of {names}"),
        (EntryKind::Intro, _) => format!("an introduction of {names}"),
        (EntryKind::Note, true) => format!("how you can help {names}"),
        (EntryKind::Note, false) => format!("a note about {names}"),
    };
    let text = if entry.text.is_empty() { String::new() } else { format!(": {}", entry.text) };
    format!("logged {what} on {}{text}", render::time(entry.at, zone))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{ImportRun, NewCard};

    fn store() -> Store {
        let store = Store::in_memory().unwrap();
        let mut run = ImportRun::default();
        for name in ["Ann Lee", "Joann Ray", "Bob Moss"] {
            let card = NewCard { name: name.to_owned(), ..NewCard::default() };
            store.import_card(&card, Moment(0), &mut run).unwrap();
        }
        store
    }

    #[track_caller]
    fn check(kind: EntryKind, words: &[&str], expect: Result<(&str, &str), &str>) {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        match (contacts_and_text(&store(), kind, &words), expect) {
            (Ok((contacts, text)), Ok((who, said))) => {
                assert_eq!((names(&contacts).as_str(), text.as_str()), (who, said), "{words:?}");
            }
            (Err(error), Err(expect)) => assert!(error.to_string().contains(expect), "{error}"),
            (found, expect) => panic!("{words:?}: {found:?}, not {expect:?}"),
        }
    }

    #[test]
    fn contacts_come_first_and_the_text_last() {
        check(EntryKind::Call, &["bob"], Ok(("Bob Moss", "")));
        check(EntryKind::Meeting, &["bob", "Ann Lee"], Ok(("Bob Moss and Ann Lee", "")));
        check(EntryKind::Favour, &["bob", "read his draft"], Ok(("Bob Moss", "read his draft")));
        check(EntryKind::Note, &["bob", "Moss", "likes tea"], Ok(("Bob Moss", "likes tea")));
        check(EntryKind::Favour, &["bob", "lee"], Ok(("Bob Moss", "lee")));
    }

    #[test]
    fn a_contact_that_is_not_known_is_no_text() {
        check(EntryKind::Call, &["carol", "lunch"], Err("no contact matches \"carol\""));
        check(EntryKind::Call, &["bob", "carol", "lunch"], Err("no contact matches \"carol\""));
        check(EntryKind::Intro, &["bob", "ann"], Err("\"ann\" fits 2 contacts"));
        check(EntryKind::Intro, &["bob"], Err("between two contacts"));
        check(EntryKind::Note, &[], Err("with whom?"));
    }

    #[test]
    fn when_it_was_is_told_as_the_clock_on_the_wall_has_it() {
        let call = Entry::by_hand(EntryKind::Call, Moment(1_796_032_800), "the plan");
        let paris = TimeZone::get("Europe/Paris").unwrap();
        assert_eq!(
            sentence(&call, "Bob Moss", &paris),
            "logged a call with Bob Moss on Mon 30 Nov 2026, 11:00: the plan"
        );
    }
}
