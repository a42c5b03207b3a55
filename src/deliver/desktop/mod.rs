//! Alerts on the desktop, and what becomes of them, over the session bus.
//!
//! Never queues and never repeats an alert: without a bus or a notifier it says so, and the caller
//! waits. Nothing that goes wrong on the bus takes anything else down or holds it up.

mod ears;
mod notifier;
mod opening;
mod presence;

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::StreamExt;
use notify_rust::NotificationHandle;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinError, JoinSet};
use zbus::fdo::{DBusProxy, NameOwnerChangedStream};

use crate::domain::policy::Urgency;
use crate::error::{Error, Result};
use ears::Heard;
use notifier::{NOTIFIER, no_notifier};
pub use notifier::{Notifier, probe};
pub use opening::{ToOpen, open};
pub use presence::{Presence, is_graphical};

/// Longer than a bus takes to start a notifier on demand (25 s).
const PATIENCE: Duration = Duration::from_secs(30);
/// Alerts that are followed at once, the newest. There has to be an end: a notifier that was
/// restarted never reports what became of the alerts before.
const KEPT: usize = 50;

/// What is to be shown on the desktop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// What it is about: it takes the place of another one about the same that still stands.
    pub about: String,
    /// One line, shown up to 120 columns.
    pub title: String,
    /// Plain text, one thought a line; each is shown up to 240 columns.
    pub body: String,
    /// Whether it may interrupt.
    pub urgency: Urgency,
    /// What the user can do about it there.
    pub choices: Choices,
}

/// What is offered on an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choices {
    /// Nothing: it is only told.
    None,
    /// Done, Snooze and Mute.
    Steer,
    /// The message can be opened, too.
    OpenAndSteer,
}

/// What can be chosen on an alert (Desktop Notifications 1.2 §9, `actions`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Show me the message.
    Open,
    /// The message needs no answer any more.
    Done,
    /// Remind me later.
    Snooze,
    /// No more alerts for this contact.
    Mute,
}

impl Action {
    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Action::Open => "Open",
            Action::Done => "Done",
            Action::Snooze => "Snooze",
            Action::Mute => "Mute",
        }
    }
}

/// An alert that a notifier has taken, as both know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Which notifier, in which run of it.
    pub notifier: String,
    /// What it calls the alert.
    pub number: u32,
}

/// What has happened on the session bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DesktopEvent {
    /// A notifier has come: what couldn't be shown may be shown now.
    NotifierAppeared,
    /// The bus is gone, and nothing more is heard of alerts: connect again.
    Disconnected,
    /// The user chose something on an alert; perhaps on one that an earlier run of ours showed.
    Chosen {
        /// The notifier's of the alert.
        number: u32,
        /// What was chosen.
        action: Action,
        /// What lets the window come to the front that is opened now.
        token: Option<String>,
    },
    /// An alert is gone from the screen.
    Closed {
        /// The notifier's of the alert.
        number: u32,
        /// Its time was over; else somebody took it away.
        expired: bool,
    },
}

/// Shows alerts and listens to what becomes of them, as long as it lives.
#[derive(Debug)]
pub struct Desktop {
    bus: zbus::Connection,
    tell: mpsc::Sender<Heard>,
    heard: mpsc::Receiver<DesktopEvent>,
    /// Each holds its notification's sender on the bus: gnome-shell takes a notification away when
    /// its sender leaves.
    attendants: JoinSet<()>,
    oldest_first: VecDeque<AbortHandle>,
    /// Who shows notifications, whenever that changes.
    notifiers: NameOwnerChangedStream,
    /// Ends with it.
    _ears: JoinSet<()>,
}

impl Desktop {
    /// Connects to the session bus.
    ///
    /// # Errors
    /// `Temporary` while there is no session bus, or one that doesn't answer within 30 s. Whether
    /// anybody shows notifications is found out by each [`Desktop::show`], since notifiers come and
    /// go.
    pub async fn connect() -> Result<Desktop> {
        in_time(async {
            let bus = session().await?;
            let notifiers = notifiers(&bus).await?;
            let (tell, told) = mpsc::channel(KEPT);
            let (events, heard) = mpsc::channel(KEPT);
            let mut ears = JoinSet::new();
            ears.spawn(ears::listen(ears::signals(&bus).await?, told, events));
            let (attendants, oldest_first) = (JoinSet::new(), VecDeque::new());
            Ok(Desktop { bus, tell, heard, attendants, oldest_first, notifiers, _ears: ears })
        })
        .await
    }

