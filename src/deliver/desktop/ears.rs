//! What the notifier says of our alerts, from whichever connection it is heard.
//!
//! Some notifiers tell everybody on the bus, others the sender alone: so both a connection of our
//! own listens and the one that each notification was sent by. What comes twice is told once or
//! twice; whoever takes it knows which alerts still stand.

use std::collections::HashMap;
use std::pin::Pin;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use notify_rust::{CloseReason, NotificationHandle, NotificationResponse};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::sleep;
use zbus::message::Type;
use zbus::{MatchRule, Message, MessageStream};

use super::alert::{Action, DesktopEvent};
use super::bus::{KEPT, no_notifier};
use super::notifier::{NOTIFIER, action};
use crate::error::Result;

/// The token may come after the action that it is for.
const TOKEN_AFTER: Duration = Duration::from_millis(200);
/// `NotificationClosed`: its time was over (Desktop Notifications 1.2 §10).
const EXPIRED: u32 = 1;

/// What was said of one notification.
#[derive(Debug)]
pub(super) enum Heard {
    Action(u32, String),
    Token(u32, String),
    Closed(u32, bool),
}

pub(super) type Signals = Pin<Box<dyn Stream<Item = Heard> + Send>>;

/// What the notifier tells everybody.
///
/// # Errors
/// `Temporary` where the bus doesn't let us listen.
pub(super) async fn signals(bus: &zbus::Connection) -> Result<Signals> {
    let listening = async {
        let rule = MatchRule::builder()
            .msg_type(Type::Signal)
            .sender(NOTIFIER)?
            .interface(NOTIFIER)?
            .build();
        MessageStream::for_match_rule(rule, bus, None).await
    };
    let messages = listening.await.map_err(|error| no_notifier().because(error))?;
    Ok(Box::pin(messages.filter_map(async |message| read(&message.ok()?))))
}

fn read(message: &Message) -> Option<Heard> {
    let header = message.header();
    let body = message.body();
    match header.member()?.as_str() {
        "ActionInvoked" => body.deserialize().ok().map(|(number, key)| Heard::Action(number, key)),
        "ActivationToken" => {
            body.deserialize().ok().map(|(number, token)| Heard::Token(number, token))
        }
        "NotificationClosed" => {
            let (number, reason): (u32, u32) = body.deserialize().ok()?;
            Some(Heard::Closed(number, reason == EXPIRED))
        }
        _ => None,
    }
}

/// Stays with one notification until it ends, as its sender.
pub(super) async fn attend(shown: NotificationHandle, tell: mpsc::Sender<Heard>) {
    let (end, ended) = oneshot::channel();
    let number = shown.id();
    shown
        .wait_for_action_async(|response| {
            let _ = end.send(match response {
                NotificationResponse::Default => Heard::Action(number, "default".to_owned()),
                NotificationResponse::Action(key) => Heard::Action(number, key.clone()),
                NotificationResponse::Closed(reason) => {
                    Heard::Closed(number, *reason == CloseReason::Expired)
                }
                NotificationResponse::Reply(_) => return,
            });
        })
        .await;
    if let Ok(heard) = ended.await {
        let _ = tell.send(heard).await;
    }
}

/// Brings together what is heard, until nobody wants to know any more.
pub(super) async fn listen(
    mut signals: Signals,
    mut told: mpsc::Receiver<Heard>,
    events: mpsc::Sender<DesktopEvent>,
) {
    let mut tokens = Tokens::default();
    loop {
        let heard = tokio::select! {
            Some(heard) = signals.next() => heard,
            Some(heard) = told.recv() => heard,
            Some(number) = tokens.came_too_late() => {
                if events.send(chosen(number, Action::Open, None)).await.is_err() {
                    return;
                }
                continue;
            }
            else => return,
        };
        let event = match heard {
            Heard::Action(number, key) => match action(&key) {
                Some(Action::Open) => tokens.opened(number),
                Some(action) => Some(chosen(number, action, None)),
                None => None,
            },
            Heard::Token(number, token) => tokens.given(number, token),
            // What was chosen on it comes first.
            Heard::Closed(number, _) if tokens.is_waiting(number) => None,
            Heard::Closed(number, expired) => Some(DesktopEvent::Closed { number, expired }),
        };
        if let Some(event) = event
            && events.send(event).await.is_err()
        {
            return;
        }
    }
}

fn chosen(number: u32, action: Action, token: Option<String>) -> DesktopEvent {
    DesktopEvent::Chosen { number, action, token }
}

/// Tokens and the openings that they are for, whichever comes first.
#[derive(Default)]
struct Tokens {
    early: HashMap<u32, String>,
    waiting: HashMap<u32, AbortHandle>,
    patience: JoinSet<u32>,
}

impl Tokens {
    fn is_waiting(&self, number: u32) -> bool {
        self.waiting.contains_key(&number)
    }

    fn opened(&mut self, number: u32) -> Option<DesktopEvent> {
        if let Some(token) = self.early.remove(&number) {
            return Some(chosen(number, Action::Open, Some(token)));
        }
        if !self.is_waiting(number) {
            let patience = async move {
                sleep(TOKEN_AFTER).await;
                number
            };
            self.waiting.insert(number, self.patience.spawn(patience));
        }
        None
    }

    fn given(&mut self, number: u32, token: String) -> Option<DesktopEvent> {
        if let Some(patience) = self.waiting.remove(&number) {
            patience.abort();
            return Some(chosen(number, Action::Open, Some(token)));
        }
        // Others' alerts have tokens, too.
        if self.early.len() >= KEPT {
            self.early.clear();
        }
        self.early.insert(number, token);
        None
    }

    /// Waits until one was waited for long enough; `None`: none is.
    async fn came_too_late(&mut self) -> Option<u32> {
        loop {
            let number = self.patience.join_next().await?;
            if let Ok(number) = number
                && self.waiting.remove(&number).is_some()
            {
                return Some(number);
            }
        }
    }
}
