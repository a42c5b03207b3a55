//! The main job from end to end: the real program beside the real servers and notifiers.
//!
//! Looks only at what a user or a script can see: what is printed, shown, mailed, and exit codes.

mod alerts;
mod away;
mod cues;
mod mailbox;
mod mailed;
mod problems;
mod reload;
mod running;
mod silence;
mod steering;
mod telling;
mod waiting;

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::support::dovecot::{Dovecot, PASSWORD, USER};
use crate::support::exports::vcard;
use crate::support::maildir::Maildir;
use crate::support::message::Message;
use crate::support::world::World;

const ME: &str = "Ada Example <ada@example.com>";
const GRACE: &str = "Grace Hopper <grace@example.org>";
const ALAN: &str = "Alan Turing <alan@example.org>";

fn world() -> World {
    World::new(env!("CARGO_BIN_EXE_requite"))
}

/// Before the tests began, so that times have the same distance however long a test takes.
fn hours_ago(hours: i64) -> Timestamp {
    static BEGAN: LazyLock<Timestamp> = LazyLock::new(now);
    *BEGAN - SignedDuration::from_hours(hours)
}

/// By the real clock, to the second: the daemon has no other.
fn now() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second()).unwrap()
}

/// A mail to me as my server received it.
fn to_me(from: &str, at: Timestamp, id: &str, subject: &str) -> Message {
    Message::of(at).from(from).to(ME).subject(subject).id(id)
}

/// My own copy of a mail that I sent.
fn by_me(to: &str, at: Timestamp, id: &str, subject: &str) -> Message {
    Message::of(at).sent().from(ME).to(to).subject(subject).id(id)
}

fn imap_account(world: &World, dovecot: &Dovecot) -> String {
    let password = world.write("password", PASSWORD);
    format!(
        "[[account]]\nname = \"work\"\nkind = \"imap\"\nhost = \"localhost\"\nport = {}\n\
         tls = \"implicit\"\nuser = \"{USER}\"\npassword.file = \"{}\"\nca = \"{}\"\n",
        dovecot.ports().implicit,
        password.display(),
        dovecot.ca().display(),
    )
}

fn maildir_account(maildir: &Maildir) -> String {
    maildir.account("home")
}

/// Who I am, where, and what `further` says.
fn configuration(further: &[&str]) -> String {
    let me = "[me]\naddresses = [\"ada@example.com\"]\nzone = \"UTC\"\n";
    [me, &further.concat()].concat()
}

const SILENT: &str = "[alerts]\ndesktop = false\n";
/// Headers alone are read.
const NEVER: &str = "[privacy]\ntext = \"never\"\n";

/// Grace and Alan become contacts.
fn import_both(world: &World) {
    let people =
        vcard(&[("Grace Hopper", "grace@example.org"), ("Alan Turing", "alan@example.org")]);
    let file = world.write("people.vcf", people);
    world.run(&["import", file.to_str().unwrap()]);
}

fn status(world: &World) -> Value {
    world.json(&["status", "--json"])
}

/// The debts of one side, as name and subject.
fn debts(status: &Value, side: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let debts = status[side].as_array().unwrap().iter();
    debts.map(|debt| (text(&debt["contact"]["name"]), text(&debt["subject"]))).collect()
}

fn i_owe(world: &World) -> Vec<(String, String)> {
    debts(&status(world), "i_owe")
}

fn pair(name: &str, subject: &str) -> (String, String) {
    (name.to_owned(), subject.to_owned())
}

fn turns(world: &World, contact: &str) -> Vec<Value> {
    world.json(&["show", contact, "--json"])["turns"].as_array().unwrap().clone()
}

#[track_caller]
fn turn_about(world: &World, contact: &str, subject: &str) -> Value {
    let found = turns(world, contact).into_iter().find(|turn| turn["subject"] == subject);
    found.unwrap_or_else(|| panic!("no turn about {subject}: {:#?}", turns(world, contact)))
}
