//! Commands that the user mailed to themself: told from other mail, proved, and carried out once.
//!
//! Writes nothing to the mailbox. What isn't proved changes nothing, and is logged once.

use std::path::Path;

use tracing::warn;

use crate::config::Config;
use crate::daemon::seal::Seal;
use crate::daemon::steering;
use crate::domain::decide::mailed_command::{SignedCommand, accepted_weeks};
use crate::domain::decide::schedule;
use crate::domain::message::facts::{Facts, Mailbox};
use crate::domain::model::{ContactId, HOUR, Moment};
use crate::error::Result;
use crate::store::{Arrival, Store};

/// How it was said.
const BY: &str = "as you mailed";
/// Clocks of servers differ by less, in seconds.
const SKEW: i64 = HOUR;

/// Mail that says what a digest's links say.
#[derive(Default)]
pub struct MailedCommands {
    found: Vec<Found>,
}

struct Found {
    signed: SignedCommand,
    /// When it was sent, as far as anything says so.
    at: Option<Moment>,
    /// Why it can't be the user's.
    objection: Option<&'static str>,
}

impl MailedCommands {
    /// Adds those among mail that has come. A draft isn't sent yet.
    pub fn gather(&mut self, arrivals: &[Arrival], config: &Config) {
        let sent = arrivals.iter().filter(|arrival| !arrival.flags.draft);
        self.found.extend(sent.filter_map(|arrival| {
            let facts = &arrival.facts;
            Some(Found {
                signed: SignedCommand::read(&facts.subject)?,
                at: arrival.internal.or(facts.received).or(facts.date),
                objection: objection(facts, arrival.disowned, &config.me.addresses),
            })
        }));
    }

    /// Carries out, within the caller's transaction, what is proved and wasn't carried out before;
    /// about whom that is. `folder`: where the key lies.
    ///
    /// # Errors
    /// Where the database can't be written, or the key not be read.
    pub fn carry_out(
        &self,
        store: &Store,
        config: &Config,
        folder: &Path,
        now: Moment,
    ) -> Result<Vec<ContactId>> {
        let mut about = Vec::new();
        if self.found.is_empty() || config.digest.commands_to.is_none() {
            return Ok(about);
        }
        let seal = Seal::find(folder)?;
        for found in &self.found {
            let proved = proof(found, seal.as_ref(), config, now);
            let allowed = match proved {
                Ok(week) => meant(store, found)?.map(|()| week),
                Err(why) => Err(why),
            };
            let command = &found.signed.command;
            match allowed {
                Ok(week) if store.note_mailed_command(&week, &command.to_string(), now)? => {
                    steering::decide(store, command.turn, command.decided(now), BY, now)?;
                    about.push(command.turn.contact);
                }
                Ok(_) => {}
                // Never with its token, which may be good.
                Err(why) if store.note_refused_command(&format!("{command}: {why}"), now)? => {
                    warn!("a mail that says \"{command}\" changes nothing: {why}");
                }
                Err(_) => {}
            }
        }
        Ok(about)
    }
}

/// Anybody can write anything into a subject and into From.
fn objection(facts: &Facts, disowned: bool, mine: &[String]) -> Option<&'static str> {
    let is_mine = |it: &Mailbox| mine.contains(&it.address);
    let to = facts.to.iter().chain(&facts.cc);
    if !facts.author.as_ref().is_some_and(is_mine) {
        Some("it isn't from you")
    } else if facts.to.is_empty() || facts.unkept.to > 0 || !to.clone().all(is_mine) {
        Some("it isn't to you alone")
    } else if disowned {
        Some("your mail server says that it isn't from you")
    } else {
        None
    }
}

/// The week whose digest gave the token.
fn proof(
    found: &Found,
    seal: Option<&Seal>,
    config: &Config,
    now: Moment,
) -> Result<String, &'static str> {
    if let Some(objection) = found.objection {
        return Err(objection);
    }
    let seal = seal.ok_or("no digest of this installation was ever made")?;
    let week = |at| schedule::iso_week(schedule::local_date(at, &config.policy.zone));
    let signed = &found.signed;
    // All are tried: how long it takes says nothing.
    let proved = accepted_weeks(now, week)
        .into_iter()
        .filter(|week| seal.bears_out(&signed.command.words(week), &signed.token));
    proved.last().ok_or("its token is wrong, or older than five weeks")
}

/// Whether it is about a turn that there is, with somebody who was known when it was sent: numbers
/// are given anew where a database is.
fn meant(store: &Store, found: &Found) -> Result<Result<(), &'static str>> {
    let turn = found.signed.command.turn;
    let known_since = store.contact_since(turn.contact)?;
    if known_since.zip(found.at).is_some_and(|(since, sent)| sent + SKEW < since) {
        return Ok(Err("it was sent before this database knew the contact"));
    }
    let is_there = store.turns_of(turn.contact)?.iter().any(|it| it.touches.contains(&turn.touch));
    Ok(is_there.then_some(()).ok_or("there is no such turn"))
}
