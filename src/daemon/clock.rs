//! The only place that asks what time it is.

use std::time::Instant;

use crate::domain::model::Moment;

/// Wall-clock time, or a faster one that the demonstration plays two weeks on.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    System,
    Fast { began: Instant, from: Moment, factor: f64 },
}

impl Clock {
    /// Starts at `from` and runs `factor` times as fast as the system's.
    #[allow(clippy::disallowed_methods)]
    pub fn fast(from: Moment, factor: f64) -> Clock {
        Clock::Fast { began: Instant::now(), from, factor }
    }

    #[allow(clippy::disallowed_methods)]
    pub fn now(&self) -> Moment {
        match self {
            Clock::System => jiff::Timestamp::now().into(),
            Clock::Fast { began, from, factor } => {
                *from + (began.elapsed().as_secs_f64() * factor) as i64
            }
        }
    }
}