    /// Waits until something happens. May be given up at any time.
    pub async fn event(&mut self) -> DesktopEvent {
        loop {
            tokio::select! {
                Some(event) = self.heard.recv() => return event,
                change = self.notifiers.next() => match change {
                    None => return DesktopEvent::Disconnected,
                    Some(change) => {
                        if change.args().is_ok_and(|change| change.new_owner.is_some()) {
                            return DesktopEvent::NotifierAppeared;
                        }
                    }
                }
            }
        }
    }

    /// Who shows alerts now, in which run; `None`: nobody does.
    pub async fn notifier(&self) -> Option<String> {
        let names = DBusProxy::new(&self.bus).await.ok()?;
        let owner = names.get_name_owner(NOTIFIER.try_into().ok()?).await.ok()?;
        // Names are given anew on each bus.
        Some(format!("{} {owner}", self.bus.server_guid()))
    }

    /// Shows one alert, in the place of the one of that number if it still stands; returns once the
    /// notifier has it, or after 30 s.
    ///
    /// # Errors
    /// `Temporary` when it was not shown: no bus, no notifier, or one that does not answer.
    pub async fn show(&mut self, alert: &Alert, replaces: Option<u32>) -> Result<Shown> {
        self.forget_the_ended();
        let handle = in_time(show(&self.bus, alert, replaces)).await?;
        let number = handle.id();
        let attendant = ears::attend(handle, self.tell.clone());
        self.oldest_first.push_back(self.attendants.spawn(attendant));
        Ok(Shown { notifier: self.notifier().await.unwrap_or_default(), number })
    }

    /// Takes an alert from the screen.
    ///
    /// # Errors
    /// `Temporary` where there is no notifier, or one that doesn't answer.
    pub async fn close(&self, number: u32) -> Result<()> {
        in_time(notifier::call(&self.bus, "CloseNotification", &number)).await
    }

    fn forget_the_ended(&mut self) {
        while let Some(ended) = self.attendants.try_join_next() {
            if ended.as_ref().is_err_and(JoinError::is_panic) {
                tracing::warn!("lost sight of a desktop alert: the session bus misbehaved");
            }
        }
        self.oldest_first.retain(|attendant| !attendant.is_finished());
        while self.oldest_first.len() >= KEPT {
            self.oldest_first.pop_front().inspect(AbortHandle::abort);
        }
    }
}

async fn show(
    bus: &zbus::Connection,
    alert: &Alert,
    replaces: Option<u32>,
) -> Result<NotificationHandle> {
    let mut notification = notifier::notification(alert, &notifier::ask_who(bus).await?);
    if let Some(number) = replaces {
        notification.id(number);
    }
    // A task of its own: notify-rust unwraps what the system says, and a panic then ends the task.
    let mut showing = JoinSet::new();
    showing.spawn(async move { notification.show_async().await });
    match showing.join_next().await {
        Some(Ok(Ok(handle))) => Ok(handle),
        Some(Ok(Err(error))) => Err(no_notifier().because(error.to_string())),
        Some(Err(crash)) => Err(no_notifier().because(crash)),
        None => Err(no_notifier()),
    }
}

async fn session() -> Result<zbus::Connection> {
    zbus::Connection::session().await.map_err(|error| {
        Error::temporary("there is no session bus, so alerts can't be shown")
            .because(error)
            .hint("run requite within the desktop session: as a user service, it finds the bus")
    })
}

async fn notifiers(bus: &zbus::Connection) -> Result<NameOwnerChangedStream> {
    let listening = async {
        let names = DBusProxy::new(bus).await?;
        names.receive_name_owner_changed_with_args(&[(0, NOTIFIER)]).await
    };
    listening.await.map_err(|error| no_notifier().because(error))
}

async fn in_time<T>(talk: impl Future<Output = Result<T>>) -> Result<T> {
    let silence = |_| Err(no_notifier().because(format!("no answer in {} s", PATIENCE.as_secs())));
    tokio::time::timeout(PATIENCE, talk).await.unwrap_or_else(silence)
}
