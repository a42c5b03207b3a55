//! Where alerts are shown: the desktop, and whoever else wants to see them.
//!
//! Knows nothing of what an alert says, or of what was shown before.

use std::collections::VecDeque;
use std::future::pending;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tracing::{info, warn};

use super::RETRY;
use crate::config::Config;
use crate::deliver::{self, Alert, Desktop, DesktopEvent, Presence, Shown, ToOpen, is_graphical};
use crate::domain::model::Moment;
use crate::error::{Error, Result};

/// Where alerts are shown.
#[derive(Debug, Clone, Default)]
pub struct Outlet {
    pub desktop: bool,
    /// Whoever else wants to see them, whoever sits there: the demonstration prints them.
    pub also: Option<mpsc::UnboundedSender<Alert>>,
}

/// What became of an alert that was to be shown.
#[derive(Debug, PartialEq, Eq)]
pub enum Displayed {
    OnScreen(Shown),
    /// To whoever else wants to see it, or there is nowhere to show it.
    Elsewhere,
    Failed,
}

pub struct AlertDesk {
    outlet: Outlet,
    desktop: Option<Desktop>,
    /// `None` until alerts were to be shown.
    presence: Option<Presence>,
    /// What has happened and wasn't looked at yet.
    events: VecDeque<DesktopEvent>,
    /// Messages that are being opened.
    openings: JoinSet<Result<()>>,
    /// What couldn't be opened.
    failures: Vec<Error>,
    /// Nothing is shown before then: it failed.
    retry: Option<Moment>,
}

impl AlertDesk {
    pub fn new(outlet: Outlet) -> AlertDesk {
        AlertDesk {
            outlet,
            desktop: None,
            presence: None,
            events: VecDeque::new(),
            openings: JoinSet::new(),
            failures: Vec::new(),
            retry: None,
        }
    }

    /// Whether anybody wants to be told of anything.
    pub fn is_wanted(&self, config: &Config) -> bool {
        config.desktop || self.outlet.also.is_some()
    }

    /// Whether nobody sits there, as far as anybody knows.
    pub fn nobody_is_there(&self) -> bool {
        let away = |presence: &Presence| !presence.somebody_is_there();
        self.outlet.also.is_none() && self.presence.as_ref().is_some_and(away)
    }

    pub fn retry(&self) -> Option<Moment> {
        self.retry
    }

    pub fn wait_until(&mut self, then: Moment) {
        self.retry = Some(then);
    }

    /// What happened first of what wasn't dealt with; it stays until that is done.
    pub fn first_event(&self) -> Option<DesktopEvent> {
        self.events.front().cloned()
    }

    pub fn event_is_done(&mut self) {
        self.events.pop_front();
    }

    pub fn take_failures(&mut self) -> Vec<Error> {
        std::mem::take(&mut self.failures)
    }

    /// Waits until the user has chosen something, somebody has come or gone, or the desktop has
    /// changed.
    pub async fn happens(&mut self) {
        let AlertDesk { desktop, presence, openings, .. } = self;
        let event = async {
            match desktop {
                Some(desktop) => desktop.event().await,
                None => pending().await,
            }
        };
        let comes_or_goes = async {
            match presence {
                Some(presence) => presence.changed().await,
                None => pending().await,
            }
        };
        tokio::select! {
            event = event => match event {
                DesktopEvent::NotifierAppeared => self.retry = None,
                DesktopEvent::Disconnected => self.desktop = None,
                event => self.events.push_back(event),
            },
            () = comes_or_goes => {}
            Some(opened) = openings.join_next() => {
                self.failures.extend(opened.ok().and_then(Result::err));
            }
        }
    }

    /// Whether the desktop is listened to.
    pub fn listens(&self) -> bool {
        self.desktop.is_some()
    }

    /// Listens to the desktop, without waiting for something to show.
    pub async fn listen(&mut self, config: &Config) -> Result<()> {
        if self.outlet.desktop && config.desktop && self.desktop.is_none() {
            self.desktop = Some(Desktop::connect().await?);
        }
        Ok(())
    }

    /// Who shows alerts now, in which run.
    pub async fn notifier(&self) -> Option<String> {
        self.desktop.as_ref()?.notifier().await
    }

    /// Whether anybody is there to be told.
    pub async fn is_heard(&mut self, config: &Config, now: Moment) -> bool {
        if self.retry.is_some_and(|retry| now < retry) {
            return false;
        }
        if !self.outlet.desktop || !config.desktop {
            return true;
        }
        let found = match is_graphical().await {
            true => self.listen(config).await,
            false => Err(Error::temporary("there is no graphical session")),
        };
        if self.outlet.also.is_some() {
            return true;
        }
        if let Err(cause) = found {
            info!("alerts wait: {cause}");
            self.wait_until(now + RETRY);
            return false;
        }
        if self.presence.is_none() {
            self.presence = Some(Presence::follow().await);
        }
        !self.nobody_is_there()
    }

    /// Shows an alert, in the place of the one of that number.
    pub async fn display(&mut self, alert: Alert, replaces: Option<u32>) -> Displayed {
        let mut displayed = Displayed::Elsewhere;
        if let Some(desktop) = &mut self.desktop {
            match desktop.show(&alert, replaces).await {
                Ok(shown) => displayed = Displayed::OnScreen(shown),
                Err(cause) => {
                    warn!("alert not shown: {cause}");
                    if self.outlet.also.is_none() {
                        return Displayed::Failed;
                    }
                    self.desktop = None;
                }
            }
        }
        if let Some(also) = &self.outlet.also {
            let _ = also.send(alert);
        }
        displayed
    }

    /// Takes an alert from the screen, if it is still there; `false`: nobody takes it.
    pub async fn withdraw(&mut self, number: u32) -> bool {
        let Some(desktop) = &self.desktop else { return false };
        let closed = desktop.close(number).await;
        closed.inspect_err(|cause| info!("an alert wasn't withdrawn: {cause}")).is_ok()
    }

    /// Has something opened, beside everything else; what goes wrong is among the failures then.
    pub fn open(&mut self, what: ToOpen, token: Option<String>) {
        self.openings.spawn(async move { deliver::open(&what, token.as_deref()).await });
    }
}
