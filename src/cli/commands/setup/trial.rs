//! What was answered, tried on the servers before anything is written.

use super::args::SetupArgs;
use super::asking::Asker;
use super::servers;
use super::sign_in::{self, TypedPassword};
use crate::auth::{self, goa};
use crate::cli::browser;
use crate::cli::desk::Desk;
use crate::cli::draft::{Draft, DraftImap, DraftMailbox, DraftSmtp, Endpoint, PostLogin};
use crate::config::{
    self, AccountKind, Config, Environment, Fingerprint, Imap, Login, Mailer, Smtp, TokenCommand,
};
use crate::deliver;
use crate::domain::text::count;
use crate::error::{Error, Kind, Result};
use crate::source::imap::{self, ProofsTaken};
use crate::trust::Untrusted;

/// A mailbox that lets the user in.
///
/// # Errors
/// What the server refuses, where nobody can be asked to mend it; `Usage` and `Failed` as of the
/// questions.
pub(super) async fn mailbox(
    desk: &Desk,
    args: &SetupArgs,
    asker: &Asker,
    address: &str,
    server: Endpoint,
    mut user: String,
) -> Result<(DraftImap, Option<TypedPassword>)> {
    let (server, taken) = reached(desk, asker, server).await?;
    let account = address.rsplit('@').next().unwrap_or(address);
    let named = args.login.named(address)?;
    loop {
        let (login, typed) = match &named {
            Some(login) => (login.clone(), None),
            None => sign_in::asked(asker, taken, address, account).await?,
        };
        let draft = DraftImap { server: server.clone(), user: user.clone(), login };
        match let_in(desk, &mailbox_alone(address, &draft), typed.as_ref()).await {
            Ok(()) => return Ok((draft, typed)),
            Err(error) if asker.can_ask() && named.is_none() => {
                desk.tell(&words(&error));
                if !asker.confirmed("Try again?", true)? {
                    return Err(error);
                }
                if error.kind() == Kind::LoginRefused && args.user.is_none() {
                    user = servers::user(asker, &user)?;
                }
            }
            Err(error) => return Err(error),
        }
    }
}

/// A server that answers, and how it may be signed in to.
async fn reached(
    desk: &Desk,
    asker: &Asker,
    mut server: Endpoint,
) -> Result<(Endpoint, ProofsTaken)> {
    loop {
        let error = match imap::proofs_taken(&unproven(&server)).await {
            Ok(taken) => return Ok((server, taken)),
            Err(error) if !asker.can_ask() => return Err(error),
            Err(error) => error,
        };
        desk.tell(&words(&error));
        match Untrusted::of(&error) {
            Some(untrusted) => {
                let shown = Some(untrusted.fingerprint);
                if !is_mine(desk, asker, shown)? {
                    return Err(error);
                }
                server.fingerprint = shown;
            }
            None => server = servers::another(asker, &server)?,
        }
    }
}

/// Whether a certificate that nobody who is trusted vouches for is one of the user's own.
fn is_mine(desk: &Desk, asker: &Asker, shown: Option<Fingerprint>) -> Result<bool> {
    let Some(fingerprint) = shown else { return Ok(false) };
    desk.tell(&format!("SHA-256: {fingerprint}"));
    asker.confirmed("Is this your own server, and this its certificate?", false)
}

/// As much of an account as a connection needs that shows no proof.
fn unproven(server: &Endpoint) -> Imap {
    let Endpoint { host, port, tls, ca, fingerprint } = server.clone();
    let login = Login::Token(TokenCommand(Vec::new()));
    Imap { host, port, tls, user: String::new(), login, ca, fingerprint, daily_bytes: None }
}

/// # Errors
/// What the server refuses.
pub(super) async fn let_in(
    desk: &Desk,
    draft: &Draft,
    typed: Option<&TypedPassword>,
) -> Result<()> {
    let config = as_configured(desk, draft, typed)?;
    sign_in_by_browser(desk, &config).await?;
    for account in &config.accounts {
        let account = goa::resolved(account).await?;
        if let AccountKind::Imap(imap) = &account.kind {
            desk.tell(&format!("Signing in to {}…", imap.host));
        }
        let folders = imap::probe(&account).await?;
        let messages = folders.iter().map(|(.., messages)| u64::from(*messages)).sum();
        let found = count(messages, "message", "messages");
        desk.tell(&format!("  signed in: {found} in {} folders", folders.len()));
    }
    Ok(())
}

