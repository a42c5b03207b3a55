//! An alert as a value: what it says, what it offers, and what can become of it.

use crate::domain::policy::AlertUrgency;

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
    pub urgency: AlertUrgency,
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
    /// All there are.
    pub const ALL: [Action; 4] = [Action::Open, Action::Done, Action::Snooze, Action::Mute];

    /// As notifiers and scripts spell it.
    pub fn key(self) -> &'static str {
        match self {
            Action::Open => "open",
            Action::Done => "done",
            Action::Snooze => "snooze",
            Action::Mute => "mute",
        }
    }

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
