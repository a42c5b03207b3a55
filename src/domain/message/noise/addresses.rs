//! What addresses are called: those from which programs and mailings come, and those of lists.
//!
//! A guess by the words of an address, good enough to weigh, never enough to leave a message out.

use super::{Traits, rules};

/// Words in the local parts of addresses that nobody writes from by hand.
const MACHINES: &[&str] = &[
    "admin",
    "administrator",
    "alert",
    "alerts",
    "announce",
    "announcement",
    "announcements",
    "auto",
    "automail",
    "autoreply",
    "billing",
    "bot",
    "bounce",
    "bounces",
    "broadcast",
    "bugzilla",
    "buildbot",
    "bulletin",
    "calendar",
    "ci",
    "clientservices",
    "communications",
    "confirm",
    "confirmation",
    "cron",
    "customercare",
    "customerservice",
    "daemon",
    "deals",
    "digest",
    "donotreply",
    "editor",
    "events",
    "feedback",
    "gerrit",
    "github",
    "gitlab",
    "helpdesk",
    "info",
    "information",
    "invoice",
    "jenkins",
    "jira",
    "list",
    "listserv",
    "mailer",
    "mailing",
    "mailings",
    "mailman",
    "majordomo",
    "marketing",
    "media",
    "member",
    "members",
    "memberservices",
    "membership",
    "monitor",
    "news",
    "newsletter",
    "newsletters",
    "nobody",
    "noreply",
    "notification",
    "notifications",
    "notifier",
    "notify",
    "offer",
    "offers",
    "order",
    "orders",
    "owner",
    "patchwork",
    "postmaster",
    "press",
    "promo",
    "promotions",
    "publications",
    "receipt",
    "receipts",
    "reminder",
    "report",
    "reports",
    "research",
    "response",
    "rewards",
    "robot",
    "root",
    "sales",
    "service",
    "services",
    "shipping",
    "specials",
    "store",
    "subscribe",
    "subscription",
    "subscriptions",
    "support",
    "survey",
    "system",
    "syzbot",
    "team",
    "ticket",
    "tickets",
    "travel",
    "update",
    "updates",
    "webmaster",
    "welcome",
];

/// First labels of hosts that mailing services write from.
const MAILING_LABELS: &[&str] = &[
    "alerts",
    "bounce",
    "bounces",
    "deals",
    "e",
    "em",
    "email",
    "info",
    "mailer",
    "mailing",
    "mailings",
    "marketing",
    "mkt",
    "news",
    "newsletter",
    "newsletters",
    "notifications",
    "notify",
    "offer",
    "offers",
    "promo",
    "reply",
    "updates",
];

/// How the local parts of lists end or begin.
const LIST_WORDS: &[&str] = &[
    "announce",
    "commits",
    "devel",
    "dev",
    "discuss",
    "discussion",
    "group",
    "hackers",
    "list",
    "lists",
    "ml",
    "talk",
    "users",
    "user",
    "all",
    "everyone",
];

/// Hosts, and the first labels of hosts, that carry lists.
const LIST_HOSTS: &[&str] =
    &["vger.kernel.org", "googlegroups.com", "groups.io", "yahoogroups.com", "sourceware.org"];
const LIST_LABELS: &[&str] = &["lists.", "list.", "listserv.", "groups.", "ml.", "lore."];

/// Words by which companies are reached, beside those of programs.
const ROLES: &[&str] = &[
    "accounting",
    "accounts",
    "anfrage",
    "booking",
    "bookings",
    "careers",
    "contact",
    "desk",
    "enquiries",
    "finance",
    "hello",
    "help",
    "hi",
    "hr",
    "inquiries",
    "jobs",
    "kontakt",
    "legal",
    "mail",
    "office",
    "privacy",
    "reception",
    "recruiting",
    "reservations",
    "security",
    "staff",
];

/// Whether an address is that of a role, a program or a list, and not of a person.
pub fn is_role(address: &str) -> bool {
    let (local, _) = address.rsplit_once('@').unwrap_or((address, ""));
    let first = words(local).next().unwrap_or_default();
    let called = |word: &str| ROLES.contains(&word) || MACHINES.contains(&word);
    let takes_no_answers = rules::sender(address).contains(Traits::NO_REPLY_SENDER);
    called(&first) || called(local) || takes_no_answers || is_list(address)
}

/// What the address of a message's sender is called.
pub fn sender(address: &str) -> Traits {
    let (local, host) = address.rsplit_once('@').unwrap_or((address, ""));
    let carried = || {
        host.split_once('.')
            .is_some_and(|(label, domain)| domain.contains('.') && MAILING_LABELS.contains(&label))
    };
    let called = words(local).any(|word| is_machine(&word)) || carried();
    if called { Traits::MACHINE_SENDER } else { Traits::NONE }
}

fn is_machine(word: &str) -> bool {
    let made_up = word.len() > 4 && (word.ends_with("bot") || word.ends_with("mail"));
    made_up || MACHINES.binary_search(&word).is_ok()
}

/// What those in To are called.
pub fn recipients<'x>(mut to: impl Iterator<Item = &'x str>) -> Traits {
    if to.any(is_list) { Traits::LIST_IN_TO } else { Traits::NONE }
}

/// Whether an address may be a person's: it is called neither as a program's nor as a list's.
pub fn is_persons(address: &str) -> bool {
    sender(address) == Traits::NONE && !is_list(address)
}

fn is_list(address: &str) -> bool {
    let Some((local, host)) = address.rsplit_once('@') else { return false };
    let ends = || words(local).last().is_some_and(|last| LIST_WORDS.contains(&last.as_str()));
    LIST_HOSTS.contains(&host) || LIST_LABELS.iter().any(|label| host.starts_with(label)) || ends()
}

fn words(local: &str) -> impl Iterator<Item = String> {
    let words = local.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        assert!(MACHINES.is_sorted());
    }

    #[test]
    fn programs_and_mailings_are_known_by_their_addresses() {
        for address in
            ["syzbot+c0ffee@example.org", "member.services@example.org", "lkbot@example.org"]
        {
            assert_eq!(sender(address), Traits::MACHINE_SENDER, "{address}");
        }
        for address in ["ada@example.org", "newsome@example.org", "info.graham@example.org"] {
            let machine = sender(address) == Traits::MACHINE_SENDER;
            assert_eq!(machine, address.starts_with("info"), "{address}");
        }
    }

    #[test]
    fn lists_are_known_by_host_or_name() {
        let list = |address| recipients([address].into_iter()) == Traits::LIST_IN_TO;
        assert!(list("roof@lists.example.org") && list("roof-devel@example.org"));
        assert!(!list("ada@example.org") && !list("") && !list("all"));
    }
}
