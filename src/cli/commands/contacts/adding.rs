//! `contacts --add`: making contacts of addresses, and taking that back.

use super::suggesting::suggested;
use crate::cli::commands::import::take_back as take_import_back;
use crate::cli::desk::Desk;
use crate::domain::decide::suggestions::SuggestedContact;
use crate::domain::message::forms;
use crate::domain::message::identity::{self, IdentityKind};
use crate::domain::text::{clean, count, listed};
use crate::error::{Error, Result};
use crate::store::{ImportRun, Imported, LastImport, NewCard, Provenance};

/// Everybody who is suggested.
pub(super) const ALL: &str = "all";
/// As many names as are told one by one.
const NAMED: usize = 5;

/// One address, and what else there is of words as the name.
///
/// # Errors
/// `Usage` for what is no address, or one of the user's own.
pub(super) fn add(desk: &Desk, words: &[String]) -> Result<()> {
    let hint = "requite contacts --add grace@example.org \"Grace Hopper\"";
    let Some((address, name)) = words.split_first() else {
        return Err(Error::usage("add whom?").hint(hint));
    };
    let email = forms::of(IdentityKind::Email, address).ok_or_else(|| {
        Error::usage(format!("\"{address}\" isn't {}", IdentityKind::Email.noun())).hint(hint)
    })?;
    let name = clean(&name.join(" "));
    let name = if name.is_empty() { email.clone() } else { name };
    make(desk, vec![(name, vec![email])])
}

/// Of those that are suggested, the ones with these numbers or addresses, or all.
///
/// # Errors
/// `Usage` for what names nobody among them.
pub(super) fn add_suggested(desk: &Desk, wanted: &[String]) -> Result<()> {
    let found = suggested(desk, &desk.store_to_write()?)?;
    if wanted.is_empty() {
        return Err(Error::usage("add whom?")
            .hint("numbers or addresses of `requite contacts --suggest`, or all"));
    }
    let mut chosen: Vec<SuggestedContact> = Vec::new();
    for word in wanted {
        let is_meant = |(number, one): &&(usize, SuggestedContact)| {
            word == ALL
                || *word == number.to_string()
                || identity::normalise(word).is_some_and(|address| one.emails.contains(&address))
        };
        let mut meant = found.iter().filter(is_meant).map(|(_, one)| one.clone()).peekable();
        if meant.peek().is_none() && word != ALL {
            return Err(Error::usage(format!("\"{word}\" is nobody who is suggested"))
                .hint("`requite contacts --suggest` shows their numbers and addresses"));
        }
        let new = meant.filter(|one| !chosen.contains(one)).collect::<Vec<_>>();
        chosen.extend(new);
    }
    if chosen.is_empty() {
        desk.say("Nobody is suggested.");
        return Ok(());
    }
    make(desk, chosen.into_iter().map(|one| (one.name, one.emails)).collect())
}

fn make(desk: &Desk, people: Vec<(String, Vec<String>)>) -> Result<()> {
    let mine = &desk.config.me.addresses;
    if let Some(own) = people.iter().flat_map(|(_, emails)| emails).find(|it| mine.contains(it)) {
        return Err(Error::usage(format!("{own} is yours")));
    }
    let store = desk.store_to_write()?;
    let (made, known) = store.transaction(|store| {
        let (mut made, mut known) = (Vec::new(), Vec::new());
        for (name, emails) in people {
            // Each can be taken back alone.
            let mut run = ImportRun::by_hand(Provenance::Added);
            let about = emails.clone();
            let identities = emails.into_iter().map(|email| (IdentityKind::Email, email));
            let identities = identities.collect();
            let card = NewCard { name: name.clone(), identities, ..NewCard::default() };
            match store.import_card(&card, desk.now, &mut run)? {
                Imported::New => made.push(name),
                Imported::Changed | Imported::Matched => known.push(name),
            }
            store.note_import(&about, &mut run, desk.now)?;
        }
        Ok((made, known))
    })?;
    desk.follow_up(&store)?;
    if !made.is_empty() {
        desk.say(&format!("{} now", are(&made, "is a contact", "are contacts")));
    }
    if !known.is_empty() {
        desk.say(&format!("{} already", are(&known, "was a contact", "were contacts")));
    }
    Ok(())
}

/// "Ann and Bob are contacts"; of many, how many.
fn are(names: &[String], one: &str, many: &str) -> String {
    let names: Vec<String> = names.iter().map(|name| clean(name)).collect();
    match names.len() {
        1 => format!("{} {one}", listed(&names)),
        ..=NAMED => format!("{} {many}", listed(&names)),
        n => format!("{} {many}", count(n as u64, "person", "people")),
    }
}

/// Those who were added last, together (also called "all"); or whoever was added under one of these
/// addresses.
///
/// # Errors
/// `Usage` where nobody was, and for what is no address.
pub(super) fn take_back(desk: &Desk, words: &[String]) -> Result<()> {
    let address = |word: &String| {
        identity::normalise(word).ok_or_else(|| {
            Error::usage(format!("\"{word}\" isn't an address; name who was added by one"))
                .hint("without any, the last addition is undone")
        })
    };
    let wanted: Vec<String> = match words {
        [all] if all == ALL => Vec::new(),
        _ => words.iter().map(address).collect::<Result<_>>()?,
    };
    let store = desk.store_to_write()?;
    let is_meant = |about: &[String]| {
        wanted.is_empty() || wanted.iter().any(|address| about.contains(address))
    };
    let mut taken: Vec<LastImport> = Vec::new();
    while let Some(last) = store.last_import(Provenance::Added, is_meant)? {
        if wanted.is_empty() && taken.first().is_some_and(|first| first.at != last.at) {
            break;
        }
        take_import_back(desk, &store, &last)?;
        taken.push(last);
    }
    if taken.is_empty() {
        return Err(Error::usage("nothing was added that could be undone"));
    }
    desk.follow_up(&store)?;
    let about: Vec<String> =
        taken.iter().flat_map(|it| &it.files).map(|address| clean(address)).collect();
    desk.say(&match about.len() {
        ..=NAMED => format!("undone: {}", listed(&about)),
        n => format!("undone: {}", count(n as u64, "address", "addresses")),
    });
    Ok(())
}
