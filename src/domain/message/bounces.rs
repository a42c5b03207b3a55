//! What a bounce says of the address that it is about: whether nobody is there any more.
//!
//! Trouble that passes, a full mailbox and a refusal of what was sent say nothing of an address.

use super::noise::Traits;
use crate::domain::model::{DAY, Moment};

/// Mail systems give up within five days (RFC 5321 §4.5.4.1); a bounce of what I didn't send before
/// is a forgery's. In seconds.
pub const COMES_BACK_WITHIN: i64 = 14 * DAY;
/// In seconds.
const FILED_LATE: i64 = 600;

/// How mail systems begin what they write while they go on trying, in lower case.
const DELAYS: &[&str] = &[
    "delay",
    "delivery delay",
    "delivery status notification (delay",
    "warning",
    "mail delivery delay",
    "verzögerung",
    "zustellung verzögert",
    "retard",
    "remise retardée",
    "entrega retrasada",
    "consegna ritardata",
    "vertraging",
];

/// Whether a notice of this subject tells that something is still being tried.
pub fn is_delay(subject: &str) -> bool {
    let lower = subject.trim().to_lowercase();
    DELAYS.iter().any(|begin| lower.starts_with(begin)) || lower.contains("still being retried")
}

/// Whether a delivery that was given up shows that its address is dead: by what was done
/// (`Action`, RFC 3464 §2.3.3), and the status code (RFC 3463 §3).
pub fn shows_a_dead_address(action: &str, status: &str) -> bool {
    let mut parts = status.trim().split(['.', ' ', '(']).map(|part| part.parse().unwrap_or(0_u16));
    let (class, subject, detail) =
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    let failed = action.trim().eq_ignore_ascii_case("failed") && matches!(class, 4 | 5);
    failed
        && match subject {
            // Of the address, unless it is the sender's.
            1 => !matches!(detail, 7 | 8),
            // Of the network, where no server is to be found.
            4 => true,
            // Of the mailbox: disabled, rather than full or closed to a message like this.
            2 => detail <= 1,
            0 => class == 5,
            _ => false,
        }
}

/// Whether a bounce that names nobody is about whom the mail that it answers went to: what only
/// wants to hear of no failure may be any machine's answer, and may come from a living address.
pub fn is_about_what_it_answers(traits: Traits, subject: &str) -> bool {
    traits.intersects(Traits::BOUNCE_SUBJECT | Traits::MAIL_SYSTEM_NAME) && !is_delay(subject)
}

/// Whether what came back at `back` may be what was sent at `sent`: a copy is often filed a moment
/// after the mail has left, and clocks differ.
pub fn may_be_of(sent: Moment, back: Moment) -> bool {
    sent - FILED_LATE <= back && sent > back - COMES_BACK_WITHIN
}

/// Since when an address is dead: the first time that mail to it `came_back` after the last mail
/// from it.
pub fn dead_since(came_back: &[Moment], last_from_it: Option<Moment>) -> Option<Moment> {
    came_back.iter().copied().filter(|at| Some(*at) > last_from_it).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(action: &str, status: &str, dead: bool) {
        assert_eq!(shows_a_dead_address(action, status), dead, "{action} {status}");
    }

    #[test]
    fn only_a_missing_person_or_server_shows_a_dead_address() {
        check("failed", "5.1.1", true);
        check("Failed", "5.1.10 (no such user)", true);
        check("failed", "5.0.0", true);
        check("failed", "5.2.1", true);
        check("failed", "5.4.4", true);
        check("failed", "4.4.1", true);
        check("failed", "5.2.2", false);
        check("failed", "4.2.2", false);
        check("failed", "4.0.0", false);
        check("failed", "5.1.8", false);
        check("failed", "5.3.4", false);
        check("failed", "5.7.1", false);
        check("delayed", "4.4.4", false);
        check("relayed", "2.0.0", false);
        check("failed", "", false);
    }

    #[test]
    fn what_is_still_tried_is_no_failure() {
        assert!(is_delay("Delayed Mail (still being retried)"));
        assert!(is_delay("Delivery Status Notification (Delay)"));
        assert!(is_delay("Warning: message delayed 24 hours"));
        assert!(!is_delay("Delivery Status Notification (Failure)"));
        assert!(!is_delay("Undelivered Mail Returned to Sender"));
    }

    #[test]
    fn mail_from_an_address_revives_it() {
        let [early, late] = [Moment(10), Moment(20)];
        assert_eq!(dead_since(&[late, early], None), Some(early));
        assert_eq!(dead_since(&[early, late], Some(Moment(15))), Some(late));
        assert_eq!(dead_since(&[early, late], Some(late)), None);
        assert_eq!(dead_since(&[], None), None);
    }
}
