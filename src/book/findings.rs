//! Goes through the mail for what may stand in the ledger: introductions, résumés passed on, and
//! people brought in by others.
//!
//! Gathers what the domain judges by; a pass looks at every message, so it is part of learning.

use crate::domain::decide::ledger::introductions::{self, FirstWord, Introduction};
use crate::domain::decide::ledger::met::Sighting;
use crate::domain::decide::ledger::{Kept, Outbound, received, resumes};
use crate::domain::message::facts::Mailbox;
use crate::domain::message::noise::Traits;
use crate::domain::model::Moment;
use crate::domain::policy::Policy;
use crate::error::Result;
use crate::store::{AddressedMail, Head, SeenOn, Store};

/// Of a mail that begins no conversation, or isn't its sender's own.
const CONTINUES: Traits =
    Traits::HAS_REPLY_HEADERS.with(Traits::REPLY_PREFIX).with(Traits::FORWARD);

/// What of the mail may stand in the ledger.
///
/// # Errors
/// Where the database can't be read.
pub fn find(store: &Store, policy: &Policy) -> Result<Vec<Kept>> {
    let own_names = store.my_names()?;
    let own_names: Vec<&str> = own_names.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    for mail in store.addressed_mail(may_tell)? {
        let Some(at) = mail.head.clocks.time(policy.time) else { continue };
        if mail.head.clocks.by_me {
            found.extend(introduction(store, policy, &mail, at)?.map(Kept::Introduction));
            let passed_on = resumes::resumes(&outbound(&mail, at), &own_names);
            found.extend(passed_on.into_iter().map(Kept::Resume));
        } else {
            found.extend(introduced_to_me(store, policy, &mail, at)?.map(Kept::Received));
        }
    }
    Ok(found)
}

fn may_tell(head: &Head) -> bool {
    let begins = !head.traits.intersects(CONTINUES);
    if head.clocks.by_me {
        begins && introductions::may_introduce(&head.subject, head.recipients)
            || head.attachments.iter().any(|file| resumes::is_resume(file))
    } else {
        begins && received::may_introduce(&head.subject, head.recipients)
    }
}

fn outbound(mail: &AddressedMail, at: Moment) -> Outbound<'_> {
    let AddressedMail { head, to, cc } = mail;
    Outbound {
        id: head.message,
        at,
        to,
        cc,
        subject: &head.subject,
        starts_thread: !head.traits.intersects(CONTINUES),
        is_tagged: head.traits.contains(Traits::TAGGED),
        attachments: &head.attachments,
    }
}

fn introduction(
    store: &Store,
    policy: &Policy,
    mail: &AddressedMail,
    at: Moment,
) -> Result<Option<Introduction>> {
    let outbound = outbound(mail, at);
    let this = sighting(&mail.head, at);
    let mut new_pairs = Vec::new();
    let mut words = Vec::new();
    for (one, other) in introductions::pairs(&outbound) {
        let seen = store.seen_on(&one, Some(&other))?;
        if seen
            .iter()
            .any(|seen| seen_at(seen, policy).is_some_and(|it| it.acquaints_before(&this)))
        {
            continue;
        }
        words.extend(seen.iter().filter_map(|seen| {
            let by = seen.author.clone().filter(|by| *by == one || *by == other)?;
            let to = if by == one { other.clone() } else { one.clone() };
            Some(FirstWord { at: seen.clocks.time(policy.time)?, by, to })
        }));
        new_pairs.push((one, other));
    }
    let found = introductions::introduction(&outbound, new_pairs);
    Ok(found.map(|found| found.followed_by(words)))
}

fn introduced_to_me(
    store: &Store,
    policy: &Policy,
    mail: &AddressedMail,
    at: Moment,
) -> Result<Option<received::Received>> {
    let others: Vec<Mailbox> = mail.to.iter().chain(&mail.cc).cloned().collect();
    let this = sighting(&mail.head, at);
    let mut newcomers = Vec::new();
    for person in others.iter().filter(|person| person.address != mail.head.author.address) {
        let seen = store.seen_on(&person.address, None)?;
        if !seen.iter().any(|seen| seen_at(seen, policy).is_some_and(|it| it.precedes(&this))) {
            newcomers.push(person.clone());
        }
    }
    Ok(received::received(mail.head.message, at, &mail.head.author, &others, newcomers))
}

fn sighting(head: &Head, at: Moment) -> Sighting {
    Sighting { at, key: head.key, recipients: head.recipients }
}

fn seen_at(seen: &SeenOn, policy: &Policy) -> Option<Sighting> {
    let at = seen.clocks.time(policy.time)?;
    Some(Sighting { at, key: seen.key, recipients: seen.recipients })
}
