//! The secret within what its source gives: the first line, and nothing behind it.
//!
//! No message here ever holds any part of what was read.

use secrecy::SecretString;

use crate::error::{Error, Result};

/// No secret is longer, in bytes: so much of a source is kept.
pub(super) const LONGEST: usize = 64 * 1024;

/// The first line, without its line end; `whence` names the source in errors.
///
/// # Errors
/// `Config` where it is empty or not UTF-8.
pub(super) fn first_line(content: &[u8], whence: &str) -> Result<SecretString> {
    let line = content.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = std::str::from_utf8(line)
        .map_err(|_| Error::config(format!("{whence} gives something that isn't UTF-8")))?;
    if text.is_empty() {
        return Err(Error::config(format!("{whence} gives an empty first line"))
            .hint("the password has to stand in the first line"));
    }
    Ok(SecretString::from(text))
}
