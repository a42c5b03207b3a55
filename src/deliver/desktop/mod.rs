//! Alerts on the desktop, and what becomes of them, over the session bus.
//!
//! Never queues and never repeats an alert: without a bus or a notifier it says so, and the caller
//! waits. Nothing that goes wrong on the bus takes anything else down or holds it up.

mod alert;
mod bus;
mod ears;
mod notifier;
mod opening;
mod presence;

use std::collections::VecDeque;

use futures_util::StreamExt;
use notify_rust::NotificationHandle;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinError, JoinSet};
use zbus::fdo::{DBusProxy, NameOwnerChangedStream};

use crate::error::Result;
pub use alert::{Action, Alert, Choices, DesktopEvent, Shown};
use bus::{KEPT, in_time, no_notifier, session, soon};
use ears::Heard;
use notifier::NOTIFIER;
pub use notifier::{Notifier, probe, without_markup};
pub use opening::{ToOpen, open};
pub use presence::{Presence, is_graphical};

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
        soon(async {
            let names = DBusProxy::new(&self.bus).await.ok()?;
            let owner = names.get_name_owner(NOTIFIER.try_into().ok()?).await.ok()?;
            // Names are given anew on each bus.
            Some(format!("{} {owner}", self.bus.server_guid()))
        })
        .await
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

async fn notifiers(bus: &zbus::Connection) -> Result<NameOwnerChangedStream> {
    let listening = async {
        let names = DBusProxy::new(bus).await?;
        names.receive_name_owner_changed_with_args(&[(0, NOTIFIER)]).await
    };
    listening.await.map_err(|error| no_notifier().because(error))
}
