//! A question on the terminal that is answered by yes or no; nothing is the answer no.

use std::io::{self, BufRead, Write};

use crate::error::{Error, Result};

/// # Errors
/// `Failed` where the answer isn't yes, or nobody can be asked.
pub(super) fn confirmed(question: &str) -> Result<()> {
    let mut out = anstream::stderr().lock();
    let cannot_ask = |cause| Error::failed("can't ask").because(cause);
    let asked = out.write_all(format!("{question} [y/N] ").as_bytes());
    asked.and_then(|()| out.flush()).map_err(cannot_ask)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(cannot_ask)?;
    if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
        return Ok(());
    }
    Err(Error::failed("nothing was changed"))
}
