//! When a contact and I were in touch, as measuring found it: enough to tell how often.

use rusqlite::{OptionalExtension, params};

use super::Store;
use crate::domain::model::{ContactId, Moment};
use crate::error::Result;

impl Store {
    /// Replaces what was known of when a contact and I were in touch.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn put_times_in_touch(&self, contact: ContactId, times: &[Moment]) -> Result<()> {
        let packed = packed(times);
        self.db
            .prepare_cached(
                "INSERT INTO in_touch (contact, times) VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET times = ?2 WHERE times IS NOT ?2",
            )?
            .execute(params![contact.0, packed])?;
        Ok(())
    }

    /// When a contact and I were in touch, in order.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn times_in_touch(&self, contact: ContactId) -> Result<Vec<Moment>> {
        let times: Option<Vec<u8>> = self
            .db
            .prepare_cached("SELECT times FROM in_touch WHERE contact = ?1")?
            .query_row([contact.0], |row| row.get(0))
            .optional()?;
        Ok(unpacked(&times.unwrap_or_default()))
    }
}

/// A time outside of 1970…2106 is at its nearer end.
fn packed(times: &[Moment]) -> Vec<u8> {
    let clamped = |at: &Moment| at.0.clamp(0, i64::from(u32::MAX)) as u32;
    let mut seconds: Vec<u32> = times.iter().map(clamped).collect();
    seconds.sort_unstable();
    seconds.into_iter().flat_map(u32::to_le_bytes).collect()
}

fn unpacked(bytes: &[u8]) -> Vec<Moment> {
    let (times, _) = bytes.as_chunks::<4>();
    times.iter().map(|at| Moment(u32::from_le_bytes(*at).into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back_in_order() {
        let times = [Moment(1_800_000_000), Moment(7), Moment(-5)];
        assert_eq!(unpacked(&packed(&times)), [Moment(0), Moment(7), Moment(1_800_000_000)]);
        assert_eq!(unpacked(&[1, 2]), [], "a torn row");
    }
}
