//! Foreign text and measured values, made fit to be shown: on a terminal, in a mail, in a
//! notification.
//!
//! Never escapes for a format (templates and terminals do that) and never changes what is stored.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What is unknown.
pub const UNKNOWN: &str = "—";

/// Text that somebody else wrote, without anything that could steer a display: C0 and C1 controls
/// and line ends become spaces, bidirectional controls (UAX #9 §2), invisible format characters
/// and tags vanish, runs of white space shrink to one space.
///
/// The joiners U+200C and U+200D stay: Persian, Indic scripts and emoji need them.
pub fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for symbol in text.chars().filter(|symbol| !is_hidden(*symbol)) {
        if symbol.is_control() || symbol.is_whitespace() {
            if !cleaned.is_empty() && !cleaned.ends_with(' ') {
                cleaned.push(' ');
            }
        } else {
            cleaned.push(symbol);
        }
    }
    cleaned.truncate(cleaned.trim_end().len());
    cleaned
}

/// Characters that reorder or hide others and show nothing themselves.
fn is_hidden(symbol: char) -> bool {
    matches!(symbol,
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
        | '\u{00AD}' | '\u{180E}' | '\u{200B}' | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}'
        | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// [`clean`], and [`cut`].
pub fn clip(text: &str, columns: usize) -> String {
    cut(clean(text), columns)
}

/// In so many terminal columns, an ellipsis marking what was cut off.
pub fn cut(mut text: String, columns: usize) -> String {
    if text.width() <= columns {
        return text;
    }
    let mut used = 1;
    let fitting = text.char_indices().find_map(|(at, symbol)| {
        used += symbol.width().unwrap_or(0);
        (used > columns).then_some(at)
    });
    text.truncate(fitting.unwrap_or(text.len()));
    text.truncate(text.trim_end_matches([' ', '\u{200C}', '\u{200D}']).len());
    text.push('…');
    text
}

/// Hours as people say them: `25 min`, `3 h`, `48 h`, `2 days 4 h`, `12 days`. Up to the usual
/// limit in hours, beyond it in days; `—` for what is no number. Below zero counts as zero.
pub fn duration(hours: f64) -> String {
    const MINUTES_UP_TO_H: f64 = 1.0;
    const HOURS_UP_TO_H: f64 = 48.0;
    const DAYS_ONLY_FROM: i64 = 10;
    if !hours.is_finite() {
        return UNKNOWN.to_owned();
    }
    let minutes = (hours * 60.0).round().max(0.0);
    if minutes < MINUTES_UP_TO_H * 60.0 {
        return format!("{minutes:.0} min");
    }
    let whole = hours.round() as i64;
    if whole as f64 <= HOURS_UP_TO_H {
        return format!("{whole} h");
    }
    let (days, rest) = (whole / 24, whole % 24);
    if rest == 0 || days >= DAYS_ONLY_FROM {
        return count(days as u64, "day", "days");
    }
    format!("{} {rest} h", count(days as u64, "day", "days"))
}

/// The same in few letters, where a table has little room: `25 min`, `3 h`, `12 d`.
pub fn short_duration(hours: f64) -> String {
    if hours.is_finite() && hours.round() > 48.0 {
        format!("{:.0} d", hours / 24.0)
    } else {
        duration(hours)
    }
}

/// `a`, `a and b`, `a, b and c`; nothing for none.
pub fn listed(parts: &[impl AsRef<str>]) -> String {
    let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    match parts.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// As [`listed`], the first so many, and how many more there are.
pub fn first_listed(parts: &[impl AsRef<str>], most: usize) -> String {
    let mut first: Vec<String> =
        parts.iter().take(most).map(|part| part.as_ref().to_owned()).collect();
    if let Some(more) = parts.len().checked_sub(most).filter(|more| *more > 0) {
        first.push(format!("{more} more"));
    }
    listed(&first)
}

/// A number with its noun: `1 person`, `12,345 people`.
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// Whole ones, at least one.
pub fn days(days: f64) -> String {
    count(days.round().max(1.0) as u64, "day", "days")
}

/// Bytes in the largest decimal unit that says it exactly enough: `900 bytes`, `500 MB`, `2.5 GB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    let Some((unit, name)) = UNITS.into_iter().find(|(unit, _)| bytes >= *unit) else {
        return count(bytes, "byte", "bytes");
    };
    let tenths = bytes / (unit / 10);
    match tenths % 10 {
        0 => format!("{} {name}", grouped(tenths / 10)),
        tenth => format!("{}.{tenth} {name}", grouped(tenths / 10)),
    }
}

/// Thousands apart by commas.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cannot_steer_the_display() {
        #[track_caller]
        fn check(foreign: &str, shown: &str) {
            assert_eq!(clean(foreign), shown, "{foreign:?}");
        }
        check("Grace Hopper", "Grace Hopper");
        check("  Budget \r\n\tfor\u{2028}May ", "Budget for May");
        check("invoice\u{202E}fdp.exe", "invoicefdp.exe");
        check("\u{2066}Bob\u{2069}\u{200F}", "Bob");
        check("\u{1b}[31mred\u{7}\u{9b}2J", "[31mred 2J");
        check("pass\u{200B}word\u{FEFF}", "password");
        check("\u{E0041}\u{E0042}flag", "flag");
        check("می\u{200C}خواهم 👩\u{200D}💻", "می\u{200C}خواهم 👩\u{200D}💻");
        check("\0\u{85}\u{202E}", "");
    }

    #[test]
    fn long_text_is_cut_to_columns_not_characters() {
        #[track_caller]
        fn check(text: &str, columns: usize, shown: &str) {
            assert_eq!(clip(text, columns), shown);
            assert!(shown.width() <= columns);
        }
        check("short", 5, "short");
        check("a longer one", 5, "a lo…");
        check("cut at space", 5, "cut…");
        check("東京都渋谷区", 7, "東京都…");
        check("東京都渋谷区", 6, "東京…");
    }

    #[test]
    fn durations_read_as_people_say_them() {
        #[track_caller]
        fn check(hours: f64, shown: &str) {
            assert_eq!(duration(hours), shown, "{hours} h");
        }
        check(0.0, "0 min");
        check(-3.0, "0 min");
        check(0.4, "24 min");
        check(0.999, "1 h");
        check(3.2, "3 h");
        check(48.0, "48 h");
        check(48.6, "2 days 1 h");
        check(52.0, "2 days 4 h");
        check(72.0, "3 days");
        check(300.0, "12 days");
        check(f64::NAN, "—");
        check(f64::INFINITY, "—");
    }

    #[test]
    fn sizes_are_in_units_that_people_know() {
        #[track_caller]
        fn check(bytes: u64, shown: &str) {
            assert_eq!(size(bytes), shown);
        }
        check(0, "0 bytes");
        check(1, "1 byte");
        check(999, "999 bytes");
        check(1_000, "1 kB");
        check(65_536, "65.5 kB");
        check(500_000_000, "500 MB");
        check(2_500_000_000, "2.5 GB");
        check(u64::MAX, "18,446,744,073.7 GB");
    }

    #[test]
    fn numbers_agree_with_their_nouns() {
        assert_eq!(count(0, "person", "people"), "0 people");
        assert_eq!(count(1, "person", "people"), "1 person");
        assert_eq!(count(1_234_567, "message", "messages"), "1,234,567 messages");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1000), "1,000");
    }
}
