//! Dates and times as the reader's locale has them: the names of days and months, their order, and
//! the clock of 12 or 24 hours.
//!
//! By the tables of glibc (POSIX `LC_TIME`), which are built in. Never asks which locale it is.

use jiff::Zoned;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use pure_rust_locales::{Locale, locale_match};

use crate::domain::model::Moment;

/// How a locale writes dates and times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateStyle {
    /// Sunday first.
    weekdays: Names,
    months: Names,
    order: Order,
    /// The words for the halves of the day, where the clock has 12 hours.
    halves: Option<(&'static str, &'static str)>,
}

/// In full, and short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Names {
    full: &'static [&'static str],
    short: &'static [&'static str],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// `16 Nov 2026`; with a point behind the number where the locale writes it so.
    DayMonth { point: &'static str },
    /// `Nov 16, 2026`.
    MonthDay,
    /// `2026-11-16`, or however the locale writes it in numbers.
    Numbers(&'static str),
}

impl Default for DateStyle {
    /// English names, the day before the month, 24 hours.
    fn default() -> Self {
        DateStyle::of(Locale::en_GB)
    }
}

impl DateStyle {
    /// By the name of a locale, such as `de_DE.UTF-8`; the usual one for `C`, for none and for one
    /// that nobody knows.
    pub fn named(locale: &str) -> DateStyle {
        let (language, modifier) = locale.split_once('@').unwrap_or((locale, ""));
        let language = language.split('.').next().unwrap_or_default();
        let with_modifier = format!("{language}@{modifier}");
        let known = |name: &str| name.parse::<Locale>().ok();
        match known(&with_modifier).or_else(|| known(language)) {
            None | Some(Locale::POSIX) => DateStyle::default(),
            Some(locale) => DateStyle::of(locale),
        }
    }

    fn of(locale: Locale) -> DateStyle {
        let weekdays = Names {
            full: locale_match!(locale => LC_TIME::DAY),
            short: locale_match!(locale => LC_TIME::ABDAY),
        };
        let months = Names {
            full: locale_match!(locale => LC_TIME::MON),
            short: locale_match!(locale => LC_TIME::ABMON),
        };
        let clock = locale_match!(locale => LC_TIME::T_FMT);
        let halves = match locale_match!(locale => LC_TIME::AM_PM) {
            [morning, afternoon] if clock.contains("%r") || clock.contains("%I") => {
                Some((*morning, *afternoon)).filter(|_| !morning.is_empty())
            }
            _ => None,
        };
        let order = Order::of(locale_match!(locale => LC_TIME::D_FMT));
        DateStyle { weekdays, months, order, halves }
    }

    /// `Monday 16 November 2026`.
    pub fn full(&self, date: Date) -> String {
        let day = self.with_year(date, self.months.full);
        let comma = if self.order == Order::MonthDay { "," } else { "" };
        format!("{}{comma} {day}", self.weekday(date, self.weekdays.full))
    }

    /// `16 November 2026`.
    pub fn day(&self, date: Date) -> String {
        self.with_year(date, self.months.full)
    }

    /// `16 Nov 2026`.
    pub fn short_day(&self, date: Date) -> String {
        self.with_year(date, self.months.short)
    }

    /// `Mon 16 Nov, 07:00`; the year only where it isn't that of `now`.
    pub fn moment(&self, at: Moment, now: Moment, zone: &TimeZone) -> String {
        let (local, today) = (in_zone(at, zone), in_zone(now, zone));
        let date = local.date();
        let day = match self.order {
            _ if date.year() != today.date().year() => self.with_year(date, self.months.short),
            _ => self.without_year(date, self.months.short),
        };
        format!("{} {day}, {}", self.weekday(date, self.weekdays.short), self.time(local.time()))
    }

    /// `Wednesday 10:00`.
    pub fn weekday_and_time(&self, at: Moment, zone: &TimeZone) -> String {
        let local = in_zone(at, zone);
        let weekday = self.weekday(local.date(), self.weekdays.full);
        format!("{weekday} {}", self.time(local.time()))
    }

    /// `07:00`, or `7:00 AM`.
    fn time(&self, time: Time) -> String {
        match self.halves {
            None => format!("{:02}:{:02}", time.hour(), time.minute()),
            Some((morning, afternoon)) => {
                let hour = (time.hour() + 11) % 12 + 1;
                let half = if time.hour() < 12 { morning } else { afternoon };
                format!("{hour}:{:02} {half}", time.minute())
            }
        }
    }

    fn weekday(&self, date: Date, names: &'static [&'static str]) -> &'static str {
        name(names, date.weekday().to_sunday_zero_offset())
    }

    fn without_year(&self, date: Date, months: &'static [&'static str]) -> String {
        let month = name(months, date.month() - 1);
        match self.order {
            Order::DayMonth { point } => format!("{}{point} {month}", date.day()),
            Order::MonthDay => format!("{month} {}", date.day()),
            Order::Numbers(_) => self.with_year(date, months),
        }
    }

    fn with_year(&self, date: Date, months: &'static [&'static str]) -> String {
        match self.order {
            Order::Numbers(form) => date.strftime(form).to_string(),
            Order::MonthDay => format!("{}, {}", self.without_year(date, months), date.year()),
            Order::DayMonth { .. } => {
                format!("{} {}", self.without_year(date, months), date.year())
            }
        }
    }
}

