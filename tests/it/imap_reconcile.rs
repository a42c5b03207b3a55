//! What no counter tells is found when a folder is compared as a whole.

use std::time::Duration;

use requite::source::UidValidity;

use crate::support::imap_account::World;
use crate::support::imap_store::Kept;
use crate::support::scripted_imap::{Call, Mailbox, Turn};

/// Everything was read, and a day has gone by since.
async fn a_day_later(uids: impl IntoIterator<Item = u32>) -> World {
    let world = World::with(&[("INBOX", Mailbox::of(uids))]).await;
    world.syncs().await;
    due(&mut world.store.kept());
    world
}

fn due(kept: &mut Kept) {
    kept.known.get_mut("INBOX").unwrap().reconcile_due = true;
}

#[tokio::test]
async fn once_a_day_old_messages_that_went_or_came_are_found() {
    // Dense and thin stretches, in several windows.
    let world = a_day_later((10..=12_000).chain([5_000_000, 9_000_000])).await;
    let appearing = [11, 2_000_000, 8_999_999];
    world.server.change("INBOX", |inbox| {
        for gone in [10, 3_000, 5_000_000] {
            inbox.messages.remove(&gone);
        }
        // As many as went, and none above UIDNEXT.
        for uid in appearing {
            inbox.put(uid);
        }
    });
    world.syncs().await;
    assert_eq!(world.store.kept().gone, [10, 3_000, 5_000_000]);
    assert_eq!(world.store.kept().reconciled, ["INBOX"]);
    let most = world.store.kept().longest_answer;
    assert!(most <= 10_000, "a window at a time: {most}");

    world.syncs().await;
    assert_eq!(world.store.kept().reconciled, ["INBOX"], "once");
}

#[tokio::test]
async fn what_was_put_aside_is_tried_again_each_day() {
    let world = World::with(&[("INBOX", Mailbox::of(1..=40))]).await;
    world.server.change("INBOX", |inbox| {
        for uid in [7, 8, 9] {
            inbox.messages.get_mut(&uid).unwrap().header = None;
        }
    });
    world.sync().await.unwrap();
    assert_eq!(world.store.kept().unreadable.len(), 3);
    due(&mut world.store.kept());
    world.server.change("INBOX", |inbox| {
        inbox.put(7);
        inbox.messages.remove(&8);
    });
    world.sync().await.unwrap();
    let still: Vec<u64> = world.store.kept().unreadable.iter().map(|(uid, _)| *uid).collect();
    assert_eq!(still, [9]);
    assert!(world.store.uids("INBOX").contains(&7));
}

#[tokio::test]
async fn a_folder_is_compared_on_a_connection_that_shows_it_as_it_is() {
    let world = a_day_later(1..=40).await;
    world.server.change("INBOX", |inbox| _ = inbox.messages.remove(&5));
    let before = world.server.house().logins;
    world.syncs().await;
    assert_eq!(world.server.house().logins, before + 2);
}

#[tokio::test]
async fn a_folder_made_anew_before_the_comparison_is_not_compared_with_the_old_one() {
    let world = a_day_later(1..=40).await;
    let server = world.server.clone();
    world.server.script(move |call: &Call<'_>| {
        if call.is("LOGOUT") {
            let server = server.clone();
            // The script holds the server's lock.
            tokio::spawn(async move {
                server.change("INBOX", |inbox| {
                    *inbox = Mailbox { uidvalidity: 2000, ..Mailbox::of(5..=20) };
                });
            });
        }
        Turn::AsUsual
    });
    world.syncs().await;
    assert_eq!(world.store.kept().gone, [] as [u64; 0]);
    assert_eq!(world.store.kept().known["INBOX"].uidvalidity, UidValidity(2000));
}

#[tokio::test]
async fn a_comparison_that_fails_is_made_up_for() {
    let world = a_day_later(1..=40).await;
    world.server.change("INBOX", |inbox| _ = inbox.messages.remove(&5));
    world.server.script(|call: &Call<'_>| match call.is("UID SEARCH") {
        true => Turn::Say("{tag} NO [UNAVAILABLE] later\r\n".to_owned()),
        false => Turn::AsUsual,
    });
    world.sync().await.unwrap_err();
    assert!(world.store.kept().gone.is_empty());
    world.server.script(|_| Turn::AsUsual);
    world.syncs().await;
}

#[tokio::test]
async fn counters_that_do_not_add_up_are_looked_into_at_once() {
    let world = World::with(&[("INBOX", Mailbox::of(1..=900))]).await;
    let (stop, watching) = world.watch();
    let is_complete = |kept: &Kept| kept.known.get("INBOX").is_some_and(|known| known.complete);
    world.store.until("all", is_complete).await;
    world.server.change("INBOX", |inbox| inbox.put(901));
    let has = |uid| move |kept: &Kept| kept.mails.contains_key(&("INBOX".to_owned(), uid));
    world.store.until("the new one", has(901)).await;
    assert_eq!(world.store.kept().reconciled, [""; 0], "one came: that adds up");

    // Far below the newest, where no look goes.
    world.server.change("INBOX", |inbox| {
        inbox.messages.remove(&100);
        inbox.put(902);
        inbox.put(903);
    });
    world.store.until("the one that went", |kept| kept.gone == [100]).await;
    world.store.until("the new ones", has(903)).await;
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
    world.holds_all();
}

