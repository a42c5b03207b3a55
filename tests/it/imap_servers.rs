//! One story on three servers: what is read, noticed, answered, taken away and restored.
//!
//! Everything is done to the mailbox as any mail program does it.

use std::sync::LazyLock;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::support::courier::Courier;
use crate::support::cyrus::Cyrus;
use crate::support::dovecot::{Dovecot, PASSWORD, USER, loopback};
use crate::support::eventually;
use crate::support::imap::Client;
use crate::support::message::Message;
use crate::support::world::World;

const ADA: &str = "Ada Example <ada@example.com>";
const GRACE: &str = "Grace Hopper <grace@example.org>";
/// Long enough for a server that is looked at once a minute.
const PASSING: Duration = Duration::from_secs(90);
const CARD: &str =
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Grace Hopper\r\nEMAIL:grace@example.org\r\nEND:VCARD\r\n";

/// A server whose folders besides INBOX have this before their names.
struct Mailbox {
    port: u16,
    user: &'static str,
    prefix: &'static str,
}

impl Mailbox {
    fn client(&self) -> Client {
        self.log_in().unwrap_or_else(|refusal| panic!("{refusal}"))
    }

    fn log_in(&self) -> Result<Client, String> {
        let mut client = Client::connect_from_elsewhere(loopback(self.port));
        client.attempt(&format!("LOGIN \"{}\" \"{PASSWORD}\"", self.user))?;
        Ok(client)
    }

