//! Never miss a message and never take one twice, whatever the server does.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use requite::config::Folders;
use requite::error::Kind;
use requite::source::imap::probe;
use requite::source::{Flags, Role, Uid, UidValidity};

use crate::support::imap_account::World;
use crate::support::imap_store::Kept;
use crate::support::scripted_imap::{Call, Mailbox, Server, Turn};

const FETCH: &str = "UID FETCH";
const SEARCH: &str = "UID SEARCH";

/// A full pass over an INBOX of 1,200 messages while the server plays this trick.
#[track_caller]
fn survives(trick: impl Fn(&Call<'_>) -> Turn + Send + Sync + 'static) -> World {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let world = World::with(&[("INBOX", Mailbox::of(1..=1200))]).await;
        world.server.script(trick);
        world.syncs().await;
        world
    })
}

/// The trick on the first of these commands only.
fn once(verb: &'static str, trick: fn() -> Turn) -> impl Fn(&Call<'_>) -> Turn {
    move |call| if call.is(verb) && call.earlier == 0 { trick() } else { Turn::AsUsual }
}

fn say(text: &str) -> Turn {
    Turn::Say(text.to_owned())
}

#[tokio::test]
async fn every_folder_is_read_to_the_end() {
    let thin = Mailbox::of([5, 900, 1_000_000, 3_000_000_000]);
    let world = World::with(&[
        ("INBOX", Mailbox::of(1..=2300)),
        ("Sent", thin),
        ("Empty", Mailbox::of([])),
    ])
    .await;
    world.syncs().await;
    let kept = world.store.kept();
    let (_, header, _) = &kept.mails[&("Sent".to_owned(), 900)];
    assert!(header.contains("Message-ID: <900@example.org>"));
    assert_eq!(kept.dated.len(), 2304);
    assert_eq!(kept.known["INBOX"].covered, Some((Uid(1), Uid(2300))));
}

#[tokio::test]
async fn a_folder_beyond_one_window_is_read_in_several() {
    // Dense at both ends, with a wide gap that has to be crossed.
    let uids = (1..=6_000).chain(40_000_000..40_006_000);
    let world = World::with(&[("INBOX", Mailbox::of(uids))]).await;
    world.syncs().await;
    // None so wide that its answer takes long to be parsed, and not one for each gap.
    assert!((3..20).contains(&world.server.count(SEARCH)), "{}", world.server.count(SEARCH));
}

#[test]
fn a_search_that_finds_more_than_there_is_ends_the_connection() {
    let world = survives(once(SEARCH, || {
        say(&("* SEARCH".to_owned() + &" 1".repeat(12_000) + "\r\n{tag} OK done\r\n"))
    }));
    assert_eq!(world.server.house().logins, 2);
}

#[tokio::test]
async fn a_second_pass_reads_only_what_is_new() {
    let world = World::with(&[("INBOX", Mailbox::of(1..=700))]).await;
    world.syncs().await;
    let before = world.server.count(FETCH);
    world.syncs().await;
    assert_eq!(world.server.count(FETCH), before);

    world.server.change("INBOX", |inbox| (701..=705).for_each(|uid| inbox.put(uid)));
    world.syncs().await;
    assert_eq!(world.server.count(FETCH), before + 2, "their headers, and their texts");
}

#[tokio::test]
async fn a_folder_that_was_empty_is_read_from_its_first_message() {
    let world = World::with(&[("INBOX", Mailbox::of([]))]).await;
    world.syncs().await;
    world.server.change("INBOX", |inbox| (1..=3).for_each(|uid| inbox.put(uid)));
    world.syncs().await;
}

#[tokio::test]
async fn an_interrupted_pass_goes_on_where_it_ended() {
    let world = World::with(&[("INBOX", Mailbox::of(1..=3000))]).await;
    world.server.script(|call| match call.is(FETCH) && call.earlier >= 3 {
        true => say("{tag} NO [UNAVAILABLE] later\r\n"),
        false => Turn::AsUsual,
    });
    assert_eq!(world.sync().await.unwrap_err().kind(), Kind::Temporary);
    let half = |kept: &Kept| kept.known["INBOX"].covered == Some((Uid(1501), Uid(3000)));
    world.store.until("the first half", half).await;
    world.server.script(|_| Turn::AsUsual);
    world.syncs().await;
}

