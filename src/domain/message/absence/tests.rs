//! Sentences of several languages, and the day on which their author is back.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn moment(rfc3339: &str) -> Moment {
    rfc3339.parse::<jiff::Timestamp>().unwrap().into()
}

/// Sent on Saturday, 20 December 2025.
#[track_caller]
fn check(text: &str, expect: Option<Date>) {
    assert_eq!(end_date(text, moment("2025-12-20T10:00:00Z")), expect, "of {text:?}");
}

const FIFTH: Option<Date> = Some(date(2026, 1, 5));
const SIXTH: Option<Date> = Some(date(2026, 1, 6));

#[test]
fn until_a_day_means_to_its_end() {
    for text in [
        "Out of office until 5 January",
        "Away until January 5th",
        "I am away until Monday, 5 January 2026.",
        "out till 5 Jan.",
        "away through the 5th of January",
        "OOO until 2026-01-05",
        "OOO until 05/01/2026",
        "Ich bin bis 5.1. nicht im Büro",
        "Abwesend bis 05.01.2026",
        "bis einschließlich 5. Januar",
        "bis zum 05.01.26",
        "bis Mo. 5.1.",
        "jusqu'au 5 janvier",
        "absente jusqu’au lundi 5 janvier 2026 inclus",
        "fuera hasta el 5 de enero de 2026",
        "hasta el lunes 5 de enero",
        "afwezig tot 5 januari",
        "afwezig tot en met 5 januari",
        "afwezig t/m 5 jan",
        "fino al 5 gennaio",
    ] {
        check(text, SIXTH);
    }
}

#[test]
fn back_on_a_day_means_from_its_beginning() {
    for text in [
        "back on Monday 5 Jan",
        "Out of office, returning January 5",
        "I will return to the office on 5 January.",
        "I will not be back until 5 January",
        "Ada is out of the office (returning 05.01.2026)",
        "From 5 January I am back",
        "zurück am 5. Januar",
        "Am 5.1. bin ich wieder da",
        "ab dem 5. Januar wieder erreichbar",
        "wieder ab 5.1.",
        "de retour le 5 janvier",
        "à partir du 5 janvier je suis de retour",
        "regreso el 5 de enero",
        "vuelvo el lunes 5 de enero",
        "terug op 5 januari",
        "vanaf 5 januari weer bereikbaar",
        "rientro il 5 gennaio",
        "Back on 2026/01/05",
    ] {
        check(text, FIFTH);
    }
}

#[test]
fn the_last_day_of_a_range_counts() {
    for text in [
        "from 1 to 5 January",
        "1–5 January",
        "Dec 22 - Jan 5",
        "24.12.-5.1.",
        "24/12/2025 - 05/01/2026",
        "vom 24. Dezember bis 5. Januar",
        "vom 1. bis 5. Januar",
        "du 24 décembre au 5 janvier",
        "du lundi 29 au lundi 5 janvier",
        "del 24 de diciembre al 5 de enero",
        "van 24 december tot 5 januari",
        "out from 24 December 2025 to 5 January 2026",
    ] {
        check(text, SIXTH);
    }
}

#[test]
fn a_weekday_alone_is_the_next_one() {
    check("back on Monday", Some(date(2025, 12, 22)));
    check("back on Saturday", Some(date(2025, 12, 27)));
    check("bis Freitag unterwegs", Some(date(2025, 12, 27)));
    check("away Monday to Friday", Some(date(2025, 12, 27)));
}

#[test]
fn the_day_stands_before_the_month_unless_it_can_not() {
    check("until 3/4", Some(date(2026, 4, 4)));
    check("until 1/13", Some(date(2026, 1, 14)));
    check("until 1/13/2026", Some(date(2026, 1, 14)));
    check("bis 1.13.", None);
}

#[test]
fn days_that_say_nothing_of_an_absence() {
    for text in [
        "",
        "Out of office",
        "Meeting on 5 January",
        "Out of office - 5 January",
        "Away from 5 January",
        "ab 5.1. im Urlaub",
        "until 17:00",
        "bis 10.12 Uhr",
        "until further notice. The meeting is on 5 January",
        "until 32 January",
        "call 0032 2 555 10 20 until noon",
        "until 5 January 2031",
        "until 5 January 2020",
    ] {
        check(text, None);
    }
}

