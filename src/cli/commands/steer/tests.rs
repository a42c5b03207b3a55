use super::*;

/// A Wednesday, 12:00 in Paris.
const NOON: &str = "2026-11-25T11:00:00Z";

#[track_caller]
fn check_until(text: &str, expect: Result<&str, &str>) {
    let now = Moment::from(NOON.parse::<jiff::Timestamp>().unwrap());
    let policy = Policy { zone: TimeZone::get("Europe/Paris").unwrap(), ..Policy::default() };
    match (until(text, now, &policy), expect) {
        (Ok(at), Ok(expect)) => assert_eq!(at.to_string(), expect, "{text}"),
        (Err(error), Err(expect)) => assert!(error.to_string().contains(expect), "{error}"),
        (found, expect) => panic!("{text}: {found:?}, not {expect:?}"),
    }
}

#[test]
fn a_snooze_ends_after_a_while_or_on_a_morning() {
    check_until("4h", Ok("2026-11-25T15:00:00Z"));
    check_until("3d", Ok("2026-11-28T11:00:00Z"));
    check_until("2w", Ok("2026-12-09T11:00:00Z"));
    check_until("monday", Ok("2026-11-30T07:30:00Z"));
    check_until("Wed", Ok("2026-12-02T07:30:00Z"));
    check_until("tomorrow", Ok("2026-11-26T07:30:00Z"));
    check_until("2026-12-01", Ok("2026-12-01T07:30:00Z"));
}

#[test]
fn a_snooze_into_the_past_or_nowhere_is_refused() {
    check_until("2026-11-01", Err("in the past"));
    check_until("-3d", Err("in the past"));
    check_until("soon", Err("no time to wait"));
}

#[track_caller]
fn check_setting(text: &str, expect: Result<(Verb, &str), &str>) {
    let row = ContactRow {
        id: crate::domain::model::ContactId(1),
        name: "Ann Lee".to_owned(),
        company: None,
        position: None,
        connected_on: None,
        last_touch: None,
        identities: vec![crate::store::Identity {
            kind: IdentityKind::Email,
            value: "ann@example.org".to_owned(),
            by_name: true,
        }],
    };
    match (setting(&row, text), expect) {
        (Ok((verb, value)), Ok(expect)) => assert_eq!((verb, value.as_str()), expect),
        (Err(error), Err(expect)) => assert!(error.to_string().contains(expect), "{error}"),
        (found, expect) => panic!("{text}: {found:?}, not {expect:?}"),
    }
}

#[test]
fn settings_are_stored_in_one_form() {
    check_setting("limit=24h", Ok((Verb::Set, "limit=24")));
    check_setting("limit=2d", Ok((Verb::Set, "limit=48")));
    check_setting("limit=90m", Ok((Verb::Set, "limit=1.5")));
    check_setting("zone=europe/paris", Ok((Verb::Set, "zone=Europe/Paris")));
    check_setting("not-address=<ANN@example.org>", Ok((Verb::NotTheirs, "ann@example.org")));
}

#[test]
fn what_cannot_be_set_is_refused_with_the_reason() {
    check_setting("limit=31d", Err("\"31d\" is no limit"));
    check_setting("limit=soon", Err("is no limit"));
    check_setting("zone=Mars/Olympus", Err("no time zone"));
    check_setting("not-address=bob@example.org", Err("wasn't found by the name of Ann Lee"));
    check_setting("colour=red", Err("can't be set"));
    check_setting("limit", Err("sets nothing"));
}
