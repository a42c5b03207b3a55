//! What single servers do differently, each as its own small scene.
//!
//! What other servers do as well is tested elsewhere: throttling and replies without a body or
//! without any message in `imap.rs`, no IDLE and messages that show up late in `imap_watch.rs`.

use std::time::Duration;

use requite::config::Tls;
use requite::source::Role;

use crate::support::imap_account::World;
use crate::support::imap_store::Kept;
use crate::support::scripted_imap::{Call, Mailbox, Server, Turn};

/// A server of these folders, by attributes, name and messages.
async fn server(folders: &[(&str, &str, u32)], capabilities: &str) -> World {
    let mailboxes: Vec<(&str, Mailbox)> = folders
        .iter()
        .map(|(attributes, name, count)| {
            (*name, Mailbox { attributes: (*attributes).to_owned(), ..Mailbox::of(1..=*count) })
        })
        .collect();
    let world = World::on(Server::start(&mailboxes, None).await, Tls::None);
    world.server.house().capabilities[1] = format!("IMAP4rev1 {capabilities}");
    world
}

async fn reads(world: &World, expect: &[(&str, Role)]) {
    world.sync().await.unwrap();
    let expect: Vec<_> = expect.iter().map(|(name, role)| ((*name).to_owned(), *role)).collect();
    assert_eq!(world.store.kept().folders, expect);
}

const GMAIL: [(&str, &str, u32); 7] = [
    ("\\HasNoChildren", "INBOX", 3),
    ("\\All", "[Gmail]/All Mail", 9),
    ("\\Drafts", "[Gmail]/Drafts", 1),
    ("\\Sent", "[Gmail]/Sent Mail", 2),
    ("\\Junk", "[Gmail]/Spam", 1),
    ("\\Trash", "[Gmail]/Trash", 1),
    ("", "Clients", 4),
];

#[tokio::test]
async fn gmail_has_everything_once_in_all_mail() {
    let world = server(&GMAIL, "IDLE X-GM-EXT-1 COMPRESS=DEFLATE CONDSTORE").await;
    let once = [
        ("[Gmail]/All Mail", Role::All),
        ("[Gmail]/Spam", Role::Junk),
        ("[Gmail]/Trash", Role::Trash),
    ];
    reads(&world, &once).await;
    assert_eq!(world.store.uids("[Gmail]/All Mail").len(), 9);
    assert_eq!(world.server.count("EXAMINE \"INBOX\""), 0);
}

#[tokio::test]
async fn gmail_that_hides_all_mail_is_read_folder_by_folder() {
    let world = server(&[GMAIL[0], GMAIL[3], GMAIL[6]], "IDLE X-GM-EXT-1").await;
    let all = [("INBOX", Role::Inbox), ("[Gmail]/Sent Mail", Role::Sent), ("Clients", Role::Other)];
    reads(&world, &all).await;
}

#[tokio::test]
async fn gmail_that_throttles_leaves_bodies_out_and_is_asked_again() {
    let world = server(&GMAIL[1..2], "IDLE X-GM-EXT-1").await;
    world.server.script(|call: &Call<'_>| match call.is("UID FETCH") && call.earlier < 2 {
        // Every line but the first lacks what was asked for.
        true => Turn::Change(|reply| {
            let (first, rest) = reply.split_at(reply.find("\r\n* ").unwrap_or(reply.len()));
            first.to_owned() + &rest.replace("BODY[HEADER.FIELDS (DATE)]", "BODY[TEXT]")
        }),
        false => Turn::AsUsual,
    });
    world.syncs().await;
    assert!(world.store.kept().unreadable.is_empty());
}

#[tokio::test]
async fn a_virtual_all_mail_beside_the_real_folders_is_left_alone() {
    let proton = [
        ("", "INBOX", 3),
        ("\\All", "All Mail", 9),
        ("\\Sent", "Sent", 2),
        ("", "Folders/Clients", 4),
    ];
    let world = server(&proton, "ID IDLE MOVE STARTTLS UIDPLUS UNSELECT").await;
    let real = [("INBOX", Role::Inbox), ("Sent", Role::Sent), ("Folders/Clients", Role::Other)];
    reads(&world, &real).await;
}

