//! Servers that always have something to say: they are listened to, and not asked all the time.

use std::time::Duration;

use requite::source::imap::Pace;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::support::imap_account::World;
use crate::support::imap_store::Kept;
use crate::support::scripted_imap::{Call, Mailbox, Turn};

/// So long each server is watched, and what it may be asked meanwhile: two commands a second.
const WATCHED: Duration = Duration::from_secs(8);
const MOST: usize = 16;

type Script = fn(&Call<'_>) -> Turn;

fn babbles(call: &Call<'_>, babble: fn(usize) -> String) -> Turn {
    if call.is("IDLE") { Turn::Babble(babble) } else { Turn::AsUsual }
}

const RESTLESS: [(&str, Script); 9] = [
    ("the same count in each IDLE", |call| babbles(call, |_| "* 9 EXISTS\r\n".to_owned())),
    ("one more and one less", |call| babbles(call, |n| format!("* {} EXISTS\r\n", 9 + n % 2))),
    ("ever more", |call| babbles(call, |n| format!("* {} EXISTS\r\n", 9 + n))),
    ("flags", |call| babbles(call, |_| "* 1 FETCH (FLAGS (\\Seen))\r\n".to_owned())),
    ("recent ones", |call| babbles(call, |_| "* 0 RECENT\r\n".to_owned())),
    ("another folder", |call| {
        babbles(call, |n| format!("* STATUS \"Sent\" (MESSAGES {})\r\n", 4 + n % 2))
    }),
    ("the open folder", |call| babbles(call, |_| "* STATUS INBOX (MESSAGES 9)\r\n".to_owned())),
    ("beside every reply", |call| match call.is("IDLE") || call.is("LOGIN") {
        true => Turn::AsUsual,
        false => Turn::Change(|reply| {
            format!("* STATUS INBOX (MESSAGES 9)\r\n* STATUS \"Sent\" (MESSAGES 4)\r\n{reply}")
        }),
    }),
    ("the end of each IDLE", |call| match call.is("IDLE") {
        true => Turn::Say("+ idling\r\n{tag} OK enough\r\n".to_owned()),
        false => Turn::AsUsual,
    }),
];

/// Watches such a server, with new mail in the end; how often it was asked while none came.
async fn asked(capabilities: &'static str, script: Script) -> usize {
    let mut world =
        World::with(&[("INBOX", Mailbox::of(1..=9)), ("Sent", Mailbox::of(1..=4))]).await;
    world.pace = Pace::default();
    world.server.house().capabilities[1] = format!("IMAP4rev1 IDLE{capabilities}");
    world.server.script(script);
    let (stop, watching) = world.watch();
    world.store.until("up to date", Kept::is_watching).await;
    // What it takes to begin with, and the first look.
    sleep(Duration::from_millis(500)).await;
    let before = world.server.house().lines.len();
    sleep(WATCHED).await;
    let lines = world.server.house().lines.split_off(before);
    let commands = lines.iter().filter(|line| *line != "DONE").count();
    world.server.change("INBOX", |inbox| inbox.put(30));
    world.store.until("new mail", |kept| kept.mails.contains_key(&("INBOX".to_owned(), 30))).await;
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
    commands
}

#[tokio::test]
async fn a_server_that_is_never_silent_is_not_asked_all_the_time() {
    let mut watched = JoinSet::new();
    for (what, script) in RESTLESS {
        for capabilities in ["", " NOTIFY"] {
            watched.spawn(async move { (what, capabilities, asked(capabilities, script).await) });
        }
    }
    let mut often = watched.join_all().await;
    often.retain(|(.., commands)| *commands > MOST);
    assert_eq!(often, []);
}
