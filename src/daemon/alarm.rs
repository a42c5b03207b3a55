//! Wakes when the wall clock shows an instant, or is set: by the user, by a time server, or by the
//! machine that wakes from sleep.
//!
//! Costs nothing meanwhile: the system keeps the time (timerfd_create(2)).

use std::future::pending;
use std::io;
use std::os::fd::OwnedFd;

use rustix::io::Errno;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use tokio::io::unix::AsyncFd;
use tokio::time::sleep_until;
use tracing::warn;

use super::clock::{Clock, after};
use crate::domain::model::{DAY, Moment};

/// A timer has to be set for some time; nobody waits for so long.
const FAR: i64 = 3650 * DAY;

/// Why an alarm rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ring {
    /// The instant has come.
    Time,
    /// The clock was set.
    ClockSet,
}

pub struct Alarm {
    clock: Clock,
    /// `None`: the system has no such timer, and what the clock shows is taken on trust.
    timer: Option<AsyncFd<OwnedFd>>,
}

impl Alarm {
    pub fn new(clock: Clock) -> Alarm {
        let timer = match clock {
            Clock::System => timer().map_err(|cause| warn!("no timer: {cause}")).ok(),
            Clock::Fast { .. } => None,
        };
        Alarm { clock, timer }
    }

    /// Rings at `then`, if anybody says when, or when the clock is set.
    pub async fn rings(&self, then: Option<Moment>) -> Ring {
        let Some(timer) = &self.timer else {
            match then {
                Some(then) => sleep_until(after(self.clock.until(then))).await,
                None => pending().await,
            }
            return Ring::Time;
        };
        match ring(timer, then.unwrap_or(self.clock.now() + FAR)).await {
            Ok(ring) => ring,
            Err(cause) => {
                warn!("the timer fails: {cause}");
                pending().await
            }
        }
    }
}

#[expect(deprecated, reason = "an OwnedFd is sound here, and what succeeds this is unsafe code")]
fn timer() -> io::Result<AsyncFd<OwnedFd>> {
    let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
    let timer = timerfd_create(TimerfdClockId::Realtime, flags)?;
    AsyncFd::new(timer)
}

async fn ring(timer: &AsyncFd<OwnedFd>, then: Moment) -> io::Result<Ring> {
    let at = Timespec { tv_sec: then.0.max(1), tv_nsec: 0 };
    let never = Timespec { tv_sec: 0, tv_nsec: 0 };
    let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
    timerfd_settime(timer, flags, &Itimerspec { it_interval: never, it_value: at })?;
    loop {
        let mut ready = timer.readable().await?;
        let mut expired = [0; 8];
        match rustix::io::read(timer, &mut expired) {
            Ok(_) => return Ok(Ring::Time),
            Err(Errno::CANCELED) => return Ok(Ring::ClockSet),
            Err(Errno::AGAIN) => ready.clear_ready(),
            Err(cause) => return Err(cause.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn it_rings_when_the_clock_shows_the_instant() {
        let alarm = Alarm::new(Clock::System);
        let now = Clock::System.now();
        assert_eq!(alarm.rings(Some(now - 5)).await, Ring::Time, "what is past rings at once");
        assert_eq!(alarm.rings(Some(now + 1)).await, Ring::Time);
        assert!(Clock::System.now() > now);
    }

    #[tokio::test]
    async fn it_rings_early_on_a_fast_clock_and_never_without_an_instant() {
        let alarm = Alarm::new(Clock::fast(Moment(1_700_000_000), 86_400.0));
        assert_eq!(alarm.rings(Some(Moment(1_700_000_000) + 3600)).await, Ring::Time);
        let never = tokio::time::timeout(Duration::from_millis(20), alarm.rings(None)).await;
        assert!(never.is_err());
    }
}
