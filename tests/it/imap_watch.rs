//! Watching: what arrives is noticed, whatever becomes of IDLE and of the connection.

use std::time::Duration;

use requite::source::AccountState;
use requite::source::imap::Pace;
use tokio::sync::watch;

use crate::support::PATIENCE;
use crate::support::dovecot::{Dovecot, PASSWORD, USER};
use crate::support::imap_account::World;
use crate::support::imap_store::Kept;
use crate::support::message::Message;
use crate::support::scripted_imap::{Call, Mailbox, Turn};

async fn world() -> World {
    World::with(&[("INBOX", Mailbox::of(1..=9)), ("Sent", Mailbox::of(1..=4))]).await
}

fn has(folder: &'static str, uid: u64) -> impl Fn(&Kept) -> bool {
    move |kept| kept.mails.contains_key(&(folder.to_owned(), uid))
}

async fn new_mail_is_noticed(world: &World) {
    for uid in [20, 30] {
        world.server.change("INBOX", |inbox| inbox.put(uid));
        world.server.change("Sent", |sent| sent.put(uid));
        world.store.until("new mail", has("INBOX", uid.into())).await;
        world.store.until("sent mail", has("Sent", uid.into())).await;
    }
}

/// New mail in both folders is noticed although the server plays this trick.
async fn notices(world: World, trick: impl Fn(&Call<'_>) -> Turn + Send + Sync + 'static) -> World {
    world.server.script(trick);
    let (stop, watching) = world.watch();
    world.store.until("up to date", |kept| has("INBOX", 9)(kept) && has("Sent", 4)(kept)).await;
    new_mail_is_noticed(&world).await;
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
    world.holds_all();
    world.only_read();
    world
}

#[tokio::test]
async fn new_mail_wakes_idle() {
    let world = notices(world().await, |_| Turn::AsUsual).await;
    assert_eq!(world.server.house().connections, 2);
    let states = world.store.kept().states.clone();
    assert_eq!(states.first().map(|it| it.0), Some(AccountState::Syncing));
    assert_eq!(states.last().map(|it| it.0), Some(AccountState::Watching));
}

#[tokio::test]
async fn without_idle_the_inbox_is_polled() {
    let world = world().await;
    world.server.house().capabilities[1] = "IMAP4rev1".to_owned();
    // What was announced before the login counts no more.
    let announced = "* CAPABILITY IMAP4rev1 IDLE\r\n{tag} OK done\r\n";
    let trick = move |call: &Call<'_>| match call.is("CAPABILITY") && call.earlier == 0 {
        true => Turn::Say(announced.to_owned()),
        false => Turn::AsUsual,
    };
    let world = notices(world, trick).await;
    assert_eq!(world.server.count("IDLE"), 0);
}

#[tokio::test]
async fn where_idle_is_refused_the_inbox_is_polled() {
    for refusal in ["{tag} NO not here\r\n", "{tag} BAD\r\n"] {
        let trick = move |call: &Call<'_>| match call.is("IDLE") {
            true => Turn::Say(refusal.to_owned()),
            false => Turn::AsUsual,
        };
        let world = notices(world().await, trick).await;
        assert_eq!(world.server.count("IDLE"), 1);
        assert_eq!(world.server.house().connections, 2);
    }
}

#[tokio::test]
async fn where_status_is_refused_folders_are_opened() {
    let mailboxes = ["INBOX", "Old", "Sent"].map(|name| (name, Mailbox::of(1..=9)));
    let trick = |call: &Call<'_>| match call.is("STATUS") {
        true => Turn::Say("{tag} NO not of this one\r\n".to_owned()),
        false => Turn::AsUsual,
    };
    notices(World::with(&mailboxes).await, trick).await;
}

#[tokio::test]
async fn an_idle_that_the_server_ends_is_followed_by_a_look() {
    let trick = |call: &Call<'_>| match call.is("IDLE") {
        true => Turn::Say("+ idling\r\n* OK Still here\r\n{tag} OK enough\r\n".to_owned()),
        false => Turn::AsUsual,
    };
    let world = notices(world().await, trick).await;
    assert_eq!(world.server.house().connections, 2);
}