    fn folder(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn home(&self) -> World {
        let world = World::new(env!("CARGO_BIN_EXE_requite"));
        let password = world.write("password", PASSWORD);
        world.configure(&format!(
            "[me]\naddresses = [\"ada@example.com\"]\nzone = \"UTC\"\n[alerts]\ndesktop = false\n\
             [[account]]\nname = \"work\"\nkind = \"imap\"\nhost = \"localhost\"\nport = {}\n\
             tls = \"none\"\nuser = \"{}\"\npassword.file = \"{}\"\n",
            self.port,
            self.user,
            password.display(),
        ));
        let card = world.write("grace.vcf", CARD);
        world.run(&["import", card.to_str().unwrap()]);
        world
    }
}

/// Before the test began, so that the same mail can be written twice.
fn hours_ago(hours: i64) -> Timestamp {
    static BEGAN: LazyLock<Timestamp> = LazyLock::new(Timestamp::now);
    *BEGAN - SignedDuration::from_hours(hours)
}

/// Grace asks at that hour before now.
fn question(id: &str, hours: i64) -> Vec<u8> {
    let mail = Message::of(hours_ago(hours)).from(GRACE).to(ADA).id(&format!("{id}@example.org"));
    mail.subject(&format!("Could you read {id}?")).bytes()
}

/// A question whose text stands behind a picture and before a file.
fn proof() -> Vec<u8> {
    let part = |fields: &str, content: &str| format!("--half\n{fields}\n\n{content}\n");
    let picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ\n".repeat(300);
    let parts = [
        part("Content-Type: image/png; name=g.png\nContent-Transfer-Encoding: base64", &picture),
        part("Content-Type: text/plain", "Could you read it until Friday?"),
        part("Content-Type: application/pdf; name=proof.pdf", &picture),
        "--half--\n".to_owned(),
    ];
    let mail = Message::of(hours_ago(2)).from(GRACE).to(ADA).id("proof@example.org");
    mail.subject("Could you read proof?").multipart(&parts.concat()).bytes()
}

fn answer(id: &str, hours: i64) -> Vec<u8> {
    let mail = Message::of(hours_ago(hours)).sent().from(ADA).to(GRACE);
    let mail = mail.id(&format!("re-{id}@example.com")).in_reply_to(&format!("{id}@example.org"));
    mail.subject(&format!("Re: Could you read {id}?")).bytes()
}

/// What I owe, how many messages there are, and how many the folder of that role has.
#[track_caller]
fn check(world: &World, owed: &[&str], messages: u64, role: &str, copies: u64) {
    let status = status(world);
    assert_eq!(subjects(&status), owed, "{status:#}");
    assert_eq!(status["totals"]["messages"], messages, "{status:#}");
    assert_eq!(copies_of(&status, role), copies, "{status:#}");
}

fn turns(world: &World) -> Value {
    let at = hours_ago(0).to_string();
    world.json(&["show", "Grace Hopper", "--json", "--at", &at])["turns"].clone()
}

fn copies(world: &World, role: &str) -> u64 {
    copies_of(&status(world), role)
}

/// How many messages the one folder of that role has; it has to be read to the end.
#[track_caller]
fn copies_of(status: &Value, role: &str) -> u64 {
    let folders = status["accounts"][0]["folders"].as_array().unwrap().iter();
    let of_role: Vec<&Value> = folders.filter(|folder| folder["role"] == role).collect();
    assert_eq!(of_role.len(), 1, "{status:#}");
    assert_eq!(of_role[0]["complete"], true, "{status:#}");
    of_role[0]["messages"].as_u64().unwrap()
}

fn status(world: &World) -> Value {
    world.json(&["status", "--json"])
}

fn subjects(status: &Value) -> Vec<String> {
    let owed = status["i_owe"].as_array().unwrap().iter();
    owed.map(|debt| debt["subject"].as_str().unwrap().to_owned()).collect()
}

/// The story.
fn is_read_and_followed(mailbox: &Mailbox) {
    let sent = mailbox.folder("Sent");
    let archive = mailbox.folder("Archive");
    let mut client = mailbox.client();
    for folder in ["INBOX", &sent, &archive] {
        // A server may have made it by itself.
        let _ = client.attempt(&format!("CREATE \"{folder}\""));
    }
    for number in 0..120 {
        let id = format!("chapter {number}");
        let hours = 24 * (120 - number) + 100;
        let folder = if number % 2 == 0 { "INBOX" } else { archive.as_str() };
        client.append(folder, &question(&id.replace(' ', "-"), hours));
        client.append(&sent, &answer(&id.replace(' ', "-"), hours - 5));
    }
    client.append("INBOX", &question("draft", 20));

    let world = mailbox.home();
    world.run(&["sync"]);
    check(&world, &["Could you read draft?"], 241, "sent", 120);

    let daemon = world.daemon();
    daemon.ready();
    eventually(PASSING, "the account is watched", || {
        (status(&world)["accounts"][0]["state"] == "watching").then_some(())
    });
    client.append("INBOX", &proof());
    eventually(PASSING, "the new mail is noticed", || {
        (subjects(&status(&world)).len() == 2).then_some(())
    });
    client.command("SELECT INBOX");
    client.command("STORE 1:10 +FLAGS.SILENT (\\Deleted)");
    client.command("EXPUNGE");
    client.command("CLOSE");
    eventually(PASSING, "ten copies are gone", || (copies(&world, "inbox") == 52).then_some(()));
    assert!(daemon.terminate().success());
    assert_eq!(status(&world)["accounts"][0]["unread_texts"], 0);
    let asked = turns(&world).as_array().unwrap().last().unwrap()["messages"][0]["text"].clone();
    assert_eq!(asked["attachments"], serde_json::json!(["proof.pdf"]), "{asked}");
    assert!(asked["marks"].to_string().contains("asks you something"), "{asked}");

    client.append(&sent, &answer("draft", 1));
    world.run(&["sync"]);
    check(&world, &["Could you read proof?"], 243, "sent", 121);

    let turns_before = turns(&world);
    // The same mail under another UIDVALIDITY and under UIDs that were others' before.
    let before = uidvalidity(&mut client, &archive);
    client.command(&format!("DELETE \"{archive}\""));
    while uidvalidity_if_created(&mut client, &archive) == before {
        // Made of the clock's second; some servers don't look whether it is another.
        client.command(&format!("DELETE \"{archive}\""));
    }
    for number in (0..60).map(|pair| 119 - 2 * pair) {
        client.append(&archive, &question(&format!("chapter-{number}"), 24 * (120 - number) + 100));
    }
    world.run(&["sync"]);
    check(&world, &["Could you read proof?"], 243, "archive", 60);
    assert_eq!(turns(&world), turns_before);
}

fn uidvalidity_if_created(client: &mut Client, folder: &str) -> String {
    client.command(&format!("CREATE \"{folder}\""));
    uidvalidity(client, folder)
}

fn uidvalidity(client: &mut Client, folder: &str) -> String {
    client.command(&format!("STATUS \"{folder}\" (UIDVALIDITY)"))
}

#[test]
fn dovecot_is_read_and_followed() {
    let Some(dovecot) = Dovecot::start() else { return };
    is_read_and_followed(&Mailbox { port: dovecot.ports().starttls, user: USER, prefix: "" });
}

#[test]
fn a_single_connection_is_enough() {
    let Some(dovecot) = Dovecot::with("mail_max_userip_connections = 1\n") else { return };
    let mailbox = Mailbox { port: dovecot.ports().starttls, user: USER, prefix: "" };
    is_read_and_followed(&mailbox);
    let _only = eventually(PASSING, "the story's connection has ended", || mailbox.log_in().ok());
    let refusal = mailbox.log_in().err().expect("one connection at most");
    assert!(refusal.contains("[LIMIT]") || refusal.contains("[UNAVAILABLE]"), "{refusal}");
}

#[test]
fn a_quota_changes_nothing() {
    let quota = "mail_plugins = $mail_plugins quota\nplugin {\n  quota = count:User quota\n  \
                 quota_rule = *:storage=100M\n  quota_vsizes = yes\n}\n\
                 protocol imap {\n  mail_plugins = $mail_plugins imap_quota\n}\n";
    let Some(dovecot) = Dovecot::with(quota) else { return };
    let mailbox = Mailbox { port: dovecot.ports().starttls, user: USER, prefix: "" };
    is_read_and_followed(&mailbox);
    let said = mailbox.client().command("GETQUOTAROOT INBOX");
    assert!(said.contains("STORAGE"), "{said}");
}

#[test]
fn cyrus_is_read_and_followed() {
    let Some(cyrus) = Cyrus::start() else { return };
    is_read_and_followed(&Mailbox { port: cyrus.port, user: "ada", prefix: "" });
}

#[test]
fn courier_is_read_and_followed() {
    let Some(courier) = Courier::start() else { return };
    is_read_and_followed(&Mailbox { port: courier.port, user: USER, prefix: "INBOX." });
}