#[test]
fn a_refused_fetch_is_no_empty_one() {
    survives(once(FETCH, || say("{tag} NO cannot do that\r\n")));
    survives(once(FETCH, || say("{tag} BAD\r\n")));
    survives(once(FETCH, || Turn::Change(|reply| reply.replacen("OK done", "NO some of them", 1))));
}

#[test]
fn a_refused_search_is_no_empty_one() {
    survives(once(SEARCH, || say("{tag} NO not now\r\n")));
    survives(once(SEARCH, || say("* SEARCH\r\n{tag} BAD\r\n")));
}

#[test]
fn a_connection_that_ends_in_the_middle_is_taken_up_again() {
    for length in [0, 1, 60, 5_000, 40_000] {
        survives(move |call| match call.is(FETCH) && call.earlier == 1 {
            true => Turn::CutAt(length),
            false => Turn::AsUsual,
        });
    }
    survives(once(FETCH, || Turn::SayAndClose("* BYE too busy\r\n".to_owned())));
    survives(once(SEARCH, || Turn::CutAt(0)));
    survives(once("EXAMINE", || Turn::CutAt(20)));
    survives(once(SEARCH, || Turn::SayAndClose("* BYE shutting down\r\n".to_owned())));
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up() {
    for silent in ["", "* 1 FETCH (UID 1 ", "* OK still here\r\n"] {
        let mut world = World::with(&[("INBOX", Mailbox::of(1..=1200))]).await;
        world.pace.patience = Duration::from_millis(500);
        world.server.script(move |call| match call.is(FETCH) && call.earlier == 1 {
            true => say(silent),
            false => Turn::AsUsual,
        });
        world.syncs().await;
        assert_eq!(world.server.house().logins, 2);
    }
}

#[test]
fn a_broken_reply_costs_a_connection_and_no_message() {
    let world = survives(once(FETCH, || say("* OK [ALERT]é\r\n{tag} OK\r\n")));
    assert!(world.server.house().logins > 1);
    survives(once(FETCH, || say("* 1 FETCH (UID 1 FLAGS nonsense\r\n")));
    survives(once(FETCH, || say("* 1 FETCH (BODY[HEADER] {9000000}\r\n")));
    survives(once(FETCH, || {
        say(&format!("* 1 FETCH (UID 1 BODYSTRUCTURE {}", "(".repeat(20_000)))
    }));
    survives(once(FETCH, || say(&"* 5 EXPUNGE\r\n".repeat(10_001))));
    survives(once(FETCH, || say("nobody OK asked for this\r\n")));
}

#[test]
fn an_empty_ok_is_asked_again() {
    survives(|call| match call.is(FETCH) && call.earlier < 3 {
        true => say("{tag} OK done\r\n"),
        false => Turn::AsUsual,
    });
}

#[tokio::test]
async fn what_was_read_ahead_is_not_stored_over_a_gap() {
    let world = World::with(&[("INBOX", Mailbox::of(1..=2300))]).await;
    // The second chunk stays away, and the connection ends when it is looked for.
    world.server.script(|call| match (call.is(FETCH), call.is(SEARCH), call.earlier) {
        (true, _, 1) => say("{tag} OK done\r\n"),
        (_, true, 1) => Turn::CutAt(0),
        _ => Turn::AsUsual,
    });
    world.syncs().await;
    assert_eq!(world.server.house().logins, 2);
}

#[tokio::test]
async fn a_message_without_a_date_still_counts() {
    let world = World::with(&[("INBOX", Mailbox::of(1..=30))]).await;
    world.server.change("INBOX", |inbox| {
        for uid in [1, 7, 30] {
            inbox.messages.get_mut(&uid).unwrap().date = None;
        }
    });
    world.syncs().await;
    assert_eq!(world.store.kept().dated.len(), 27);
    assert_eq!(world.server.house().logins, 1);
}

#[tokio::test]
async fn a_header_that_is_too_large_comes_in_part() {
    let world = World::with(&[("INBOX", Mailbox::of(1..=30))]).await;
    world.server.change("INBOX", |inbox| {
        let header = &mut inbox.messages.get_mut(&7).unwrap().header;
        *header = Some(format!("Subject: long\r\nX-Bulk: {}\r\n\r\n", "x".repeat(2_000_000)));
    });
    world.syncs().await;
    let kept = world.store.kept();
    let (_, header, _) = &kept.mails[&("INBOX".to_owned(), 7)];
    assert_eq!((header.len(), header.starts_with("Subject: long")), (262_144, true));
}

#[tokio::test]
async fn a_message_that_cannot_be_read_is_put_aside_with_the_reason() {
    let world = World::with(&[("INBOX", Mailbox::of(1..=700))]).await;
    world.server.change("INBOX", |inbox| {
        inbox.messages.get_mut(&300).unwrap().header = None;
        inbox.messages.get_mut(&700).unwrap().header = None;
    });
    world.sync().await.unwrap();
    let expect: Vec<u64> = (1..=699).filter(|uid| *uid != 300).collect();
    assert_eq!(world.store.uids("INBOX"), expect);
    assert!(world.store.kept().known["INBOX"].complete);
    let mut unreadable = world.store.kept().unreadable.clone();
    unreadable.sort();
    let why = "the server gives no header for it";
    assert_eq!(unreadable, [300, 700].map(|uid| (uid, why.to_owned())));
}

#[tokio::test]
async fn a_connection_lost_over_one_message_costs_none_of_those_in_flight() {
    let world = World::with(&[("INBOX", Mailbox::of(1..=2300))]).await;
    world.server.change("INBOX", |inbox| inbox.messages.get_mut(&1700).unwrap().header = None);
    world.server.script(|call| match call.is("UID FETCH 1700 ") {
        true => Turn::SayAndClose("* BYE it is cursed\r\n".to_owned()),
        false => Turn::AsUsual,
    });
    world.sync().await.unwrap();
    let expect: Vec<u64> = (1..=2300).filter(|uid| *uid != 1700).collect();
    assert_eq!(world.store.uids("INBOX"), expect);
    let (uid, why) = world.store.kept().unreadable[0].clone();
    assert_eq!((uid, why.as_str()), (1700, "the server said: it is cursed"));
}

#[tokio::test]
async fn a_message_that_breaks_the_connection_each_time_is_put_aside() {
    for poison in ["* 7 FETCH (UID 7 FLAGS oops\r\n", "* OK [ALERT]é\r\n", "* BYE bug\r\n"] {
        let world = World::with(&[("INBOX", Mailbox::of(1..=40))]).await;
        world.server.change("INBOX", |inbox| {
            inbox.messages.get_mut(&7).unwrap().header = Some("POISON".to_owned());
        });
        let bad: &'static str = poison;
        world.server.script(move |call| match (call.is(FETCH), bad) {
            (false, _) => Turn::AsUsual,
            (_, "* BYE bug\r\n") => Turn::Change(|it| poisoned(it, "* BYE bug\r\n")),
            (_, "* OK [ALERT]é\r\n") => Turn::Change(|it| poisoned(it, "* OK [ALERT]é\r\n")),
            _ => Turn::Change(|it| poisoned(it, "* 7 FETCH (UID 7 FLAGS oops\r\n")),
        });
        world.sync().await.unwrap();
        let expect: Vec<u64> = (1..=40).filter(|uid| *uid != 7).collect();
        assert_eq!(world.store.uids("INBOX"), expect, "{poison}");
        let uids: Vec<u64> = world.store.kept().unreadable.iter().map(|it| it.0).collect();
        assert_eq!(uids, [7], "{poison}");
    }
}

/// The reply up to the poisoned message, and the bad bytes in its place.
fn poisoned(reply: String, bad: &str) -> String {
    match reply.find("POISON").and_then(|at| reply[..at].rfind("* ")) {
        Some(at) => format!("{}{bad}", &reply[..at]),
        None => reply,
    }
}

#[tokio::test]
async fn while_the_server_gives_no_message_at_all_none_is_put_aside() {
    let world = World::with(&[("INBOX", Mailbox::of(1..=40))]).await;
    world.server.script(|call| match call.is(FETCH) {
        true => Turn::Change(|it| it.replace("BODY[HEADER", "BODY[TEXT] NIL BODY[X")),
        false => Turn::AsUsual,
    });
    assert_eq!(world.sync().await.unwrap_err().kind(), Kind::Temporary);
    world.server.script(|call| match call.is(FETCH) {
        true => say("{tag} BAD Request is throttled. Suggested Backoff Time: 90000 ms\r\n"),
        false => Turn::AsUsual,
    });
    assert_eq!(world.sync().await.unwrap_err().kind(), Kind::Temporary);
    assert_eq!(world.store.kept().unreadable, []);
    world.server.script(|_| Turn::AsUsual);
    world.syncs().await;
}

#[tokio::test]
async fn a_new_uidvalidity_begins_the_folder_anew() {
    let world = World::with(&[("INBOX", Mailbox::of(1..=30))]).await;
    world.syncs().await;
    world.server.change("INBOX", |inbox| {
        *inbox = Mailbox::of(5..=20);
        inbox.uidvalidity = 2000;
    });
    world.syncs().await;
    assert_eq!(world.store.kept().known["INBOX"].uidvalidity, UidValidity(2000));
}

#[tokio::test]
async fn a_uidnext_that_falls_begins_the_folder_anew() {
    let world = World::with(&[("INBOX", Mailbox::of(1..=30))]).await;
    world.syncs().await;
    world.server.change("INBOX", |inbox| *inbox = Mailbox::of(1..=9));
    world.syncs().await;
    let passes = world.server.count(FETCH);
    world.syncs().await;
    assert_eq!(world.server.count(FETCH), passes, "it goes on from there");
}

#[tokio::test]
async fn a_server_without_uidvalidity_is_read_anew_each_time() {
    let world = World::with(&[("INBOX", Mailbox::of(1..=9))]).await;
    world.server.change("INBOX", |inbox| inbox.uidvalidity = 0);
    world.syncs().await;
    world
        .server
        .change("INBOX", |inbox| *inbox = Mailbox { uidvalidity: 0, ..Mailbox::of(3..=11) });
    world.syncs().await;
}

#[tokio::test]
async fn a_server_that_keeps_uidnext_to_itself_is_asked_otherwise() {
    let world = World::with(&[("INBOX", Mailbox::of(1..=9))]).await;
    world.server.script(|call| match (call.is("EXAMINE"), call.is("STATUS")) {
        (true, _) => Turn::Change(|it| it.replace("[UIDNEXT 10]", "[READ-ONLY]")),
        (_, true) => say("{tag} NO never\r\n"),
        _ => Turn::AsUsual,
    });
    world.syncs().await;
}

#[tokio::test]
async fn flags_of_watched_messages_are_read_again() {
    // Far enough below the newest, which are compared in any case.
    let world = World::with(&[("INBOX", Mailbox::of(1..=300))]).await;
    world.syncs().await;
    world.store.kept().watched = vec![3, 4, 8];
    world.server.change("INBOX", |inbox| {
        inbox.messages.get_mut(&3).unwrap().flags = "\\Answered \\Seen".to_owned();
        inbox.messages.remove(&8);
    });
    world.syncs().await;
    let kept = world.store.kept();
    let flags = |uid| kept.mails[&("INBOX".to_owned(), uid)].2;
    assert_eq!(flags(3), Flags { answered: true, ..Flags::default() });
    assert_eq!(flags(4), Flags::default());
    assert_eq!(kept.gone, [8]);
}

#[tokio::test]
async fn folders_are_named_for_people_and_read_in_order() {
    let special = |attributes: &str| {
        let attributes = attributes.to_owned();
        Mailbox { attributes, ..Mailbox::of([1]) }
    };
    let mailboxes = [
        ("Bin", special("\\Trash")),
        ("Entw&APw-rfe", special("")),
        ("&ZeVnLIqe-", special("\\HasNoChildren")),
        ("Gone", special("\\NonExistent \\Noselect")),
        ("INBOX", special("")),
        ("Mine", special("\\Sent")),
    ];
    let mut world = World::on(Server::start(&mailboxes, None).await, requite::config::Tls::None);
    world.sync().await.unwrap();
    let expect = [
        ("INBOX", Role::Inbox),
        ("Mine", Role::Sent),
        ("日本語", Role::Other),
        ("Bin", Role::Trash),
    ];
    assert_eq!(world.store.kept().folders, expect.map(|(name, role)| (name.to_owned(), role)));
    assert_eq!(world.store.uids("日本語"), [1]);

    let found = probe(&world.account).await.unwrap();
    let counted: Vec<_> = found.iter().map(|(name, role, _)| (name.as_str(), *role)).collect();
    assert_eq!(counted, expect, "those that are read");
    assert_eq!(world.server.house().logins, 2, "one for each call");

    world.account.folders = Folders::Named(vec!["Entwürfe".to_owned(), "Work".to_owned()]);
    let error = world.sync().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Config);
    assert!(error.to_string().contains("\"Work\""), "{error}");
    let tried = probe(&world.account).await.unwrap_err();
    assert_eq!(tried.to_string(), error.to_string(), "it is found out in advance");
}

