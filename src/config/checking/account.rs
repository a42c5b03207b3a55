//! `[[account]]`: one mailbox.

use std::ops::Range;

use super::super::spanned::Spanned;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::checked::{Account, AccountKind, Folders, Imap, MESSAGE_ID};
use super::super::file::{WrittenAccount, WrittenFolders, WrittenKind};
use super::super::mistake::Mistake;
use super::values::{self, PathBase, given};
use super::{password, server};

/// Gmail's servers of IMAP.
const GMAIL: [&str; 2] = ["imap.gmail.com", "imap.googlemail.com"];
/// Gmail lets all programs of a user together fetch 2500 MB a day and locks whoever takes more out
/// for a day: the rest is for their phones, and for new mail.
const GMAIL_DAILY: u64 = 2_000_000_000;

/// Every account, each with a name of its own.
pub(super) fn accounts(
    written: &[Spanned<WrittenAccount>],
    text_cues: bool,
    base: &PathBase<'_>,
) -> Result<Vec<Account>, Mistake> {
    let mut names: Vec<Spanned<&str>> = Vec::new();
    let mut accounts = Vec::new();
    for account in written {
        let named = given(&account.get_ref().name).or_else(|| given(&account.get_ref().goa));
        let name = named.ok_or_else(|| {
            Mistake::at(account.span(), "an account has no name", "add name = \"work\"")
        })?;
        if let Some(first) = names.iter().find(|first| first.get_ref() == name.get_ref()) {
            let message = format!("two accounts are called \"{}\"", name.get_ref());
            return Err(Mistake::at(name.span(), message, "give this one another name")
                .also(first.span(), "the first one"));
        }
        let kind = kind(account, name.get_ref(), base)?;
        let folders = folders(account.get_ref());
        let webmail = webmail(account.get_ref(), &kind)?;
        let authserv_id = account.get_ref().authserv_id.as_deref().map(str::trim);
        accounts.push(Account {
            name: name.get_ref().to_string(),
            kind,
            folders,
            text_cues,
            authserv_id: authserv_id.filter(|id| !id.is_empty()).map(str::to_lowercase),
            webmail,
        });
        names.push(name);
    }
    Ok(accounts)
}

/// As written, or Gmail's own.
fn webmail(account: &WrittenAccount, kind: &AccountKind) -> Result<Option<String>, Mistake> {
    let Some(written) = given(&account.webmail) else { return Ok(webmail_of_gmail(kind)) };
    let is_page =
        ["https://", "http://"].iter().any(|scheme| written.get_ref().starts_with(scheme));
    if is_page && written.get_ref().contains(MESSAGE_ID) {
        return Ok(Some(written.get_ref().to_string()));
    }
    let message = format!("\"{}\" leads to no message", written.get_ref());
    let label = "like \"https://mail.example.com/?search={message_id}\"";
    Err(Mistake::at(written.span(), message, label))
}

/// Its search finds a message by its Message-ID; whoever is signed in with several addresses is led
/// to the right one.
fn webmail_of_gmail(kind: &AccountKind) -> Option<String> {
    let (user, is_gmail) = match kind {
        AccountKind::Imap(imap) => (&imap.user, is_gmail(&imap.host)),
        AccountKind::Goa { address } => (address, address.ends_with("@gmail.com")),
        AccountKind::Maildir { .. } => return None,
    };
    let user = utf8_percent_encode(user, NON_ALPHANUMERIC);
    is_gmail.then(|| {
        format!("https://mail.google.com/mail/?authuser={user}#search/rfc822msgid%3A{MESSAGE_ID}")
    })
}

fn is_gmail(host: &str) -> bool {
    GMAIL.iter().any(|known| host.eq_ignore_ascii_case(known))
}

fn kind(
    written: &Spanned<WrittenAccount>,
    name: &str,
    base: &PathBase<'_>,
) -> Result<AccountKind, Mistake> {
    let account = written.get_ref();
    if let Some(address) = given(&account.goa) {
        return goa(account, &address, name);
    }
    match account.kind.as_ref().map(Spanned::get_ref) {
        Some(WrittenKind::Maildir) => maildir(account, written.span(), name, base),
        Some(WrittenKind::Imap) | None => imap(account, written.span(), name, base),
    }
}

fn folders(account: &WrittenAccount) -> Folders {
    match &account.folders {
        WrittenFolders::Auto => Folders::Auto,
        WrittenFolders::Named(names) => Folders::Named(names.clone()),
    }
}

