//! `[smtp]` and `[digest]`: how the digest leaves the house, when, and to whom.

use std::ops::Range;

use super::super::spanned::Spanned;
use jiff::civil::{Weekday, time};

use super::super::checked::{Account, AccountKind, DigestPlan, Mailer, Me, Smtp};
use super::super::file::{WrittenDigest, WrittenSmtp};
use super::super::login::Login;
use super::super::mistake::Mistake;
use super::values::{self, PathBase, given, normalised};
use super::{password, server};

/// The one way that `[smtp]` names.
pub(super) fn mailer(
    written: &Option<Spanned<WrittenSmtp>>,
    accounts: &[Account],
    base: &PathBase<'_>,
) -> Result<Option<Mailer>, Mistake> {
    let Some(spanned) = written else { return Ok(None) };
    let smtp = spanned.get_ref();
    let (host, folder) = (given(&smtp.host), given(&smtp.file));
    if let (None, Some(address)) = (&host, goa(smtp, accounts)) {
        return Ok(Some(Mailer::Goa(address)));
    }
    let ways =
        usize::from(host.is_some()) + usize::from(smtp.sendmail) + usize::from(folder.is_some());
    if ways != 1 {
        let message = match ways {
            0 => "[smtp] names no way to send",
            _ => "[smtp] names several ways to send",
        };
        let label = "one of: host = \"…\", sendmail = true, file = \"DIR\"";
        return Err(Mistake::at(spanned.span(), message, label));
    }
    if let Some(host) = host {
        return over_smtp(smtp, &host, accounts, base).map(|smtp| Some(Mailer::Smtp(smtp)));
    }
    if let Some(span) = of_a_server(smtp) {
        let message = "[smtp] names no host and has settings of a server";
        return Err(Mistake::at(span, message, "add host = \"…\", or leave this out"));
    }
    Ok(Some(match folder {
        Some(folder) => Mailer::File(base.path(folder.get_ref())),
        None => Mailer::Sendmail,
    }))
}

/// The account's own way out, where that is known to GNOME Online Accounts.
fn goa(smtp: &WrittenSmtp, accounts: &[Account]) -> Option<String> {
    let name = given(&smtp.account)?;
    let account = accounts.iter().find(|account| account.name == *name.get_ref())?;
    match &account.kind {
        AccountKind::Goa { address } => Some(address.clone()),
        AccountKind::Imap(_) | AccountKind::Maildir { .. } => None,
    }
}

fn over_smtp(
    smtp: &WrittenSmtp,
    host: &Spanned<&str>,
    accounts: &[Account],
    base: &PathBase<'_>,
) -> Result<Smtp, Mistake> {
    let tls = server::tls(&smtp.tls, host)?;
    let login = login(smtp, accounts, base)?;
    Ok(Smtp {
        host: host.get_ref().to_string(),
        port: server::port(&smtp.port, tls.usual_smtp())?,
        tls,
        login,
        ca: given(&smtp.ca).map(|path| base.path(path.get_ref())),
        fingerprint: server::fingerprint(&smtp.fingerprint, tls)?,
    })
}

/// With the user's name; `None` when the server wants none.
fn login(
    smtp: &WrittenSmtp,
    accounts: &[Account],
    base: &PathBase<'_>,
) -> Result<Option<(String, Login)>, Mistake> {
    let (password, token_command) = (&smtp.password, &smtp.token_command);
    let login = server::login(&server::Ways { password, token_command, oauth: None }, base)?;
    let named = given(&smtp.user);
    if let Some(account) = given(&smtp.account) {
        if login.is_some() || named.is_some() {
            let message = "[smtp] names an account and a login of its own";
            return Err(Mistake::at(account.span(), message, "leave out the one or the other"));
        }
        return as_account(&account, accounts).map(Some);
    }
    match (named, login) {
        (Some(user), Some(login)) => Ok(Some((user.get_ref().to_string(), login))),
        (Some(user), None) => Err(password::missing(user.span(), "[smtp]")),
        (None, Some(_)) => {
            let span = password.as_ref().map(Spanned::span);
            let span = span.or(token_command.as_ref().map(Spanned::span)).unwrap_or_default();
            let message = "[smtp] has a password and no user";
            Err(Mistake::at(span, message, "add user = \"ada@example.com\""))
        }
        (None, None) => Ok(None),
    }
}

fn as_account(name: &Spanned<&str>, accounts: &[Account]) -> Result<(String, Login), Mistake> {
    let found = accounts.iter().find(|account| account.name == *name.get_ref());
    match found.map(|account| &account.kind) {
        Some(AccountKind::Imap(imap)) => Ok((imap.user.clone(), imap.login.clone())),
        _ => {
            let message = format!("no IMAP account is called \"{}\"", name.get_ref());
            Err(Mistake::at(name.span(), message, "the name of an account with a login"))
        }
    }
}

fn of_a_server(smtp: &WrittenSmtp) -> Option<Range<usize>> {
    [
        smtp.port.as_ref().map(Spanned::span),
        smtp.tls.as_ref().map(Spanned::span),
        given(&smtp.user).map(|key| key.span()),
        smtp.password.as_ref().map(Spanned::span),
        smtp.token_command.as_ref().map(Spanned::span),
        given(&smtp.account).map(|key| key.span()),
        given(&smtp.ca).map(|key| key.span()),
        given(&smtp.fingerprint).map(|key| key.span()),
    ]
    .into_iter()
    .flatten()
    .next()
}

/// When, to whom and from whom. With `[smtp]` there is always a recipient; the sender is, in this
/// order, `smtp.from`, the SMTP user, the recipient.
pub(super) fn digest(
    written: &WrittenDigest,
    smtp: &Option<Spanned<WrittenSmtp>>,
    me: &Me,
    is_watched: bool,
) -> Result<DigestPlan, Mistake> {
    let day = given(&written.day).map(|day| values::weekday(&day)).transpose()?;
    let at = given(&written.time).map(|at| values::time(&at)).transpose()?;
    let mut to = given(&written.to).map(|to| values::address(&to)).transpose()?;
    let mut from = given(&written.from).map(|from| values::address(&from)).transpose()?;
    if let Some(smtp) = smtp {
        to = to.or_else(|| me.addresses.first().cloned());
        if to.is_none() {
            let message = "the digest has no recipient";
            return Err(Mistake::at(smtp.span(), message, "nobody to send to")
                .hint("add [digest] to = \"ada@example.com\""));
        }
        let smtp = smtp.get_ref();
        from = match from {
            Some(from) => Some(from),
            None => given(&smtp.from).map(|from| values::address(&from)).transpose()?,
        };
        from = from.or_else(|| normalised(given(&smtp.user)?.get_ref())).or_else(|| to.clone());
    }
    let commands_to = is_watched.then(|| commands_to(to.as_deref(), me)).flatten();
    Ok(DigestPlan {
        day: day.unwrap_or(Weekday::Monday),
        time: at.unwrap_or(time(7, 0, 0, 0)),
        to,
        from,
        commands_to: commands_to.filter(|_| written.commands.unwrap_or(true)),
    })
}

/// Where the digest goes, if that is one of mine: such mail is sent from there and comes back there.
fn commands_to(to: Option<&str>, me: &Me) -> Option<String> {
    let is_mine = |to: &&str| me.addresses.iter().any(|mine| mine == to);
    to.filter(is_mine).or(me.addresses.first().map(String::as_str)).map(str::to_owned)
}
