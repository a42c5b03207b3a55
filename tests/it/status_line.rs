//! What systemd is told while history and texts are read, and afterwards.

use tokio::task::spawn_blocking;

use crate::support::scripted_imap::{Mailbox, Server};
use crate::support::world::World;

const CARD: &str =
    "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Grace Hopper\r\nEMAIL:grace@example.org\r\nEND:VCARD\r\n";

#[tokio::test]
async fn systemd_is_told_how_far_history_is_read() {
    let mut inbox = Mailbox::of(1..=16_000);
    for message in inbox.messages.values_mut() {
        let header = message.header.as_mut().unwrap();
        header.insert_str(0, "From: grace@example.org\r\nTo: ada@example.com\r\n");
    }
    let server = Server::start(&[("INBOX", inbox)], None).await;
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    let password = world.write("password", "s3cret");
    world.configure(&format!(
        "[me]\naddresses = [\"ada@example.com\"]\n[alerts]\ndesktop = false\n[[account]]\n\
         name = \"work\"\nhost = \"localhost\"\nport = {}\ntls = \"none\"\nuser = \"ada\"\n\
         password.file = \"{}\"\n",
        server.port,
        password.display(),
    ));
    let card = world.write("grace.vcf", CARD);
    world.run(&["import", card.to_str().unwrap()]);
    // The server needs this thread.
    let told = spawn_blocking(move || {
        let daemon = world.daemon();
        daemon.ready();
        let reading = daemon.notice("STATUS=reading history: ");
        let texts = daemon.notice("STATUS=reading texts: ");
        (reading, texts, daemon.notice("STATUS=watching"))
    });
    let (reading, texts, _) = told.await.unwrap();
    let counts = reading.strip_prefix("STATUS=reading history: ").unwrap();
    let (read, of) = counts.split_once(" of ").unwrap();
    assert_eq!(of, "16,000 messages in INBOX (work)");
    let read: u32 = read.replace(',', "").parse().unwrap();
    assert!((500..16_000).contains(&read), "{read}");
    let counts = texts.strip_prefix("STATUS=reading texts: ").unwrap();
    assert!(counts.ends_with(" of 16,000 texts"), "{texts}");
}
