//! What programs that keep mail in files write into its header: labels and flags.
//!
//! Never says what a label is for.

use super::decode;
use super::fields::{Fields, LONGEST_NAME};

/// What a message's own header says of how it was kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeaderMarks {
    /// `X-Gmail-Labels`, decoded, as Google Takeout writes them.
    pub labels: Vec<String>,
    /// The user has answered it.
    pub answered: bool,
    /// It was deleted, though it is still in the file.
    pub deleted: bool,
    /// It was never sent.
    pub draft: bool,
    /// A mail server's note to itself in the place of the first message (`X-IMAP`).
    pub is_note: bool,
}

/// Thunderbird's `X-Mozilla-Status`, a hexadecimal number: answered, deleted.
const MOZILLA: [u32; 2] = [0x2, 0x8];

/// Reads a header block, bare or at the front of a message.
pub fn header_marks(header: &[u8]) -> HeaderMarks {
    let mut marks = HeaderMarks::default();
    for field in Fields::of(header) {
        let mut buffer = [0; LONGEST_NAME];
        match field.lower_name(&mut buffer) {
            Some("x-gmail-labels") => marks.labels = labels(&decode::text(field.value)),
            Some("x-status") => {
                marks.answered |= field.value.contains(&b'A');
                marks.deleted |= field.value.contains(&b'D');
                marks.draft |= field.value.contains(&b'T');
            }
            Some("x-mozilla-status") => {
                let bits = std::str::from_utf8(field.value.trim_ascii()).unwrap_or_default();
                let bits = u32::from_str_radix(bits, 16).unwrap_or_default();
                let [answered, deleted] = MOZILLA.map(|bit| bits & bit != 0);
                marks.answered |= answered;
                marks.deleted |= deleted;
            }
            Some("x-imap") => marks.is_note = true,
            _ => {}
        }
    }
    marks
}

/// Separated by commas; one with a comma of its own is quoted.
fn labels(list: &str) -> Vec<String> {
    let mut labels = vec![String::new()];
    let mut quoted = false;
    for c in list.chars() {
        match (c, labels.last_mut()) {
            ('"', _) => quoted = !quoted,
            (',', _) if !quoted => labels.push(String::new()),
            (c, Some(label)) => label.push(c),
            (_, None) => {}
        }
    }
    labels.iter().map(|label| label.trim().to_owned()).filter(|label| !label.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, expect: HeaderMarks) {
        assert_eq!(header_marks(header.as_bytes()), expect, "of {header:?}");
    }

    fn labelled(labels: &[&str]) -> HeaderMarks {
        HeaderMarks {
            labels: labels.iter().map(|label| label.to_string()).collect(),
            ..HeaderMarks::default()
        }
    }

    #[test]
    fn labels_are_decoded_and_told_apart() {
        check(
            "X-Gmail-Labels: Inbox,Important, Opened\n",
            labelled(&["Inbox", "Important", "Opened"]),
        );
        check("X-Gmail-Labels: Inbox,\r\n Work/Clients\r\n", labelled(&["Inbox", "Work/Clients"]));
        check(
            "x-gmail-labels: =?UTF-8?Q?Entw=C3=BCrfe,Ge=C3=B6ffnet?=\n",
            labelled(&["Entwürfe", "Geöffnet"]),
        );
        check("X-Gmail-Labels: \"Chat, old\",Sent\n", labelled(&["Chat, old", "Sent"]));
        check("X-Gmail-Labels: ,\nSubject: x\n", HeaderMarks::default());
    }

    #[test]
    fn flags_come_from_any_program_that_keeps_them() {
        let answered = HeaderMarks { answered: true, ..HeaderMarks::default() };
        let deleted = HeaderMarks { deleted: true, ..HeaderMarks::default() };
        check("Status: RO\nX-Status: A\n", answered.clone());
        check("X-Mozilla-Status: 0003\n", answered);
        check("X-Mozilla-Status: 0009\nX-Mozilla-Status2: 00000002\n", deleted.clone());
        check("X-Status: D\n", deleted);
        check("X-Status: T\n", HeaderMarks { draft: true, ..HeaderMarks::default() });
        check("X-Mozilla-Status: none\n", HeaderMarks::default());
        check(
            "X-IMAP: 1700000000 0000000012\n",
            HeaderMarks { is_note: true, ..HeaderMarks::default() },
        );
    }
}
