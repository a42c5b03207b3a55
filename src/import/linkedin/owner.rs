//! Who among the participants of LinkedIn's messages is the user.
//!
//! Never one of the user's connections; and nobody, where two could be meant.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::values::{Participant, SiteMessage};
use crate::domain::message::forms;
use crate::domain::message::identity::name_key;
use crate::domain::message::threading::id_hash;
use crate::domain::model::Side;

/// In how many conversations each participant is.
#[derive(Debug, Default)]
pub struct OwnerSearch {
    /// By the hash of its name.
    conversations: HashMap<i64, Vec<usize>>,
    participants: BTreeMap<Participant, usize>,
}

/// Who a participant is to the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acquaintance {
    /// On the site: their profile is known.
    Connection,
    /// By name, from an address book, in which the user may stand, too.
    Contact,
    /// No contact.
    Nobody,
}

/// The user, as a site names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteOwner {
    /// In the form of [`forms::link`].
    url: Option<String>,
    names: HashSet<String>,
}

/// Whom a message was between, as seen by the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Between {
    /// Two of us.
    Us {
        /// Who wrote it.
        side: Side,
        /// The other one.
        with: Participant,
    },
    /// More than two.
    Group,
    /// Others.
    Strangers,
}

impl OwnerSearch {
    /// Looks at another message.
    pub fn see(&mut self, message: &SiteMessage) {
        let seen = self.conversations.entry(id_hash(&message.conversation)).or_default();
        for participant in std::iter::once(&message.from).chain(&message.to) {
            let next = self.participants.len();
            let number = *self.participants.entry(in_one_form(participant)).or_insert(next);
            if !seen.contains(&number) {
                seen.push(number);
            }
        }
    }

    /// Everybody who takes part.
    pub fn participants(&self) -> impl Iterator<Item = &Participant> {
        self.participants.keys()
    }

    /// Who it is: whoever bears one of the user's `names` and is none of the user's connections, else
    /// who is in more conversations than anybody else whom the user doesn't know.
    pub fn found(
        &self,
        names: &[String],
        known: impl Fn(&Participant) -> Acquaintance,
    ) -> Option<SiteOwner> {
        let mut counts = vec![0_usize; self.participants.len()];
        for participants in self.conversations.values() {
            participants.iter().for_each(|id| counts[*id] += 1);
        }
        let counted = |is_meant: &dyn Fn(&Participant) -> bool| {
            let all = self.participants.iter().filter(|(one, _)| is_meant(one));
            let mut counted: Vec<(usize, &Participant)> =
                all.map(|(participant, id)| (counts[*id], participant)).collect();
            counted.sort_by_key(|(count, one)| (std::cmp::Reverse(*count), one.url.is_none()));
            counted
        };
        let names: HashSet<String> = names.iter().map(|name| folded(name)).collect();
        let namesakes = counted(&|one| {
            names.contains(&folded(&one.name)) && known(one) != Acquaintance::Connection
        });
        if let Some((_, me)) = namesakes.first() {
            let url = || namesakes.iter().find_map(|(_, one)| one.url.clone());
            return Some(SiteOwner { url: me.url.clone().or_else(url), names });
        }
        match counted(&|one| known(one) == Acquaintance::Nobody).as_slice() {
            [] => None,
            [(first, _), (second, _), ..] if first == second => None,
            [(_, me), ..] => {
                let own = (!me.name.is_empty()).then(|| folded(&me.name));
                let names = names.into_iter().chain(own).collect();
                Some(SiteOwner { url: me.url.clone(), names })
            }
        }
    }
}

impl SiteOwner {
    fn is(&self, participant: &Participant) -> bool {
        match (&self.url, participant.url.as_deref().and_then(forms::link)) {
            (Some(mine), Some(url)) => *mine == url,
            _ => !participant.name.is_empty() && self.names.contains(&folded(&participant.name)),
        }
    }

    /// Whom a message was between.
    pub fn between(&self, message: &SiteMessage) -> Between {
        let mut others: Vec<&Participant> =
            message.to.iter().filter(|participant| !self.is(participant)).collect();
        let is_mine = self.is(&message.from);
        if !is_mine {
            if others.len() == message.to.len() && !message.to.is_empty() {
                return Between::Strangers;
            }
            others.push(&message.from);
        }
        let side = if is_mine { Side::Mine } else { Side::Theirs };
        match others.as_slice() {
            [] => Between::Strangers,
            [one] => Between::Us { side, with: (*one).clone() },
            _ => Between::Group,
        }
    }
}

