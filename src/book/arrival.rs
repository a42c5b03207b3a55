//! Raw mail → what is stored of it.
//!
//! Never stores anything.

use crate::domain::message::noise::{NOTICE, Traits};
use crate::mail;
use crate::source::RawMail;
use crate::store::Arrival;

/// What comes with the text of a message that is stored. Only the store knows whether that is a
/// notice of absence: a day is taken from it as if it were.
///
/// # Errors
/// Why there is nothing to read in it.
pub fn text(raw: &RawMail, me: Option<mail::Owner<'_>>) -> Result<Arrival, String> {
    arrival_with(raw, me, NOTICE)
}

/// `me`: where texts are read.
///
/// # Errors
/// Why there is nothing to read in it.
pub fn arrival(raw: &RawMail, me: Option<mail::Owner<'_>>) -> Result<Arrival, String> {
    arrival_with(raw, me, Traits::NONE)
}

/// With traits that don't stand in the header.
fn arrival_with(
    raw: &RawMail,
    me: Option<mail::Owner<'_>>,
    traits: Traits,
) -> Result<Arrival, String> {
    let mut facts = mail::facts(&raw.header).map_err(|unreadable| unreadable.0)?;
    facts.traits.insert(traits);
    if let (Some(me), Some(body_start)) = (me, &raw.body_start) {
        mail::read_text(&mut facts, &raw.header, body_start, me);
        // Where nothing could be read of it, nothing is to be asked for again.
        facts.cues.get_or_insert_default();
        facts.attachments.clone_from(&raw.attachments);
    }
    Ok(Arrival { uid: raw.uid, flags: raw.flags, disowned: false, internal: raw.internal, facts })
}