#[test]
fn a_notice_that_was_left_on_names_no_day_of_next_year() {
    check("until 5 December", None);
    check("until 5 October", Some(date(2026, 10, 6)));
    // Where they are it may still be the day before.
    check("until 19 December", Some(date(2025, 12, 20)));
    assert_eq!(
        end_date("until 29 February", moment("2028-01-10T00:00:00Z")),
        Some(date(2028, 3, 1))
    );
}

#[test]
fn in_several_lines_the_return_counts_before_the_end() {
    check("Hello,\r\n\r\nI am away until\r\n5 January.\r\n", SIXTH);
    check("away until next year\n\nMeeting: 5 January", None);
    check("Hello,\nI am away until 5 January.\nOffer valid until 31 January.\n", SIXTH);
    check("I am away until 4 January\nand back on 5 January.\n", FIFTH);
    check("Ich bin vom 24.12. bis 4.1. im Urlaub.\nAb 5.1. bin ich wieder da.", FIFTH);
}

fn notice(at: &str, back: Option<Date>) -> Notice {
    Notice { at: moment(at), back }
}

#[track_caller]
fn check_span(notice: Notice, human: &[&str], expect: (&str, &str)) {
    let human: Vec<Moment> = human.iter().map(|at| moment(at)).collect();
    let found = absences(&[notice], &human);
    let spans: Vec<(Moment, Moment)> = found
        .iter()
        .map(|absence| absence.span(&TimeZone::get("Europe/Brussels").unwrap()))
        .collect();
    assert_eq!(spans, [(moment(expect.0), moment(expect.1))]);
}

#[test]
fn an_absence_ends_where_the_named_day_begins_there() {
    let begin = "2025-12-20T10:00:00Z";
    check_span(notice(begin, FIFTH), &[], (begin, "2026-01-05T00:00:00+01:00"));
    check_span(notice(begin, None), &[], (begin, "2025-12-27T10:00:00Z"));
}

#[test]
fn whoever_writes_is_back() {
    let begin = "2025-12-20T10:00:00Z";
    let wrote = "2025-12-22T08:00:00Z";
    check_span(notice(begin, FIFTH), &["2025-12-19T08:00:00Z", begin, wrote], (begin, wrote));
    let late = "2026-02-01T08:00:00Z";
    check_span(notice(begin, FIFTH), &[late], (begin, "2026-01-05T00:00:00+01:00"));
    // The day it names is over: it pauses nothing.
    check_span(notice(begin, Some(date(2025, 12, 20))), &[], (begin, begin));
}

proptest! {
    #[test]
    fn any_text_is_read(text in ".{0,200}", sent in any::<i64>()) {
        let _ = end_date(&text, Moment(sent));
    }

    #[test]
    fn whatever_is_found_lies_within_a_year(
        day in 0..40_u8, month in 0..15_u8, word in "(until|back on|bis|tot|-|,)", year in 1990..2040_i32,
        sent in 0..4_000_000_000_i64,
    ) {
        let sent = Moment(sent);
        for text in [format!("{word} {day}.{month}."), format!("{word} {day}/{month}/{year}")] {
            if let Some(back) = end_date(&text, sent) {
                let away = Moment::from(back.to_zoned(TimeZone::UTC).unwrap().timestamp());
                prop_assert!((-1.0..=368.0).contains(&away.days_since(sent).ceil()), "{text}");
            }
        }
    }
}

#[test]
fn notices_of_one_second_are_one_absence() {
    let at = Moment(1_700_000_000);
    let notice = |back| Notice { at, back };
    let (early, late) = (date(2023, 11, 20), date(2023, 11, 27));
    let found = absences(&[notice(Some(late)), notice(None), notice(Some(early))], &[]);
    assert_eq!(found, [Absence { notice: notice(Some(late)), ended: None }]);
}
