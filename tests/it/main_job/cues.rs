//! What the text of a mail says counts unless the user forbids reading it, and is never kept.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::support::eventually;

/// In both texts, and nowhere else.
const SECRET: &str = "xylophone";

/// Two mails that differ only in their texts: Grace asks, Alan thanks.
fn mails() -> [Message; 2] {
    let asks = format!("Hi Ada,\n\nwhen can the {SECRET} come?\n\n-- \nGrace\n");
    let thanks =
        format!("Thanks!\n\nOn 3 May 2026, Ada Example wrote:\n> Is the {SECRET} there?\n");
    [
        to_me(GRACE, hours_ago(20), "asks@example.org", "The hall").body(&asks),
        to_me(ALAN, hours_ago(20), "thanks@example.org", "The hall").body(&thanks),
    ]
}

/// How likely an answer to each of the two is due.
fn likelihoods(world: &World) -> [f64; 2] {
    ["Grace Hopper", "Alan Turing"]
        .map(|name| turn_about(world, name, "The hall")["needs_reply"].as_f64().unwrap())
}

#[track_caller]
fn check(account: &str, world: &World, read: bool) {
    let privacy = if read { "" } else { NEVER };
    world.configure(&configuration(&[SILENT, privacy, account]));
    import_both(world);
    let logged = world.output(&["-v", "-v", "sync"]);
    let logged = String::from_utf8_lossy(&logged.stderr).to_lowercase();
    assert!(!logged.contains(SECRET), "a part of a text is logged");
    let [asks, thanks] = likelihoods(world);
    if read {
        assert!(asks > 0.5 && thanks < 0.25, "{asks} {thanks}");
    } else {
        assert_eq!(asks, thanks, "nothing of the texts is known");
    }
    for (name, bytes) in kept(world) {
        let held = bytes.windows(SECRET.len()).any(|it| it.eq_ignore_ascii_case(SECRET.as_bytes()));
        assert!(!held, "{name} holds a part of a text");
    }
}

