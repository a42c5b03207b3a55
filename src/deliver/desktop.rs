//! Alerts on the desktop, and what the user chose on them, over the session bus.
//!
//! Never queues and never repeats an alert: without a bus or a notifier it says so, and the caller
//! waits. Nothing that goes wrong on the bus takes anything else down or holds it up.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::StreamExt;
use notify_rust::{Hint, Notification, NotificationHandle, NotificationResponse};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinError, JoinSet};

pub use notify_rust::Urgency;
use zbus::fdo::{DBusProxy, NameOwnerChangedStream};

use crate::domain::text::clip;
use crate::error::{Error, Result};

const NOTIFIER: &str = "org.freedesktop.Notifications";
/// Longer than a bus takes to start a notifier on demand (25 s).
const PATIENCE: Duration = Duration::from_secs(30);
/// Alerts that are followed at once, the newest. There has to be an end: a notifier that was
/// restarted never reports what became of the alerts before.
const KEPT: usize = 50;
const TITLE_COLUMNS: usize = 120;
const BODY_LINE_COLUMNS: usize = 240;

/// What is to be shown on the desktop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Comes back in an [`ActionInvoked`]. `None`: there is nothing to choose.
    pub id: Option<String>,
    /// One line, shown up to 120 columns.
    pub title: String,
    /// Plain text, one thought a line; each is shown up to 240 columns.
    pub body: String,
    /// Whether it may interrupt.
    pub urgency: Urgency,
}

/// What the user chose on an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionInvoked {
    /// Of the alert.
    pub id: String,
    /// What was chosen.
    pub action: Action,
}

/// What can be chosen on an alert (Desktop Notifications 1.2 §9, `actions`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The alert itself was clicked.
    Open,
    /// The message needs no answer any more.
    Done,
    /// Remind me later.
    Snooze,
    /// No more alerts for this contact.
    Mute,
}

impl Action {
    const BUTTONS: [(Action, &'static str, &'static str); 4] = [
        (Action::Open, "default", "Open"),
        (Action::Done, "done", "Done"),
        (Action::Snooze, "snooze", "Snooze"),
        (Action::Mute, "mute", "Mute"),
    ];

    /// `None`: the alert was closed, or ran out of time.
    fn chosen(response: &NotificationResponse) -> Option<Action> {
        let key = match response {
            NotificationResponse::Default => "default",
            NotificationResponse::Action(key) => key,
            NotificationResponse::Reply(_) | NotificationResponse::Closed(_) => return None,
        };
        Action::BUTTONS.iter().find(|(_, known, _)| *known == key).map(|(action, ..)| *action)
    }
}

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
    fn can(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|known| known == capability)
    }
}

/// Asks who would show an alert.
///
/// # Errors
/// `Temporary` while there is no session bus, or nobody on it who shows notifications and answers
/// within 30 s.
pub async fn probe() -> Result<Notifier> {
    in_time(notifier()).await
}

async fn notifier() -> Result<Notifier> {
    let bus = session().await?;
    let (name, _vendor, version, _spec): (String, String, String, String) =
        ask(&bus, "GetServerInformation").await?;
    Ok(Notifier { name, version, capabilities: ask(&bus, "GetCapabilities").await? })
}

/// What has changed on the session bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BusEvent {
    /// A notifier has come: what couldn't be shown may be shown now.
    NotifierAppeared,
    /// The bus is gone, and nothing more is heard of alerts: connect again.
    Disconnected,
}

/// Shows alerts and listens to what becomes of them, as long as it lives.
#[derive(Debug)]
pub struct Desktop {
    actions: mpsc::Sender<ActionInvoked>,
    /// Each holds its notification's sender on the bus: gnome-shell takes a notification away when
    /// its sender leaves.
    attendants: JoinSet<()>,
    oldest_first: VecDeque<AbortHandle>,
    /// Who shows notifications, whenever that changes.
    notifiers: NameOwnerChangedStream,
}

impl Desktop {
    /// Connects to the session bus; what the user chooses comes out of the receiver.
    ///
    /// # Errors
    /// `Temporary` while there is no session bus, or one that doesn't answer within 30 s. Whether
    /// anybody shows notifications is found out by each [`Desktop::show`], since notifiers come and
    /// go.
    pub async fn connect() -> Result<(Desktop, mpsc::Receiver<ActionInvoked>)> {
        let notifiers = in_time(notifiers()).await?;
        let (actions, chosen) = mpsc::channel(KEPT);
        let (attendants, oldest_first) = (JoinSet::new(), VecDeque::new());
        Ok((Desktop { actions, attendants, oldest_first, notifiers }, chosen))
    }

    /// Waits until a notifier comes or the bus leaves. May be given up at any time.
    pub async fn bus_event(&mut self) -> BusEvent {
        while let Some(change) = self.notifiers.next().await {
            if change.args().is_ok_and(|change| change.new_owner.is_some()) {
                return BusEvent::NotifierAppeared;
            }
        }
        BusEvent::Disconnected
    }