fn imap(
    account: &WrittenAccount,
    whole: Range<usize>,
    name: &str,
    base: &PathBase<'_>,
) -> Result<AccountKind, Mistake> {
    if let Some(path) = given(&account.path) {
        let message = format!("account \"{name}\" is read over IMAP and has a path");
        return Err(Mistake::at(path.span(), message, "belongs to kind = \"maildir\""));
    }
    let missing = |what: &str, example: &str| {
        let message = format!("account \"{name}\" has no {what}");
        Mistake::at(whole.clone(), message, format!("add {example}"))
    };
    let host =
        given(&account.host).ok_or_else(|| missing("host", "host = \"imap.example.com\""))?;
    let user = given(&account.user).ok_or_else(|| missing("user", "user = \"ada@example.com\""))?;
    let tls = server::tls(&account.tls, &host)?;
    let ways = server::Ways {
        password: &account.password,
        token_command: &account.token_command,
        oauth: Some((&account.oauth, name)),
    };
    let login = server::login(&ways, base)?
        .ok_or_else(|| password::missing(whole.clone(), &format!("account \"{name}\"")))?;
    Ok(AccountKind::Imap(Imap {
        host: host.get_ref().to_string(),
        port: server::port(&account.port, tls.usual_imap())?,
        tls,
        user: user.get_ref().to_string(),
        login,
        ca: given(&account.ca).map(|path| base.path(path.get_ref())),
        fingerprint: server::fingerprint(&account.fingerprint, tls)?,
        daily_bytes: daily_bytes(account, host.get_ref())?,
    }))
}

/// What a server is known to allow a day, in bytes.
pub fn daily_bytes_of(host: &str) -> Option<u64> {
    is_gmail(host).then_some(GMAIL_DAILY)
}

/// As written, or what the host is known to allow.
fn daily_bytes(account: &WrittenAccount, host: &str) -> Result<Option<u64>, Mistake> {
    let usual = daily_bytes_of(host);
    account.daily_bytes.as_ref().map_or(Ok(usual), |written| values::daily_bytes(written, usual))
}

/// Servers, login and tokens are the desktop's to know.
fn goa(
    account: &WrittenAccount,
    address: &Spanned<&str>,
    name: &str,
) -> Result<AccountKind, Mistake> {
    let path = given(&account.path).map(|key| key.span());
    let kind = account.kind.as_ref().filter(|kind| *kind.get_ref() == WrittenKind::Maildir);
    let of_others = of_a_server(account).or(path).or(kind.map(Spanned::span));
    if let Some(span) = of_others {
        let message = format!("account \"{name}\" is GNOME Online Accounts' and says more");
        return Err(Mistake::at(span, message, "leave this out: all of it comes from there"));
    }
    values::address(address).map(|address| AccountKind::Goa { address })
}

/// The first setting that belongs to a server.
fn of_a_server(account: &WrittenAccount) -> Option<Range<usize>> {
    let daily_bytes = account.daily_bytes.as_ref().filter(|it| it.get_ref().as_str() != Some(""));
    [
        given(&account.host).map(|key| key.span()),
        given(&account.user).map(|key| key.span()),
        given(&account.ca).map(|key| key.span()),
        given(&account.fingerprint).map(|key| key.span()),
        account.port.as_ref().map(Spanned::span),
        account.tls.as_ref().map(Spanned::span),
        account.password.as_ref().map(Spanned::span),
        account.token_command.as_ref().map(Spanned::span),
        account.oauth.as_ref().map(Spanned::span),
        daily_bytes.map(Spanned::span),
    ]
    .into_iter()
    .flatten()
    .next()
}

fn maildir(
    account: &WrittenAccount,
    whole: Range<usize>,
    name: &str,
    base: &PathBase<'_>,
) -> Result<AccountKind, Mistake> {
    if let Some(span) = of_a_server(account) {
        let message = format!("account \"{name}\" is a Maildir and has settings of a server");
        return Err(Mistake::at(span, message, "belongs to kind = \"imap\""));
    }
    let path = given(&account.path).ok_or_else(|| {
        let message = format!("account \"{name}\" has no path");
        Mistake::at(whole, message, "add path = \"~/Mail\"")
    })?;
    Ok(AccountKind::Maildir { path: base.path(path.get_ref()) })
}
