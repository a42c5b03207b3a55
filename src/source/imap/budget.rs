//! How much of an account's past may still be fetched today, where its server meters.
//!
//! One for all connections of the account. Knows no clock: what was fetched today the sink says,
//! and so it holds over restarts. What was asked for before nothing was left still comes.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::text;
use crate::error::Result;
use crate::source::Sink;

pub(super) struct Budget {
    daily: Option<u64>,
    left: AtomicU64,
}

impl Budget {
    /// `daily`: bytes; `None`: any number.
    pub(super) fn new(daily: Option<u64>) -> Self {
        Budget { daily, left: AtomicU64::new(0) }
    }

    /// So many bytes have come.
    pub(super) fn spend(&self, bytes: u64) {
        let less = |left: u64| Some(left.saturating_sub(bytes));
        // With such a function the update can't fail.
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// Whether the past may be read on. Once nothing is left, the sink is asked whether a new day
    /// has begun.
    pub(super) async fn has_left(&self, sink: &Sink, account: &str) -> Result<bool> {
        let Some(daily) = self.daily else { return Ok(true) };
        if self.left.load(Ordering::Relaxed) == 0 {
            let left = daily.saturating_sub(sink.fetched_today(account).await?);
            self.left.store(left, Ordering::Relaxed);
        }
        Ok(self.left.load(Ordering::Relaxed) > 0)
    }

    /// What there is to say while history rests.
    pub(super) fn words(&self) -> String {
        let spent = self.daily.map(text::size).unwrap_or_default();
        format!("history rests until tomorrow (UTC): the {spent} of today are spent")
    }
}