/// No more than a login needs.
fn mailbox_alone(address: &str, imap: &DraftImap) -> Draft {
    Draft {
        stance: Default::default(),
        names: Vec::new(),
        addresses: vec![address.to_owned()],
        mailbox: DraftMailbox::Server(imap.clone()),
        smtp: None,
        digest_to: None,
    }
}

async fn sign_in_by_browser(desk: &Desk, config: &Config) -> Result<()> {
    let logins = config.accounts.iter().filter_map(|account| match &account.kind {
        AccountKind::Imap(imap) => Some(&imap.login),
        AccountKind::Goa { .. } | AccountKind::Maildir { .. } => None,
    });
    for login in logins {
        if let Login::OAuth(oauth) = login {
            let show = |page: &str| {
                desk.tell(&format!("Open this page to sign in:\n{page}"));
                browser::open(page);
            };
            auth::log_in_by_browser(oauth, show).await?;
        }
    }
    Ok(())
}

/// The draft, without a way to send where the server refuses and the user goes without.
///
/// # Errors
/// As of [`mailbox`].
pub(super) async fn post(
    desk: &Desk,
    asker: &Asker,
    mut draft: Draft,
    typed: Option<&TypedPassword>,
) -> Result<Draft> {
    while let Some(smtp) = &draft.smtp {
        let config = as_configured(desk, &draft, typed)?;
        let known = match &config.mailer {
            Some(Mailer::Goa(address)) => Some(goa::way_out(address).await?),
            Some(Mailer::Smtp(server)) => Some(server.clone()),
            _ => None,
        };
        let Some(server) = &known else { break };
        desk.tell(&format!("Trying {}…", server.host));
        let error = match deliver::reach(server).await {
            Ok(()) => {
                desk.tell("  it takes your mail");
                break;
            }
            Err(error) => error,
        };
        if asks_nobody(server, &error).await {
            desk.tell("  it takes your mail without a login");
            draft.smtp = Some(DraftSmtp { login: PostLogin::None, ..smtp.clone() });
            break;
        }
        if !asker.can_ask() {
            return Err(error);
        }
        desk.tell(&words(&error));
        let shown = Untrusted::of(&error).map(|untrusted| untrusted.fingerprint);
        let Some(mut server) = smtp.server.clone() else { return Err(error) };
        if is_mine(desk, asker, shown)? {
            server.fingerprint = shown;
        } else if asker.confirmed("Go without the digest by mail for now?", true)? {
            draft.smtp = None;
            continue;
        } else {
            server = servers::another_to_send(asker, &server)?;
        }
        if let Some(smtp) = &mut draft.smtp {
            smtp.server = Some(server);
        }
    }
    Ok(draft)
}

/// Whether a server that takes no login lets everybody in.
async fn asks_nobody(server: &Smtp, error: &Error) -> bool {
    let open = Smtp { login: None, ..server.clone() };
    error.kind() == Kind::Config && deliver::reach(&open).await.is_ok()
}

/// What the file will mean; a typed password is taken from where it lies now.
pub(super) fn as_configured(
    desk: &Desk,
    draft: &Draft,
    typed: Option<&TypedPassword>,
) -> Result<Config> {
    let environment = Environment::of_system();
    let mut config = config::parse(&draft.text(), &desk.home.config, &environment)?;
    config.keep_tokens_in(&desk.home.tokens());
    if let Some(typed) = typed {
        for account in &mut config.accounts {
            if let AccountKind::Imap(imap) = &mut account.kind {
                imap.login = typed.login();
            }
        }
        if let Some(Mailer::Smtp(server)) = &mut config.mailer
            && let Some((_, login)) = &mut server.login
        {
            *login = typed.login();
        }
    }
    Ok(config)
}

fn words(error: &Error) -> String {
    let advice = error.advice().filter(|_| error.kind() != Kind::Untrusted);
    let advice = advice.map(|advice| format!("\n  {advice}"));
    format!("{error}{}", advice.unwrap_or_default())
}
