//! Commands that the user mailed to themself: told from other mail, proved, and carried out once.
//!
//! Writes nothing to the mailbox. What isn't proved changes nothing, and is logged once.

use std::path::Path;

use tracing::warn;

use crate::config::Config;
use crate::daemon::seal::Seal;
use crate::daemon::steering;
use crate::domain::decide::mailed_command::{SignedCommand, accepted_weeks};
use crate::domain::message::facts::{Facts, Mailbox, Unkept};
use crate::domain::message::identity;
use crate::domain::message::mailbox::Role;
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
    /// When it came, as far as anything says so.
    at: Option<Moment>,
    /// Why it can't be the user's.
    objection: Option<&'static str>,
}

impl MailedCommands {
    /// Adds those among mail that has come into a folder. A draft isn't sent yet.
    pub fn gather(&mut self, arrivals: &[Arrival], role: Role, config: &Config) {
        let is_draft = |arrival: &Arrival| arrival.flags.draft || role == Role::Drafts;
        let sent = arrivals.iter().filter(|arrival| !is_draft(arrival));
        self.found.extend(sent.filter_map(|arrival| {
            let facts = &arrival.facts;
            Some(Found {
                signed: SignedCommand::read(&facts.subject)?,
                // A phone's clock may be wrong, and a copy be newer than what it is of.
                at: arrival.internal.into_iter().chain(facts.received).min().or(facts.date),
                objection: objection(facts, role, arrival.disowned, &config.me.addresses),
            })
        }));
    }

