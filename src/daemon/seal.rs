//! The seal by which the program knows its own mail again: nobody else has the key.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use hmac::{Hmac, Mac};
use rustls::crypto::aws_lc_rs;
use secrecy::zeroize::Zeroizing;
use sha2::Sha256;

use crate::config::secret::refuse_others;
use crate::error::{Error, Result};

/// Beside the database.
const FILE: &str = "requite.key";
const KEY: usize = 32;
/// So many bytes make a token of sixteen characters.
const TOKEN: usize = 10;

pub struct Seal {
    key: Zeroizing<[u8; KEY]>,
}

impl Seal {
    /// The seal of the home whose data lie in this folder, made if there is none.
    ///
    /// # Errors
    /// Where the key can't be read or written, or others may read it.
    pub fn of(folder: &Path) -> Result<Seal> {
        if let Some(known) = Seal::find(folder)? {
            return Ok(known);
        }
        let path = folder.join(FILE);
        make(folder, &path).map_err(|cause| unusable(&path).because(cause))?;
        Seal::find(folder)?.ok_or_else(|| unusable(&path))
    }

    /// The seal of that home; `None` where it never made one.
    ///
    /// # Errors
    /// Where the key can't be read, or others may read it.
    pub fn find(folder: &Path) -> Result<Option<Seal>> {
        let path = folder.join(FILE);
        let mut file = match File::open(&path) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(|cause| unusable(&path).because(cause))?,
        };
        refuse_others(&file, &path, "key")?;
        let mut key = Zeroizing::new([0; KEY]);
        file.read_exact(key.as_mut_slice()).map_err(|cause| unusable(&path).because(cause))?;
        Ok(Some(Seal { key }))
    }

    /// What only this home can have made of these words: HMAC-SHA-256 (RFC 2104), cut short, in
    /// base32 (RFC 4648 §6).
    pub fn token(&self, words: &str) -> String {
        // A key of any length will do (RFC 2104 §2).
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.key.as_slice()) else {
            return String::new();
        };
        mac.update(words.as_bytes());
        base32(&mac.finalize().into_bytes()[..TOKEN])
    }

    /// Whether [`Seal::token`] makes this token of these words. Takes as long for a wrong one as for
    /// the right one, so that nobody learns from that how much of it was right.
    pub fn bears_out(&self, words: &str, token: &str) -> bool {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.key.as_slice()) else { return false };
        mac.update(words.as_bytes());
        unbase32(token).is_some_and(|bytes| mac.verify_truncated_left(&bytes).is_ok())
    }

    /// What the digest of a week bears.
    pub fn of_digest(&self, week: &str) -> String {
        format!("{week} {}", self.token(&format!("{week} digest")))
    }
}

fn unusable(path: &Path) -> Error {
    Error::failed(format!("can't use {}", path.display()))
        .hint("it is made anew when it is gone; what was sent before isn't known then")
}

/// Whoever comes second takes the key of the first.
fn make(folder: &Path, path: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut key = Zeroizing::new([0; KEY]);
    let random = aws_lc_rs::default_provider().secure_random;
    random.fill(key.as_mut_slice()).map_err(|_| std::io::Error::other("no random numbers"))?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(key.as_slice())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(lost) if lost.error.kind() != ErrorKind::AlreadyExists => Err(lost.error),
        _ => Ok(()),
    }
}

const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// `None` for what is no token.
fn unbase32(text: &str) -> Option<[u8; TOKEN]> {
    let mut held: u128 = 0;
    for letter in text.bytes() {
        let value = LETTERS.iter().position(|it| *it == letter)?;
        held = held << 5 | value as u128;
    }
    let bytes = held.to_be_bytes();
    (text.len() == TOKEN * 8 / 5).then(|| std::array::from_fn(|n| bytes[bytes.len() - TOKEN + n]))
}

fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = (held << 8 | u32::from(*byte)) & 0xfff;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[(held >> bits & 31) as usize]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_that_of_the_standard() {
        // RFC 4648 §10, without padding; whole groups alone are needed.
        assert_eq!(base32(b"fooba"), "MZXW6YTB");
        assert_eq!(base32(b"foobafooba"), "MZXW6YTBMZXW6YTB");
    }

    #[test]
    fn a_token_is_the_beginning_of_the_hmac() {
        // RFC 4231 §4.3, with the key filled up with zeros, as HMAC itself does.
        let mut key = Zeroizing::new([0; KEY]);
        key[..4].copy_from_slice(b"Jefe");
        let hmac = [0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04];
        assert_eq!(Seal { key }.token("what do ya want for nothing?"), base32(&hmac));
    }

    #[test]
    fn a_token_is_good_for_its_own_words_alone() {
        let home = tempfile::tempdir().unwrap();
        assert!(Seal::find(home.path()).unwrap().is_none());
        let seal = Seal::of(home.path()).unwrap();
        let token = seal.token("2026-W47 done C12-812");
        assert!(seal.bears_out("2026-W47 done C12-812", &token));
        assert!(!seal.bears_out("2026-W47 done C12-813", &token));
        assert!(!seal.bears_out("2026-W48 done C12-812", &token));
        for wrong in ["", "A", "AAAAAAAAAAAAAAAA", &token[1..], "10000000000000000", "éééééééé"]
        {
            assert!(!seal.bears_out("2026-W47 done C12-812", wrong), "{wrong}");
        }
    }

    #[test]
    fn a_home_keeps_its_key() {
        let home = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        let seal = |home: &tempfile::TempDir| Seal::of(home.path()).unwrap().of_digest("2026-W47");
        let first = seal(&home);
        assert_eq!(first.len(), "2026-W47 ".len() + 16);
        assert_eq!(seal(&home), first);
        assert_ne!(seal(&other), first);
    }
}
