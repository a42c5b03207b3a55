//! Days and instants, as LinkedIn and the programs after it write them.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::domain::model::Moment;

/// How the names of the months begin in English, German, French, Spanish, Italian, Dutch and
/// Portuguese. No beginning of one month is the beginning of another's name.
const MONTHS: [&[&str]; 12] = [
    &["jan", "jän", "gen", "ene"],
    &["feb", "fev", "fév"],
    &["mar", "mär", "mrz", "maa", "mrt"],
    &["apr", "avr", "abr"],
    &["may", "mai", "mei", "mag"],
    &["jun", "juin", "giu"],
    &["jul", "juil", "lug"],
    &["aug", "aoû", "aou", "ago"],
    &["sep", "set"],
    &["oct", "okt", "ott", "out"],
    &["nov"],
    &["dec", "dez", "déc", "dic"],
];

/// `16 Nov 2024`, `Nov 16, 2024`, `16. November 2024`, `16 de nov. de 2024`, `2024-11-16`,
/// `11/16/24`, `16.11.2024`. Slashes mean month first, as in LinkedIn's own files, unless that
/// can't be.
pub(in crate::import) fn day(text: &str) -> Option<Date> {
    if let Some(date) = text.get(..10).and_then(|start| start.parse().ok()) {
        return Some(date);
    }
    let parts: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty() && !matches!(*part, "de" | "del"))
        .take(3)
        .collect();
    let &[a, b, c] = parts.as_slice() else { return None };
    if let Some(month) = month(b) {
        return date(c, month, a);
    }
    if let Some(month) = month(a) {
        return date(c, month, b);
    }
    let number = |part: &str| part.parse::<i8>().ok();
    if a.len() == 4 {
        return date(a, number(b)?, c);
    }
    let day_first = text.contains('.') || number(a)? > 12;
    if day_first { date(c, number(b)?, a) } else { date(c, number(a)?, b) }
}

/// A day with a time behind it: `2026-03-13 03:18:54 UTC`, `6/6/26, 2:54 PM`; LinkedIn writes UTC,
/// whether or not it says so. A day alone is its noon, which is the same day nearly everywhere.
pub(in crate::import) fn instant(text: &str) -> Option<Moment> {
    let time = match text.split_once(':') {
        Some((before, after)) => clock(before, after)?,
        None => Time::constant(12, 0, 0, 0),
    };
    let at = day(text)?.to_datetime(time).to_zoned(TimeZone::UTC).ok()?;
    Some(at.timestamp().into())
}

/// The time that is written around its first colon.
fn clock(before: &str, after: &str) -> Option<Time> {
    let hour = before.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse::<i8>().ok()?;
    let numbers = after.split(|c: char| !c.is_ascii_digit());
    let mut numbers = numbers.filter(|number| !number.is_empty());
    let minute = numbers.next()?.parse::<i8>().ok()?;
    let has_seconds = after.matches(':').count() == 1;
    let second = match numbers.next() {
        Some(second) if has_seconds => second.parse::<i8>().ok()?,
        _ => 0,
    };
    let half = after.to_uppercase();
    let hour = match hour {
        12 if half.contains("AM") => 0,
        ..12 if half.contains("PM") => hour + 12,
        _ => hour,
    };
    Time::new(hour, minute, second, 0).ok()
}

fn month(name: &str) -> Option<i8> {
    let name = name.to_lowercase();
    let starts = |beginnings: &[&str]| beginnings.iter().any(|start| name.starts_with(start));
    (1..).zip(MONTHS).find(|(_, beginnings)| starts(beginnings)).map(|(month, _)| month)
}

fn date(year: &str, month: i8, day: &str) -> Option<Date> {
    let short = year.len() == 2;
    let year: i16 = year.parse().ok()?;
    Date::new(if short { 2000 + year } else { year }, month, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_same_day_in_many_hands() {
        for text in [
            "16 Nov 2024",
            "16 November 2024",
            "Nov 16, 2024",
            "16. Nov. 2024",
            "16-Nov-24",
            "16 novembre 2024",
            "16 de nov. de 2024",
            "2024-11-16",
            "2024-11-16 09:30:00 UTC",
            "2024/11/16",
            "11/16/24",
            "11/16/2024",
            "16/11/2024",
            "16.11.2024",
            "16.11.24",
        ] {
            assert_eq!(day(text), Some(date(2024, 11, 16)), "{text}");
        }
    }

    #[test]
    fn months_in_seven_languages() {
        for (name, month) in [
            ("März", 3),
            ("mrt", 3),
            ("Dez", 12),
            ("févr", 2),
            ("juin", 6),
            ("juillet", 7),
            ("août", 8),
            ("ene", 1),
            ("dic", 12),
            ("gen", 1),
            ("giugno", 6),
            ("luglio", 7),
            ("ottobre", 10),
            ("mei", 5),
            ("okt", 10),
            ("fev", 2),
            ("out", 10),
        ] {
            assert_eq!(day(&format!("1 {name} 2024")), Some(date(2024, month, 1)), "{name}");
        }
    }

    #[test]
    fn an_instant_is_in_utc_whether_or_not_it_says_so() {
        #[track_caller]
        fn check(text: &str, expect: &str) {
            let at = instant(text).map(|at| at.to_string());
            assert_eq!(at.as_deref(), Some(expect), "{text}");
        }
        check("2026-03-13 03:18:54 UTC", "2026-03-13T03:18:54Z");
        check("2024-05-15 10:30:00", "2024-05-15T10:30:00Z");
        check("2024-06-01 12:00 UTC", "2024-06-01T12:00:00Z");
        check("6/6/26, 2:54 PM", "2026-06-06T14:54:00Z");
        check("01/15/24, 12:03 AM", "2024-01-15T00:03:00Z");
        check("1/15/24, 12:03 PM", "2024-01-15T12:03:00Z");
        check("2024/01/15 14:22:33 UTC", "2024-01-15T14:22:33Z");
        check("01 Mar 2019", "2019-03-01T12:00:00Z");
        assert_eq!(instant("at noon"), None);
        assert_eq!(instant("2024-05-15 25:30:00"), None);
        assert_eq!(instant("2024-05-15 :"), None);
    }

    #[test]
    fn what_is_no_day_is_none() {
        for text in
            ["", "yesterday", "30 Feb 2024", "16 Foo 2024", "99/99/99", "2024", "é é é é é é"]
        {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