#[tokio::test]
async fn a_folder_that_may_not_be_opened_keeps_no_other_from_being_read() {
    let world = World::with(&[("INBOX", Mailbox::of(1..=9)), ("Other", Mailbox::of([]))]).await;
    world.server.script(|call| match call.is("EXAMINE \"Other\"") {
        true => say("{tag} NO [NOPERM] not yours\r\n"),
        false => Turn::AsUsual,
    });
    world.sync().await.unwrap();
    assert_eq!(world.store.uids("INBOX").len(), 9);
}

#[tokio::test]
async fn a_message_that_goes_while_it_is_read_is_no_failure() {
    let world = World::with(&[("INBOX", Mailbox::of(1..=9))]).await;
    let (server, fetched) = (world.server.clone(), AtomicUsize::new(0));
    world.server.script(move |call| {
        if call.is(FETCH) && fetched.fetch_add(1, Ordering::Relaxed) == 0 {
            let server = server.clone();
            // The script holds the server's lock.
            tokio::spawn(
                async move { server.change("INBOX", |inbox| _ = inbox.messages.remove(&5)) },
            );
            return say("{tag} NO [EXPUNGEISSUED] some are gone\r\n");
        }
        Turn::AsUsual
    });
    world.sync().await.unwrap();
    assert_eq!(world.store.uids("INBOX"), [1, 2, 3, 4, 6, 7, 8, 9]);
    assert_eq!(world.store.kept().unreadable, []);
}

