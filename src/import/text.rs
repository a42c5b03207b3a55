//! Bytes of an export → text, whatever program on whatever system wrote it.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use crate::domain::text::clean;

/// The bytes without a byte order mark; UTF-16 becomes UTF-8, and lines that end in a lone
/// carriage return end in a line feed.
pub(super) fn plain(bytes: &[u8]) -> Cow<'_, [u8]> {
    let bytes = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) if encoding == UTF_8 => {
            Cow::Borrowed(bytes.get(mark..).unwrap_or_default())
        }
        Some((encoding, _)) => {
            Cow::Owned(encoding.decode_with_bom_removal(bytes).0.into_owned().into_bytes())
        }
        None => Cow::Borrowed(bytes),
    };
    if bytes.contains(&b'\n') || !bytes.contains(&b'\r') {
        return bytes;
    }
    Cow::Owned(bytes.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect())
}

/// UTF-8, or else `fallback`, or else Windows-1252, which takes any byte.
pub(super) fn decoded<'a>(bytes: &'a [u8], fallback: Option<&'static Encoding>) -> Cow<'a, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => fallback.unwrap_or(WINDOWS_1252).decode_without_bom_handling(bytes).0,
    }
}

/// No name, job or address that somebody wrote by hand has more characters.
const LONGEST: usize = 500;

/// One line without anything that steers a display, white space folded, cut after [`LONGEST`]
/// characters.
pub(super) fn tidy(text: &str) -> String {
    let shown = text.chars().take(4 * LONGEST).filter(|c| c.is_whitespace() || !c.is_control());
    let cleaned = clean(&shown.collect::<String>());
    match cleaned.char_indices().nth(LONGEST) {
        Some((end, _)) => cleaned.get(..end).unwrap_or_default().trim_end().to_owned(),
        None => cleaned,
    }
}

/// `None` for what is empty once it is tidy.
pub(super) fn some(text: &str) -> Option<String> {
    Some(tidy(text)).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_wrote_it_the_text_is_the_same() {
        let utf16 = |swap: bool| {
            let units = "\u{feff}Zoë\n".encode_utf16();
            let pair = |unit: u16| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() };
            units.flat_map(pair).collect::<Vec<u8>>()
        };
        let written: [&[u8]; 5] = [
            "Zoë\n".as_bytes(),
            "\u{feff}Zoë\n".as_bytes(),
            b"Zo\xeb\r",
            &utf16(true),
            &utf16(false),
        ];
        for bytes in written {
            let plain = plain(bytes);
            assert_eq!(decoded(&plain, None), "Zoë\n", "{bytes:?}");
        }
    }

    #[test]
    fn a_tidy_text_is_one_line() {
        assert_eq!(tidy(" Ada\u{a0}\n  Love\u{7}lace "), "Ada Lovelace");
        assert_eq!(tidy("Ada Love\u{fff9}lace"), "Ada Lovelace");
        assert_eq!(tidy(&"Ada ".repeat(9_000_000)).len(), 499);
        assert_eq!(some(" \u{0} "), None);
    }
}
