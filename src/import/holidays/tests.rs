//! Which days the events of a calendar take away.

use proptest::prelude::*;

use super::*;

const CHRISTMAS: &str = "DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261226";

fn calendar(events: &[&str]) -> String {
    let events = events.iter().map(|event| format!("BEGIN:VEVENT\n{event}\nEND:VEVENT\n"));
    let events: String = events.collect();
    format!("BEGIN:VCALENDAR\nVERSION:2.0\n{events}END:VCALENDAR\n")
}

fn read_text(text: &str) -> Holidays {
    read(text.as_bytes(), &TimeZone::get("Europe/Paris").unwrap()).expect("a calendar")
}

fn between(holidays: &Holidays, first: Date, last: Date) -> Vec<String> {
    holidays.days.range(first..=last).map(Date::to_string).collect()
}

/// The days of one event in 2026 and 2027.
#[track_caller]
fn check(event: &str, expect: &[&str]) {
    let found = read_text(&calendar(&[event]));
    assert_eq!(between(&found, date(2026, 1, 1), date(2027, 12, 31)), expect, "{event}");
    assert_eq!(found.skipped, 0, "{event}");
}

#[test]
fn an_event_of_dates_lasts_until_the_day_before_its_end() {
    check(CHRISTMAS, &["2026-12-25"]);
    check("DTSTART;VALUE=DATE:20261225", &["2026-12-25"]);
    check("DTSTART:20261225", &["2026-12-25"]);
    check("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261225", &["2026-12-25"]);
    check("DTSTART;VALUE=DATE:20261225\nDURATION:P2D", &["2026-12-25", "2026-12-26"]);
    let new_year = "DTSTART;VALUE=DATE:20261230\nDTEND;VALUE=DATE:20270102";
    check(new_year, &["2026-12-30", "2026-12-31", "2027-01-01"]);
}

#[test]
fn an_event_with_times_takes_the_days_that_it_fills() {
    check("DTSTART:20260501T090000\nDTEND:20260501T170000", &[]);
    check("DTSTART:20260501T000000", &[]);
    check("DTSTART:20260501T000000\nDTEND:20260502T000000", &["2026-05-01"]);
    check("DTSTART:20260501T000000\nDTEND:20260501T235900", &["2026-05-01"]);
    check("DTSTART:20260430T120000\nDTEND:20260502T120000", &["2026-05-01"]);
    let tokyo = "DTSTART;TZID=Asia/Tokyo:20260501T000000\nDTEND;TZID=Asia/Tokyo:20260502T000000";
    check(tokyo, &["2026-05-01"]);
    // Midnight in Paris, as some programs write it.
    check("DTSTART:20260430T220000Z\nDTEND:20260501T220000Z", &["2026-05-01"]);
}

#[test]
fn an_event_comes_again_each_year() {
    check("DTSTART;VALUE=DATE:20001225\nRRULE:FREQ=YEARLY", &["2026-12-25", "2027-12-25"]);
    let last_monday_of_may = "DTSTART;VALUE=DATE:19990531\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO";
    check(last_monday_of_may, &["2026-05-25", "2027-05-31"]);
    let fourth = "DTSTART;VALUE=DATE:20201126\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH";
    check(fourth, &["2026-11-26", "2027-11-25"]);
    let labour = "DTSTART;VALUE=DATE:20200501\nRRULE:FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1";
    check(labour, &["2026-05-01", "2027-05-01"]);
    let old = "DTSTART;VALUE=DATE:16010101\nRRULE:FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1";
    check(old, &["2026-01-01", "2027-01-01"]);
}

#[test]
fn repetitions_end_where_they_are_said_to() {
    let from =
        |year: i16, rule: &str| format!("DTSTART;VALUE=DATE:{year}0714\nRRULE:FREQ=YEARLY{rule}");
    check(&from(2025, ";INTERVAL=2"), &["2027-07-14"]);
    check(&from(2025, ";COUNT=2"), &["2026-07-14"]);
    check(&from(2025, ";UNTIL=20260714"), &["2026-07-14"]);
    check(&from(2025, ";UNTIL=20260713T235959Z"), &[]);
    check(&format!("{}\nEXDATE;VALUE=DATE:20260714", from(2025, "")), &["2027-07-14"]);
    let further = format!("{}\nRDATE;VALUE=DATE:20270813", from(2026, ";COUNT=1"));
    check(&further, &["2026-07-14", "2027-08-13"]);
    let all = read_text(&calendar(&[&from(1980, "")])).days;
    assert_eq!((all.first(), all.last()), (Some(&date(1990, 7, 14)), Some(&date(2060, 7, 14))));
}

