//! `setup`: from an address to a configuration that was tried, and to the first `status`.
//!
//! Asks what no option answers, and nothing where nobody sits at a terminal. Tries what it was told
//! before anything is written, shows the file before it is, and never replaces one unasked.

mod args;
mod asking;
mod contacts;
mod first_run;
mod servers;
mod sign_in;
mod trial;
mod writing;

pub(crate) use self::args::SetupArgs;
use self::asking::Asker;
use self::sign_in::absolute;
use super::Exit;
use crate::auth::goa;
use crate::cli::desk::Desk;
use crate::cli::draft::{Draft, DraftMailbox, DraftSmtp, PostLogin};
use crate::cli::globals::Globals;
use crate::config;
use crate::domain::message::identity;
use crate::domain::model::Stance;
use crate::error::{Error, Result};

/// # Errors
/// `Usage` where something is missing and nobody can be asked, and for a configuration that is
/// there already; `Failed` where the answer is to stop; what the servers refuse; what the first
/// pass over the mailbox fails with, once the file is written.
pub(super) async fn run(args: &SetupArgs, globals: &Globals) -> Result<Exit> {
    let home = globals.home()?;
    if home.config.exists() && !args.force {
        let path = home.config.display();
        return Err(Error::usage(format!("{path} already exists"))
            .hint("edit it, or replace it with --force; `requite check` tries what it says"));
    }
    if args.service == Some(true) && globals.home.is_some() {
        return Err(Error::usage("the service reads the usual places, not those of --home"));
    }
    let asker = Asker::of_terminal();
    let desk = Desk::of_now(globals, home, config::defaults());
    let draft = answered(&desk, args, &asker).await?;
    first_run::run(globals, args, &asker, draft).await
}

/// Whether nothing is set up yet, and whoever sits at the terminal would like it to be.
///
/// # Errors
/// `Failed` where nothing says where things lie.
pub(super) fn is_wanted(globals: &Globals) -> Result<bool> {
    let asker = Asker::of_terminal();
    if globals.home()?.config.exists() || !asker.can_ask() {
        return Ok(false);
    }
    asker.confirmed("Requite isn't set up yet. Set it up now?", true)
}

/// What the file is to say, once the servers have taken it; the file is written.
async fn answered(desk: &Desk, args: &SetupArgs, asker: &Asker) -> Result<Draft> {
    let address = address(args, asker)?;
    let names = names(args, asker)?;
    let stance = stance_held(args, asker)?;
    let mut addresses = vec![address.clone()];
    addresses.extend(args.address.iter().skip(1).cloned());
    let digest_to = args.digest_to.clone();
    let draft = |mailbox, smtp| Draft { stance, names, addresses, mailbox, smtp, digest_to };
    if let Some(maildir) = &args.maildir {
        let login = args.login.named(&address)?;
        let user = args.user.clone().unwrap_or_else(|| address.clone());
        let login = login.map_or(PostLogin::None, |login| PostLogin::Own(user, login));
        let server = servers::named_to_send(args);
        let smtp = server.map(|server| DraftSmtp { server: Some(server), login });
        let draft = draft(DraftMailbox::Maildir(absolute(maildir)), smtp);
        let draft = trial::post(desk, asker, draft, None).await?;
        return writing::written(desk, args, asker, draft, None).await;
    }
    if is_goa(args, asker, &address).await? {
        let smtp = DraftSmtp { server: None, login: PostLogin::AsMailbox };
        let draft = draft(DraftMailbox::Goa, (!args.no_smtp).then_some(smtp));
        trial::let_in(desk, &draft, None).await?;
        let draft = trial::post(desk, asker, draft, None).await?;
        return writing::written(desk, args, asker, draft, None).await;
    }
    let servers = servers::servers(desk, args, asker, &address).await?;
    let (imap, typed) =
        trial::mailbox(desk, args, asker, &address, servers.imap, servers.user).await?;
    let smtp =
        servers.smtp.map(|server| DraftSmtp { server: Some(server), login: PostLogin::AsMailbox });
    let draft = draft(DraftMailbox::Server(imap), smtp);
    let draft = trial::post(desk, asker, draft, typed.as_ref()).await?;
    writing::written(desk, args, asker, draft, typed).await
}

/// Whether the mailbox is GNOME Online Accounts' to open: as said, or as agreed to where it knows it.
///
/// # Errors
/// `Failed` where the answer is to stop.
async fn is_goa(args: &SetupArgs, asker: &Asker, address: &str) -> Result<bool> {
    let named = args.login.named(address)?.is_some() || args.imap.is_some();
    if args.login.goa || named || !asker.can_ask() || !goa::knows(address).await {
        return Ok(args.login.goa);
    }
    asker.confirmed("GNOME Online Accounts knows this mailbox. Sign in through it?", true)
}

fn address(args: &SetupArgs, asker: &Asker) -> Result<String> {
    let is_address = |text: &str| {
        let known = identity::normalise(text).map(drop);
        known.ok_or_else(|| format!("not a mail address: {text}"))
    };
    for address in &args.address {
        is_address(address).map_err(Error::usage)?;
    }
    match args.address.first() {
        Some(address) => Ok(address.trim().to_owned()),
        None => asker.needed("--address ada@example.com", "Your mail address", is_address),
    }
}

fn names(args: &SetupArgs, asker: &Asker) -> Result<Vec<String>> {
    if !args.name.is_empty() || !asker.can_ask() {
        return Ok(args.name.clone());
    }
    let question = "Your name, as others write it (separate several with commas)";
    let answer = asker.text(question, &name_of_user().unwrap_or_default(), |_| Ok(()))?;
    let names = answer.split(',').map(|name| name.trim().to_owned());
    Ok(names.filter(|name| !name.is_empty()).collect())
}

/// As the system knows it (passwd(5), the first part of GECOS).
fn name_of_user() -> Option<String> {
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let me = rustix::process::getuid().as_raw().to_string();
    let mine = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let fields = mine.into_iter().find(|fields| fields.get(2) == Some(&me.as_str()))?;
    let name = fields.get(4)?.split(',').next()?.trim();
    // An account's own name is nobody's.
    (!name.is_empty() && name.contains(' ')).then(|| name.to_owned())
}

fn stance_held(args: &SetupArgs, asker: &Asker) -> Result<Stance> {
    match args.stance {
        Some(stance) => Ok(stance),
        None if !asker.can_ask() => Ok(Stance::default()),
        None => {
            let stances = Stance::ALL.map(StanceChoice).into();
            Ok(asker.one_of("How do you see your network?", stances)?.0)
        }
    }
}

struct StanceChoice(Stance);

impl std::fmt::Display for StanceChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Stance::Resource => {
                "I'm the resource: my own answers count most, and I give before I ask"
            }
            Stance::Tool => "It's a tool: their answers count most, and what they give",
            Stance::Neutral => "Neither comes first",
        })
    }
}
