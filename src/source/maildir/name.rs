//! What a Maildir file's name says: which message, its flags, when it was delivered.
//!
//! Never touches a file.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use sha2::{Digest, Sha256};

use crate::domain::model::Moment;
use crate::source::{Flags, Uid};

/// 1990-01-01 … 2100-01-01: leading digits outside of it are no time.
const PLAUSIBLE: std::ops::Range<i64> = 631_152_000..4_102_444_800;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NameFacts {
    /// A hash of the unique part: the same in `new` and `cur`, and whatever the flags.
    pub uid: Uid,
    pub flags: Flags,
    pub delivered: Option<Moment>,
}

pub(super) fn facts(name: &OsStr) -> NameFacts {
    let (unique, info) = split(name.as_bytes());
    NameFacts {
        uid: hash(unique),
        flags: Flags {
            answered: info.contains(&b'R'),
            deleted: info.contains(&b'T'),
            draft: info.contains(&b'D'),
        },
        delivered: delivered(unique),
    }
}

/// The unique part and the flags after `:2,`; `;` and `!` stand in for the colon on file systems
/// that forbid it.
fn split(name: &[u8]) -> (&[u8], &[u8]) {
    let info = name.windows(3).position(|at| matches!(at, [b':' | b';' | b'!', b'2', b',']));
    match info.and_then(|at| name.split_at_checked(at)) {
        Some((unique, info)) => (unique, info.get(3..).unwrap_or_default()),
        None => (name, &[]),
    }
}

/// Positive as an `i64` and never 0, as an IMAP UID would be.
fn hash(unique: &[u8]) -> Uid {
    let digest = Sha256::digest(unique);
    let first = digest.first_chunk::<8>().copied().unwrap_or_default();
    Uid((u64::from_be_bytes(first) >> 1).max(1))
}

fn delivered(unique: &[u8]) -> Option<Moment> {
    let length = unique.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = unique.split_at_checked(length)?;
    if rest.first().is_some_and(u8::is_ascii_alphabetic) {
        return None;
    }
    let seconds: i64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    PLAUSIBLE.contains(&seconds).then_some(Moment(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> NameFacts {
        facts(OsStr::new(name))
    }

    #[test]
    fn a_message_keeps_its_uid_wherever_it_moves() {
        let uid = of("1700000000.M1P2.host.example").uid;
        for same in [
            "1700000000.M1P2.host.example:2,",
            "1700000000.M1P2.host.example:2,RS",
            "1700000000.M1P2.host.example;2,S",
            "1700000000.M1P2.host.example!2,T",
        ] {
            assert_eq!(of(same).uid, uid, "{same}");
        }
        assert_ne!(of("1700000000.M1P3.host.example").uid, uid);
        assert!(uid.0 > 0 && i64::try_from(uid.0).is_ok());
    }

    #[test]
    fn flags_come_from_the_info_part_alone() {
        let flags = |answered, deleted, draft| Flags { answered, deleted, draft };
        for (name, expect) in [
            ("1.RTD.host", flags(false, false, false)),
            ("1.host:2,S", flags(false, false, false)),
            ("1.host:2,FRS", flags(true, false, false)),
            ("1.host:2,ST", flags(false, true, false)),
            ("1.host;2,D", flags(false, false, true)),
            ("1.host:1,R", flags(false, false, false)),
        ] {
            assert_eq!(of(name).flags, expect, "{name}");
        }
    }

    #[test]
    fn the_delivery_time_is_believed_only_where_it_can_be_one() {
        for (name, expect) in [
            ("1700000000.M1P2.host:2,S", Some(1_700_000_000)),
            ("1700000000_0.12.host,U=7:2,S", Some(1_700_000_000)),
            ("1700000000", Some(1_700_000_000)),
            ("1700000000123.eml", None),
            ("1700000000cafe", None),
            ("12.host", None),
            ("99999999999999999999.host", None),
            ("host.1700000000", None),
        ] {
            assert_eq!(of(name).delivered, expect.map(Moment), "{name}");
        }
    }
}
