//! What systemd is told while history is read, and afterwards.

use tokio::task::spawn_blocking;

use crate::support::scripted_imap::{Mailbox, Server};
use crate::support::world::World;

#[tokio::test]
async fn systemd_is_told_how_far_history_is_read() {
    let server = Server::start(&[("INBOX", Mailbox::of(1..=16_000))], None).await;
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    let password = world.write("password", "s3cret");
    world.configure(&format!(
        "[me]\naddresses = [\"ada@example.com\"]\n[alerts]\ndesktop = false\n[[account]]\n\
         name = \"work\"\nhost = \"localhost\"\nport = {}\ntls = \"none\"\nuser = \"ada\"\n\
         password.file = \"{}\"\n",
        server.port,
        password.display(),
    ));
    // The server needs this thread.
    let told = spawn_blocking(move || {
        let daemon = world.daemon();
        daemon.ready();
        let reading = daemon.notice("STATUS=reading history: ");
        (reading, daemon.notice("STATUS=watching"))
    });
    let (reading, _) = told.await.unwrap();
    let counts = reading.strip_prefix("STATUS=reading history: ").unwrap();
    let (read, of) = counts.split_once(" of ").unwrap();
    assert_eq!(of, "16,000 messages in INBOX (work)");
    let read: u32 = read.replace(',', "").parse().unwrap();
    assert!((500..16_000).contains(&read), "{read}");
}
