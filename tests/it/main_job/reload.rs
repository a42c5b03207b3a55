//! The configuration is changed while the daemon runs.

use super::*;
use crate::support::{PATIENCE, eventually};

/// A Maildir with a mail in it.
fn with_mail(world: &World, name: &str) -> Maildir {
    let maildir = Maildir::create(world.home().join(name));
    let question = to_me(GRACE, hours_ago(30), &format!("{name}@example.org"), "Can you come?");
    maildir.keep(question.time(), "S", &question.bytes());
    maildir
}

fn accounts(world: &World) -> Vec<String> {
    let status = status(world);
    let accounts = status["accounts"].as_array().unwrap().iter();
    let watched = accounts.filter(|account| account["state"] == "watching");
    watched.map(|account| account["name"].as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn are_watched(world: &World, expect: &[&str]) {
    let found = || (accounts(world) == expect).then_some(());
    eventually(PATIENCE, "the accounts are watched", found);
}

#[test]
fn another_account_is_watched_and_one_that_is_gone_no_longer() {
    let world = world();
    let (first, second) = (with_mail(&world, "First"), with_mail(&world, "Second"));
    let (first, second) = (first.account("first"), second.account("second"));
    world.configure(&configuration(&[SILENT, &first]));
    let daemon = world.daemon();
    daemon.ready();
    are_watched(&world, &["first"]);
    world.configure(&configuration(&[SILENT, &first, &second]));
    are_watched(&world, &["first", "second"]);
    world.configure(&configuration(&[SILENT, &second]));
    are_watched(&world, &["second"]);
    assert!(daemon.terminate().success());
}

#[test]
fn another_clock_measures_all_that_is_stored_and_all_that_comes() {
    let world = world();
    let maildir = Maildir::create(world.home().join("Mail"));
    let account = maildir_account(&maildir);
    let by_date = "[measure]\ntime = \"date\"\n";
    world.configure(&configuration(&[SILENT, &account]));
    import_both(&world);
    // It came an hour after its Date.
    let ask = |hours: i64, id: &str, subject: &str| {
        let mail = to_me(GRACE, hours_ago(hours + 1), id, subject).seen(hours_ago(hours));
        maildir.deliver(mail.time(), &mail.bytes());
    };
    ask(40, "one@example.org", "Can you come?");
    let daemon = world.daemon();
    daemon.ready();
    let start = |subject: &str| {
        let turns = turns(&world, "Grace");
        let turn = turns.iter().find(|turn| turn["subject"] == subject)?;
        Some(turn["start"].as_str().unwrap().parse::<Timestamp>().unwrap())
    };
    let starts = |subject: &'static str, at: Timestamp| {
        let is_so = || (start(subject) == Some(at)).then_some(());
        eventually(PATIENCE, "it is measured", is_so);
    };
    starts("Can you come?", hours_ago(40));
    world.configure(&configuration(&[SILENT, by_date, &account]));
    starts("Can you come?", hours_ago(41));
    ask(20, "two@example.org", "Can you stay?");
    starts("Can you stay?", hours_ago(21));
    assert!(daemon.terminate().success());
}

#[test]
fn a_mistake_is_told_once_and_changes_nothing() {
    let world = world();
    let maildir = with_mail(&world, "Mail");
    let good = configuration(&[SILENT, &maildir_account(&maildir)]);
    world.configure(&good);
    import_both(&world);
    let daemon = world.daemon();
    daemon.ready();
    are_watched(&world, &["home"]);
    world.configure(&good.replace("[me]", "[me]\nadresses = []"));
    let told = daemon.notice("STATUS=keeping the old configuration");
    assert!(told.contains("adresses"), "{told}");
    world.configure(&good.replace("[me]", "[me]\nadresses = []\n# still"));
    daemon.reload();
    let later = to_me(GRACE, hours_ago(1), "later@example.org", "Are you there?");
    maildir.deliver(later.time(), &later.bytes());
    world.configure(&good);
    daemon.notice("STATUS=watching");
    let expect = pair("Grace Hopper", "Are you there?");
    eventually(PATIENCE, "it is read", || i_owe(&world).contains(&expect).then_some(()));
    let log = daemon.log();
    assert_eq!(log.matches("keeping the old configuration").count(), 1, "{log}");
    assert!(daemon.terminate().success());
}

#[test]
fn a_hangup_has_it_read_anew_and_ends_nothing() {
    let world = world();
    let maildir = with_mail(&world, "Mail");
    world.configure(&configuration(&[SILENT, &maildir_account(&maildir)]));
    let daemon = world.daemon();
    daemon.ready();
    for times in 1..3 {
        daemon.reload();
        let read =
            || (daemon.log().matches("configuration reloaded").count() == times).then_some(());
        eventually(PATIENCE, "it is read anew", read);
    }
    daemon.notice("WATCHDOG=1");
    assert!(daemon.terminate().success());
}