#[tokio::test]
async fn a_folder_that_is_only_called_all_mail_is_read() {
    let world = server(&[("", "INBOX", 3), ("", "Old/All Mail", 9)], "IDLE").await;
    reads(&world, &[("INBOX", Role::Inbox), ("Old/All Mail", Role::All)]).await;
}

#[tokio::test]
async fn a_folder_name_of_several_lines_is_no_folder() {
    let world = server(&[("", "INBOX", 3)], "IDLE").await;
    world.server.script(|call: &Call<'_>| match call.is("LIST") {
        true => Turn::Change(|reply| format!("* LIST () \"/\" {{9}}\r\nA\r\nB NOOP\r\n{reply}")),
        false => Turn::AsUsual,
    });
    reads(&world, &[("INBOX", Role::Inbox)]).await;
}

#[tokio::test]
async fn icloud_names_its_folders_and_says_no_more() {
    let icloud = [
        ("", "Archive", 1),
        ("", "Deleted Messages", 1),
        ("", "Drafts", 1),
        ("", "INBOX", 1),
        ("", "Junk", 1),
        ("", "Sent Messages", 1),
    ];
    let world = server(&icloud, "IDLE").await;
    let expect = [
        ("INBOX", Role::Inbox),
        ("Sent Messages", Role::Sent),
        ("Archive", Role::Archive),
        ("Junk", Role::Junk),
        ("Deleted Messages", Role::Trash),
    ];
    reads(&world, &expect).await;
}

/// What QRESYNC and ENABLE would have been good for comes in a form that no parser takes.
#[tokio::test]
async fn icloud_is_asked_for_nothing_that_it_does_badly() {
    let capabilities = "IDLE ENABLE CONDSTORE QRESYNC LIST-EXTENDED LIST-STATUS NAMESPACE";
    let world = server(&[("", "INBOX", 40)], capabilities).await;
    world.server.script(|call: &Call<'_>| match call.is("EXAMINE") {
        true => Turn::Change(|reply| format!("* ENABLED\r\n* FLAGS ()\r\n{reply}")),
        false => Turn::AsUsual,
    });
    world.syncs().await;
    assert_eq!(world.server.house().logins, 1);
    let lines = world.server.house().lines.clone();
    for badly in ["ENABLE", "QRESYNC", "CHANGEDSINCE", "RETURN", "NAMESPACE", "STRUCTURE"] {
        assert!(!lines.iter().any(|line| line.contains(badly)), "{badly}: {lines:?}");
    }
}

#[tokio::test]
async fn a_malformed_vanished_costs_a_connection_and_no_message() {
    for vanished in ["* VANISHED (EARLIER) \r\n", "* VANISHED (EARLIER\r\n", "* VANISHED 1:*,\r\n"]
    {
        let world = server(&[("", "INBOX", 40)], "IDLE QRESYNC").await;
        world.server.script(move |call: &Call<'_>| match call.is("EXAMINE") && call.earlier == 0 {
            true => Turn::Say(format!("{vanished}{{tag}} OK [READ-ONLY] done\r\n")),
            false => Turn::AsUsual,
        });
        world.syncs().await;
    }
}

#[tokio::test]
async fn exchange_counts_a_message_before_it_shows_it() {
    let world = server(&[("", "INBOX", 40)], "IDLE").await;
    world.syncs().await;
    // EXISTS and UIDNEXT have grown; SEARCH lags behind.
    world.server.script(|call: &Call<'_>| match call.is("UID SEARCH") {
        true => Turn::Change(|reply| reply.replace(" 41", "")),
        false => Turn::AsUsual,
    });
    world.server.change("INBOX", |inbox| inbox.put(41));
    world.sync().await.unwrap();
    assert_eq!(world.store.uids("INBOX").len(), 40);
    world.server.script(|_| Turn::AsUsual);
    world.syncs().await;
    let asked = world.server.house().lines.join("\n");
    assert!(!asked.contains("CHARSET"), "Exchange refuses it");
}

