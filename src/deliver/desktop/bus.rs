//! The session bus, and how long it is waited for.

use std::time::Duration;

use crate::error::{Error, Result};

/// Longer than a bus takes to start a notifier on demand (25 s).
const PATIENCE: Duration = Duration::from_secs(30);
/// Alerts that are followed at once, the newest. There has to be an end: a notifier that was
/// restarted never reports what became of the alerts before.
pub(super) const KEPT: usize = 50;

pub(super) async fn session() -> Result<zbus::Connection> {
    zbus::Connection::session().await.map_err(|error| {
        Error::temporary("there is no session bus, so alerts can't be shown")
            .because(error)
            .hint("run requite within the desktop session: as a user service, it finds the bus")
    })
}

/// # Errors
/// Those of the talk, and `Temporary` where it doesn't end within 30 s.
pub(super) async fn in_time<T>(talk: impl Future<Output = Result<T>>) -> Result<T> {
    let silence = |_| Err(no_notifier().because(format!("no answer in {} s", PATIENCE.as_secs())));
    tokio::time::timeout(PATIENCE, talk).await.unwrap_or_else(silence)
}

/// What is asked in passing, of the bus itself or of systemd, is answered at once or not at all.
pub(super) async fn soon<T>(talk: impl Future<Output = Option<T>>) -> Option<T> {
    const AT_ONCE: Duration = Duration::from_secs(3);
    tokio::time::timeout(AT_ONCE, talk).await.ok().flatten()
}

pub(super) fn no_notifier() -> Error {
    Error::temporary("nobody on the session bus shows notifications")
        .hint("start a notification daemon, such as dunst or mako; most desktops bring their own")
}
