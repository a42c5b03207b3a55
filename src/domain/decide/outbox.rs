//! What is told or sent: what makes each the one that it is, so that none leaves twice.
//!
//! Plain values and their spelling; shows and sends nothing.

use jiff::civil::Date;

use crate::domain::model::{TouchId, TurnId};

/// What is told or sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryKind {
    /// A debt, on the desktop.
    Alert,
    /// The look at all debts; nothing of it is shown by itself.
    Batch,
    /// The weekly mail.
    Digest,
    /// What is wrong with an account, on the desktop.
    Notice,
}

impl DeliveryKind {
    /// All there are.
    pub const ALL: [DeliveryKind; 4] =
        [DeliveryKind::Alert, DeliveryKind::Batch, DeliveryKind::Digest, DeliveryKind::Notice];

    /// As the database spells it.
    pub fn name(self) -> &'static str {
        match self {
            DeliveryKind::Alert => "alert",
            DeliveryKind::Batch => "batch",
            DeliveryKind::Digest => "digest",
            DeliveryKind::Notice => "notice",
        }
    }
}

/// One thing to tell or to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// Of a turn, for the first or the second time.
    Alert {
        /// By whichever of its touches.
        turn: TurnId,
        /// 1 or 2.
        time: u32,
    },
    /// The look at all debts on one local day.
    Batch {
        /// The one on which it fell due.
        day: Date,
    },
    /// Of an ISO week, such as `2026-W47`.
    Digest {
        /// The one that it closes.
        week: String,
    },
    /// Of what is wrong with an account, once a local day.
    Notice {
        /// The account and what it is, in words that stay the same.
        problem: String,
        /// On which it is said.
        day: Date,
    },
}

impl Delivery {
    /// `None` for what no version spells so.
    pub fn read(kind: DeliveryKind, subject: &str, period: &str) -> Option<Delivery> {
        Some(match kind {
            DeliveryKind::Alert => {
                Delivery::Alert { turn: subject.parse().ok()?, time: period.parse().ok()? }
            }
            DeliveryKind::Batch => Delivery::Batch { day: period.parse().ok()? },
            DeliveryKind::Digest => Delivery::Digest { week: period.to_owned() },
            DeliveryKind::Notice => {
                Delivery::Notice { problem: subject.to_owned(), day: period.parse().ok()? }
            }
        })
    }

    /// Which of them it is.
    pub fn kind(&self) -> DeliveryKind {
        match self {
            Delivery::Alert { .. } => DeliveryKind::Alert,
            Delivery::Batch { .. } => DeliveryKind::Batch,
            Delivery::Digest { .. } => DeliveryKind::Digest,
            Delivery::Notice { .. } => DeliveryKind::Notice,
        }
    }

    /// What it is about.
    pub fn subject(&self) -> String {
        match self {
            Delivery::Alert { turn, .. } => turn.to_string(),
            Delivery::Batch { .. } | Delivery::Digest { .. } => String::new(),
            Delivery::Notice { problem, .. } => problem.clone(),
        }
    }

    /// What tells it from others about the same: its day, its week, or how often it was told.
    pub fn period(&self) -> String {
        match self {
            Delivery::Alert { time, .. } => time.to_string(),
            Delivery::Batch { day } | Delivery::Notice { day, .. } => day.to_string(),
            Delivery::Digest { week } => week.clone(),
        }
    }

    /// The touch that its turn was named by.
    pub fn touch(&self) -> Option<TouchId> {
        match self {
            Delivery::Alert { turn, .. } => Some(turn.touch),
            _ => None,
        }
    }
}

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// Nothing has gone out.
    Planned,
    /// It may have gone out.
    Sending,
    /// It has gone out, or there was nothing left to say.
    Sent,
}

impl DeliveryState {
    /// All there are.
    pub const ALL: [DeliveryState; 3] =
        [DeliveryState::Planned, DeliveryState::Sending, DeliveryState::Sent];

    /// As the database spells it.
    pub fn name(self) -> &'static str {
        match self {
            DeliveryState::Planned => "planned",
            DeliveryState::Sending => "sending",
            DeliveryState::Sent => "sent",
        }
    }
}

/// What else is remembered of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeliveryMark {
    /// Nothing.
    #[default]
    Plain,
    /// An alert that takes nothing from the week's budget.
    Unbudgeted,
    /// A digest that bears the seal of its week; those of before bore none.
    Sealed,
}

impl DeliveryMark {
    /// All there are.
    pub const ALL: [DeliveryMark; 3] =
        [DeliveryMark::Plain, DeliveryMark::Unbudgeted, DeliveryMark::Sealed];

    /// As the database spells it.
    pub fn name(self) -> &'static str {
        match self {
            DeliveryMark::Plain => "",
            DeliveryMark::Unbudgeted => "unbudgeted",
            DeliveryMark::Sealed => "sealed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::{ContactId, EntryNumber};

    #[test]
    fn a_delivery_is_read_as_it_was_written() {
        let day = "2026-11-23".parse().unwrap();
        let turn = TurnId { contact: ContactId(12), touch: TouchId::Entry(EntryNumber(3)) };
        for delivery in [
            Delivery::Alert { turn, time: 2 },
            Delivery::Batch { day },
            Delivery::Digest { week: "2026-W48".to_owned() },
            Delivery::Notice { problem: "work: login refused".to_owned(), day },
        ] {
            let (subject, period) = (delivery.subject(), delivery.period());
            assert_eq!(Delivery::read(delivery.kind(), &subject, &period), Some(delivery));
        }
        assert_eq!(Delivery::read(DeliveryKind::Alert, "C12", "1"), None);
    }
}
