//! What follows the file: the first pass over the mailbox, whom the user knows, the first `status`,
//! a sample of what will reach them, the service.

use std::fmt;
use std::io::Write;

use super::args::SetupArgs;
use super::asking::Asker;
use super::{contacts, writing};
use crate::cli::browser;
use crate::cli::commands::notify;
use crate::cli::commands::status;
use crate::cli::commands::sync;
use crate::cli::desk::Desk;
use crate::cli::draft::Draft;
use crate::cli::exit::Exit;
use crate::cli::globals::Globals;
use crate::cli::render;
use crate::daemon::unit::{self, Unit};
use crate::deliver::{self, Desktop};
use crate::domain::text::count;
use crate::error::Result;

/// # Errors
/// What the first pass fails with, and what follows it; the file stays as it was written.
pub(super) async fn run(
    globals: &Globals,
    args: &SetupArgs,
    asker: &Asker,
    mut draft: Draft,
) -> Result<Exit> {
    let desk = Desk::open_configured(globals)?;
    sync::run(&desk).await?;
    let desk = match own_addresses(&desk, asker, &mut draft)? {
        true => Desk::open_configured(globals)?,
        false => desk,
    };
    if contacts::made(&desk, args, asker)? && desk.config.policy.reads_text {
        // Now it is known whose texts say whether an answer is due.
        sync::pass(&desk).await?;
    }
    desk.tell("");
    status::show(&desk)?;
    let alert = match asker.can_ask() {
        true => samples(&desk, asker).await?,
        false => None,
    };
    service(&desk, args, asker).await?;
    drop(alert);
    Ok(Exit::Fine)
}

/// Whether more addresses turned out to be the user's.
fn own_addresses(desk: &Desk, asker: &Asker, draft: &mut Draft) -> Result<bool> {
    let unknown = desk.store_to_read()?.unknown_senders()?;
    if unknown.is_empty() {
        return Ok(false);
    }
    if !asker.can_ask() {
        desk.tell("Mail was also sent from other addresses: see `requite check`.");
        return Ok(false);
    }
    let found = unknown.into_iter().map(|(email, sent)| Sender { email, sent }).collect();
    let question = "Mail was also sent from these addresses. Which are yours?";
    let mine = asker.any_of(question, found)?;
    if mine.is_empty() {
        return Ok(false);
    }
    draft.addresses.extend(mine.into_iter().map(|sender| sender.email));
    writing::write(&desk.home.config, draft, true)?;
    Ok(true)
}

struct Sender {
    email: String,
    sent: u64,
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages = count(self.sent, "message", "messages");
        write!(f, "{} ({messages})", render::harmless(&self.email))
    }
}

/// What an alert looks like, which stays while it is returned, and what the digest would say today.
async fn samples(desk: &Desk, asker: &Asker) -> Result<Option<Desktop>> {
    desk.tell("");
    let mut alert = None;
    match deliver::probe().await {
        Ok(notifier) => {
            let question = format!("Alerts will be shown by {}. Show a sample?", notifier.name);
            if asker.confirmed(&question, true)? {
                alert = Some(notify::show_sample(desk).await?);
            }
        }
        Err(error) => desk.tell(&format!("No alerts can be shown now: {error}")),
    }
    if asker.confirmed("Look at the digest as it would be now, in the browser?", false)? {
        show_digest(desk)?;
    }
    Ok(alert)
}

fn show_digest(desk: &Desk) -> Result<()> {
    let store = desk.store_to_read()?;
    let digest = desk.book(&store)?.digest()?;
    let page = deliver::render(&digest, &desk.config, None).html;
    let shown = tempfile::Builder::new().prefix("requite-digest-").suffix(".html").tempfile();
    let kept = shown.and_then(|mut file| {
        file.write_all(page.as_bytes())?;
        Ok(file.keep()?.1)
    });
    match kept {
        Ok(path) => {
            desk.tell(&format!("{}", path.display()));
            browser::open(&path.to_string_lossy());
        }
        Err(cause) => desk.tell(&format!("The digest can't be shown: {cause}")),
    }
    Ok(())
}

async fn service(desk: &Desk, args: &SetupArgs, asker: &Asker) -> Result<()> {
    let wanted = match args.service {
        Some(wanted) => wanted,
        None if !asker.can_ask() => false,
        None => asker.confirmed("Start Requite with your session from now on?", true)?,
    };
    if !wanted {
        desk.tell("`requite run` watches the mailbox; as a service it starts by itself.");
        return Ok(());
    }
    unit::enable(&desk.home).await?;
    let Unit { lingers, .. } = unit::state().await?;
    desk.tell("The service is enabled and runs: `systemctl --user status requite`.");
    if lingers == Some(false) {
        desk.tell("It stops when you log out; `loginctl enable-linger` keeps it running.");
    }
    Ok(())
}