/// Of three folders, two count a message that can't be seen between others that can. The third is
/// the one that was opened last, so that the second is looked into for a reason only.
async fn with_hidden_messages() -> World {
    let mut world = server(&[("", "INBOX", 9), ("", "Sent", 9), ("", "Old", 9)], "IDLE").await;
    world.pace.silence = Duration::from_millis(20);
    // A comparison of the whole folder finds it as little as a search.
    world.pace.doubt = Duration::from_secs(3600);
    world
}

async fn hide(world: &World) {
    let is_complete = |kept: &Kept| kept.known.values().filter(|known| known.complete).count() == 3;
    world.store.until("all", is_complete).await;
    for (folder, hidden) in [("INBOX", vec![11]), ("Sent", vec![11]), ("Old", vec![])] {
        world.server.change(folder, |mailbox| {
            mailbox.hidden = hidden;
            (10..=12).for_each(|uid| mailbox.put(uid));
        });
        world.store.until("what can be seen", has(folder, 12)).await;
    }
}

fn has(folder: &str, uid: u64) -> impl Fn(&Kept) -> bool {
    let key = (folder.to_owned(), uid);
    move |kept| kept.mails.contains_key(&key)
}

/// The counters spare the looks.
async fn rests(world: &World) {
    for command in ["IDLE", "STATUS \"Sent\""] {
        world.asked_again(command, 2).await;
    }
    let searches = world.server.count("UID SEARCH");
    for command in ["IDLE", "STATUS \"Sent\""] {
        world.asked_again(command, 3).await;
    }
    assert_eq!(world.server.count("UID SEARCH"), searches);
}

#[tokio::test]
async fn exchange_counts_a_message_between_others_before_it_shows_it() {
    let world = with_hidden_messages().await;
    let (stop, watching) = world.watch();
    hide(&world).await;
    world.asked_again("EXAMINE \"INBOX\"", 3).await;
    world.asked_again("EXAMINE \"Sent\"", 3).await;
    let compared = world.store.kept().reconciled.len();
    // Nothing is announced, and no counter changes.
    for mailbox in world.server.house().mailboxes.values_mut() {
        mailbox.hidden.clear();
    }
    for folder in ["INBOX", "Sent"] {
        world.store.until("what was hidden", has(folder, 11)).await;
    }
    assert_eq!(world.store.kept().reconciled.len(), compared);
    world.server.change("Old", |old| old.put(13));
    world.store.until("another one", has("Old", 13)).await;
    rests(&world).await;
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
    world.holds_all();
}

#[tokio::test]
async fn a_server_that_never_counts_right_is_looked_into_for_a_while_only() {
    let mut world = with_hidden_messages().await;
    (world.pace.hidden, world.pace.doubt) = (Duration::ZERO, Duration::ZERO);
    let (stop, watching) = world.watch();
    hide(&world).await;
    rests(&world).await;
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_message_between_others_is_read_by_a_first_sync_that_did_not_see_it() {
    let mut world = server(&[("", "INBOX", 9)], "IDLE").await;
    world.pace.silence = Duration::from_millis(20);
    world.server.change("INBOX", |inbox| inbox.hidden = vec![5]);
    let (stop, watching) = world.watch();
    let is_complete = |kept: &Kept| kept.known.get("INBOX").is_some_and(|known| known.complete);
    world.store.until("what can be seen", is_complete).await;
    world.asked_again("IDLE", 2).await;
    world.server.house().mailboxes.get_mut("INBOX").unwrap().hidden.clear();
    world.store.until("what was hidden", has("INBOX", 5)).await;
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
    world.holds_all();
}

#[tokio::test]
async fn exchange_finds_a_message_before_it_gives_it() {
    let world = server(&[("", "INBOX", 40)], "IDLE").await;
    world.syncs().await;
    world.server.script(|call: &Call<'_>| match call.is("UID FETCH 41") && call.earlier < 3 {
        true => Turn::Say("{tag} OK FETCH completed.\r\n".to_owned()),
        false => Turn::AsUsual,
    });
    world.server.change("INBOX", |inbox| inbox.put(41));
    world.syncs().await;
}

