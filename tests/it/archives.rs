//! Mail history from files: what `import` takes in, says, and takes back.

use std::path::{Path, PathBuf};

use requite::domain::message::mailbox::MailboxKind;
use requite::store::Store;
use serde_json::Value;

use crate::support::maildir::Maildir;
use crate::support::message::Message;
use crate::support::world::World;

const GRACE: &str = "Grace Hopper <grace@example.org>";
const ME: &str = "Ada Example <ada@example.com>";
const NOW: &str = "2026-03-20T00:00:00Z";

/// Ada, who knows Grace, and has an account with nothing in it.
fn world() -> World {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    Maildir::create(world.home().join("Mail"));
    world.configure(
        "[me]\naddresses = [\"ada@example.com\"]\nzone = \"UTC\"\n\
         [[account]]\nname = \"home\"\nkind = \"maildir\"\npath = \"~/Mail\"\n",
    );
    let grace = "BEGIN:VCARD\nFN:Grace Hopper\nEMAIL:grace@example.org\nEND:VCARD\n";
    let grace = world.write("grace.vcf", grace);
    world.run(&["import", grace.to_str().unwrap()]);
    world
}

/// Grace asks, Ada answers a day later.
fn question() -> Message {
    let asked = Message::at("2026-03-02T09:00:00Z").from(GRACE).to(ME);
    asked.subject("Could you send the plan?").id("ask@example.org")
}

fn answer() -> Message {
    let answered = Message::at("2026-03-03T09:00:00Z").sent().from(ME).to(GRACE);
    let answered = answered.subject("Re: Could you send the plan?").id("answer@example.com");
    answered.in_reply_to("ask@example.org")
}

fn later(day: u32) -> Message {
    let asked = Message::at(&format!("2026-03-{day:02}T09:00:00Z")).from(GRACE).to(ME);
    asked.subject("And the roof?").id(&format!("later{day}@example.org"))
}

/// In mboxrd, with labels as Google Takeout writes them.
fn mbox(messages: &[(Message, &str)]) -> Vec<u8> {
    let mut file = Vec::new();
    for (message, labels) in messages {
        file.extend_from_slice(b"From 1789@xxx Mon Mar 02 09:00:00 +0000 2026\r\n");
        if !labels.is_empty() {
            file.extend(format!("X-GM-THRID: 1789\r\nX-Gmail-Labels: {labels}\r\n").into_bytes());
        }
        file.extend(message.bytes());
        file.extend_from_slice(b"\r\n");
    }
    file
}

fn takeout(world: &World) -> PathBuf {
    let chat = Message::at("2026-03-02T10:00:00Z").from(GRACE).body("hi\nFrom me to you\n");
    let spam = Message::at("2026-03-04T10:00:00Z").from(GRACE).to(ME).subject("Win").id("s@x");
    let file = mbox(&[
        (question(), "Inbox,Important"),
        (chat.clone(), "Chat"),
        (answer(), "=?UTF-8?Q?Gesendet,Ge=C3=B6ffnet?="),
        (spam, "Spam"),
        (chat, "Chat,Unread"),
    ]);
    world.write("All mail.mbox", file)
}

fn import(world: &World, more: &[&str], file: &Path) -> String {
    let said = world.run(&[&["import", file.to_str().unwrap()], more].concat());
    said.replace(world.home().to_str().unwrap(), "~")
}

fn messages(world: &World) -> Value {
    world.json(&["status", "--json", "--at", NOW])["totals"]["messages"].clone()
}

/// Roles and sizes of the folders that imports have filled.
fn archived(world: &World) -> Vec<String> {
    let store = Store::open(&world.home().join("data")).unwrap();
    let accounts =
        store.accounts().unwrap().into_iter().filter(|it| it.kind == MailboxKind::Archive);
    let folders = accounts.flat_map(|account| account.folders);
    folders.map(|folder| format!("{} {}", folder.role.name(), folder.messages)).collect()
}

/// Of the turns with Grace: side, status and hours.
fn turns(world: &World) -> Vec<String> {
    let shown = world.json(&["show", "grace@example.org", "--json", "--at", NOW]);
    let turns = shown["turns"].as_array().unwrap();
    let line = |turn: &Value| format!("{} {} {}", turn["side"], turn["status"], turn["hours"]);
    turns.iter().map(|turn| line(turn).replace('"', "")).collect()
}

