//! `[smtp]` and `[digest]`: how the digest leaves the house, when, and to whom.

use std::ops::Range;

use jiff::civil::{Weekday, time};
use toml::Spanned;

use super::super::checked::{DigestPlan, Mailer, Me, Smtp, Tls};
use super::super::file;
use super::super::mistake::Mistake;
use super::server;
use super::values::{self, Place, given, normalised};

/// The one way that `[smtp]` names.
pub fn mailer(
    written: &Option<Spanned<file::Smtp>>,
    place: &Place<'_>,
) -> Result<Option<Mailer>, Mistake> {
    let Some(spanned) = written else { return Ok(None) };
    let smtp = spanned.get_ref();
    let (host, folder) = (given(&smtp.host), given(&smtp.file));
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
        return over_smtp(smtp, &host, place).map(|smtp| Some(Mailer::Smtp(smtp)));
    }
    if let Some(span) = of_a_server(smtp) {
        let message = "[smtp] names no host and has settings of a server";
        return Err(Mistake::at(span, message, "add host = \"…\", or leave this out"));
    }
    Ok(Some(match folder {
        Some(folder) => Mailer::File(place.path(folder.get_ref())),
        None => Mailer::Sendmail,
    }))
}

fn over_smtp(smtp: &file::Smtp, host: &Spanned<&str>, place: &Place<'_>) -> Result<Smtp, Mistake> {
    let tls = server::tls(&smtp.tls, host)?;
    let usual = match tls {
        Tls::Implicit => 465,
        Tls::Starttls => 587,
        Tls::None => 25,
    };
    let login = server::login(&smtp.password, &smtp.token_command, place)?;
    let login = match (given(&smtp.user), login) {
        (Some(user), Some(login)) => Some((user.get_ref().to_string(), login)),
        (Some(user), None) => return Err(server::no_password(user.span(), "[smtp]")),
        (None, Some(_)) => {
            let (password, token) = (&smtp.password, &smtp.token_command);
            let span = password.as_ref().map(Spanned::span);
            let span = span.or(token.as_ref().map(Spanned::span)).unwrap_or_default();
            let message = "[smtp] has a password and no user";
            return Err(Mistake::at(span, message, "add user = \"ada@example.com\""));
        }
        (None, None) => None,
    };
    Ok(Smtp {
        host: host.get_ref().to_string(),
        port: server::port(&smtp.port, usual)?,
        tls,
        login,
        ca: given(&smtp.ca).map(|path| place.path(path.get_ref())),
    })
}

fn of_a_server(smtp: &file::Smtp) -> Option<Range<usize>> {
    [
        smtp.port.as_ref().map(Spanned::span),
        smtp.tls.as_ref().map(Spanned::span),
        given(&smtp.user).map(|key| key.span()),
        smtp.password.as_ref().map(Spanned::span),
        smtp.token_command.as_ref().map(Spanned::span),
        given(&smtp.ca).map(|key| key.span()),
    ]
    .into_iter()
    .flatten()
    .next()
}

/// When, to whom and from whom. With `[smtp]` there is always a recipient; the sender is, in this
/// order, `smtp.from`, the SMTP user, the recipient.
pub fn digest(
    written: &file::Digest,
    smtp: &Option<Spanned<file::Smtp>>,
    me: &Me,
) -> Result<DigestPlan, Mistake> {
    let day = given(&written.day).map(|day| values::weekday(&day)).transpose()?;
    let at = given(&written.time).map(|at| values::time(&at)).transpose()?;
    let mut to = given(&written.to).map(|to| values::address(&to)).transpose()?;
    let mut from = None;
    if let Some(smtp) = smtp {
        to = to.or_else(|| me.addresses.first().cloned());
        if to.is_none() {
            let message = "the digest has no recipient";
            return Err(Mistake::at(smtp.span(), message, "nobody to send to")
                .hint("add [digest] to = \"ada@example.com\""));
        }
        let smtp = smtp.get_ref();
        from = given(&smtp.from).map(|from| values::address(&from)).transpose()?;
        from = from.or_else(|| normalised(given(&smtp.user)?.get_ref())).or_else(|| to.clone());
    }
    Ok(DigestPlan {
        day: day.unwrap_or(Weekday::Monday),
        time: at.unwrap_or(time(7, 0, 0, 0)),
        to,
        from,
    })
}