#[test]
fn one_of_the_repetitions_may_be_moved() {
    let yearly = "UID:queen\nDTSTART;VALUE=DATE:20260427\nRRULE:FREQ=YEARLY;COUNT=2";
    let moved = "UID:queen\nRECURRENCE-ID;VALUE=DATE:20270427\nDTSTART;VALUE=DATE:20270426";
    let found = read_text(&calendar(&[yearly, moved]));
    let days = between(&found, Date::MIN, Date::MAX);
    assert_eq!(days, ["2026-04-27", "2027-04-26"]);
}

#[test]
fn what_is_called_off_is_no_holiday() {
    check(&format!("{CHRISTMAS}\nSTATUS:CANCELLED"), &[]);
    check(&format!("{CHRISTMAS}\nTRANSP:TRANSPARENT"), &["2026-12-25"]);
}

#[test]
fn a_broken_event_costs_only_itself() {
    #[track_caller]
    fn check(event: &str) {
        for events in [[event, CHRISTMAS], [CHRISTMAS, event]] {
            let found = read_text(&calendar(&events));
            assert_eq!(between(&found, Date::MIN, Date::MAX), ["2026-12-25"], "{event}");
            assert_eq!(found.skipped, 1, "{event}");
        }
    }
    check("SUMMARY:some day");
    check("DTSTART;VALUE=DATE:Christmas");
    check("DTSTART;VALUE=DATE:20261340");
    check("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=NEVER");
    check("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=SECONDLY");
    check("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;BYMONTH=13");
}

#[test]
fn any_program_may_have_written_it() {
    let one = calendar(&["SUMMARY:F\u{ea}te\nDTSTART;VALUE=DATE:20260714"]);
    let folded = one.replace("DTSTART;VALUE=", "DTST\n ART;VAL\n\tUE=");
    let latin = encoding_rs::WINDOWS_1252.encode(&one).0.into_owned();
    let crlf = folded.replace('\n', "\r\n");
    let cut_off = one.split("END:VEVENT").next().unwrap_or_default().to_owned();
    let texts = [
        one.clone().into_bytes(),
        folded.into_bytes(),
        crlf.into_bytes(),
        format!("\u{feff}{one}").into_bytes(),
        one.replace('\n', "\r").into_bytes(),
        one.to_lowercase().replace("value=date", "VALUE=DATE").into_bytes(),
        latin,
        cut_off.into_bytes(),
        [one.clone(), calendar(&[CHRISTMAS])].concat().into_bytes(),
    ];
    for text in texts {
        let found = read(&text, &TimeZone::UTC).expect("a calendar");
        let shown = String::from_utf8_lossy(&text);
        assert!(found.days.contains(&date(2026, 7, 14)), "{shown}");
        assert_eq!(found.skipped, 0, "{shown}");
    }
}

/// 26,000 repetitions of 26,000 days each once took minutes.
#[test]
fn an_event_of_centuries_that_is_repeated_every_week_is_a_few_thousand_days() {
    let found = read_text(&calendar(&["DTSTART:08460625\nDURATION:P52130W\nRRULE:FREQ=WEEKLY"]));
    assert_eq!(found.days.first(), Some(&FIRST));
    assert!(found.days.len() < 71 * 366, "{}", found.days.len());
}

#[test]
fn other_files_are_no_calendars() {
    for text in ["", "2026-12-25\n", "BEGIN:VCARD\nFN:Ada\nEND:VCARD\n", "<html></html>"] {
        assert_eq!(read(text.as_bytes(), &TimeZone::UTC), None, "{text}");
    }
    let empty = read(b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", &TimeZone::UTC);
    assert_eq!(empty, Some(Holidays::default()));
}

proptest! {
    #[test]
    fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        read(&bytes, &TimeZone::UTC);
        read(&[b"BEGIN:VCALENDAR\n", bytes.as_slice(), b"\nEND:VEVENT\n"].concat(), &TimeZone::UTC);
    }

    #[test]
    fn no_event_is_too_strange(
        start in "[0-9]{4}(0[1-9]|1[0-3])[0-3][0-9](T[0-2][0-9]0000Z?)?",
        end in "(DTEND|DURATION|RDATE|EXDATE|RECURRENCE-ID)[;:](P-?[0-9]{1,9}[DWH]|[0-9]{8}|TZID=x:[0-9]{8}T[0-9]{6})",
        freq in "(YEARLY|MONTHLY|WEEKLY|DAILY|HOURLY)",
        rules in "(;(BYMONTH|BYMONTHDAY|BYDAY|BYYEARDAY|BYWEEKNO|BYSETPOS|COUNT|INTERVAL|UNTIL|WKST)=(-?[0-9]{1,5}|[0-9]{8}|-?[1-9]?(MO|SU))){0,4}",
    ) {
        let found = read_text(&calendar(&[&format!("DTSTART:{start}\n{end}\nRRULE:FREQ={freq}{rules}"), CHRISTMAS]));
        prop_assert!(found.days.contains(&date(2026, 12, 25)));
        prop_assert!(found.days.iter().all(|day| (FIRST..=LAST).contains(day)));
    }
}
