//! `check`: tries every part and says what is wrong and what to do.

use std::net::{IpAddr, SocketAddr};

use clap::Args;
use serde_json::{Value, json};

use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::globals::Globals;
use crate::cli::render;
use crate::config;
use crate::error::{Error, Kind, Result};
use crate::store::Store;

mod discovery;
mod mailboxes;
mod opener;
mod repair;
mod report;
mod surroundings;

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Look for the servers of a mail address instead
    #[arg(long, value_name = "ADDRESS")]
    discover: Option<String>,
    /// Ask this name server instead of the system's
    #[arg(long, value_name = "IP[:PORT]", requires = "discover", value_parser = name_server)]
    nameserver: Option<SocketAddr>,
    /// Put a damaged database aside, and the last good copy in its place
    #[arg(long, conflicts_with = "discover")]
    repair: bool,
    /// Print one block to paste into a report of a bug: no address, name, host or subject is in it
    #[arg(long, conflicts_with_all = ["discover", "repair"])]
    report: bool,
}

fn name_server(text: &str) -> Result<SocketAddr, String> {
    let port = |ip: IpAddr| SocketAddr::new(ip, 53);
    text.parse::<IpAddr>()
        .map(port)
        .or_else(|_| text.parse())
        .map_err(|_| "give it as 9.9.9.9 or 127.0.0.1:5353".to_owned())
}

/// What is wrong with a part is no error: it is told, and the worst of it is how the command ends.
///
/// # Errors
/// With `--repair` `Usage` while a daemon uses the database and `Failed` where the copy can't be
/// put in its place; with `--discover` `Usage` for what is no address, `Temporary` without a
/// network and `Failed` where nobody names a server.
pub(super) async fn run(args: &CheckArgs, globals: &Globals) -> Result<Exit> {
    if args.repair {
        return repair::run(globals);
    }
    match &args.discover {
        Some(address) => discovery::run(address, args.nameserver, globals).await,
        None => try_all(globals, args.report).await,
    }
}

/// One thing that was tried.
#[derive(Debug)]
struct Part {
    subject: &'static str,
    /// The account's name, where it is one's.
    whose: Option<String>,
    detail: String,
    /// What it comes to when it isn't well.
    trouble: Option<Kind>,
    fix: Option<String>,
}

impl Part {
    fn well(subject: &'static str, detail: impl Into<String>) -> Part {
        Part { subject, whose: None, detail: detail.into(), trouble: None, fix: None }
    }

    fn ill(subject: &'static str, error: &Error) -> Part {
        Part {
            subject,
            whose: None,
            detail: error.to_string(),
            trouble: Some(error.kind()),
            fix: error.advice().map(str::to_owned),
        }
    }

    fn of(subject: &'static str, found: Result<String>) -> Part {
        match found {
            Ok(detail) => Part::well(subject, detail),
            Err(error) => Part::ill(subject, &error),
        }
    }

    /// Well, and yet there is something to do.
    fn advised(self, fix: &str) -> Part {
        Part { fix: Some(fix.to_owned()), ..self }
    }

    fn of_account(self, name: &str) -> Part {
        Part { whose: Some(name.to_owned()), ..self }
    }

    fn name(&self) -> String {
        match &self.whose {
            Some(whose) => format!("{} {whose}", self.subject),
            None => self.subject.to_owned(),
        }
    }

    fn json(&self) -> Value {
        json!({
            "part": self.name(),
            "ok": self.trouble.is_none(),
            "detail": self.detail,
            "fix": self.fix,
        })
    }

    fn text(&self) -> String {
        let mark = if self.trouble.is_none() { render::good("✓") } else { render::alarm("✗") };
        let told = render::harmless(&self.detail).replace('\n', "\n    ");
        let mut text =
            format!("{mark} {}: {told}\n", render::strong(&render::harmless(&self.name())));
        if let Some(fix) = &self.fix {
            let fix = render::harmless(fix).replace('\n', "\n    ");
            text.push_str(&format!("    {} {fix}\n", render::strong("help:")));
        }
        text
    }
}

