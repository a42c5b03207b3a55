//! `check`: tries every part and says what is wrong and what to do.

use serde_json::{Value, json};

use crate::cli::args::Globals;
use crate::cli::desk::Desk;
use crate::cli::outcome::Outcome;
use crate::cli::render;
use crate::config;
use crate::daemon::clock::Clock;
use crate::error::{Error, Kind, Result};
use crate::store::Store;

pub mod discovery;
mod mailboxes;
pub mod repair;
mod surroundings;

/// One thing that was tried.
#[derive(Debug)]
struct Part {
    name: String,
    detail: String,
    /// What it comes to when it isn't well.
    trouble: Option<Kind>,
    fix: Option<String>,
}

impl Part {
    fn well(name: impl Into<String>, detail: impl Into<String>) -> Part {
        Part { name: name.into(), detail: detail.into(), trouble: None, fix: None }
    }

    fn ill(name: impl Into<String>, error: &Error) -> Part {
        Part {
            name: name.into(),
            detail: error.to_string(),
            trouble: Some(error.kind()),
            fix: error.advice().map(str::to_owned),
        }
    }

    fn of(name: impl Into<String>, found: Result<String>) -> Part {
        match found {
            Ok(detail) => Part::well(name, detail),
            Err(error) => Part::ill(name, &error),
        }
    }

    fn json(&self) -> Value {
        json!({
            "part": self.name,
            "ok": self.trouble.is_none(),
            "detail": self.detail,
            "fix": self.fix,
        })
    }

    fn text(&self) -> String {
        let mark = if self.trouble.is_none() { render::good("✓") } else { render::alarm("✗") };
        let told = render::harmless(&self.detail).replace('\n', "\n    ");
        let mut text =
            format!("{mark} {}: {told}\n", render::strong(&render::harmless(&self.name)));
        if let Some(fix) = &self.fix {
            let fix = render::harmless(fix).replace('\n', "\n    ");
            text.push_str(&format!("    {} {fix}\n", render::strong("help:")));
        }
        text
    }
}

pub async fn run(globals: &Globals) -> Result<Outcome> {
    let home = globals.home()?;
    let loaded = home.settings();
    let configuration = match &loaded {
        Ok(_) => Part::well("config", home.config.display().to_string()),
        Err(error) => Part::ill("config", error),
    };
    let is_configured = loaded.is_ok();
    let desk = Desk {
        home,
        config: loaded.unwrap_or_else(|_| config::defaults()),
        now: Clock::System.now(),
        at: None,
        json: globals.json,
        quiet: globals.quiet,
        verbose: globals.verbose > 0,
    };
    let mut parts = vec![configuration];
    if is_configured {
        let store = desk.store_to_read();
        let accounts = store.as_ref().map(Store::accounts);
        let accounts = accounts.ok().and_then(Result::ok).unwrap_or_default();
        parts.extend(mailboxes::accounts(&desk, &accounts).await);
        let senders = store.as_ref().map(|store| mailboxes::senders(&desk, store, &accounts));
        parts.extend(senders.unwrap_or_default());
        parts.extend(mailboxes::stored(&desk, &store));
        parts.push(mailboxes::texts(&desk, &store));
        parts.extend(surroundings::holidays(&desk));
        parts.push(surroundings::post(&desk.config).await);
        parts.push(surroundings::desktop(&desk.config).await);
    } else {
        // The database is only looked at: without my addresses everything would be measured anew.
        parts.push(mailboxes::kept(&desk));
    }
    parts.push(surroundings::clock(&desk));
    parts.push(surroundings::service(globals.home.is_some()));
    let worst = worst(&parts);
    if desk.json {
        let parts: Vec<Value> = parts.iter().map(Part::json).collect();
        desk.print_json(json!({ "ok": worst.is_none(), "parts": parts }))?;
    } else {
        desk.print(&parts.iter().map(Part::text).collect::<String>())?;
    }
    Ok(worst.map_or(Outcome::Fine, Outcome::Trouble))
}

/// What has to be mended first.
fn worst(parts: &[Part]) -> Option<Kind> {
    const ORDER: [Kind; 6] = [
        Kind::LoginRefused,
        Kind::Config,
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
        let ill = Part::ill("account work", &Error::login_refused("no").hint("new password"));
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
