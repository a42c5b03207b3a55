//! Folder names as IMAP and Maildir++ write them: modified UTF-7 (RFC 3501 §5.1.3) made readable.
//!
//! For display only; never used to build a path or a command.

use base64::Engine;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireNone);
const BASE64: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, PADDING);

/// The name as people read it; one that isn't well-formed comes back as it is.
pub(super) fn readable(name: &str) -> String {
    match decode(name) {
        Some(text) if !text.contains(char::is_control) => text,
        _ => name.to_owned(),
    }
}

fn decode(name: &str) -> Option<String> {
    let mut text = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((plain, shifted)) = rest.split_once('&') {
        let (run, after) = shifted.split_once('-')?;
        text.push_str(plain);
        if run.is_empty() {
            text.push('&');
        } else {
            text.push_str(&utf16(&BASE64.decode(run).ok()?)?);
        }
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

fn utf16(bytes: &[u8]) -> Option<String> {
    let (units, odd) = bytes.as_chunks::<2>();
    let units: Vec<u16> = units.iter().copied().map(u16::from_be_bytes).collect();
    odd.is_empty().then(|| String::from_utf16(&units).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_readable_or_stay_as_they_are() {
        for (name, expect) in [
            ("Sent", "Sent"),
            ("Entw&APw-rfe", "Entwürfe"),
            ("&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-", "Отправленные"),
            ("Give &- take", "Give & take"),
            ("&2D3eAA-", "😀"),
            ("Q&A", "Q&A"),
            ("broken &!!-", "broken &!!-"),
            ("a&AAo-b", "a&AAo-b"),
            ("&2D0-", "&2D0-"),
        ] {
            assert_eq!(readable(name), expect);
        }
    }
}