async fn try_all(globals: &Globals, is_report: bool) -> Result<Exit> {
    let home = globals.home()?;
    let loaded = home.settings();
    let configuration = match &loaded {
        Ok(_) => Part::well("config", home.config.display().to_string()),
        Err(error) => Part::ill("config", error),
    };
    let is_configured = loaded.is_ok();
    let desk = Desk::of_now(globals, home, loaded.unwrap_or_else(|_| config::defaults()));
    let mut parts = vec![configuration];
    if is_configured {
        parts.extend(configured_parts(&desk).await);
    } else {
        // The database is only looked at: without my addresses everything would be measured anew.
        parts.push(mailboxes::kept(&desk));
    }
    parts.push(surroundings::clock(&desk));
    parts.push(surroundings::session(globals.home.is_some()));
    if globals.home.is_none() {
        parts.push(surroundings::service().await);
        parts.extend(surroundings::sandbox().await);
    }
    if is_report {
        desk.print(&report::text(&desk, &parts))?;
        return Ok(Exit::Fine);
    }
    let worst = worst(&parts);
    if desk.json {
        let parts: Vec<Value> = parts.iter().map(Part::json).collect();
        desk.print_json(json!({ "ok": worst.is_none(), "parts": parts }))?;
    } else {
        desk.print(&parts.iter().map(Part::text).collect::<String>())?;
    }
    Ok(worst.map_or(Exit::Fine, Exit::Trouble))
}

async fn configured_parts(desk: &Desk) -> Vec<Part> {
    let store = desk.store_to_read();
    let accounts = store.as_ref().map(Store::accounts);
    let accounts = accounts.ok().and_then(Result::ok).unwrap_or_default();
    let mut parts = mailboxes::accounts(desk, &accounts).await;
    let senders = store.as_ref().map(|store| mailboxes::senders(desk, store, &accounts));
    parts.extend(senders.unwrap_or_default());
    parts.extend(mailboxes::stored(desk, &store));
    parts.push(mailboxes::texts(desk, &store));
    parts.extend(surroundings::holidays(desk));
    parts.push(surroundings::post(&desk.config).await);
    parts.push(surroundings::desktop(&desk.config).await);
    parts.push(opener::part(&desk.config));
    parts.push(surroundings::disk(&desk.home.data));
    parts
}

/// What has to be mended first.
fn worst(parts: &[Part]) -> Option<Kind> {
    const ORDER: [Kind; 7] = [
        Kind::LoginRefused,
        Kind::Config,
        Kind::Untrusted,
        Kind::Temporary,
        Kind::NoRoom,
        Kind::Failed,
        Kind::Usage,
    ];
    let found = |kind: &Kind| parts.iter().any(|part| part.trouble == Some(*kind));
    ORDER.into_iter().find(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_login_is_told_before_anything_else() {
        #[track_caller]
        fn check(kinds: &[Kind], expected: Option<Kind>) {
            let mut parts = vec![Part::well("clock", "fine")];
            parts.extend(kinds.iter().map(|kind| Part::ill("x", &Error::new(*kind, "broken"))));
            assert_eq!(worst(&parts), expected);
        }
        check(&[], None);
        check(&[Kind::Failed], Some(Kind::Failed));
        check(&[Kind::Failed, Kind::Temporary], Some(Kind::Temporary));
        check(&[Kind::Temporary, Kind::Config], Some(Kind::Config));
        check(&[Kind::Config, Kind::LoginRefused, Kind::Temporary], Some(Kind::LoginRefused));
    }

    #[test]
    fn each_part_has_all_four_fields() {
        let ill = Part::ill("account", &Error::login_refused("no").hint("new password"));
        let ill = ill.of_account("work");
        assert_eq!(
            ill.json(),
            json!({"part": "account work", "ok": false, "detail": "no", "fix": "new password"})
        );
        assert_eq!(
            Part::well("clock", "fine").json(),
            json!({"part": "clock", "ok": true, "detail": "fine", "fix": null})
        );
    }

    #[test]
    fn what_is_wrong_stands_beside_its_remedy() {
        let text = Part::ill("config", &Error::config("no\n  |  ^ here").hint("do this")).text();
        assert_eq!(
            anstream::adapter::strip_str(&text).to_string(),
            "✗ config: no\n      |  ^ here\n    help: do this\n"
        );
    }
}
