//! The only place that asks what time it is.

use std::time::{Duration, Instant};

use tokio::time;

use crate::domain::model::Moment;

/// Wall-clock time, or a faster one that the demonstration plays two weeks on.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    System,
    Fast { began: Instant, from: Moment, factor: f64 },
}

impl Clock {
    /// Starts at `from` and runs `factor` times as fast as the system's.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks for the time")]
    pub fn fast(from: Moment, factor: f64) -> Clock {
        Clock::Fast { began: Instant::now(), from, factor }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that asks for the time")]
    pub fn now(&self) -> Moment {
        match self {
            Clock::System => jiff::Timestamp::now().into(),
            Clock::Fast { began, from, factor } => {
                *from + (began.elapsed().as_secs_f64() * factor) as i64
            }
        }
    }

    /// How long it really takes until this clock shows `then`.
    pub fn until(&self, then: Moment) -> Duration {
        let seconds = (then.0 - self.now().0).max(0) as f64;
        match self {
            Clock::System => Duration::from_secs_f64(seconds),
            Clock::Fast { factor, .. } => Duration::from_secs_f64(seconds / factor),
        }
    }
}

/// When so much time has passed, as the machine measures it while it is awake.
pub fn after(duration: Duration) -> time::Instant {
    time::Instant::now() + duration
}