fn in_one_form(participant: &Participant) -> Participant {
    let url = participant.url.as_deref().and_then(forms::link);
    Participant { name: participant.name.clone(), url }
}

/// The same for all spellings of a name.
fn folded(name: &str) -> String {
    name_key(name).unwrap_or_else(|| name.trim().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::Moment;

    fn participant(name: &str) -> Participant {
        let url = name.split_once('@').map(|(_, url)| format!("https://linkedin.com/in/{url}"));
        Participant { name: name.split('@').next().unwrap_or_default().to_owned(), url }
    }

    /// "Ada@ada > Bob, Cy"
    fn message(conversation: &str, said: &str) -> SiteMessage {
        let (from, to) = said.split_once(" > ").unwrap();
        SiteMessage {
            line: 1,
            conversation: conversation.to_owned(),
            from: participant(from),
            to: to.split(", ").filter(|it| !it.is_empty()).map(participant).collect(),
            side: None,
            at: Moment(0),
            subject: String::new(),
            content: String::new(),
        }
    }

    fn owner(messages: &[(&str, &str)], names: &[&str], contacts: &[&str]) -> Option<SiteOwner> {
        let mut search = OwnerSearch::default();
        messages.iter().for_each(|(conversation, said)| search.see(&message(conversation, said)));
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let known = |one: &Participant| {
            if contacts.contains(&one.name.as_str()) {
                Acquaintance::Connection
            } else {
                Acquaintance::Nobody
            }
        };
        search.found(&names, known)
    }

    const TALKS: [(&str, &str); 3] = [
        ("1", "Grace Hopper@grace > Ada Example@ada"),
        ("2", "Ada Example@ada > Alan Turing@alan"),
        ("3", "Alan Turing@alan > Ada Example@ada"),
    ];

    #[test]
    fn whoever_is_in_most_conversations_is_the_user() {
        let found = owner(&TALKS, &[], &[]).unwrap();
        assert!(found.is(&participant("A. Example@ada")));
        assert!(!found.is(&participant("Alan Turing@alan")));
    }

    #[test]
    fn a_name_that_is_known_beats_any_number_and_a_contact_is_never_the_user() {
        let found = owner(&TALKS, &["Turing, Alan"], &[]).unwrap();
        assert!(found.is(&participant("Alan Turing@alan")));
        let found = owner(&TALKS, &["Alan Turing"], &["Alan Turing"]).unwrap();
        assert!(found.is(&participant("Ada Example@ada")));
    }

    #[test]
    fn where_two_could_be_meant_nobody_is() {
        assert_eq!(owner(&TALKS[..1], &[], &[]), None);
        assert_eq!(owner(&[], &["Ada Example"], &[]), None);
        assert!(owner(&TALKS[..1], &[], &["Grace Hopper"]).is_some());
    }

    #[test]
    fn a_namesake_with_another_profile_is_somebody_else() {
        let found = owner(&TALKS, &["Ada Example"], &[]).unwrap();
        assert!(found.is(&participant("Ada Example")));
        assert!(!found.is(&participant("Ada Example@another")));
    }

    #[test]
    fn a_message_is_between_two_or_it_is_nobodys() {
        let owner = owner(&TALKS, &["Ada Example"], &[]).unwrap();
        let check = |said: &str, expect: Between| {
            assert_eq!(owner.between(&message("1", said)), expect, "{said}");
        };
        let with = |name| participant(name);
        let us = |side, name| Between::Us { side, with: with(name) };
        check("Grace@grace > Ada Example@ada", us(Side::Theirs, "Grace@grace"));
        check("Ada Example@ada > Grace@grace", us(Side::Mine, "Grace@grace"));
        check("Grace@grace > ", us(Side::Theirs, "Grace@grace"));
        check("Ada Example@ada > Grace@grace, Bob", Between::Group);
        check("Bob > Ada Example@ada, Grace@grace", Between::Group);
        check("Bob > Grace@grace", Between::Strangers);
        check("Ada Example@ada > ", Between::Strangers);
    }
}
