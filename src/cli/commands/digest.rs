//! `digest`: the weekly letter as it would be now, printed or sent.

use clap::Args;
use serde_json::Value;

use crate::cli::desk::Desk;
use crate::daemon::seal::Seal;
use crate::deliver;
use crate::error::{Error, Result};

mod document;

#[derive(Debug, Args)]
pub(crate) struct DigestArgs {
    /// As a page
    #[arg(long, group = "form")]
    html: bool,
    /// As the text of the mail, with its links (the usual is without)
    #[arg(long, group = "form")]
    text: bool,
    /// As the mail that would be sent
    #[arg(long, group = "form")]
    eml: bool,
    /// Send it now
    #[arg(long, conflicts_with = "form")]
    send: bool,
}

/// # Errors
/// `Config` where it is to be a mail and the configuration doesn't say to whom, or how to send it;
/// those of the way out.
pub(super) async fn run(desk: &Desk, args: &DigestArgs) -> Result<()> {
    let store = desk.store_to_read()?;
    let digest = desk.book(&store)?.digest()?;
    if desk.json && !args.send {
        return desk.print_json(document::document(&digest));
    }
    let seal = seal(desk);
    let sign = |words: &str| seal.as_ref().map_or(String::new(), |seal| seal.token(words));
    let rendered = deliver::render(&digest, &desk.config, seal.is_some().then_some(&sign));
    if args.html {
        return desk.print_bytes(rendered.html.as_bytes());
    }
    if args.text {
        return desk.print(&rendered.text_and_links());
    }
    if !args.eml && !args.send {
        return desk.print(&rendered.text);
    }
    let post = Post::of(desk)?;
    // Not the week's own id: a digest asked for by hand never stands in for the regular one.
    let id = format!("requite-digest-by-hand-{}@{}", desk.now.0, post.domain());
    let token = Seal::of(&desk.home.data)?.of_digest(&digest.week);
    let header =
        deliver::MailHeader { from: &post.from, to: &post.to, message_id: &id, token: &token };
    let mail = deliver::compose(&rendered, &header, digest.at)?;
    if args.eml {
        return desk.print_bytes(&mail);
    }
    let mailer = desk.config.mailer.as_ref().ok_or_else(|| {
        Error::config("the configuration says no way to send mail")
            .hint("add [smtp] with host = \"…\", sendmail = true or file = \"DIR\"")
    })?;
    let stem = format!("requite-{}-by-hand", digest.week);
    deliver::send(mailer, &mail, &post.from, &post.to, &stem).await?;
    desk.say(&format!("The digest was sent to {}.", post.to));
    Ok(())
}

/// The document.
///
/// # Errors
/// Those of reading the database.
pub(super) fn answer(desk: &Desk) -> Result<Value> {
    let store = desk.store_to_read()?;
    Ok(document::document(&desk.book(&store)?.digest()?))
}

/// What proves the commands that it offers; `None` where it offers none. Where no key can be kept,
/// it can be read all the same.
fn seal(desk: &Desk) -> Option<Seal> {
    desk.config.digest.commands_to.as_ref()?;
    Seal::of(&desk.home.data).ok()
}

struct Post {
    from: String,
    to: String,
}

impl Post {
    fn of(desk: &Desk) -> Result<Post> {
        let plan = &desk.config.digest;
        let to = plan.to.clone().ok_or_else(|| {
            Error::config("the configuration doesn't say to whom the digest goes")
                .hint("add [digest] with to = \"ada@example.com\"")
        })?;
        Ok(Post { from: plan.from.clone().unwrap_or_else(|| to.clone()), to })
    }

    fn domain(&self) -> &str {
        self.to.rsplit_once('@').map_or("localhost", |(_, domain)| domain)
    }
}
