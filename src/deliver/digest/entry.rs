//! The entries of a digest: who waits, why and since when, and where each leads.

use super::{NAME_COLUMNS, SUBJECT_COLUMNS, Sign};
use crate::config::Config;
use crate::deliver::links;
use crate::deliver::local_clock::LocalClock;
use crate::domain::decide::debts::NamedDebt;
use crate::domain::decide::digest::JunkMail;
use crate::domain::decide::mailed_command::{MailedCommand, MailedVerb, SNOOZE_DAYS};
use crate::domain::model::Side;
use crate::domain::text::{clip, duration};

/// In a line of its own with other words around it.
const SHORT_SUBJECT_COLUMNS: usize = 60;

/// What takes an entry off the list.
pub(super) const DONE: &str = "Done";

/// An answer that is due.
pub(in crate::deliver) struct DigestEntry {
    pub id: String,
    pub name: String,
    pub address: Option<String>,
    pub subject: Option<String>,
    pub overdue: bool,
    pub due: String,
    pub waiting: String,
    pub unusual: bool,
    pub because: String,
    pub links: Vec<EntryLink>,
}

/// An answer that may be due, in a line.
pub(in crate::deliver) struct PerhapsLine {
    pub id: String,
    pub name: String,
    pub subject: Option<String>,
    pub since: String,
    pub links: Vec<EntryLink>,
}

pub(in crate::deliver) struct EntryLink {
    pub label: &'static str,
    pub href: String,
}

pub(super) struct Junk {
    pub name: String,
    pub subject: Option<String>,
    pub at: String,
}

/// Where entries lead.
pub(in crate::deliver) struct Leads<'a> {
    pub config: &'a Config,
    /// ISO week of the digest: it is part of what is signed.
    pub week: &'a str,
    pub sign: Option<Sign<'a>>,
}

impl Leads<'_> {
    /// To a new mail to whom the entry is about; to the message.
    fn reply(&self, named: &NamedDebt) -> Option<EntryLink> {
        let label = match named.debt.turn.side {
            Side::Theirs => "Reply",
            Side::Mine => "Ask again",
        };
        let subject = shown_subject(named, SUBJECT_COLUMNS);
        let (subject, id) = (subject.as_deref(), named.message_id.as_deref());
        let address = named.address.as_deref()?;
        Some(EntryLink { label, href: links::reply(address, subject, id) })
    }

    fn open(&self, named: &NamedDebt) -> Option<EntryLink> {
        let account = named.account.as_deref();
        let href = links::shown_at(named.message_id.as_deref()?, account, self.config);
        Some(EntryLink { label: "Open", href })
    }

    /// `None` where nothing can be done by mail.
    fn command(
        &self,
        label: &'static str,
        named: &NamedDebt,
        what: MailedVerb,
    ) -> Option<EntryLink> {
        let (to, sign) = (self.config.digest.commands_to.as_deref()?, self.sign?);
        let command = MailedCommand { turn: named.debt.turn.id, what };
        let token = sign(&command.words(self.week));
        Some(EntryLink { label, href: links::mailto(to, &[("subject", &command.subject(&token))]) })
    }

    fn all(&self, named: &NamedDebt) -> Vec<EntryLink> {
        let done = self.command(DONE, named, MailedVerb::Done);
        let snooze = self.command("Snooze 3 days", named, MailedVerb::Snooze { days: SNOOZE_DAYS });
        [self.reply(named), self.open(named), done, snooze].into_iter().flatten().collect()
    }
}

impl LocalClock<'_> {
    pub(super) fn entry(&self, named: &NamedDebt, leads: &Leads<'_>) -> DigestEntry {
        let debt = &named.debt;
        let name = clip(&named.name, NAME_COLUMNS);
        let address = named.address.as_deref().map(|address| clip(address, NAME_COLUMNS));
        let due = self.tell(debt.due);
        DigestEntry {
            id: debt.turn.id.to_string(),
            address: address.filter(|address| !address.is_empty() && *address != name),
            name,
            subject: shown_subject(named, SUBJECT_COLUMNS),
            overdue: debt.overdue,
            due: if debt.overdue {
                format!("since {due}")
            } else {
                format!("due {due}, in {}", duration(debt.due.hours_since(self.now)))
            },
            waiting: format!("waiting {}", duration(debt.age_h)),
            unusual: named.unusual,
            because: named.because.join(" · "),
            links: leads.all(named),
        }
    }

    pub(super) fn perhaps(&self, named: &NamedDebt, leads: &Leads<'_>) -> PerhapsLine {
        PerhapsLine {
            id: named.debt.turn.id.to_string(),
            name: clip(&named.name, NAME_COLUMNS),
            subject: shown_subject(named, SHORT_SUBJECT_COLUMNS),
            since: format!("for {}", duration(named.debt.age_h)),
            links: leads.all(named),
        }
    }

    pub(super) fn junk(&self, mail: &JunkMail) -> Junk {
        let subject = mail.subject.as_deref().map(|subject| clip(subject, SUBJECT_COLUMNS));
        Junk {
            name: clip(&mail.name, NAME_COLUMNS),
            subject: subject.filter(|subject| !subject.is_empty()),
            at: self.tell(mail.at),
        }
    }
}

fn shown_subject(named: &NamedDebt, columns: usize) -> Option<String> {
    let subject = named.subject.as_deref().map(|subject| clip(subject, columns));
    subject.filter(|subject| !subject.is_empty())
}
