//! The fingerprint of a server's certificate: parsed, shown, compared. Trusts nobody itself.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// SHA-256 of a certificate in DER, as `openssl x509 -fingerprint -sha256` prints it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// That of a certificate in DER.
    pub fn of(certificate: &[u8]) -> Self {
        Fingerprint(Sha256::digest(certificate).into())
    }
}

/// 64 hexadecimal digits, in pairs with colons between them or without any.
impl FromStr for Fingerprint {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits: Vec<u8> = if text.contains(':') {
            let pairs: Vec<&str> = text.split(':').collect();
            if pairs.iter().any(|pair| pair.len() != 2) {
                return Err(());
            }
            pairs.concat().into_bytes()
        } else {
            text.as_bytes().to_vec()
        };
        if digits.len() != 64 {
            return Err(());
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            for digit in pair {
                let value = char::from(*digit).to_digit(16).ok_or(())?;
                *byte = *byte << 4 | u8::try_from(value).map_err(|_| ())?;
            }
        }
        Ok(Fingerprint(bytes))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(":")?;
            }
            write!(f, "{byte:02X}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA-256 of nothing (FIPS 180-4 test vector).
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn it_reads_what_tools_print() {
        let shown = Fingerprint::of(b"").to_string();
        assert!(shown.starts_with("E3:B0:C4:42:") && shown.ends_with(":B8:55"), "{shown}");
        for text in [EMPTY, &EMPTY.to_uppercase(), &shown, &shown.to_lowercase()] {
            assert_eq!(text.parse(), Ok(Fingerprint::of(b"")), "{text}");
        }
    }

    #[test]
    fn anything_else_is_none() {
        let colons_astray = format!("e3b:0{}", &EMPTY[4..]);
        let not_hexadecimal = EMPTY.replace('e', "g");
        let of_sha1 = &EMPTY[..40];
        for text in ["", "aa:bb", of_sha1, &colons_astray, &not_hexadecimal, &"é".repeat(32)] {
            assert_eq!(text.parse::<Fingerprint>(), Err(()), "{text}");
        }
    }
}
