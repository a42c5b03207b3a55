//! What only the user can mend about an account is told on the desktop, once a day each.

use requite::config::Fingerprint;

use super::telling::{daemon_on_the_desktop, has_looked, titles};
use super::*;
use crate::support::desktop::{PrivateDesktop, bus_in, programs, with_bus};

/// Accounts of the same server: two pin a certificate that it doesn't show, one has a password that
/// it doesn't take.
fn with_problems(dovecot: &Dovecot, quiet: &str) -> World {
    let world = world();
    let wrong = world.write("wrong", "not the password");
    let good = imap_account(&world, dovecot);
    let password = format!("\"{}\"", world.home().join("password").display());
    let pinned = format!("{good}fingerprint = \"{}\"\n", Fingerprint::of(b"another"));
    let refused = good.replace(&password, &format!("\"{}\"", wrong.display()));
    let named = |account: &str, name: &str| account.replace("\"work\"", &format!("\"{name}\""));
    let alerts = format!("[alerts]\nquiet = \"{quiet}\"\n");
    let accounts = [pinned.clone(), named(&pinned, "club"), named(&refused, "play")];
    world.configure(&configuration(&[&alerts, &accounts.concat()]));
    world
}

#[test]
fn a_problem_of_an_account_is_told_once_a_day() {
    let (Some(programs), Some(dovecot)) = (programs(), Dovecot::start()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let test = "main_job::problems::a_problem_of_an_account_is_told_once_a_day";
    with_bus(test, &bus_in(folder.path()), async || {
        let mut desktop = PrivateDesktop::start(programs).await;
        desktop.start_notifier().await;
        let world = with_problems(&dovecot, "never");
        let mut daemon = daemon_on_the_desktop(&world);
        desktop.displays(3).await;
        for _ in 0..2 {
            assert!(daemon.terminate().success());
            daemon = daemon_on_the_desktop(&world);
            has_looked(&daemon);
        }
        let history = desktop.history().await;
        let mut told = titles(&history);
        told.sort_unstable();
        let expect = ["club", "play", "work"].map(|name| format!("Can't read mail for {name}"));
        assert_eq!(told, expect);
        let pinned = history.iter().find(|shown| shown["summary"]["data"] == expect[2]).unwrap();
        let body = pinned["body"]["data"].as_str().unwrap();
        assert!(body.starts_with("localhost shows another certificate than the one"), "{body}");
        assert!(body.contains("somebody may be in between"), "{body}");
        assert!(daemon.terminate().success());
    });
}

#[test]
fn a_problem_is_no_reason_to_disturb_the_quiet_hours() {
    let (Some(programs), Some(dovecot)) = (programs(), Dovecot::start()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let test = "main_job::problems::a_problem_is_no_reason_to_disturb_the_quiet_hours";
    with_bus(test, &bus_in(folder.path()), async || {
        let mut desktop = PrivateDesktop::start(programs).await;
        desktop.start_notifier().await;
        let now = now().to_zoned(jiff::tz::TimeZone::UTC);
        let at = |hours: i64| (&now + SignedDuration::from_hours(hours)).strftime("%H:%M");
        let world = with_problems(&dovecot, &format!("{}-{}", at(-2), at(2)));
        let daemon = daemon_on_the_desktop(&world);
        let named = |account: &Value| account["detail"].as_str().unwrap().contains("certificate");
        crate::support::eventually(crate::support::PATIENCE, "status tells it", || {
            status(&world)["accounts"].as_array().unwrap().iter().any(named).then_some(())
        });
        has_looked(&daemon);
        assert_eq!(titles(&desktop.history().await), [""; 0]);
        assert!(daemon.terminate().success());
    });
}