#[tokio::test]
async fn what_a_comparison_found_is_not_looked_for_again() {
    let mut world = World::with(&[("INBOX", Mailbox::of(2..=900))]).await;
    world.pace.silence = Duration::from_millis(20);
    let (stop, watching) = world.watch();
    let is_complete = |kept: &Kept| kept.known.get("INBOX").is_some_and(|known| known.complete);
    world.store.until("all", is_complete).await;
    world.server.change("INBOX", |inbox| inbox.put(1));
    let old = ("INBOX".to_owned(), 1);
    world.store.until("the old one", |kept| kept.mails.contains_key(&old)).await;
    world.asked_again("IDLE", 2).await;
    let searches = world.server.count("UID SEARCH");
    world.asked_again("IDLE", 3).await;
    assert_eq!(world.server.count("UID SEARCH"), searches);
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_folder_without_news_is_looked_into_where_that_matters() {
    // Two of them, so that neither is always the open one.
    let folders = [("INBOX", 1), ("Old", 40), ("Older", 9)];
    let mailboxes = folders.map(|(name, count)| (name, Mailbox::of(1..=count)));
    let world = World::with(&mailboxes).await;
    let (stop, watching) = world.watch();
    let is_complete = |kept: &Kept| kept.known.get("Older").is_some_and(|known| known.complete);
    world.store.until("all", is_complete).await;
    world.store.kept().known.get_mut("Old").unwrap().reconcile_due = true;
    world.store.until("a comparison", |kept| kept.reconciled == ["Old"]).await;

    world.store.kept().watched = vec![3];
    world.server.change("Older", |older| {
        older.messages.get_mut(&3).unwrap().flags = "\\Answered".to_owned();
    });
    let older = ("Older".to_owned(), 3);
    world.store.until("the answer", |kept| kept.mails[&older].2.answered).await;
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
}

#[tokio::test]
async fn each_run_compares_the_newest_messages_with_what_is_stored() {
    let world = World::with(&[("INBOX", Mailbox::of((1..=900).chain([910])))]).await;
    world.server.change("INBOX", |inbox| inbox.messages.get_mut(&890).unwrap().header = None);
    world.sync().await.unwrap();
    world.server.change("INBOX", |inbox| {
        // It has waited behind one with a higher UID; and far below, no run looks.
        inbox.put(905);
        inbox.messages.remove(&880);
        inbox.messages.remove(&100);
    });
    let before = world.server.count("UID FETCH");
    world.sync().await.unwrap();
    assert!(world.store.uids("INBOX").contains(&905));
    assert_eq!(world.store.kept().gone, [880]);
    assert_eq!(world.store.kept().reconciled, [""; 0]);
    assert_eq!(world.server.count("UID FETCH"), before + 2, "only what is missing, and its text");

    world.sync().await.unwrap();
    assert_eq!(world.server.count("UID FETCH"), before + 2, "nothing is");
    let searches = world.server.house().lines.clone();
    let last = searches.iter().rfind(|line| line.contains("UID SEARCH")).unwrap();
    assert!(last.ends_with("UID SEARCH UID 710:910"), "{last}");
}

/// A bare OK proves nothing, whatever was asked.
#[tokio::test]
async fn a_server_that_says_nothing_loses_no_message() {
    let world = World::with(&[("INBOX", Mailbox::of(1..=300))]).await;
    world.syncs().await;
    world.store.kept().watched = vec![3, 4, 8];
    for (verb, is_enough) in [("UID FETCH 3:4,8 (UID FLAGS)", true), ("UID SEARCH", false)] {
        world.server.script(move |call: &Call<'_>| match call.is(verb) {
            true => Turn::Say("{tag} OK done\r\n".to_owned()),
            false => Turn::AsUsual,
        });
        world.store.kept().known.get_mut("INBOX").unwrap().reconcile_due = true;
        assert_eq!(world.sync().await.is_ok(), is_enough);
        assert_eq!(world.store.kept().gone, [0; 0], "after a bare OK to {verb}");
        assert_ne!(world.store.kept().known["INBOX"].reconcile_due, is_enough);
    }
}

#[tokio::test]
async fn a_daemon_that_starts_finds_what_became_visible_late() {
    let world = World::with(&[("INBOX", Mailbox::of([1, 2, 9]))]).await;
    world.syncs().await;
    world.server.change("INBOX", |inbox| inbox.put(5));
    let (stop, watching) = world.watch();
    let has = |kept: &Kept| kept.mails.contains_key(&("INBOX".to_owned(), 5));
    world.store.until("the late one", has).await;
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
    world.holds_all();
}
