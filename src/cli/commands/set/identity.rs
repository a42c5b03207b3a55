//! What a contact is recognised by, said by the user: `address=…`, `name=…`, `phone=…`, `url=…`.

use crate::cli::commands::import::take_back;
use crate::cli::desk::Desk;
use crate::domain::message::forms;
use crate::domain::message::identity::IdentityKind;
use crate::domain::text::clean;
use crate::error::{Error, Result};
use crate::store::{ContactRow, ImportRun, Provenance, Store};

/// Something that they are recognised by, in the one form in which it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SaidIdentity {
    pub(super) kind: IdentityKind,
    pub(super) value: String,
}

/// The kind that a key means; `None` for a key of something else.
pub(super) fn kind(key: &str) -> Option<IdentityKind> {
    match key {
        "address" => Some(IdentityKind::Email),
        "name" => Some(IdentityKind::Name),
        "phone" => Some(IdentityKind::Phone),
        "url" => Some(IdentityKind::Url),
        _ => None,
    }
}

/// # Errors
/// `Usage` for what is none of the kind.
pub(super) fn said(kind: IdentityKind, value: &str) -> Result<SaidIdentity> {
    let value = forms::of(kind, value)
        .ok_or_else(|| Error::usage(format!("\"{value}\" isn't {}", kind.noun())))?;
    Ok(SaidIdentity { kind, value })
}

/// Adds each; a name becomes the one they are shown by, and the old one stays known.
///
/// # Errors
/// `Usage` for an address of the user's own.
pub(super) fn add(
    desk: &Desk,
    store: &Store,
    row: &ContactRow,
    all: &[SaidIdentity],
) -> Result<()> {
    let mine = &desk.config.me.addresses;
    if let Some(own) = all.iter().find(|it| mine.contains(&it.value)) {
        return Err(Error::usage(format!("{} is yours", own.value)));
    }
    for SaidIdentity { kind, value } in all {
        let others = store.others_with(*kind, value, row.id)?;
        let mut run = ImportRun::by_hand(Provenance::Set);
        let is_new = store.transaction(|store| {
            let is_new = store.say_identity(row.id, *kind, value, &mut run)?;
            store.note_import(&about(row, *kind, value), &mut run, desk.now)?;
            Ok(is_new)
        })?;
        let name = clean(&row.name);
        let told = told(*kind, value);
        desk.say(&if is_new {
            format!("{name}: {told}")
        } else {
            format!("{name}: {told} already")
        });
        for other in others {
            let other = clean(&other);
            desk.say(&format!("{other} has it, too: each mail counts for whoever is named in it"));
        }
    }
    desk.follow_up(store)
}

/// Takes back what was said last of this kind, or of this very identity.
///
/// # Errors
/// `Usage` where nothing was.
pub(super) fn take_said_back(
    desk: &Desk,
    store: &Store,
    row: &ContactRow,
    kind: IdentityKind,
    value: Option<&str>,
) -> Result<()> {
    let value = value.map(|value| said(kind, value)).transpose()?.map(|said| said.value);
    let is_meant = |noted: &[String]| match noted {
        [_, _, of] => {
            noted == about(row, kind, of) && value.as_ref().is_none_or(|value| value == of)
        }
        _ => false,
    };
    let last = store.last_import(Provenance::Set, is_meant)?;
    let name = clean(&row.name);
    let last =
        last.ok_or_else(|| Error::usage(format!("nothing of the kind is set for {name}")))?;
    take_back(desk, store, &last)?;
    desk.follow_up(store)?;
    let value = last.files.last().map(|value| clean(value)).unwrap_or_default();
    desk.say(&format!("{name}: no longer {value}"));
    Ok(())
}

/// What is noted of it, to be taken back by.
fn about(row: &ContactRow, kind: IdentityKind, value: &str) -> [String; 3] {
    [row.id.to_string(), kind.name().to_owned(), value.to_owned()]
}

fn told(kind: IdentityKind, value: &str) -> String {
    match kind {
        IdentityKind::Email => format!("the address is {value}"),
        IdentityKind::Phone => format!("the telephone number is {value}"),
        IdentityKind::Url => format!("the link is {value}"),
        IdentityKind::Name => format!("the name is {value}"),
    }
}