impl Order {
    /// By the locale's form of a date in numbers.
    fn of(form: &'static str) -> Order {
        let place = |letters: [&str; 2]| letters.iter().filter_map(|it| form.find(it)).min();
        match (place(["%Y", "%y"]), place(["%m", "%b"]), place(["%d", "%e"])) {
            (Some(0), Some(_), Some(_)) if is_plain(form) => Order::Numbers(form),
            (_, Some(month), Some(day)) if month < day => Order::MonthDay,
            _ => Order::DayMonth { point: if form.contains("%d.") { "." } else { "" } },
        }
    }
}

/// Nothing but years, months and days in it.
fn is_plain(form: &str) -> bool {
    form.split('%').skip(1).all(|part| part.starts_with(['Y', 'y', 'm', 'd', 'e']))
}

fn name(names: &'static [&'static str], nth: i8) -> &'static str {
    usize::try_from(nth).ok().and_then(|nth| names.get(nth)).map_or("", |name| name.trim())
}

fn in_zone(at: Moment, zone: &TimeZone) -> Zoned {
    at.timestamp().to_zoned(zone.clone())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// Monday 16 November 2026, 07:00 in Paris.
    const NOW: Moment = Moment(1_794_808_800);

    #[track_caller]
    fn check(locale: &str, full: &str, moment: &str) {
        let style = DateStyle::named(locale);
        let zone = TimeZone::get("Europe/Paris").unwrap();
        assert_eq!(style.full(date(2026, 11, 16)), full, "{locale}");
        assert_eq!(style.moment(NOW, NOW, &zone), moment, "{locale}");
    }

    #[test]
    fn each_locale_writes_a_date_its_own_way() {
        check("C.UTF-8", "Monday 16 November 2026", "Mon 16 Nov, 07:00");
        check("", "Monday 16 November 2026", "Mon 16 Nov, 07:00");
        check("tlh_QO", "Monday 16 November 2026", "Mon 16 Nov, 07:00");
        check("en_US.UTF-8", "Monday, November 16, 2026", "Mon Nov 16, 7:00 AM");
        check("de_DE.utf8", "Montag 16. November 2026", "Mo 16. Nov, 07:00");
        check("fr_FR", "lundi 16 novembre 2026", "lun. 16 nov., 07:00");
        check("sv_SE.UTF-8", "måndag 2026-11-16", "mån 2026-11-16, 07:00");
        check("ja_JP.UTF-8", "月曜日 2026年11月16日", "月 2026年11月16日, 07:00");
    }

    #[test]
    fn midnight_and_noon_are_twelve_on_a_clock_of_twelve_hours() {
        let style = DateStyle::named("en_US");
        let told = [0, 1, 12, 13, 23].map(|hour| style.time(jiff::civil::time(hour, 5, 0, 0)));
        assert_eq!(told, ["12:05 AM", "1:05 AM", "12:05 PM", "1:05 PM", "11:05 PM"]);
    }

    #[test]
    fn another_year_is_named() {
        let zone = TimeZone::UTC;
        let next_year = NOW + 60 * 86_400;
        assert_eq!(DateStyle::default().moment(next_year, NOW, &zone), "Fri 15 Jan 2027, 06:00");
    }
}