#[tokio::test]
async fn a_message_that_was_not_found_but_comes_is_taken() {
    let world = server(&[("", "INBOX", 40)], "IDLE").await;
    world.server.script(|call: &Call<'_>| match call.is("UID SEARCH") && call.earlier == 0 {
        true => Turn::Change(|reply| reply.replace(" 20 ", " ")),
        false => Turn::AsUsual,
    });
    world.syncs().await;
}

#[tokio::test]
async fn exchange_shows_an_old_connection_what_there_was() {
    let mut world = server(&[("", "INBOX", 40)], "IDLE").await;
    world.pace.renewal = Duration::from_millis(10);
    world.server.house().stale = true;
    let (stop, watching) = world.watch();
    let is_complete = |kept: &Kept| kept.known.get("INBOX").is_some_and(|known| known.complete);
    world.store.until("all", is_complete).await;
    world.server.change("INBOX", |inbox| inbox.put(41));
    world.store.kept().known.get_mut("INBOX").unwrap().reconcile_due = true;
    let come = |kept: &Kept| kept.mails.contains_key(&("INBOX".to_owned(), 41));
    world.store.until("what a new connection shows", come).await;
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
    world.holds_all();
}

#[tokio::test]
async fn a_server_that_answers_beyond_the_question_is_not_led_by() {
    let world = server(&[("", "INBOX", 40)], "IDLE").await;
    world.syncs().await;
    // Whatever is asked for, the last message is found, too: as for `41:*` (RFC 3501 section 6.4.8).
    world.server.script(|call: &Call<'_>| match call.is("UID SEARCH") {
        true => Turn::Change(|reply| reply.replacen("\r\n", " 40 900 3000000000\r\n", 1)),
        false => Turn::AsUsual,
    });
    world.server.change("INBOX", |inbox| inbox.uidnext = 60);
    world.syncs().await;
    world.server.script(|_| Turn::AsUsual);
    world.server.change("INBOX", |inbox| inbox.put(50));
    world.syncs().await;
}

#[tokio::test]
async fn coremail_tells_uidnext_only_to_who_asks_for_it() {
    let world = server(&[("", "INBOX", 40)], "IDLE").await;
    world.server.script(|call: &Call<'_>| match call.is("EXAMINE") {
        true => Turn::Change(|reply| reply.replace("[UIDNEXT 41]", "[READ-ONLY]")),
        false => Turn::AsUsual,
    });
    world.syncs().await;
    assert_eq!(world.server.count("STATUS"), 1);
    assert_eq!(world.server.count("FETCH"), 0);
}

#[tokio::test]
async fn what_is_done_in_part_is_not_done() {
    let world = server(&[("", "INBOX", 40)], "IDLE").await;
    world.server.script(|call: &Call<'_>| match call.is("UID SEARCH") && call.earlier == 0 {
        true => Turn::Say("* SEARCH 39 40\r\n{tag} OK [MESSAGELIMIT 2 39] some\r\n".to_owned()),
        false => Turn::AsUsual,
    });
    world.syncs().await;
}

#[tokio::test]
async fn yahoo_that_limits_what_it_shows_is_never_called_complete() {
    let world = server(&[("", "INBOX", 2500)], "IDLE MESSAGELIMIT=1000 UIDONLY").await;
    world.server.script(|call: &Call<'_>| {
        let Some(set) = call.command.strip_prefix("UID SEARCH UID ") else { return Turn::AsUsual };
        let (first, last) = set.split_once(':').unwrap_or((set, set));
        let asked = last.parse::<u32>().unwrap() - first.parse::<u32>().unwrap();
        match asked >= 1000 {
            true => Turn::Say("* SEARCH 2500\r\n{tag} OK [MESSAGELIMIT 1000] some\r\n".to_owned()),
            false => Turn::AsUsual,
        }
    });
    let (stop, watching) = world.watch();
    let says = |detail: &String| detail.contains("only the newest messages of INBOX");
    let told = |kept: &Kept| kept.states.last().is_some_and(|(_, detail)| says(detail));
    world.store.until("a word about it", told).await;
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
    assert_eq!(world.store.uids("INBOX").len(), 2500);
    assert!(!world.store.kept().known["INBOX"].complete);
}
