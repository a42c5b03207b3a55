//! How values of the domain stand in columns.

use jiff::civil::Date;
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use super::folders::FolderId;
use super::undo::Provenance;
use crate::domain::decide::digest::told::ToldOf;
use crate::domain::decide::outbox::{DeliveryKind, DeliveryMark, DeliveryState};
use crate::domain::measure::decisions::Verb;
use crate::domain::measure::entries::EntryKind;
use crate::domain::measure::touches::Clocks;
use crate::domain::message::cues::{Cues, Marks};
use crate::domain::message::facts::MessageKey;
use crate::domain::message::identity::IdentityKind;
use crate::domain::message::mailbox::{AccountState, MailboxKind, Role, Uid, UidValidity};
use crate::domain::model::{EntryNumber, MessageNumber, Moment, Stance, TouchId};

/// Messages are positive, entries negative: one column holds either.
pub(super) fn touch_number(touch: TouchId) -> i64 {
    match touch {
        TouchId::Message(MessageNumber(id)) => id,
        TouchId::Entry(EntryNumber(id)) => -id,
    }
}

pub(super) fn touch_id(number: i64) -> TouchId {
    if number < 0 {
        TouchId::Entry(EntryNumber(-number))
    } else {
        TouchId::Message(MessageNumber(number))
    }
}

/// Hashes as one blob, eight bytes each.
pub(super) fn pack(ids: &[i64]) -> Option<Vec<u8>> {
    (!ids.is_empty()).then(|| ids.iter().flat_map(|id| id.to_le_bytes()).collect())
}

pub(super) fn unpack(bytes: &[u8]) -> Vec<i64> {
    let (ids, _) = bytes.as_chunks::<8>();
    ids.iter().map(|id| i64::from_le_bytes(*id)).collect()
}

pub(super) fn stored_key(row: &Row<'_>, column: usize) -> rusqlite::Result<MessageKey> {
    let mut key = [0; 16];
    let stored: Vec<u8> = row.get(column)?;
    key.iter_mut().zip(stored).for_each(|(to, from)| *to = from);
    Ok(MessageKey(key))
}

/// From four columns: whether it is mine, its Date, when my server received it, and when it was
/// filed first.
pub(super) fn clocks(row: &Row<'_>, first: usize) -> rusqlite::Result<Clocks> {
    let moment = |column| row.get::<_, Option<i64>>(column).map(|at| at.map(Moment));
    Ok(Clocks {
        by_me: row.get(first)?,
        date: moment(first + 1)?,
        received: moment(first + 2)?,
        internal: moment(first + 3)?,
    })
}

/// A day as it is stored: `YYYY-MM-DD`, or nothing.
pub(super) fn stored_day(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Date>> {
    let text: Option<String> = row.get(column)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

/// Places in To count from 1; whoever is in Cc comes behind all of them.
pub(super) const CC: i64 = 32_767;

/// From two columns: the marks, and who is named.
pub(super) fn cues(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Cues>> {
    let marks: Option<i64> = row.get(column)?;
    let named: Option<u16> = row.get(column + 1)?;
    Ok(marks.map(|marks| Cues {
        marks: Marks(marks.cast_unsigned()),
        named: named.unwrap_or_default(),
    }))
}

/// Kinds and states stand in columns by their names, which are spelled where they are defined.
macro_rules! by_name {
    ($($kind:ty),* $(,)?) => {
        $(
            impl ToSql for $kind {
                fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                    Ok(ToSqlOutput::from(self.name()))
                }
            }

            impl FromSql for $kind {
                fn column_result(value: ValueRef<'_>) -> FromSqlResult<$kind> {
                    let name = value.as_str()?;
                    let known = <$kind>::ALL.into_iter().find(|kind| kind.name() == name);
                    known.ok_or_else(|| FromSqlError::Other(format!("unknown: {name}").into()))
                }
            }
        )*
    };
}

/// Numbers that mean different things stand in columns as what they are.
macro_rules! by_number {
    ($($kind:path: $column:ty),* $(,)?) => {
        $(
            impl ToSql for $kind {
                fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                    Ok(ToSqlOutput::from(self.0 as i64))
                }
            }

            impl FromSql for $kind {
                fn column_result(value: ValueRef<'_>) -> FromSqlResult<$kind> {
                    Ok($kind(value.as_i64()? as $column))
                }
            }
        )*
    };
}

by_number!(FolderId: i64, MessageNumber: i64, EntryNumber: i64, Uid: u64, UidValidity: u64);

by_name!(
    AccountState,
    DeliveryKind,
    DeliveryMark,
    DeliveryState,
    EntryKind,
    IdentityKind,
    MailboxKind,
    Provenance,
    Role,
    Stance,
    ToldOf,
    Verb
);
