//! `notify test`: a sample alert, who took it, and which of its buttons was pressed.

use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::desk::Desk;
use crate::deliver::{self, Action, Alert, Choices, Desktop, DesktopEvent, Notifier};
use crate::domain::text::{clean, count};
use crate::error::Result;

#[derive(Debug, Args)]
pub(crate) struct NotifyArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show a sample alert, and say who took it, what it can do, and which button was pressed
    Test(TestArgs),
}

#[derive(Debug, Args)]
struct TestArgs {
    /// How long to wait for a button, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    wait: u64,
}

/// How the waiting for a button ended.
enum Ending {
    Chosen(Action, bool),
    Closed,
    BusLeft,
    TimeOver,
}

/// # Errors
/// `Temporary` without a session bus, or without anybody on it who shows notifications.
pub(super) async fn run(desk: &Desk, args: &NotifyArgs) -> Result<()> {
    let What::Test(TestArgs { wait }) = args.what;
    let mut desktop = Desktop::connect().await?;
    let shown = desktop.show(&sample(desk), None).await?;
    let notifier = deliver::probe().await?;
    if !desk.json {
        desk.print(&told_of(&notifier, wait))?;
    }
    let waiting = pressed(&mut desktop, shown.number);
    let ending = tokio::time::timeout(Duration::from_secs(wait), waiting).await;
    let ending = ending.unwrap_or(Ending::TimeOver);
    if let Ending::TimeOver = ending {
        desktop.close(shown.number).await?;
    }
    if desk.json {
        return desk.print_json(document(&notifier, &ending));
    }
    desk.print(&format!("{}\n", said(&ending)))
}

/// Shows a sample alert; with some notifiers it stays no longer than what is returned.
///
/// # Errors
/// `Temporary` without a session bus, or without anybody on it who shows notifications.
pub(super) async fn show_sample(desk: &Desk) -> Result<Desktop> {
    let mut desktop = Desktop::connect().await?;
    desktop.show(&sample(desk), None).await?;
    Ok(desktop)
}

fn sample(desk: &Desk) -> Alert {
    Alert {
        about: "test".to_owned(),
        title: "Grace Hopper is waiting for you".to_owned(),
        body: "“A sample of an alert”\ngrace@example.org\nends with a question · to you \
               alone\nWaiting for 30 h, due in 18 h\nNothing is changed by its buttons."
            .to_owned(),
        urgency: desk.config.policy.alerts.urgency,
        choices: Choices::OpenAndSteer,
    }
}

fn told_of(notifier: &Notifier, wait: u64) -> String {
    let Notifier { name, version, capabilities } = notifier;
    let can: Vec<String> = capabilities.iter().map(|capability| clean(capability)).collect();
    let mut text = format!(
        "Shown by {} {}, which can do this: {}\n",
        clean(name),
        clean(version),
        can.join(", ")
    );
    let offered: Vec<String> = notifier
        .actions(Choices::OpenAndSteer)
        .into_iter()
        .map(|(key, label)| match key {
            "default" => format!("{label} (a click on the alert)"),
            _ => label.to_owned(),
        })
        .collect();
    if offered.is_empty() {
        text.push_str("It offers no buttons: an alert names the command to type.\n");
    } else {
        text.push_str(&format!("It offers: {}\n", offered.join(", ")));
    }
    if wait > 0 {
        let time = count(wait, "second", "seconds");
        text.push_str(&format!("Waiting {time} for you to press one…\n"));
    }
    text
}

async fn pressed(desktop: &mut Desktop, ours: u32) -> Ending {
    loop {
        match desktop.event().await {
            DesktopEvent::Chosen { number, action, token } if number == ours => {
                return Ending::Chosen(action, token.is_some());
            }
            DesktopEvent::Closed { number, .. } if number == ours => return Ending::Closed,
            DesktopEvent::Disconnected => return Ending::BusLeft,
            _ => {}
        }
    }
}

fn said(ending: &Ending) -> String {
    match ending {
        Ending::Chosen(action @ Action::Open, true) => format!(
            "You pressed {}. The notifier lets the window come to the front that is opened then.",
            action.label()
        ),
        Ending::Chosen(action, _) => format!("You pressed {}.", action.label()),
        Ending::Closed => "It was closed, and nothing was pressed.".to_owned(),
        Ending::BusLeft => "The session bus has gone, and nothing was pressed.".to_owned(),
        Ending::TimeOver => "Nothing was pressed.".to_owned(),
    }
}

fn document(notifier: &Notifier, ending: &Ending) -> serde_json::Value {
    let Notifier { name, version, capabilities } = notifier;
    let offered = notifier.actions(Choices::OpenAndSteer);
    let chosen = match ending {
        Ending::Chosen(action, _) => Some(action.key()),
        Ending::Closed | Ending::BusLeft | Ending::TimeOver => None,
    };
    json!({
        "notifier": { "name": name, "version": version, "capabilities": capabilities },
        "actions": offered.iter().map(|(key, _)| key).collect::<Vec<_>>(),
        "chosen": chosen,
        "token": matches!(ending, Ending::Chosen(_, true)),
    })
}
