//! What stays of the texts of messages that are stored.

use rusqlite::{OptionalExtension, params};

use super::Filing;
use super::messages::{attachments, dead_addresses};
use crate::domain::message::mailbox::UidValidity;
use crate::domain::message::noise::{NOTICE, Traits};
use crate::domain::model::MessageNumber;
use crate::error::Result;
use crate::store::folders::FolderId;
use crate::store::mail::Arrival;

impl Filing<'_> {
    /// Keeps what stays of the text of a message that is stored. Nothing else of the arrival counts:
    /// only few of its fields came with the text.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn add_text(
        &mut self,
        folder: FolderId,
        uidvalidity: UidValidity,
        arrival: &Arrival,
    ) -> Result<()> {
        let facts = &arrival.facts;
        let Some(cues) = facts.cues else { return Ok(()) };
        let mut keep = self.store.db.prepare_cached(
            "UPDATE message SET cues = ?4, named = ?5, attachments = ?6,
               back_on = iif(traits & ?8, coalesce(back_on, ?7), back_on),
               dead_addresses = iif(traits & ?10, coalesce(?9, dead_addresses), dead_addresses)
             WHERE cues IS NULL AND id = (
               SELECT message FROM instance WHERE folder = ?1 AND uidvalidity = ?2 AND uid = ?3)
             RETURNING id, author",
        )?;
        let kept = params![
            folder,
            uidvalidity,
            arrival.uid,
            cues.marks.0.cast_signed(),
            cues.named,
            attachments(facts),
            facts.back_on.map(|day| day.to_string()),
            NOTICE.0.cast_signed(),
            dead_addresses(facts, false),
            Traits::BOUNCE.0.cast_signed(),
        ];
        let kept: Option<(MessageNumber, Option<i64>)> =
            keep.query_row(kept, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((message, author)) = kept else { return Ok(()) };
        self.store.text_is_read(message)?;
        if !self.all_are_marked {
            let parties = self.addresses.parties(self.store, facts, None)?;
            self.concerned.extend(author);
            self.concerned_contacts.extend(self.store.noticed_by(message)?);
            self.concerned.extend(parties.recipients.iter().map(|it| it.address));
        }
        Ok(())
    }
}
