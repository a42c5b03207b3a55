//! Has the desktop open something: by its portal, else by `xdg-open` or the user's own command,
//! started by systemd.
//!
//! Never starts a program itself: a child would inherit this program's sandbox, in which browsers
//! die.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::StreamExt;
use rustls::crypto::aws_lc_rs;
use zbus::message::Type;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, MatchRule, MessageStream};

use super::bus::session;
use crate::error::{Error, Result};

const PORTAL: &str = "org.freedesktop.portal.Desktop";
/// The user may be asked which program it shall be.
const ASKING: Duration = Duration::from_secs(60);
/// `Response`: it ended in some other way than by success or by the user (XDG Desktop Portal,
/// `org.freedesktop.portal.Request`).
const FAILED: u32 = 2;

/// What is to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToOpen {
    /// By whatever the desktop opens such with.
    Url(String),
    /// By this program and its arguments.
    Command(Vec<String>),
}

/// Opens it; `token`: what lets the window come to the front.
///
/// # Errors
/// `Failed` where nobody could be asked to do so, or nothing opens it.
pub async fn open(what: &ToOpen, token: Option<&str>) -> Result<()> {
    let bus = session().await?;
    let url = match what {
        ToOpen::Command(words) => return start(&bus, words, token).await,
        ToOpen::Url(url) => url,
    };
    match tokio::time::timeout(ASKING, by_portal(&bus, url, token)).await {
        // Somebody still thinks about it.
        Err(_) | Ok(Ok(true)) => Ok(()),
        Ok(Ok(false) | Err(_)) => start(&bus, &["xdg-open".to_owned(), url.clone()], token).await,
    }
}

/// `false`: the portal couldn't.
async fn by_portal(bus: &Connection, url: &str, token: Option<&str>) -> zbus::Result<bool> {
    let name = format!("requite_{}", random());
    let sender = bus.unique_name().map(|name| name.trim_start_matches(':').replace('.', "_"));
    let request =
        format!("/org/freedesktop/portal/desktop/request/{}/{name}", sender.unwrap_or_default());
    // The answer may come before the call returns.
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .sender(PORTAL)?
        .interface("org.freedesktop.portal.Request")?
        .member("Response")?
        .path(request.as_str())?
        .build();
    let mut responses = MessageStream::for_match_rule(rule, bus, None).await?;
    let mut options = HashMap::from([("handle_token", Value::from(name))]);
    options.extend(token.map(|token| ("activation_token", Value::from(token))));
    let path = "/org/freedesktop/portal/desktop";
    let interface = Some("org.freedesktop.portal.OpenURI");
    bus.call_method(Some(PORTAL), path, interface, "OpenURI", &("", url, options)).await?;
    let Some(response) = responses.next().await else { return Ok(true) };
    let (code, _): (u32, HashMap<String, OwnedValue>) = response?.body().deserialize()?;
    Ok(code != FAILED)
}

/// In a unit of its own, outside of this one's sandbox.
async fn start(bus: &Connection, words: &[String], token: Option<&str>) -> Result<()> {
    let Some(program) = words.first() else { return Ok(()) };
    let cannot = || Error::failed(format!("{program} can't be started"));
    let path = found(program).ok_or_else(|| {
        cannot().hint("install it (xdg-utils has xdg-open), or name another in [alerts] open")
    })?;
    // XDG Activation; older toolkits know it as the startup notification's id.
    let environment: Vec<String> = ["XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"]
        .into_iter()
        .filter_map(|name| Some(format!("{name}={}", token?)))
        .collect();
    // systemd puts variables in where a `$` stands; a Message-ID is a stranger's word.
    let literal: Vec<String> = words.iter().map(|word| word.replace('$', "$$")).collect();
    let command = vec![(path.to_string_lossy().into_owned(), literal, false)];
    let properties = vec![
        ("Description", Value::from("Opens what an alert of Requite is about")),
        ("Type", Value::from("exec")),
        ("CollectMode", Value::from("inactive-or-failed")),
        ("Environment", Value::from(environment)),
        ("ExecStart", Value::from(command)),
    ];
    let aux: Vec<(String, Vec<(String, OwnedValue)>)> = Vec::new();
    let unit = format!("requite-open-{}.service", random());
    let arguments = (unit, "fail", properties, aux);
    let starting = bus.call_method(
        Some("org.freedesktop.systemd1"),
        "/org/freedesktop/systemd1",
        Some("org.freedesktop.systemd1.Manager"),
        "StartTransientUnit",
        &arguments,
    );
    let started = starting.await.map_err(|error| {
        cannot().because(error).hint("it is started by systemd's user manager: does one run?")
    })?;
    started.body().deserialize::<OwnedObjectPath>().map_err(|error| cannot().because(error))?;
    Ok(())
}

/// systemd wants the whole path.
fn found(program: &str) -> Option<PathBuf> {
    if program.contains('/') {
        return Some(PathBuf::from(program));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/local/bin", "/usr/bin", "/bin"].map(PathBuf::from);
    let folders = std::env::split_paths(&path).chain(usual).filter(|it| it.is_absolute());
    folders.map(|folder| folder.join(program)).find(|path| Path::is_file(path))
}

/// A name that nobody else gives.
fn random() -> String {
    let mut bytes = [0; 8];
    // Without it, two would only be told apart by their numbers.
    let _ = aws_lc_rs::default_provider().secure_random.fill(&mut bytes);
    format!("{:016x}", u64::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_where_a_shell_would_find_it() {
        assert_eq!(found("/opt/mail/open"), Some(PathBuf::from("/opt/mail/open")));
        let sh = found("sh").expect("every system has one");
        assert!(sh.is_absolute() && sh.ends_with("sh"));
        assert_eq!(found("no-such-program-anywhere"), None);
    }
}
