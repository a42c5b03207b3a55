//! With whom I am losing touch, by invented mail.

use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::support::acquaintances::{ADA, BOB, EVE, ME, max_who_knows};
use crate::support::message::Message;
use crate::support::world::World;

const NOW: &str = "2026-10-10T12:00:00Z";

/// Max, who wrote with Ada every ten days until June, with Bob every twenty days until now, and
/// with Eve twice.
fn world() -> World {
    max_who_knows(&[ADA, BOB, EVE], |inbox| {
        let now: Timestamp = NOW.parse().unwrap();
        for (who, every, until, times) in [(ADA, 10, 120, 8), (BOB, 20, 5, 8), (EVE, 30, 200, 2)] {
            for n in 0..times {
                let at = now - SignedDuration::from_hours(24 * (until + every * n));
                let mail =
                    Message::of(at).from(who).to(ME).subject("Thanks").id(&format!("{n}.{who}"));
                inbox.deliver(at, &mail.bytes());
            }
        }
    })
}

fn losing_touch_with(world: &World) -> Vec<String> {
    let found = world.json(&["contacts", "--losing-touch", "--json"]);
    let contacts = found["contacts"].as_array().unwrap();
    contacts.iter().map(|contact| contact["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn who_has_been_silent_for_eight_times_their_gap_is_listed() {
    let world = world();
    assert_snapshot!(world.run(&["contacts", "--losing-touch", "--at", NOW]), @r"
      ID  NAME      USUALLY EVERY  LAST TOUCH   SILENT FOR
      C1  Ada Lark        10 days  12 Jun 2026    120 days
    ");
    let shown = world.json(&["show", "ada", "--json", "--at", NOW]);
    let rhythm = |field: &str| shown["rhythm"][field].clone();
    assert_eq!((rhythm("usual_gap_d"), rhythm("losing_touch")), (10.0.into(), true.into()));
    assert_eq!((rhythm("silence_d"), rhythm("every_d")), (120.0.into(), Value::Null));
    assert!(world.run(&["show", "ada", "--at", NOW]).contains("you are losing touch"));
}

#[test]
fn what_the_user_wants_goes_before_what_is_usual() {
    let world = world();
    world.run(&["set", "ada", "every=1000d"]);
    world.run(&["set", "eve", "every=30d"]);
    assert_eq!(losing_touch_with(&world), ["Eve Stone"]);
    world.run(&["set", "ada", "--undo", "every"]);
    world.run(&["set", "eve", "--undo", "every"]);
    assert!(!losing_touch_with(&world).contains(&"Eve Stone".to_owned()));
}
