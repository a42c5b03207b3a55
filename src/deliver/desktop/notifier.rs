//! The program that shows notifications: who it is, what it can do, and what is therefore said to
//! it (Desktop Notifications 1.2).

use notify_rust::{Hint, Notification};
use zbus::zvariant::DynamicType;

use super::alert::{Action, Alert, Choices};
use super::bus::{in_time, no_notifier, session};
use crate::domain::policy::AlertUrgency;
use crate::domain::text::clip;
use crate::error::Result;

pub(super) const NOTIFIER: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// The key of a click on the notification itself.
const DEFAULT: &str = "default";
const TITLE_COLUMNS: usize = 120;
const BODY_LINE_COLUMNS: usize = 240;

/// The program that shows notifications, by its own account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notifier {
    /// Its name.
    pub name: String,
    /// Its version, in a form of its own.
    pub version: String,
    /// What it can do, by the names of the specification.
    pub capabilities: Vec<String>,
}

impl Notifier {
    /// Whether it says so.
    pub fn can(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|known| known == capability)
    }

    /// Whether a click on the alert itself can be taken as a choice. xfce4-notifyd only closes it.
    fn has_default_action(&self) -> bool {
        !self.name.to_ascii_lowercase().contains("xfce")
    }

    /// What an alert offers there, as key and label. No more than three have buttons: GNOME drops a
    /// fourth without a word.
    pub fn actions(&self, choices: Choices) -> Vec<(&'static str, &'static str)> {
        if choices == Choices::None || !self.can("actions") {
            return Vec::new();
        }
        let offered = match choices {
            Choices::OpenAndSteer => &Action::ALL[..],
            Choices::Steer | Choices::None => &Action::ALL[1..],
        };
        let key = |action: Action| match action {
            Action::Open if self.has_default_action() => DEFAULT,
            action => action.key(),
        };
        offered.iter().map(|action| (key(*action), action.label())).collect()
    }
}

/// `None` for a key that none of our alerts has.
pub(super) fn action(key: &str) -> Option<Action> {
    match key {
        DEFAULT => Some(Action::Open),
        key => Action::ALL.into_iter().find(|action| action.key() == key),
    }
}

/// Asks who would show an alert.
///
/// # Errors
/// `Temporary` while there is no session bus, or nobody on it who shows notifications and answers
/// within 30 s.
pub async fn probe() -> Result<Notifier> {
    in_time(async { ask_who(&session().await?).await }).await
}

pub(super) async fn ask_who(bus: &zbus::Connection) -> Result<Notifier> {
    let (name, _vendor, version, _spec): (String, String, String, String) =
        ask(bus, "GetServerInformation").await?;
    Ok(Notifier { name, version, capabilities: ask(bus, "GetCapabilities").await? })
}

/// A question without arguments.
async fn ask<T>(bus: &zbus::Connection, question: &str) -> Result<T>
where
    T: for<'d> zbus::zvariant::DynamicDeserialize<'d>,
{
    let answer = message(bus, question, &()).await?;
    answer.body().deserialize().map_err(|error| no_notifier().because(error))
}

pub(super) async fn call(
    bus: &zbus::Connection,
    method: &str,
    arguments: &(impl serde::Serialize + DynamicType),
) -> Result<()> {
    message(bus, method, arguments).await.map(drop)
}

async fn message(
    bus: &zbus::Connection,
    method: &str,
    arguments: &(impl serde::Serialize + DynamicType),
) -> Result<zbus::Message> {
    let calling = bus.call_method(Some(NOTIFIER), PATH, Some(NOTIFIER), method, arguments);
    calling.await.map_err(|error| no_notifier().because(error))
}

pub(super) fn notification(alert: &Alert, notifier: &Notifier) -> Notification {
    let mut notification = Notification::new();
    notification
        .appname("Requite")
        .icon("requite")
        .summary(&clip(&alert.title, TITLE_COLUMNS))
        .body(&body(&alert.body, notifier.can("body-markup")))
        .urgency(match alert.urgency {
            AlertUrgency::Low => notify_rust::Urgency::Low,
            AlertUrgency::Normal => notify_rust::Urgency::Normal,
            AlertUrgency::Critical => notify_rust::Urgency::Critical,
        })
        .hint(Hint::DesktopEntry("requite".to_owned()))
        .hint(Hint::Category("email".to_owned()));
    for (key, label) in notifier.actions(alert.choices) {
        notification.action(key, label);
    }
    notification
}

/// Escaped only for a notifier that reads markup: the others would show the escapes.
fn body(text: &str, markup: bool) -> String {
    let lines = text.lines().map(|line| clip(line, BODY_LINE_COLUMNS));
    let plain = lines.collect::<Vec<_>>().join("\n");
    if markup { without_markup(&plain) } else { plain }
}

/// Text in which a desktop that reads markup (Pango's and the like) finds none.
pub fn without_markup(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&apos;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notifier(name: &str, capabilities: &[&str]) -> Notifier {
        let capabilities = capabilities.iter().map(|&name| name.to_owned()).collect();
        Notifier { name: name.to_owned(), version: "1".to_owned(), capabilities }
    }

    fn alert(body: &str) -> Alert {
        Alert {
            about: "C7-42".to_owned(),
            title: "Grace\n<b>Hopper</b>\u{202E} is waiting".to_owned(),
            body: body.to_owned(),
            urgency: AlertUrgency::Normal,
            choices: Choices::OpenAndSteer,
        }
    }

    #[test]
    fn only_a_notifier_that_reads_markup_gets_escapes() {
        let hostile = alert("<a href='x'>R&D</a>\nsecond\u{7} line");
        let shown = |capabilities| notification(&hostile, &notifier("test", capabilities));
        assert_eq!(shown(&["body"]).body, "<a href='x'>R&D</a>\nsecond line");
        assert_eq!(
            shown(&["body", "body-markup"]).body,
            "&lt;a href=&apos;x&apos;&gt;R&amp;D&lt;/a&gt;\nsecond line"
        );
        assert_eq!(shown(&["body-markup"]).summary, "Grace <b>Hopper</b> is waiting");
    }

    #[track_caller]
    fn check(name: &str, capabilities: &[&str], choices: Choices, expect: &[&str]) {
        let shown = Alert { choices, ..alert("") };
        let notifier = notifier(name, capabilities);
        assert_eq!(notification(&shown, &notifier).actions, expect, "{name} {choices:?}");
    }

    #[test]
    fn buttons_only_where_they_work() {
        check("gnome-shell", &["body"], Choices::OpenAndSteer, &[]);
        check("gnome-shell", &["actions"], Choices::None, &[]);
        let steer = ["done", "Done", "snooze", "Snooze", "mute", "Mute"];
        check("gnome-shell", &["actions"], Choices::Steer, &steer);
        let all = ["default", "Open", "done", "Done", "snooze", "Snooze", "mute", "Mute"];
        check("gnome-shell", &["actions"], Choices::OpenAndSteer, &all);
    }

    #[test]
    fn open_is_a_button_only_where_a_click_does_nothing() {
        let all = ["open", "Open", "done", "Done", "snooze", "Snooze", "mute", "Mute"];
        check("Xfce Notify Daemon", &["actions"], Choices::OpenAndSteer, &all);
    }

    #[test]
    fn an_unknown_key_is_no_action() {
        assert_eq!(action("default"), Some(Action::Open));
        assert_eq!(action("open"), Some(Action::Open));
        assert_eq!(action("snooze"), Some(Action::Snooze));
        assert_eq!(action("launch-missiles"), None);
    }
}
