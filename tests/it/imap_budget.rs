//! Servers that meter: once the day's bytes are spent, history rests, and new mail does not.

use requite::source::AccountState;
use tokio::process::Command;

use crate::support::imap_account;
use crate::support::imap_store::Kept;
use crate::support::scripted_imap::{Mailbox, Server};
use crate::support::world::World;

const DAILY: u64 = 300_000;
/// What may be on its way when the last byte of the day is spent: four FETCH commands.
const ON_ITS_WAY: u64 = 4 * 500 * 200;
const REST: &str = "history rests until tomorrow (UTC): the 300 kB of today are spent";

/// Some 170 bytes a message, and as many again with its text.
async fn metered() -> imap_account::World {
    let folders = [("INBOX", Mailbox::of(1..=9000)), ("Sent", Mailbox::of(1..=40))];
    let mut world = imap_account::World::with(&folders).await;
    world.imap().daily_bytes = Some(DAILY);
    world
}

fn tomorrow(kept: &mut Kept) {
    kept.fetched_today = 0;
}

#[tokio::test]
async fn history_is_read_day_by_day() {
    let world = metered().await;
    let mut days = 1;
    while world.sync().await.unwrap() == REST {
        let today = world.store.kept().fetched_today;
        let inbox = world.store.uids("INBOX").len();
        assert!((DAILY..DAILY + ON_ITS_WAY).contains(&today), "day {days}: {today}");
        assert_eq!(world.store.uids("Sent").len(), 40, "the present of each folder is read");

        // Another run on the same day.
        assert_eq!(world.sync().await.unwrap(), REST);
        assert_eq!(world.store.uids("INBOX").len(), inbox);
        assert!(world.store.kept().fetched_today < today + 10_000, "it asks for little");
        days += 1;
        tomorrow(&mut world.store.kept());
    }
    world.holds_all();
    assert_eq!(world.store.kept().texts.len(), 9040, "all texts");
    assert!((6..=12).contains(&days), "{days}");
}

#[tokio::test]
async fn new_mail_is_read_while_history_rests() {
    let mut world = metered().await;
    world.pace.renewal = std::time::Duration::from_millis(20);
    let (stop, watching) = world.watch();
    let mut days = 0;
    loop {
        let is_watching = |kept: &Kept| kept.is_watching();
        world.store.until("watching", is_watching).await;
        if world.store.kept().known["INBOX"].complete {
            break;
        }
        let (_, detail) = world.store.kept().states.last().cloned().unwrap();
        assert_eq!(detail, format!("new mail is watched; {REST}"));
        days += 1;
        for folder in ["INBOX", "Sent"] {
            let new = 10_000 + days;
            world.server.change(folder, |mailbox| mailbox.put(new));
            let has = |kept: &Kept| kept.mails.contains_key(&(folder.to_owned(), new.into()));
            world.store.until("new mail", has).await;
        }
        world.store.kept().states.clear();
        tomorrow(&mut world.store.kept());
    }
    assert!(days >= 2, "{days}");
    let told = world.store.kept().states.clone();
    assert_eq!(told.first().map(|it| it.0), Some(AccountState::Syncing), "{told:?}");
    assert_eq!(told.last().map(|it| it.1.as_str()), Some("up to date"));
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
    world.holds_all();
}

#[tokio::test]
async fn status_says_that_history_rests_and_a_restart_does_not_forget() {
    let server = Server::start(&[("INBOX", Mailbox::of(1..=9000))], None).await;
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    let password = world.write("password", "s3cret");
    world.configure(&format!(
        "[me]\naddresses = [\"ada@example.com\"]\n[[account]]\nname = \"work\"\n\
         host = \"localhost\"\nport = {}\ntls = \"none\"\nuser = \"ada\"\n\
         password.file = \"{}\"\ndaily_bytes = \"300 kB\"\n",
        server.port,
        password.display(),
    ));
    let mut read = Vec::new();
    for _ in 0..2 {
        let sync = Command::from(world.command(&["sync"])).output().await.unwrap();
        assert!(sync.status.success(), "{}", String::from_utf8_lossy(&sync.stderr));
        let account = world.json(&["status", "--json"])["accounts"][0].clone();
        assert_eq!(account["detail"], REST);
        assert_eq!(account["state"], "idle");
        assert_eq!(account["folders"][0]["complete"], false);
        read.push(account["messages"].as_u64().unwrap());
    }
    assert!(read[0] < 9000 && read[0] == read[1], "{read:?}");
}