#[tokio::test]
async fn a_server_that_ends_each_idle_at_once_is_not_asked_at_once() {
    let mut world = world().await;
    world.pace.backoff = (Duration::from_secs(3600), Duration::from_secs(3600));
    world.server.script(|call| match call.is("IDLE") {
        true => Turn::Say("+ idling\r\n{tag} OK enough\r\n".to_owned()),
        false => Turn::AsUsual,
    });
    let (stop, watching) = world.watch();
    world.store.until("up to date", Kept::is_watching).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(world.server.count("IDLE"), 1);
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_connection_that_ends_in_idle_is_opened_again() {
    for last in ["+ idling\r\n", "+ idling\r\n* BYE bored\r\n", "+ idling\r\n* OK [ALERT]é\r\n"] {
        let trick = move |call: &Call<'_>| match call.is("IDLE") && call.earlier < 4 {
            true => Turn::SayAndClose(last.to_owned()),
            false => Turn::AsUsual,
        };
        let world = notices(world().await, trick).await;
        assert!(world.server.house().connections > 2);
        let states = world.store.kept().states.clone();
        assert!(states.iter().any(|(state, _)| *state == AccountState::Backoff), "{states:?}");
    }
}

#[tokio::test]
async fn a_half_open_connection_is_noticed_by_its_silence() {
    let mut world = world().await;
    world.pace.silence = Duration::from_millis(50);
    world.pace.farewell = Duration::from_millis(50);
    // It takes up IDLE, and then nothing comes, not even an answer to DONE.
    let trick = |call: &Call<'_>| match call.is("IDLE") && call.earlier < 2 {
        true => Turn::Say("+ idling\r\n".to_owned()),
        false => Turn::AsUsual,
    };
    let world = notices(world, trick).await;
    assert!(world.server.house().connections > 2);
}

#[tokio::test]
async fn idle_is_renewed_before_routers_forget_it() {
    let mut world = world().await;
    world.pace.renewal = Duration::from_millis(10);
    let (stop, watching) = world.watch();
    world.store.until("up to date", Kept::is_watching).await;
    let server = world.server.clone();
    let renewed = async {
        while server.count("IDLE") < 4 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), renewed).await.unwrap();
    assert!(server.house().lines.iter().any(|line| line == "DONE"));
    assert_eq!(server.house().connections, 2);
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
}

#[tokio::test]
async fn one_connection_does_where_the_server_allows_only_one() {
    let world = world().await;
    world.server.house().most_connections = 1;
    let world = notices(world, |_| Turn::AsUsual).await;
    assert!(world.server.house().connections <= 3, "{}", world.server.house().connections);
    let states = world.store.kept().states.clone();
    assert!(!states.iter().any(|(state, _)| *state == AccountState::AuthFailed), "{states:?}");
}

#[tokio::test]
async fn a_second_connection_that_is_refused_like_a_wrong_password_proves_nothing() {
    let mut world = world().await;
    world.pace.second = Duration::from_millis(5);
    let full = "{tag} NO [AUTHENTICATIONFAILED] Maximum number of connections exceeded\r\n";
    let trick = move |call: &Call<'_>| match call.is("LOGIN") && call.earlier > 0 {
        true => Turn::Say(full.to_owned()),
        false => Turn::AsUsual,
    };
    world.server.script(trick);
    let (stop, watching) = world.watch();
    let asked = async {
        while world.server.count("LOGIN") < 6 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.expect("it asks again");
    new_mail_is_noticed(&world).await;
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
    let states = world.store.kept().states.clone();
    assert!(!states.iter().any(|(state, _)| *state == AccountState::AuthFailed), "{states:?}");
}

