//! Texts, and the structures of multiparts, from servers that are of little help.

use std::time::Duration;

use crate::support::imap_account::World;
use crate::support::scripted_imap::{Call, Mailbox, Turn};

const FETCH: &str = "UID FETCH";

#[tokio::test]
async fn texts_are_left_alone_unless_the_account_has_them_read() {
    let mut world = World::with(&[("INBOX", Mailbox::of(1..=9))]).await;
    world.account.text_cues = false;
    world.syncs().await;
    let lines = world.server.house().lines.join("\n").to_uppercase();
    assert!(lines.contains("BODY.PEEK[HEADER.FIELDS"), "{lines}");
    assert!(!lines.contains("TEXT") && !lines.contains("BODY.PEEK[]"), "{lines}");
    assert!(world.store.kept().texts.is_empty());

    world.account.text_cues = true;
    world.server.change("INBOX", |inbox| inbox.put(10));
    world.syncs().await;
    let texts = world.store.kept().texts.clone();
    assert_eq!(texts.len(), 10);
    assert_eq!(texts[&("INBOX".to_owned(), 10)], "This is number 10.\r\n");
    let asked = world.server.house().lines.iter().any(|line| line.contains("content-transfer"));
    assert!(asked, "the field without which the text can't be decoded");
}

#[tokio::test]
async fn long_texts_come_in_part_and_cost_no_message() {
    let world = World::with(&[("INBOX", Mailbox::of(1..=1200))]).await;
    world.server.change("INBOX", |inbox| {
        inbox.messages.values_mut().for_each(|message| message.text = "word ".repeat(4000));
    });
    world.syncs().await;
    let kept = world.store.kept();
    assert_eq!(kept.texts.len(), 1200);
    assert!(kept.texts.values().all(|text| text.len() == 4096));
    assert_eq!(world.server.count(FETCH), 3 + 6, "each was asked for once, and its text once");
}

/// Multiparts whose beginnings hold a text, and whose attachments stand further down.
async fn multiparts() -> World {
    let world = World::with(&[("INBOX", Mailbox::of(1..=30))]).await;
    world.server.change("INBOX", |inbox| {
        for message in inbox.messages.values_mut() {
            let header = message.header.as_mut().unwrap();
            header.insert_str(0, "Content-Type: multipart/mixed; boundary=half\r\n");
            let long = "word ".repeat(1000);
            message.text = format!("--half\r\nContent-Type: text/plain\r\n\r\nHello {long}");
        }
    });
    world
}

const STRUCTURE: &str = "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 5000 1 NIL NIL NIL NIL)\
    (\"application\" \"pdf\" (\"name\" \"cv.pdf\") NIL NIL \"base64\" 9 NIL NIL NIL NIL) \
    \"mixed\" (\"boundary\" \"half\") NIL NIL NIL)";

fn asks_for_structure(call: &Call<'_>) -> Option<u32> {
    let (uid, items) = call.command.strip_prefix("UID FETCH ")?.split_once(' ')?;
    items.contains("BODYSTRUCTURE").then(|| uid.parse().unwrap())
}

/// Whatever the server does instead of telling the structure of message 7: no text is lost, and
/// what the others have attached is known.
#[track_caller]
fn survives(trick: fn(&str) -> Turn) -> World {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let world = multiparts().await;
        world.server.script(move |call: &Call<'_>| match asks_for_structure(call) {
            Some(7) => trick(STRUCTURE),
            Some(uid) => Turn::Say(format!(
                "* {uid} FETCH (UID {uid} BODYSTRUCTURE {STRUCTURE})\r\n{{tag}} OK done\r\n"
            )),
            None => Turn::AsUsual,
        });
        world.syncs().await;
        {
            let kept = world.store.kept();
            for uid in (1..=30).filter(|uid| *uid != 7) {
                let files = &kept.attachments[&("INBOX".to_owned(), uid)];
                assert_eq!(files, &["cv.pdf"], "of message {uid}");
            }
        }
        world
    })
}

/// What is known of the files that message 7 brings.
fn attached(world: &World) -> Vec<String> {
    world.store.kept().attachments[&("INBOX".to_owned(), 7)].clone()
}

#[test]
fn attachments_further_down_are_told_by_the_structure() {
    let world = survives(|structure| {
        Turn::Say(format!("* 7 FETCH (BODYSTRUCTURE {structure} UID 7)\r\n{{tag}} OK done\r\n"))
    });
    assert_eq!(attached(&world), ["cv.pdf"]);
    assert_eq!(world.server.house().logins, 1);
}

#[test]
fn a_structure_that_is_refused_or_left_out_is_done_without() {
    for trick in [
        |_: &str| Turn::Say("{tag} NO [CANNOT] not today\r\n".to_owned()),
        |_: &str| Turn::Say("{tag} BAD what\r\n".to_owned()),
        |_: &str| Turn::Say("{tag} OK done\r\n".to_owned()),
        |_: &str| Turn::Say("* 7 FETCH (UID 7)\r\n{tag} OK done\r\n".to_owned()),
    ] {
        let world = survives(trick);
        assert!(attached(&world).is_empty());
        assert_eq!(world.server.house().logins, 1);
    }
}

#[test]
fn a_structure_that_breaks_the_parser_costs_one_connection() {
    for trick in [
        |_: &str| Turn::Say("* 7 FETCH (UID 7 BODYSTRUCTURE ".to_owned() + &"(".repeat(20_000)),
        |_: &str| Turn::Say("* 7 FETCH (UID 7 BODYSTRUCTURE (\"a\" {3}\r\nb c".to_owned()),
    ] {
        let world = survives(trick);
        assert!(attached(&world).is_empty());
        assert_eq!(world.server.house().logins, 2);
    }
}

#[test]
fn a_message_that_ends_each_connection_is_done_without_its_structure() {
    let world = survives(|_| Turn::SayAndClose("* BYE internal error\r\n".to_owned()));
    assert!(attached(&world).is_empty());
    assert_eq!(world.server.house().logins, 4, "three tries");
}

/// As Exchange does for what it can't convert, and others while they are short of something.
#[tokio::test]
async fn a_text_that_does_not_come_at_first_is_asked_for_again() {
    let world = World::with(&[("INBOX", Mailbox::of(1..=30))]).await;
    world.server.script(|call: &Call<'_>| {
        let asks = call.is(FETCH) && call.command.contains("TEXT");
        match asks && call.earlier < 2 {
            true => Turn::Say("* 3 FETCH (UID 3)\r\n{tag} OK FETCH completed.\r\n".to_owned()),
            false => Turn::AsUsual,
        }
    });
    world.syncs().await;
}

/// As Cyrus does: what is gone is told once, wherever that may be (RFC 3501 §7.4.1).
#[tokio::test]
async fn what_is_told_gone_beside_a_text_is_noticed() {
    let mut world = World::with(&[("INBOX", Mailbox::of(1..=30))]).await;
    world.pace.doubt = Duration::from_secs(3600);
    let (stop, watching) = world.watch();
    world.store.until("all texts", |kept| kept.texts.len() == 30).await;
    world.asked_again("IDLE", 1).await;

    world.server.script(|call: &Call<'_>| {
        match call.is("UID FETCH 31 ") && call.command.contains("TEXT") {
            true => Turn::TellGone(3),
            false => Turn::AsUsual,
        }
    });
    world.server.change("INBOX", |inbox| inbox.put(31));
    world.store.until("what is gone", |kept| kept.gone == [3]).await;
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
}