/// What the program has written.
fn kept(world: &World) -> Vec<(String, Vec<u8>)> {
    let mut open = vec![world.home().to_owned()];
    let mut kept = Vec::new();
    while let Some(path) = open.pop() {
        if path.ends_with("Mail") {
            continue;
        }
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.is_file() {
            kept.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    assert!(
        kept.iter().any(|(name, _)| name.contains(".db") || name.contains("sqlite")),
        "a store"
    );
    kept
}

#[test]
fn the_texts_of_a_maildir() {
    for read in [false, true] {
        let world = world();
        let maildir = Maildir::create(world.home().join("Mail"));
        for mail in mails() {
            maildir.deliver(mail.time(), &mail.bytes());
        }
        check(&maildir_account(&maildir), &world, read);
    }
}

#[test]
fn the_texts_of_a_server() {
    for read in [false, true] {
        let Some(dovecot) = Dovecot::start() else { return };
        dovecot.fill("INBOX", mails().map(|mail| (mail.time(), mail.bytes())));
        dovecot.record();
        let world = world();
        check(&imap_account(&world, &dovecot), &world, read);
        let said = dovecot.recorded().concat();
        assert!(said.contains("BODY.PEEK[HEADER.FIELDS"), "{said}");
        assert_eq!(said.contains("BODY.PEEK[TEXT]<0.4096>"), read, "{said}");
        assert_eq!(said.contains("[TEXT"), read, "{said}");
    }
}

/// Who allows it later has what is stored judged by its text, too.
#[track_caller]
fn check_later(world: &World, account: &str) {
    check(account, world, false);
    world.configure(&configuration(&[SILENT, account]));
    world.run(&["sync"]);
    let [asks, thanks] = likelihoods(world);
    assert!(asks > 0.5 && thanks < 0.25, "{asks} {thanks}");
}

#[test]
fn texts_that_are_allowed_later_are_read_of_a_maildir() {
    let world = world();
    let maildir = Maildir::create(world.home().join("Mail"));
    for mail in mails() {
        maildir.deliver(mail.time(), &mail.bytes());
    }
    check_later(&world, &maildir_account(&maildir));
}

#[test]
fn texts_that_are_allowed_later_are_read_of_a_server() {
    let Some(dovecot) = Dovecot::start() else { return };
    dovecot.fill("INBOX", mails().map(|mail| (mail.time(), mail.bytes())));
    let world = world();
    check_later(&world, &imap_account(&world, &dovecot));
}

#[test]
fn check_says_what_a_first_pass_will_fetch() {
    let Some(dovecot) = Dovecot::start() else { return };
    dovecot.fill("INBOX", mails().map(|mail| (mail.time(), mail.bytes())));
    let world = world();
    world.configure(&configuration(&[SILENT, &imap_account(&world, &dovecot)]));
    let told = |part: &str| {
        let report: Value =
            serde_json::from_slice(&world.output(&["check", "--json"]).stdout).unwrap();
        let mut parts = report["parts"].as_array().unwrap().iter();
        parts.find(|it| it["part"] == part).unwrap()["detail"].as_str().unwrap().to_owned()
    };
    let before = told("account work");
    assert!(
        before.contains("\n2 messages to read: about 5 kB, and at most 4 KiB of each"),
        "{before}"
    );
    world.run(&["sync"]);
    assert!(!told("account work").contains("to read"));
    assert!(!told("texts").contains("to fetch"));

    import_both(&world);
    assert!(told("texts").ends_with("; 2 texts to fetch, at most 9.2 kB"), "{}", told("texts"));
}

/// The UIDs whose texts the server was asked for since recording began; it ends.
fn texts_asked(dovecot: &Dovecot) -> Vec<String> {
    let said = dovecot.recorded().concat();
    let lines = said.lines().filter(|line| line.contains("BODY.PEEK[TEXT]"));
    let uids = lines.filter_map(|line| line.split("UID FETCH ").nth(1)?.split(' ').next());
    uids.map(str::to_owned).collect()
}

#[test]
fn the_text_of_a_stranger_stays_on_the_server_until_they_are_a_contact() {
    let Some(dovecot) = Dovecot::start() else { return };
    let stranger = "Newcomer <new@example.net>";
    let mail = |from, id: &str| to_me(from, hours_ago(20), id, "The hall").body("When is it free?");
    let mails = [mail(stranger, "1@example.net"), mail(GRACE, "2@example.org")];
    dovecot.fill("INBOX", mails.map(|mail| (mail.time(), mail.bytes())));
    dovecot.record();
    let world = world();
    world.configure(&configuration(&[SILENT, &imap_account(&world, &dovecot)]));
    import_both(&world);
    world.run(&["sync"]);
    assert_eq!(texts_asked(&dovecot), ["2"]);

    dovecot.record();
    let card = world.write("new.vcf", vcard(&[("Newcomer", "new@example.net")]));
    world.run(&["import", card.to_str().unwrap()]);
    assert_eq!(status(&world)["accounts"][0]["unread_texts"], 1);
    assert!(world.run(&["status"]).contains("1 text to read"));
    world.run(&["sync"]);
    assert_eq!(texts_asked(&dovecot), ["1"], "each once");
    assert_eq!(status(&world)["accounts"][0]["unread_texts"], 0);
    assert!(turn_about(&world, "Newcomer", "The hall")["needs_reply"].as_f64().unwrap() > 0.5);
}

#[test]
fn a_text_is_fetched_once_wherever_its_message_goes() {
    let Some(dovecot) = Dovecot::start() else { return };
    let id = |number| format!("{number}@example.org");
    let mails: Vec<Message> = (1..=4)
        .map(|number| to_me(GRACE, hours_ago(20 + number), &id(number), "The hall"))
        .collect();
    dovecot.fill("INBOX", mails.iter().map(|mail| (mail.time(), mail.bytes())));
    let mut client = dovecot.client();
    for folder in ["Moved", "Copied"] {
        client.command(&format!("CREATE {folder}"));
    }
    dovecot.record();
    let world = world();
    world.configure(&configuration(&[SILENT, &imap_account(&world, &dovecot)]));
    import_both(&world);
    world.run(&["sync"]);
    assert_eq!(texts_asked(&dovecot), ["1:4"]);

    dovecot.record();
    client.command("SELECT INBOX");
    client.command("MOVE 1 Moved");
    client.command("COPY 1 Copied");
    client.command("STORE 2 +FLAGS.SILENT (\\Deleted)");
    client.command("EXPUNGE");
    world.run(&["sync"]);
    // The same mail under another UIDVALIDITY.
    client.command("RENAME Moved Gone");
    client.command("CREATE Moved");
    client.command("SELECT Gone");
    client.command("MOVE 1 Moved");
    world.run(&["sync"]);
    assert_eq!(texts_asked(&dovecot), [""; 0]);
    assert_eq!(status(&world)["accounts"][0]["unread_texts"], 0);
}

#[test]
fn new_mail_with_a_contact_brings_its_text_while_the_mailbox_is_watched() {
    let Some(dovecot) = Dovecot::start() else { return };
    dovecot.record();
    let world = world();
    world.configure(&configuration(&[SILENT, &imap_account(&world, &dovecot)]));
    import_both(&world);
    let daemon = world.daemon();
    daemon.ready();
    eventually(Duration::from_secs(30), "the account is watched", || {
        (status(&world)["accounts"][0]["state"] == "watching").then_some(())
    });
    let mail = to_me(GRACE, hours_ago(1), "asks@example.org", "The hall");
    dovecot.deliver_at("INBOX", mail.time(), &mail.body("Could you send me the key?").bytes());
    eventually(Duration::from_secs(10), "what it asks is known", || {
        let shown = world.json(&["show", "Grace Hopper", "--json"]);
        let because = &shown["turns"][0]["messages"][0]["because"];
        because.to_string().contains("ends with a question").then_some(())
    });
    assert_eq!(texts_asked(&dovecot), ["1"]);
    assert!(daemon.terminate().success());
}

#[test]
fn a_text_behind_a_picture_is_found() {
    let Some(dovecot) = Dovecot::start() else { return };
    let picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ".repeat(400);
    let body = format!(
        "--half\nContent-Type: image/png; name=hall.png\nContent-Disposition: inline\n\
         Content-Transfer-Encoding: base64\n\n{picture}\n\
         --half\nContent-Type: text/plain; charset=utf-8\n\nCould you send me the key?\n--half--\n"
    );
    let mail = to_me(GRACE, hours_ago(20), "asks@example.org", "The hall").multipart(&body);
    dovecot.fill("INBOX", [(mail.time(), mail.bytes())]);
    dovecot.record();
    let world = world();
    world.configure(&configuration(&[SILENT, &imap_account(&world, &dovecot)]));
    import_both(&world);
    world.run(&["sync"]);
    let turn = turn_about(&world, "Grace Hopper", "The hall");
    assert!(turn["needs_reply"].as_f64().unwrap() > 0.5, "{turn:#}");
    let said = dovecot.recorded().concat();
    assert!(said.contains("UID FETCH 1 (UID BODYSTRUCTURE)"), "{said}");
    assert!(said.contains("BODY.PEEK[2]<0.4096>"), "{said}");
}

/// Grace sends two files, the second behind much of the first.
fn with_files() -> Message {
    let file = |field: &str| {
        let content = "JVBERi0xLjcKJeLjz9MKNSAwIG9iago8".repeat(400);
        format!("--half\n{field}\nContent-Transfer-Encoding: base64\n\n{content}\n")
    };
    let body = [
        "--half\nContent-Type: text/plain\n\nHere they are. Do they fit?\n".to_owned(),
        file("Content-Type: application/pdf; name=\"Jane CV.pdf\""),
        file("Content-Disposition: attachment; filename*=UTF-8''r%C3%A9sum%C3%A9.pdf"),
        "--half--\n".to_owned(),
    ];
    to_me(GRACE, hours_ago(20), "asks@example.org", "The hall").multipart(&body.concat())
}

#[track_caller]
fn check_files(world: &World) {
    let turn = turn_about(world, "Grace Hopper", "The hall");
    let text = &turn["messages"][0]["text"];
    assert_eq!(text["attachments"], json!(["Jane CV.pdf", "résumé.pdf"]), "{turn:#}");
    let page = world.run(&["show", "Grace Hopper", "-v"]);
    assert!(page.contains("attached Jane CV.pdf, attached résumé.pdf"), "{page}");
}

#[test]
fn the_names_of_attached_files_are_kept_of_a_server() {
    let Some(dovecot) = Dovecot::start() else { return };
    dovecot.fill("INBOX", [(with_files().time(), with_files().bytes())]);
    dovecot.record();
    let world = world();
    world.configure(&configuration(&[SILENT, &imap_account(&world, &dovecot)]));
    import_both(&world);
    world.run(&["sync"]);
    check_files(&world);
    let said = dovecot.recorded().concat();
    assert!(!said.contains("BODY.PEEK[1"), "the text came with the beginning: {said}");
}

#[test]
fn the_names_of_attached_files_are_kept_of_files() {
    let world = world();
    let maildir = Maildir::create(world.home().join("Mail"));
    maildir.deliver(with_files().time(), &with_files().bytes());
    world.configure(&configuration(&[SILENT, &maildir_account(&maildir)]));
    import_both(&world);
    world.run(&["sync"]);
    check_files(&world);

    let archived = crate::main_job::world();
    archived.configure(&configuration(&[SILENT]));
    import_both(&archived);
    let mut mbox = b"From MAILER-DAEMON Mon Jan  5 12:00:00 2026\n".to_vec();
    mbox.extend(with_files().bytes());
    let mbox = archived.write("old.mbox", mbox);
    archived.run(&["import", mbox.to_str().unwrap()]);
    check_files(&archived);
}

#[test]
fn of_a_notice_on_a_server_the_day_that_its_text_names_is_kept() {
    let Some(dovecot) = Dovecot::start() else { return };
    let text = "I am away until 6 March 2027.\n";
    let mail = |id: &str| to_me(GRACE, hours_ago(20), id, "Your plan").body(text);
    let notice = mail("notice@example.org").header("Auto-Submitted", "auto-replied");
    let mails = [notice, mail("plans@example.org")];
    dovecot.fill("INBOX", mails.map(|mail| (mail.time(), mail.bytes())));
    let world = world();
    world.configure(&configuration(&[SILENT, &imap_account(&world, &dovecot)]));
    import_both(&world);
    world.run(&["sync"]);
    let db = world.database();
    let mut named = db.prepare("SELECT message_id, back_on FROM message ORDER BY 1").unwrap();
    let named: Vec<(String, Option<String>)> = named
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let day = Some("2027-03-07".to_owned());
    let id = |id: &str| format!("<{id}@example.org>");
    assert_eq!(named, [(id("notice"), day), (id("plans"), None)]);
}
