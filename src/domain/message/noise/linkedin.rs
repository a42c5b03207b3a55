//! LinkedIn's own mail, as far as it says that a person wrote there: their name stands in From, beside
//! an address that is LinkedIn's.
//!
//! Reads names, addresses and subjects; what a message says, its own export knows.

use crate::domain::message::facts::Mailbox;
use crate::domain::message::identity::name_key;

const HOST: &str = "linkedin.com";

/// Local parts that a message comes from under its writer's own subject, to be answered by mail.
const ANSWERED_BY_MAIL: &[&str] = &["hit-reply", "inmail", "inmail-hit-reply", "member"];
/// Local parts from which messages are told of.
const TELLING: &[&str] = &["messages", "messages-noreply", "messaging-noreply"];
/// Words of a subject that tell of a message, wherever it is told from.
const MESSAGE_WORDS: &[&str] =
    &["messag", "nachricht", "mensaje", "mensagem", "bericht", "inmail", "replied to you"];
/// Words of a subject that tell of a click.
const CLICK_WORDS: &[&str] = &[
    "accepted",
    "anniversary",
    "birthday",
    "commented",
    "congratulat",
    "connect with",
    "endorsed",
    "invitation",
    "is hiring",
    "mentioned you",
    "posted",
    "profile",
    "shared",
    "your network",
];
/// What stands between a name and "LinkedIn".
const BETWEEN: &[&str] = &["via", "(via", "vía", "über", "durch", "par", "por", "tramite", "door"];

/// Whether LinkedIn itself writes from an address, and not somebody who works there.
pub fn is_linkedins_own(address: &str) -> bool {
    let Some((local, host)) = address.rsplit_once('@') else { return false };
    let is_host = host == HOST || host.strip_suffix(HOST).is_some_and(|rest| rest.ends_with('.'));
    let is_named = ANSWERED_BY_MAIL.contains(&local) || TELLING.contains(&local);
    is_host && (is_named || local.contains("noreply") || local.contains("no-reply"))
}

/// Who wrote on LinkedIn, as this mail of it says; `None` where it says nothing of the kind.
pub fn writer(from: &Mailbox, subject: &str) -> Option<String> {
    if !is_linkedins_own(&from.address) {
        return None;
    }
    let (local, _) = from.address.rsplit_once('@')?;
    let subject = subject.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| subject.contains(word));
    let is_told = TELLING.contains(&local) || says(MESSAGE_WORDS);
    if !ANSWERED_BY_MAIL.contains(&local) && (!is_told || says(CLICK_WORDS)) {
        return None;
    }
    let name = person(from.name.as_deref()?);
    let is_site = name.to_lowercase().starts_with("linkedin");
    (!is_site && name_key(&name).is_some()).then_some(name)
}

/// "Grace Hopper" of "Grace Hopper via LinkedIn".
fn person(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let is_site = |word: &&str| word.trim_end_matches(')').eq_ignore_ascii_case("linkedin");
    let [rest @ .., between, last] = words.as_slice() else { return name.to_owned() };
    let is_between = BETWEEN.contains(&between.to_lowercase().as_str());
    if is_site(last) && is_between { rest.join(" ") } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, address: &str, subject: &str, expect: Option<&str>) {
        let from = Mailbox { address: address.to_owned(), name: Some(name.to_owned()) };
        assert_eq!(writer(&from, subject).as_deref(), expect, "{name} <{address}>: {subject}");
    }

    #[test]
    fn a_message_is_told_of_under_its_writers_name() {
        let grace = Some("Grace Hopper");
        let subject = "Grace just messaged you";
        check("Grace Hopper via LinkedIn", "messages-noreply@linkedin.com", subject, grace);
        check("Grace Hopper", "hit-reply@linkedin.com", "I shared your profile", grace);
        check("Grace Hopper (via LinkedIn)", "inmail-hit-reply@linkedin.com", "Sloops", grace);
        check("Grace Hopper über LinkedIn", "member@e.linkedin.com", "Neue Nachricht", grace);
        check("Grace Hopper", "notifications-noreply@linkedin.com", subject, grace);
    }

    #[test]
    fn a_click_and_the_site_itself_are_nobody_who_wrote() {
        let noreply = "messages-noreply@linkedin.com";
        check("LinkedIn", noreply, "You have 3 new messages", None);
        check("LinkedIn Messaging", noreply, "You have 3 new messages", None);
        check(
            "Grace Hopper",
            "invitations-noreply@linkedin.com",
            "I'd like to connect with you",
            None,
        );
        check("Grace Hopper", noreply, "Grace accepted your invitation", None);
        check("Grace Hopper", "updates-noreply@linkedin.com", "Grace shared a post", None);
        check("Grace", noreply, "Grace just messaged you", None);
        check("Grace Hopper", "messages@notlinkedin.com", "Grace just messaged you", None);
        check("Grace Hopper", "grace@example.org", "I messaged you on LinkedIn", None);
        check("Jane Works", "jane@linkedin.com", "Re: your message", None);
    }
}
