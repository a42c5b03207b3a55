//! `auth`: sign in to accounts by OAuth2, see who is signed in, sign out.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::auth::{self, TokenStorage};
use crate::cli::browser;
use crate::cli::desk::Desk;
use crate::cli::render;
use crate::config::{AccountKind, Login, OAuth};
use crate::error::{Error, Result};

#[derive(Debug, Args)]
pub(crate) struct AuthArgs {
    #[command(subcommand)]
    action: AuthAction,
}

#[derive(Debug, Subcommand)]
enum AuthAction {
    /// Sign in, in a browser on this machine
    Login {
        account: String,
        /// With a code on another device
        #[arg(long)]
        device: bool,
    },
    /// Show which accounts are signed in
    Status { account: Option<String> },
    /// Forget an account's tokens
    Logout { account: String },
}

/// # Errors
/// `Usage` for an account that doesn't sign in by OAuth2; those of the provider and of the keyring.
pub(super) async fn run(desk: &Desk, args: &AuthArgs) -> Result<()> {
    match &args.action {
        AuthAction::Login { account, device } => log_in(desk, named(desk, account)?, *device).await,
        AuthAction::Status { account } => status(desk, account.as_deref()),
        AuthAction::Logout { account } => log_out(desk, named(desk, account)?).await,
    }
}

async fn log_in(desk: &Desk, oauth: &OAuth, device: bool) -> Result<()> {
    let tell = |text: String| anstream::eprintln!("{}", render::harmless(&text));
    let place = if device {
        let show = |page: &str, code: &str| tell(format!("Open {page} and enter {code}"));
        auth::log_in_by_device(oauth, show).await?
    } else {
        let show = |page: &str| {
            tell(format!("Open this page to sign in:\n{page}"));
            browser::open(page);
        };
        auth::log_in_by_browser(oauth, show).await?
    };
    desk.say(&format!(
        "signed in to {}; the tokens are kept in {}. A running service takes this up by itself",
        oauth.account,
        said(place)
    ));
    Ok(())
}

fn status(desk: &Desk, only: Option<&str>) -> Result<()> {
    let accounts = match only {
        Some(name) => vec![named(desk, name)?],
        None => all(desk).collect(),
    };
    let kept: Vec<(&OAuth, Option<TokenStorage>)> = accounts
        .into_iter()
        .map(|oauth| auth::kept(oauth).map(|place| (oauth, place)))
        .collect::<Result<_>>()?;
    if desk.json {
        let accounts: Vec<Value> = kept
            .iter()
            .map(|(oauth, place)| {
                json!({
                    "name": oauth.account,
                    "signed_in": place.is_some(),
                    "kept_in": place.map(name),
                })
            })
            .collect();
        return desk.print_json(json!({ "accounts": accounts }));
    }
    if kept.is_empty() {
        desk.say("no account signs in by OAuth2");
    }
    let lines = kept.iter().map(|(oauth, place)| match place {
        Some(place) => format!("{}: signed in, kept in {}", oauth.account, said(*place)),
        None => format!("{0}: not signed in (`requite auth login {0}`)", oauth.account),
    });
    desk.print(&lines.map(|line| render::harmless(&line) + "\n").collect::<String>())
}

async fn log_out(desk: &Desk, oauth: &OAuth) -> Result<()> {
    desk.say(match auth::log_out(oauth).await? {
        true => "signed out; the provider's own page lists and revokes what it granted",
        false => "nobody was signed in",
    });
    Ok(())
}

fn all(desk: &Desk) -> impl Iterator<Item = &OAuth> {
    desk.config.accounts.iter().filter_map(|account| match &account.kind {
        AccountKind::Imap(imap) => match &imap.login {
            Login::OAuth(oauth) => Some(&**oauth),
            _ => None,
        },
        AccountKind::Goa { .. } | AccountKind::Maildir { .. } => None,
    })
}

fn named<'a>(desk: &'a Desk, name: &str) -> Result<&'a OAuth> {
    all(desk).find(|oauth| oauth.account == name).ok_or_else(|| {
        let known = all(desk).map(|oauth| oauth.account.as_str()).collect::<Vec<_>>().join(", ");
        let error = Error::usage(format!("no account \"{name}\" signs in by OAuth2"));
        match known.is_empty() {
            true => error.hint("add `oauth` to an account: see `requite config example`"),
            false => error.hint(format!("those that do: {known}")),
        }
    })
}

fn name(place: TokenStorage) -> &'static str {
    match place {
        TokenStorage::Keyring => "keyring",
        TokenStorage::File => "file",
    }
}

fn said(place: TokenStorage) -> &'static str {
    match place {
        TokenStorage::Keyring => "the keyring",
        TokenStorage::File => "a private file",
    }
}