#[tokio::test]
async fn a_server_that_names_a_time_is_left_alone_for_so_long() {
    let world = world().await;
    let said = "{tag} BAD Request is throttled. Suggested Backoff Time: 600000 milliseconds\r\n";
    world.server.script(move |call| match call.is("LIST") {
        true => Turn::Say(said.to_owned()),
        false => Turn::AsUsual,
    });
    let (stop, watching) = world.watch();
    let waits = |kept: &Kept| {
        let is_it = |(state, detail): &(AccountState, String)| {
            *state == AccountState::Backoff && detail.ends_with("next attempt in 600 s")
        };
        kept.states.last().is_some_and(is_it)
    };
    world.store.until("the wait", waits).await;
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_account_that_cannot_be_reached_is_offline_until_it_can() {
    let mut world = world().await;
    let port = std::mem::replace(&mut world.imap().port, 1);
    let (stop, watching) = world.watch();
    let offline = |kept: &Kept| kept.states.iter().any(|it| it.0 == AccountState::Offline);
    world.store.until("offline", offline).await;
    let (_, detail) = world.store.kept().states.last().cloned().unwrap();
    assert!(detail.contains("localhost:1"), "{detail}");
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();

    world.imap().port = port;
    notices(world, |_| Turn::AsUsual).await;
}

#[tokio::test]
async fn an_account_out_of_reach_is_a_problem_of_its_user_once_that_lasts() {
    for (outage, told) in [(Duration::from_secs(3600), false), (Duration::from_millis(50), true)] {
        let mut world = world().await;
        world.imap().port = 1;
        world.pace.outage = outage;
        let sink = world.store.sink();
        let mut problems = sink.problems();
        let (stop, watching) = world.watch_into(sink, watch::channel(0).1);
        let offline =
            |kept: &Kept| kept.states.iter().filter(|it| it.0 == AccountState::Offline).count() > 5;
        world.store.until("offline", offline).await;
        if told {
            let problem = problems.wait_for(|problems| problems.contains_key("work")).await;
            let detail = &problem.unwrap()["work"].detail;
            assert!(detail.starts_with("can't connect to the mail server localhost:1"), "{detail}");
        }
        assert_eq!(problems.borrow_and_update().contains_key("work"), told);
        stop.send(true).unwrap();
        watching.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_refused_login_stays_a_problem_while_the_server_is_out_of_reach() {
    let world = world().await;
    world.server.script(|call| match (call.is("LOGIN"), call.earlier) {
        (true, 0) => Turn::Say("{tag} NO not you\r\n".to_owned()),
        (true, _) => Turn::SayAndClose(String::new()),
        (false, _) => Turn::AsUsual,
    });
    let sink = world.store.sink();
    let problems = sink.problems();
    let (stop, watching) = world.watch_into(sink, watch::channel(0).1);
    let is_away = |kept: &Kept| kept.states.iter().any(|it| it.0 == AccountState::Offline);
    world.store.until("out of reach", is_away).await;
    assert!(problems.borrow()["work"].detail.contains("not you"));
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_message_that_becomes_visible_late_is_not_missed() {
    let mut world = world().await;
    // Not by a comparison of the whole folder.
    world.pace.doubt = Duration::from_secs(3600);
    let (stop, watching) = world.watch();
    world.store.until("up to date", Kept::is_watching).await;
    world.server.change("INBOX", |inbox| inbox.put(12));
    world.store.until("the later one", has("INBOX", 12)).await;
    for earlier in [11, 10] {
        world.server.change("INBOX", |inbox| inbox.put(earlier));
        world.store.until("an earlier one", has("INBOX", earlier.into())).await;
    }
    world.server.change("INBOX", |inbox| _ = inbox.messages.remove(&9));
    world.store.until("the one that went", |kept| kept.gone.contains(&9)).await;
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
    world.holds_all();
}

#[tokio::test]
async fn who_wakes_up_opens_all_connections_anew() {
    let mut world = world().await;
    // Nothing but the wake-up would end a wait.
    world.pace = Pace::default();
    let (wake, wakes) = watch::channel(0);
    let (stop, watching) = world.watch_waking(wakes);
    world.store.until("up to date", Kept::is_watching).await;
    for connections in [4, 6] {
        world.store.kept().states.clear();
        wake.send_modify(|count| *count += 1);
        world.store.until("up to date again", Kept::is_watching).await;
        assert_eq!(world.server.house().connections, connections);
    }
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
}

#[tokio::test]
async fn who_wakes_up_waits_no_longer_for_the_network_but_for_a_server_that_asked_for_it() {
    let throttled = "{tag} NO [OVERQUOTA] Suggested Backoff Time: 600000 ms\r\n";
    for (reply, closes, waits) in [("* BYE gone\r\n", true, false), (throttled, false, true)] {
        let mut world = world().await;
        world.pace.backoff = (Duration::from_secs(3600), Duration::from_secs(3600));
        world.server.script(move |call| match (call.is("LIST"), closes) {
            (true, true) => Turn::SayAndClose(reply.to_owned()),
            (true, false) => Turn::Say(reply.to_owned()),
            (false, _) => Turn::AsUsual,
        });
        let (wake, wakes) = watch::channel(0);
        let (stop, watching) = world.watch_waking(wakes);
        let waiting = |kept: &Kept| kept.states.iter().any(|it| it.0 == AccountState::Backoff);
        world.store.until("a wait", waiting).await;
        world.server.script(|_| Turn::AsUsual);
        wake.send_modify(|count| *count += 1);
        if waits {
            tokio::time::sleep(Duration::from_millis(100)).await;
            assert_eq!(world.server.house().logins, 1);
        } else {
            world.store.until("up to date", Kept::is_watching).await;
        }
        stop.send(true).unwrap();
        watching.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_server_that_ends_each_connection_sees_ever_fewer() {
    for verb in ["LIST", "IDLE"] {
        let mut world = world().await;
        world.pace.backoff = (Duration::from_millis(1), Duration::from_secs(3600));
        world.server.script(move |call| match call.is(verb) {
            true => Turn::SayAndClose("* BYE not now\r\n".to_owned()),
            false => Turn::AsUsual,
        });
        let (stop, watching) = world.watch();
        let waits = |kept: &Kept| {
            let (_, detail) = kept.states.last()?;
            let (_, seconds) = detail.split_once("next attempt in ")?;
            Some(seconds.trim_end_matches(" s").parse::<u32>().ok()? >= 1)
        };
        world.store.until("a long wait", |kept| waits(kept) == Some(true)).await;
        assert!(world.server.house().logins < 50, "{}", world.server.house().logins);
        stop.send(true).unwrap();
        watching.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_server_that_gives_one_message_per_connection_sees_ever_fewer() {
    let mut world = World::with(&[("INBOX", Mailbox::of(1..=300))]).await;
    world.pace.backoff = (Duration::from_millis(1), Duration::from_secs(3600));
    world.server.script(|call| match call.is("UID FETCH") {
        true => Turn::Change(|reply| {
            let tagged = reply.rfind("\r\nR").map_or(0, |at| at + 2);
            let second = reply.match_indices("\r\n* ").next().map_or(tagged, |(at, _)| at + 2);
            format!("{}* BYE enough\r\n", &reply[..second])
        }),
        false => Turn::AsUsual,
    });
    let pass = tokio::time::timeout(Duration::from_secs(2), world.sync()).await;
    assert!(pass.is_err(), "it waits: {pass:?}");
    assert!(world.server.house().logins < 60, "{}", world.server.house().logins);
}

/// At a pace at which only what the server tells is noticed in time.
fn told_only(world: &mut World) {
    world.pace = Pace::default();
}

#[tokio::test]
async fn a_server_that_tells_of_all_folders_needs_one_connection() {
    let mut world = world().await;
    told_only(&mut world);
    world.server.house().capabilities[1] = "IMAP4rev1 IDLE NOTIFY".to_owned();
    let server = world.server.clone();
    let world = notices(world, |_| Turn::AsUsual).await;
    assert_eq!(server.count("NOTIFY SET"), 1);
    assert!(server.count("LOGOUT") >= 1, "the second connection is closed");
    assert_eq!(world.server.house().connections, 2);
}

#[tokio::test]
async fn where_notify_is_refused_folders_are_looked_at_in_turn() {
    for refusal in ["{tag} NO [NOTIFICATIONOVERFLOW] too much\r\n", "{tag} BAD what?\r\n"] {
        let world = world().await;
        world.server.house().capabilities[1] = "IMAP4rev1 IDLE NOTIFY".to_owned();
        let world = notices(world, move |call| match call.is("NOTIFY") {
            true => Turn::Say(refusal.to_owned()),
            false => Turn::AsUsual,
        })
        .await;
        assert_eq!(world.server.count("NOTIFY"), 1);
        assert_eq!(world.server.count("LOGOUT"), 0, "the second connection is needed");
    }
}

#[tokio::test]
async fn dovecot_tells_of_sent_mail_at_once() {
    let Some(dovecot) = Dovecot::start() else { return };
    let mail = |id: &str| Message::at("2026-03-02T09:00:00Z").id(id).bytes();
    dovecot.deliver("INBOX", &mail("1@example.org"));
    dovecot.save_to_sent(&mail("2@example.org"));
    let mut world = world().await;
    told_only(&mut world);
    let imap = world.imap();
    (imap.port, imap.user) = (dovecot.ports().starttls, USER.to_owned());
    world.write("password", PASSWORD);
    let (stop, watching) = world.watch();
    world.store.until("up to date", Kept::is_watching).await;
    dovecot.save_to_sent(&mail("3@example.org"));
    world.store.until("sent mail", has("Sent", 2)).await;
    dovecot.deliver("INBOX", &mail("4@example.org"));
    world.store.until("new mail", has("INBOX", 2)).await;
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
}
