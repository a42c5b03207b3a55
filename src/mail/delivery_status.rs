//! The report in a bounce (RFC 3464): to whom mail couldn't be delivered for good.
//!
//! Looks at lines, not at parts: many reports are cut short, and some are no proper MIME.

use super::decode;
use crate::domain::message::bounces::shows_a_dead_address;
use crate::domain::message::identity;

/// A mail that reached nobody names no more.
const MOST_ADDRESSES: usize = 50;

/// Of one recipient, as far as it was read.
#[derive(Default)]
struct Recipient {
    /// The one that failed, and the one that was written to, where mail was forwarded.
    addresses: Vec<String>,
    action: String,
    status: String,
}

/// The addresses in a list, as `X-Failed-Recipients` holds one.
pub(super) fn listed(value: &[u8]) -> Vec<String> {
    let parties = decode::parties(value);
    let addresses = parties.iter().filter_map(decode::Party::mailbox).map(|it| it.address);
    addresses.take(MOST_ADDRESSES).collect()
}

/// The addresses that a report in the beginning of a body shows to be dead; `None` where there is
/// no report.
pub(super) fn dead_addresses(body_start: &[u8]) -> Option<Vec<String>> {
    let text = String::from_utf8_lossy(body_start);
    let mut recipients = vec![Recipient::default()];
    for line in text.lines() {
        match recipients.last_mut() {
            Some(recipient) if !line.trim().is_empty() => recipient.take(line),
            _ => recipients.push(Recipient::default()),
        }
    }
    recipients.retain(|recipient| !recipient.addresses.is_empty());
    let dead = |it: &Recipient| shows_a_dead_address(&it.action, &it.status);
    let any = !recipients.is_empty();
    let addresses = recipients.into_iter().filter(dead).flat_map(|it| it.addresses);
    any.then(|| addresses.take(MOST_ADDRESSES).collect())
}

impl Recipient {
    fn take(&mut self, line: &str) {
        let Some((name, value)) = line.split_once(':') else { return };
        match name.trim().to_ascii_lowercase().as_str() {
            "final-recipient" | "original-recipient" => {
                // `rfc822; ann@example.org`
                let address = value.split_once(';').map_or(value, |(_, address)| address);
                let address = identity::normalise(address.trim());
                self.addresses.extend(address.filter(|it| !self.addresses.contains(it)));
            }
            "action" => value.trim().clone_into(&mut self.action),
            "status" => value.trim().clone_into(&mut self.status),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(report: &str, expect: Option<&[&str]>) {
        let found = dead_addresses(report.as_bytes());
        let found: Option<Vec<&str>> =
            found.as_ref().map(|it| it.iter().map(String::as_str).collect());
        assert_eq!(found.as_deref(), expect, "of {report}");
    }

    #[test]
    fn a_report_names_whom_mail_cannot_reach() {
        check(
            "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.com\n\n\
             Final-Recipient: rfc822; Ann@example.org\nAction: failed\nStatus: 5.1.1\n\n--b\n",
            Some(&["ann@example.org"]),
        );
        check(
            "Final-Recipient: RFC822; <ann@new.example>\r\nOriginal-Recipient: rfc822;ann@old.example\r\n\
             Status: 5.1.1\r\nAction: failed\r\n\r\nFinal-recipient: rfc822;bob@example.org\r\n\
             Action: failed\r\nStatus: 5.2.2\r\n",
            Some(&["ann@new.example", "ann@old.example"]),
        );
    }

    #[test]
    fn a_full_mailbox_or_a_delay_is_a_report_that_names_nobody() {
        check(
            "Final-Recipient: rfc822; ann@example.org\nAction: delayed\nStatus: 4.4.4\n",
            Some(&[]),
        );
        check("I could not deliver your mail to ann@example.org.\n", None);
        check("Final-Recipient: \0;;\n", None);
        check("", None);
    }

    #[test]
    fn a_list_of_addresses_is_read_as_one() {
        assert_eq!(listed(b" ann@example.org, Bob <bob@example.org>\r\n").len(), 2);
        assert!(listed(b" nobody at all").is_empty());
    }
}