#[test]
fn a_takeout_is_measured_and_the_second_time_everything_is_known() {
    let world = world();
    let file = takeout(&world);
    let chats = "  line 16: a chat transcript, no mail; with 1 more\n";
    for (new, known) in [(3, 0), (0, 3)] {
        let expect =
            format!("~/All mail.mbox (mbox): {new} new, 0 changed, {known} known, 2 skipped\n");
        assert_eq!(import(&world, &[], &file), expect + chats);
        assert_eq!(messages(&world), 3);
        assert_eq!(turns(&world)[0], "theirs answered 24.0");
    }
    assert_eq!(archived(&world), ["inbox 1", "sent 1", "junk 1"]);
    world.run(&["sync"]);
    assert_eq!(messages(&world), 3);
    assert_eq!(turns(&world)[0], "theirs answered 24.0");
    assert_eq!(archived(&world), ["inbox 1", "sent 1", "junk 1"]);
}

#[test]
fn an_archive_that_grew_only_adds() {
    let world = world();
    let file = world.write("Inbox", mbox(&[(question(), "")]));
    import(&world, &[], &file);
    assert_eq!(turns(&world), ["theirs open null"]);
    world.write("Inbox", mbox(&[(later(10), ""), (question(), ""), (answer(), "")]));
    assert_eq!(
        import(&world, &[], &file),
        "~/Inbox (mbox): 2 new, 0 changed, 1 known, 0 skipped\n"
    );
    assert_eq!(turns(&world), ["theirs answered 24.0", "mine closed null", "theirs open null"]);
}

#[test]
fn a_rehearsal_changes_nothing() {
    let world = world();
    let file = takeout(&world);
    let said = import(&world, &["--dry-run"], &file);
    assert!(said.starts_with("~/All mail.mbox (mbox): 3 new, 0 changed, 0 known, 2 skipped\n"));
    assert_eq!(messages(&world), 0);
    assert_eq!(archived(&world), [""; 0]);
}

#[test]
fn an_import_of_mail_is_taken_back_up_to_what_the_mailbox_has_itself() {
    let world = world();
    let inbox = Maildir::create(world.home().join("Mail"));
    inbox.keep(question().time(), "S", &question().bytes());
    world.run(&["sync"]);
    let before = (messages(&world), turns(&world), archived(&world));
    let file = takeout(&world);
    import(&world, &[], &file);
    assert_eq!(messages(&world), 3);
    import(&world, &[], &file);
    world.run(&["import", "--undo"]);
    let after = (messages(&world), turns(&world), archived(&world));
    assert_eq!(after, before);
    import(&world, &[], &file);
    assert_eq!(turns(&world)[0], "theirs answered 24.0");
}

#[test]
fn what_an_archive_has_taught_goes_with_it() {
    let world = world();
    let inbox = Maildir::create(world.home().join("Mail"));
    inbox.keep(question().time(), "S", &question().bytes());
    world.run(&["sync"]);
    let taught_by =
        || Store::open(&world.home().join("data")).unwrap().population().unwrap().messages;
    let file = takeout(&world);
    import(&world, &[], &file);
    assert_eq!(taught_by(), 3);
    world.run(&["import", "--undo"]);
    assert_eq!(taught_by(), 1);
}

#[test]
fn a_maildir_comes_in_as_an_archive_and_contacts_with_it() {
    let world = world();
    let old = Maildir::create(world.home().join("Old"));
    old.keep(question().time(), "RS", &question().bytes());
    old.folder("Sent").keep(answer().time(), "S", &answer().bytes());
    let bob = world.write("bob.vcf", "BEGIN:VCARD\nFN:Bob\nEMAIL:bob@example.org\nEND:VCARD\n");
    let said = import(&world, &[bob.to_str().unwrap()], &world.home().join("Old"));
    assert_eq!(
        said,
        "~/Old (maildir): 2 new, 0 changed, 0 known, 0 skipped\n\
         ~/bob.vcf (vcard): 1 new, 0 changed, 0 known, 0 skipped\n"
    );
    assert_eq!(turns(&world), ["theirs answered 24.0", "mine closed null"]);
    let nothing = world.home().join("Old/.Sent/cur");
    let (code, said) = world.fails(&["import", nothing.to_str().unwrap()]);
    assert!(code == 1 && said.contains("can't be imported"), "{said}");
}

#[test]
fn what_no_message_is_is_told_with_its_line() {
    let world = world();
    let mut file = mbox(&[(question(), "")]);
    file.extend_from_slice(
        b"From 1789@xxx Mon Mar 02 09:00:00 +0000 2026\r\n\r\nno header\r\n\r\n",
    );
    let file = world.write("odd.mbox", file);
    let report = world.json(&["import", "--json", file.to_str().unwrap()]);
    let skipped = serde_json::json!([{ "line": 14, "why": "there is no header field in it" }]);
    assert_eq!((&report["files"][0]["skipped"], &report["files"][0]["new"]), (&skipped, &1.into()));
}
