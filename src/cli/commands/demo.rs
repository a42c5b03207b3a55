//! `requite demo`: the main job with nothing to set up. The real daemon watches an invented
//! mailbox on a clock that runs so fast that two weeks pass while one looks on.

mod story;

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use tokio::sync::{mpsc, watch};

use super::contacts::{self, ContactsArgs};
use super::import::{self, ImportArgs};
use super::status;
use crate::cli::desk::Desk;
use crate::cli::globals::{At, Globals};
use crate::daemon::clock::Clock;
use crate::daemon::seal::Seal;
use crate::daemon::{Daemon, Outlet};
use crate::deliver::{self, Alert};
use crate::domain::decide::mailed_command::{MailedCommand, MailedVerb};
use crate::domain::model::Moment;
use crate::error::{Error, Result};
use crate::store::Store;
use story::{BEGIN, END, Mail, PEOPLE, SCENES};

/// Real seconds for the two weeks: to watch, and for those who can't wait.
const TO_WATCH: f64 = 42.0;
const AT_ONCE: f64 = 16.0;
/// So often, and so far apart, it is looked whether a mail has come.
const PATIENCE: usize = 250;
const LOOK: Duration = Duration::from_millis(20);

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Keep everything that it makes in this folder
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Don't pause for the eye
    #[arg(long)]
    once: bool,
}

/// # Errors
/// `Usage` for a folder that isn't empty, `Failed` for one that can't be written; what the daemon
/// and the commands that it shows fail with.
pub(super) async fn run(args: &DemoArgs, globals: &Globals) -> Result<()> {
    let folder = make_folder(args.keep.as_deref())?;
    prepare(&folder)?;
    // Whom Ada knows, she has known since before the story.
    let desk = Desk { now: BEGIN, ..desk(&folder, None, globals)? };
    say(&format!(
        "Two weeks in the mailbox of Ada Example, who knows {} people. Everything lies in {}\n",
        PEOPLE.len(),
        folder.display()
    ));
    import::run(&desk, &ImportArgs::of(vec![folder.join("Connections.csv")]))?;
    let seconds = if args.once { AT_ONCE } else { TO_WATCH };
    let clock = Clock::fast(BEGIN, (END.0 - BEGIN.0) as f64 / seconds);
    let ended = play(&folder, desk, clock, globals).await?;
    let end = self::desk(&folder, Some(ended), globals)?;
    say("");
    status::show(&end)?;
    say("");
    contacts::run(&end, &ContactsArgs::default())?;
    write_digest(&folder, &end)
}

/// As if somebody gave commands about the demonstration's own folder.
fn desk(folder: &Path, at: Option<Moment>, globals: &Globals) -> Result<Desk> {
    let home = Some(folder.to_owned());
    let at = at.map(At::Instant);
    Desk::open(&Globals { home, config: None, at, quiet: true, verbose: 0, ..globals.clone() })
}

/// Lets the daemon watch while the two weeks' mail comes in, until the last digest was answered;
/// when that was.
async fn play(folder: &Path, desk: Desk, clock: Clock, globals: &Globals) -> Result<Moment> {
    let (stop, shutdown) = watch::channel(false);
    let (also, mut alerts) = mpsc::unbounded_channel();
    let outlet = Outlet { desktop: true, also: Some(also) };
    let daemon = Daemon { home: desk.home, config: desk.config, clock, outlet };
    let daemon = tokio::spawn(daemon.run(shutdown, watch::channel(0).1));
    for (index, scene) in SCENES.iter().enumerate() {
        wait_until(clock, scene.at(), &mut alerts).await;
        deliver(folder, &scene.mail(index))?;
        tell(scene.at(), &headline(scene));
    }
    wait_until(clock, END, &mut alerts).await;
    let answered = answer_the_digest(folder, clock, globals).await;
    let ended = clock.now();
    let _ = stop.send(true);
    daemon.await.map_err(|cause| Error::failed("the daemon failed").because(cause))??;
    answered.map(|()| ended)
}