/// A pass over a server from which no mail ever comes: what it says of it, and how many
/// connections it took.
async fn gives_up(trick: impl Fn(&Call<'_>) -> Turn + Send + Sync + 'static) -> (String, usize) {
    let world =
        World::with(&[("INBOX", Mailbox::of(1..=2300)), ("Sent", Mailbox::of(1..=9))]).await;
    world.server.script(trick);
    let error = world.sync().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Temporary, "{error}");
    assert_eq!(world.store.kept().unreadable, []);
    let connections = world.server.house().connections;
    (error.to_string(), connections)
}

#[tokio::test]
async fn a_pass_gives_up_where_no_mail_ever_comes() {
    let (why, connections) = gives_up(|call| match call.is(FETCH) || call.is("FETCH") {
        true => Turn::SayAndClose(String::new()),
        false => Turn::AsUsual,
    })
    .await;
    assert!(why.contains("3 connections were lost without any mail"), "{why}");
    assert_eq!(connections, 3);

    let (why, connections) = gives_up(|call| match call.is(FETCH) {
        true => Turn::Say("* 1 FETCH (FLAGS ())\r\n{tag} OK done\r\n".to_owned()),
        false => Turn::AsUsual,
    })
    .await;
    assert!(why.contains("no message can be read now"), "{why}");
    assert!(connections <= 3, "{connections}");
}

#[tokio::test]
async fn a_pass_gives_up_where_no_text_ever_comes() {
    let world = World::with(&[("INBOX", Mailbox::of(1..=300))]).await;
    world.server.script(|call| match call.is(FETCH) && call.command.contains("TEXT") {
        true => Turn::SayAndClose(String::new()),
        false => Turn::AsUsual,
    });
    let error = world.sync().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Temporary, "{error}");
    assert!(world.server.house().connections <= 4);
    world.holds_all();
}
