//! Where alerts are shown: the desktop, and whoever else wants to see them.
//!
//! Knows nothing of what an alert says, or of what was shown before.

use std::future::pending;

use tokio::sync::mpsc;
use tracing::{info, warn};

use super::RETRY;
use crate::config::Config;
use crate::deliver::{ActionInvoked, Alert, BusEvent, Desktop};
use crate::domain::model::Moment;

/// Where alerts are shown.
#[derive(Debug, Clone, Default)]
pub struct Outlet {
    pub desktop: bool,
    /// Whoever else wants to see them: the demonstration prints them.
    pub also: Option<mpsc::UnboundedSender<Alert>>,
}

pub struct AlertDesk {
    outlet: Outlet,
    connected: Option<(Desktop, mpsc::Receiver<ActionInvoked>)>,
    /// What was chosen and isn't carried out yet.
    chosen: Vec<ActionInvoked>,
    /// Nothing is shown before then: nobody was there.
    retry: Option<Moment>,
}

impl AlertDesk {
    pub fn new(outlet: Outlet) -> AlertDesk {
        AlertDesk { outlet, connected: None, chosen: Vec::new(), retry: None }
    }

    /// Whether anybody wants to be told of anything.
    pub fn is_wanted(&self, config: &Config) -> bool {
        config.desktop || self.outlet.also.is_some()
    }

    pub fn retry(&self) -> Option<Moment> {
        self.retry
    }

    pub fn wait_until(&mut self, then: Moment) {
        self.retry = Some(then);
    }

    pub fn take_chosen(&mut self) -> Vec<ActionInvoked> {
        std::mem::take(&mut self.chosen)
    }

    /// Waits until the user has chosen something, or a notifier has come, or the bus has gone.
    pub async fn happens(&mut self) {
        let Some((desktop, actions)) = &mut self.connected else { return pending().await };
        tokio::select! {
            Some(action) = actions.recv() => self.chosen.push(action),
            event = desktop.bus_event() => match event {
                BusEvent::NotifierAppeared => self.retry = None,
                BusEvent::Disconnected => self.connected = None,
            }
        }
    }

    /// Whether anybody is there to be told.
    pub async fn is_heard(&mut self, config: &Config, now: Moment) -> bool {
        if self.retry.is_some_and(|retry| now < retry) {
            return false;
        }
        if self.outlet.desktop && config.desktop && self.connected.is_none() {
            match Desktop::connect().await {
                Ok(connected) => self.connected = Some(connected),
                Err(cause) if self.outlet.also.is_none() => {
                    info!("alerts wait: {cause}");
                    self.wait_until(now + RETRY);
                    return false;
                }
                Err(_) => {}
            }
        }
        true
    }

    /// Whether it was shown anywhere, or there is nowhere to show it.
    pub async fn display(&mut self, alert: Alert) -> bool {
        if let Some((desktop, _)) = &mut self.connected
            && let Err(cause) = desktop.show(&alert).await
        {
            warn!("alert not shown: {cause}");
            if self.outlet.also.is_none() {
                return false;
            }
            self.connected = None;
        }
        if let Some(also) = &self.outlet.also {
            let _ = also.send(alert);
        }
        true
    }
}