    /// Shows one alert; returns once the notifier has it, or after 30 s.
    ///
    /// # Errors
    /// `Temporary` when it was not shown: no bus, no notifier, or one that does not answer.
    pub async fn show(&mut self, alert: &Alert) -> Result<()> {
        self.forget_the_ended();
        let handle = in_time(show(alert)).await?;
        let answer_to = alert.id.clone().map(|id| (id, self.actions.clone()));
        let attendant = attend(handle, answer_to);
        self.oldest_first.push_back(self.attendants.spawn(attendant));
        Ok(())
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

async fn show(alert: &Alert) -> Result<NotificationHandle> {
    let notification = notification(alert, &notifier().await?);
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

/// Stays with one notification until it ends.
async fn attend(
    shown: NotificationHandle,
    answer_to: Option<(String, mpsc::Sender<ActionInvoked>)>,
) {
    let (tell, told) = oneshot::channel();
    shown
        .wait_for_action_async(|response| {
            let _ = tell.send(Action::chosen(response));
        })
        .await;
    if let (Ok(Some(action)), Some((id, actions))) = (told.await, answer_to) {
        let _ = actions.send(ActionInvoked { id, action }).await;
    }
}

fn notification(alert: &Alert, notifier: &Notifier) -> Notification {
    let mut notification = Notification::new();
    notification
        .appname("Requite")
        .icon("requite")
        .summary(&clip(&alert.title, TITLE_COLUMNS))
        .body(&body(&alert.body, notifier.can("body-markup")))
        .urgency(alert.urgency)
        .hint(Hint::DesktopEntry("requite".to_owned()))
        .hint(Hint::Category("email".to_owned()));
    if alert.id.is_some() && notifier.can("actions") {
        for (_, key, label) in Action::BUTTONS {
            notification.action(key, label);
        }
    }
    notification
}

/// Escaped only for a notifier that reads markup: the others would show the escapes.
fn body(text: &str, markup: bool) -> String {
    let lines = text.lines().map(|line| clip(line, BODY_LINE_COLUMNS));
    let plain = lines.collect::<Vec<_>>().join("\n");
    if !markup {
        return plain;
    }
    plain
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&apos;")
}

async fn session() -> Result<zbus::Connection> {
    zbus::Connection::session().await.map_err(|error| {
        Error::temporary("there is no session bus, so alerts can't be shown")
            .because(error)
            .hint("run requite within the desktop session: as a user service, it finds the bus")
    })
}

async fn notifiers() -> Result<NameOwnerChangedStream> {
    let bus = session().await?;
    let listening = async {
        let names = DBusProxy::new(&bus).await?;
        names.receive_name_owner_changed_with_args(&[(0, NOTIFIER)]).await
    };
    listening.await.map_err(|error| no_notifier().because(error))
}

/// A question without arguments to the notifier (Desktop Notifications 1.2 §9).
async fn ask<T>(bus: &zbus::Connection, question: &str) -> Result<T>
where
    T: for<'d> zbus::zvariant::DynamicDeserialize<'d>,
{
    const PATH: &str = "/org/freedesktop/Notifications";
    let asking = bus.call_method(Some(NOTIFIER), PATH, Some(NOTIFIER), question, &());
    let answer = asking.await.map_err(|error| no_notifier().because(error))?;
    answer.body().deserialize().map_err(|error| no_notifier().because(error))
}

async fn in_time<T>(talk: impl Future<Output = Result<T>>) -> Result<T> {
    let silence = |_| Err(no_notifier().because(format!("no answer in {} s", PATIENCE.as_secs())));
    tokio::time::timeout(PATIENCE, talk).await.unwrap_or_else(silence)
}

fn no_notifier() -> Error {
    Error::temporary("nobody on the session bus shows notifications")
        .hint("start a notification daemon, such as dunst or mako; most desktops bring their own")
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify_rust::CloseReason;

    fn notifier(capabilities: &[&str]) -> Notifier {
        let capabilities = capabilities.iter().map(|&name| name.to_owned()).collect();
        Notifier { name: "test".to_owned(), version: "1".to_owned(), capabilities }
    }

    fn alert(body: &str) -> Alert {
        Alert {
            id: Some("C7-42".to_owned()),
            title: "Grace\n<b>Hopper</b>\u{202E} is waiting".to_owned(),
            body: body.to_owned(),
            urgency: Urgency::Normal,
        }
    }

    #[test]
    fn only_a_notifier_that_reads_markup_gets_escapes() {
        let hostile = alert("<a href='x'>R&D</a>\nsecond\u{7} line");
        let shown = |capabilities| notification(&hostile, &notifier(capabilities));
        assert_eq!(shown(&["body"]).body, "<a href='x'>R&D</a>\nsecond line");
        assert_eq!(
            shown(&["body", "body-markup"]).body,
            "&lt;a href=&apos;x&apos;&gt;R&amp;D&lt;/a&gt;\nsecond line"
        );
        assert_eq!(shown(&["body-markup"]).summary, "Grace <b>Hopper</b> is waiting");
    }

    #[test]
    fn buttons_only_where_they_work() {
        assert!(notification(&alert(""), &notifier(&["body"])).actions.is_empty());
        let news = Alert { id: None, ..alert("") };
        assert!(notification(&news, &notifier(&["actions"])).actions.is_empty());
        assert_eq!(
            notification(&alert(""), &notifier(&["actions"])).actions,
            ["default", "Open", "done", "Done", "snooze", "Snooze", "mute", "Mute"]
        );
    }

    #[test]
    fn a_closed_alert_is_no_action() {
        #[track_caller]
        fn check(response: NotificationResponse, expected: Option<Action>) {
            assert_eq!(Action::chosen(&response), expected);
        }
        check(NotificationResponse::Default, Some(Action::Open));
        check("snooze".into(), Some(Action::Snooze));
        check("mute".into(), Some(Action::Mute));
        check("launch-missiles".into(), None);
        check(NotificationResponse::Closed(CloseReason::Expired), None);
        check(NotificationResponse::Closed(CloseReason::Dismissed), None);
    }
}
