//! `password.*` and `client_secret.*`: the one source that a secret comes from.

use super::super::spanned::Spanned;

use super::super::file::WrittenPassword;
use super::super::mistake::Mistake;
use super::super::secret::Password;
use super::values::PathBase;

const FOUR_WAYS: &str = "name one source: password.command = [\"pass\", \"mail\"], \
    password.file = \"FILE\" (mode 600), password.credential = \"NAME\" (systemd), \
    or password.keyring = \"NAME\" (Secret Service)";

/// The one source of a password; `None` when none is named.
pub(super) fn source(
    password: &Option<Spanned<WrittenPassword>>,
    base: &PathBase<'_>,
) -> Result<Option<Password>, Mistake> {
    let Some(spanned) = password else { return Ok(None) };
    let WrittenPassword::Sources(sources) = spanned.get_ref() else {
        let message = "a password doesn't belong in this file";
        return Err(Mistake::at(spanned.span(), message, "blotted out here").hint(FOUR_WAYS));
    };
    let mut named = Vec::new();
    if !sources.command.is_empty() {
        named.push(Password::Command(base.command(&sources.command)));
    }
    if !sources.file.is_empty() {
        named.push(Password::File(base.path(&sources.file)));
    }
    if !sources.credential.is_empty() {
        if sources.credential.contains('/') || sources.credential.starts_with('.') {
            let message = format!("\"{}\" isn't the name of a credential", sources.credential);
            return Err(Mistake::at(spanned.span(), message, "a plain file name"));
        }
        named.push(Password::Credential(sources.credential.clone()));
    }
    if !sources.keyring.is_empty() {
        named.push(Password::Keyring(sources.keyring.clone()));
    }
    match named.len() {
        0 | 1 => Ok(named.pop()),
        _ => Err(Mistake::at(spanned.span(), "the password has several sources", "name one")),
    }
}

/// What to say when a password is needed and no source is named.
pub(super) fn missing(at: std::ops::Range<usize>, whose: &str) -> Mistake {
    Mistake::at(at, format!("{whose} has no password"), "no source is named here").hint(FOUR_WAYS)
}
