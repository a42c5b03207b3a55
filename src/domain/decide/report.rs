//! The report as a value: everything that can be looked at, at one instant.
//!
//! Says what stands in it, not how it looks.

use super::digest::network::{Drift, NamedContact, ToldIntroduction};
use super::digest::{Digest, Extent};
use crate::domain::measure::balance::Balance;
use crate::domain::measure::picture::Picture;
use crate::domain::measure::rhythm::Rhythm;
use crate::domain::measure::standing::Standing;
use crate::domain::model::ContactId;

/// A page has room for everything.
pub const PAGE: Extent = Extent { weeks: 26, due: usize::MAX, perhaps: usize::MAX };

/// Everything that can be looked at.
#[derive(Debug, Clone)]
pub struct NetworkReport {
    /// The promise and the debts, as far as a page has room; no score of before.
    pub digest: Digest,
    /// Everybody but who was let go of, best first.
    pub contacts: Vec<ReportedContact>,
    /// All that were made, the newest first.
    pub introductions: Vec<ToldIntroduction>,
    /// Everybody with whom I am losing touch, the longest known first.
    pub losing_touch: Vec<(NamedContact, Rhythm)>,
    /// Whether what I did this week is what I say.
    pub drift: Option<Drift>,
    /// Of everybody together.
    pub balance: Balance,
}

/// A contact, where they stand, and what can be drawn of them.
#[derive(Debug, Clone)]
pub struct ReportedContact {
    /// Who.
    pub id: ContactId,
    /// As it is shown.
    pub name: String,
    /// Position and company, as far as they are known.
    pub work: Vec<String>,
    /// Their answers must not be late.
    pub starred: bool,
    /// In hours.
    pub limit_h: f64,
    /// Both response times and the score.
    pub standing: Standing,
    /// Where enough is known to draw anything.
    pub picture: Option<Picture>,
}