/// As if Ada tapped on *Done* below the entry that has waited longest: a mail to herself, which the
/// daemon finds in her mailbox.
async fn answer_the_digest(folder: &Path, clock: Clock, globals: &Globals) -> Result<()> {
    let now = desk(folder, Some(clock.now()), globals)?;
    let store = Store::open(&now.home.data)?;
    let digest = now.book(&store)?.digest()?;
    let longest = digest.i_owe.iter().min_by_key(|named| named.debt.turn.start);
    let Some(longest) = longest else { return Ok(()) };
    let turn = longest.debt.turn.id;
    let command = MailedCommand { turn, what: MailedVerb::Done };
    let token = Seal::of(&now.home.data)?.token(&command.words(&digest.week));
    deliver(folder, &story::to_myself(clock.now(), &command.subject(&token)))?;
    tell(
        clock.now(),
        &format!("Ada taps “Done” below {}, in the digest on her phone", longest.name),
    );
    for _ in 0..PATIENCE {
        if store.turn_holding(turn)?.is_some_and(|it| it.closed().is_some()) {
            tell(clock.now(), &format!("her mail to herself has come: {turn} is done"));
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

fn headline(scene: &story::Scene) -> String {
    let name = PEOPLE[scene.person].name;
    match scene.mine {
        true => format!("Ada → {name}: {}", scene.subject),
        false => format!("{name} → Ada: {}", scene.subject),
    }
}

/// Lets the story's time pass and shows the alerts that fall due in it.
async fn wait_until(clock: Clock, then: Moment, alerts: &mut mpsc::UnboundedReceiver<Alert>) {
    let waiting = tokio::time::sleep(clock.until(then));
    tokio::pin!(waiting);
    loop {
        tokio::select! {
            () = &mut waiting => return,
            Some(alert) = alerts.recv() => {
                let body = alert.body.replace('\n', " · ");
                tell(clock.now(), &format!("⚑ {} — {body}", alert.title));
            }
        }
    }
}

fn make_folder(keep: Option<&Path>) -> Result<PathBuf> {
    let cannot =
        |path: &Path, cause| Error::failed(format!("can't make {}", path.display())).because(cause);
    match keep {
        Some(folder) => {
            let used = fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some());
            if used {
                return Err(Error::usage(format!("{} is not empty", folder.display()))
                    .hint("name a folder that doesn't exist yet"));
            }
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .map_err(|cause| cannot(folder, cause))?;
            fs::canonicalize(folder).map_err(|cause| cannot(folder, cause))
        }
        None => tempfile::Builder::new()
            .prefix("requite-demo-")
            .tempdir()
            .map(tempfile::TempDir::keep)
            .map_err(|cause| cannot(&std::env::temp_dir(), cause)),
    }
}

/// Writes the configuration, the contacts and the mail of the weeks before.
fn prepare(folder: &Path) -> Result<()> {
    let config = format!(
        "stance = \"resource\"\n[me]\nnames = [\"Ada Example\"]\naddresses = [\"{}\"]\n\
         zone = \"UTC\"\n[[account]]\nname = \"demo\"\nkind = \"maildir\"\npath = \"Maildir\"\n\
         [smtp]\nfile = \"digests\"\n[digest]\nday = \"monday\"\ntime = \"07:00\"\nto = \"{}\"\n",
        story::ME,
        story::ME
    );
    write(&folder.join("config.toml"), config.as_bytes())?;
    write(&folder.join("Connections.csv"), story::connections().as_bytes())?;
    for part in ["Maildir", "Maildir/.Sent"] {
        for sub in ["cur", "new", "tmp"] {
            make_all(&folder.join(part).join(sub))?;
        }
    }
    make_all(&folder.join("digests"))?;
    story::history().iter().try_for_each(|mail| deliver(folder, mail))
}

/// As a delivery agent does: written aside, then moved into place.
fn deliver(folder: &Path, mail: &Mail) -> Result<()> {
    let maildir = folder.join(if mail.sent { "Maildir/.Sent" } else { "Maildir" });
    let name =
        format!("{}.{:x}.demo", mail.at.0, mail.bytes.len() * 7919 + mail.at.0 as usize % 997);
    let draft = maildir.join("tmp").join(&name);
    write(&draft, &mail.bytes)?;
    let place =
        maildir.join(if mail.sent { format!("cur/{name}:2,S") } else { format!("new/{name}") });
    fs::rename(&draft, &place)
        .map_err(|cause| Error::failed(format!("can't deliver {name}")).because(cause))
}

fn write_digest(folder: &Path, end: &Desk) -> Result<()> {
    let digests = folder.join("digests");
    let store = Store::open(&end.home.data)?;
    let seal = Seal::of(&end.home.data)?;
    let digest = end.book(&store)?.digest()?;
    let rendered = deliver::render(&digest, &end.config, Some(&|words| seal.token(words)));
    let page = digests.join("digest.html");
    write(&page, rendered.html.as_bytes())?;
    say(&format!("\nThe Monday digest: {}", page.display()));
    say("(each entry leads to an answer, to the message, and to Done and Snooze by mail)");
    let mut letters: Vec<PathBuf> = fs::read_dir(&digests)
        .into_iter()
        .flatten()
        .filter_map(|file| Some(file.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .collect();
    letters.sort();
    for letter in letters {
        say(&format!("as it was mailed:  {}", letter.display()));
    }
    Ok(())
}

fn make_all(path: &Path) -> Result<()> {
    fs::create_dir_all(path)
        .map_err(|cause| Error::failed(format!("can't make {}", path.display())).because(cause))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes)
        .map_err(|cause| Error::failed(format!("can't write {}", path.display())).because(cause))
}

fn tell(at: Moment, what: &str) {
    say(&format!("{}  {what}", at.timestamp().strftime("%a %e %b %H:%M")));
}

fn say(text: &str) {
    anstream::eprintln!("{text}");
}