    /// Carries out, within the caller's transaction, what is proved and wasn't carried out before;
    /// about whom that is. `folder`: where the key lies.
    ///
    /// # Errors
    /// Where the database can't be written.
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
        for found in &self.found {
            let allowed = match found.proof(folder, config, now) {
                Ok(week) => found.meant(store)?.map(|()| week),
                Err(why) => Err(why),
            };
            let command = &found.signed.command;
            match allowed {
                Ok(week) if store.note_mailed_command(&week, &command.to_string(), now)? => {
                    // What came after it isn't meant.
                    let at = found.at.map_or(now, |sent| sent.min(now));
                    steering::decide(store, command.turn, command.decided(at), BY, at)?;
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
fn objection(facts: &Facts, role: Role, disowned: bool, mine: &[String]) -> Option<&'static str> {
    let mine: Vec<String> = mine.iter().filter_map(|it| identity::normalise(it)).collect();
    let is_mine = |it: &Mailbox| mine.contains(&it.address);
    let mut to = facts.to.iter().chain(&facts.cc);
    if !facts.author.as_ref().is_some_and(is_mine) {
        Some("it isn't from you")
    } else if facts.to.is_empty() || facts.unkept != Unkept::default() || !to.all(is_mine) {
        Some("it isn't to you alone")
    } else if disowned {
        Some("your mail server says that it isn't from you")
    } else if role == Role::Junk {
        Some("it lies in Junk")
    } else {
        None
    }
}

impl Found {
    /// The week whose digest gave the token; else why it is nobody's.
    fn proof(&self, folder: &Path, config: &Config, now: Moment) -> Result<String, &'static str> {
        if let Some(objection) = self.objection {
            return Err(objection);
        }
        let seal = match Seal::find(folder) {
            Ok(seal) => seal.ok_or("no digest of this installation was ever made")?,
            Err(cause) => {
                warn!("{cause}");
                return Err("the key that would prove it can't be read");
            }
        };
        let mut weeks = accepted_weeks(now, &config.policy.zone);
        // All are tried: how long it takes says nothing.
        weeks.retain(|week| seal.bears_out(&self.signed.command.words(week), &self.signed.token));
        weeks.pop().ok_or("its token is wrong, or older than five weeks")
    }

    /// Whether it is about a turn that there is, with somebody who was known when it was sent:
    /// numbers are given anew where a database is.
    fn meant(&self, store: &Store) -> Result<Result<(), &'static str>> {
        let turn = self.signed.command.turn;
        let known_since = store.contact_since(turn.contact)?;
        if known_since.zip(self.at).is_some_and(|(since, sent)| sent + SKEW < since) {
            return Ok(Err("it was sent before this database knew the contact"));
        }
        Ok(store.turn_holding(turn)?.map(drop).ok_or("there is no such turn"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use crate::domain::measure::turns::Turn;
    use crate::domain::model::{ContactId, DAY, Side};
    use crate::mail;
    use crate::store::{ImportRun, NewCard};

    /// Wednesday, 25 November 2026, 12:00 UTC.
    const NOW: Moment = Moment(1_795_608_000);
    const ADA: &str = "ada@example.com";

    struct World {
        folder: tempfile::TempDir,
        store: Store,
        config: Config,
    }

    /// Grace, who is known for as long, waits for an answer.
    fn world(known_for: i64) -> World {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let card = NewCard { name: "Grace Hopper".to_owned(), ..NewCard::default() };
        store.import_card(&card, NOW - known_for, &mut ImportRun::default()).unwrap();
        let turn = Turn::asked(Side::Theirs, 812, NOW - 3 * DAY);
        let id = crate::domain::model::TurnId { contact: ContactId(1), ..turn.id };
        store.put_turns(ContactId(1), &[Turn { id, ..turn }.unjudged()], None).unwrap();
        let mut config = config::defaults();
        config.me.addresses = vec![ADA.to_owned()];
        config.digest.commands_to = Some(ADA.to_owned());
        World { folder, store, config }
    }

    impl World {
        fn token(&self, week: &str, words: &str) -> String {
            Seal::of(self.folder.path()).unwrap().token(&format!("{week} {words}"))
        }

        /// How many contacts are decided about, when such a mail of mine comes that was sent then.
        fn comes(&self, subject: &str, sent: Moment) -> usize {
            let header = format!("From: {ADA}\r\nTo: {ADA}\r\nSubject: {subject}\r\n\r\n");
            let facts = mail::facts(header.as_bytes()).unwrap();
            let uid = crate::source::Uid::default();
            let internal = Some(sent);
            let arrival =
                Arrival { uid, flags: Default::default(), disowned: false, internal, facts };
            self.takes(&arrival)
        }

        fn takes(&self, arrival: &Arrival) -> usize {
            let mut commands = MailedCommands::default();
            commands.gather(std::slice::from_ref(arrival), Role::Inbox, &self.config);
            let folder = self.folder.path();
            commands.carry_out(&self.store, &self.config, folder, NOW).unwrap().len()
        }
    }

    #[test]
    fn a_link_works_for_five_weeks_and_once_for_each() {
        let world = world(365 * DAY);
        let comes = |week: &str| {
            let token = world.token(week, "done C1-812");
            world.comes(&format!("requite done C1-812 {token}"), NOW)
        };
        assert_eq!(comes("2026-W48"), 1);
        assert_eq!(comes("2026-W48"), 0, "once");
        assert_eq!(comes("2026-W44"), 1, "of four weeks before");
        assert_eq!(comes("2026-W43"), 0, "too old");
        assert_eq!(comes("2026-W49"), 0, "of a week to come");
    }

    #[test]
    fn a_mail_from_before_this_database_means_nobody_in_it() {
        let subject = |world: &World| {
            format!("requite done C1-812 {}", world.token("2026-W48", "done C1-812"))
        };
        let anew = world(0);
        assert_eq!(anew.comes(&subject(&anew), NOW - DAY), 0);
        let old = world(10 * DAY);
        assert_eq!(old.comes(&subject(&old), NOW - DAY), 1);
    }

    #[test]
    fn a_mail_means_what_had_come_when_it_was_sent() {
        let world = world(365 * DAY);
        let token = world.token("2026-W48", "done C1-812");
        let sent = NOW - DAY;
        assert_eq!(world.comes(&format!("requite done C1-812 {token}"), sent), 1);
        let decisions = world.store.decisions(None, NOW).unwrap();
        assert_eq!(decisions.0[0].at, sent, "and nothing that came since");
    }

    #[test]
    fn a_key_that_cannot_be_read_stops_nobody() {
        let world = world(DAY);
        let token = world.token("2026-W48", "done C1-812");
        std::fs::write(world.folder.path().join("requite.key"), "short").unwrap();
        assert_eq!(world.comes(&format!("requite done C1-812 {token}"), NOW), 0);
    }

    #[test]
    fn without_a_key_or_with_the_links_switched_off_nothing_is_done() {
        let world = world(DAY);
        assert_eq!(world.comes("requite done C1-812 AAAAAAAAAAAAAAAA", NOW), 0);
        let token = world.token("2026-W48", "done C1-812");
        let mut off = world;
        off.config.digest.commands_to = None;
        assert_eq!(off.comes(&format!("requite done C1-812 {token}"), NOW), 0);
    }
}
