//! `messages.csv`: what was written on LinkedIn, conversation by conversation.

use super::super::csv::{HeaderRow, Row, RowShape, date};
use super::super::text::{some, tidy};
use super::super::values::{Participant, SiteMessage, Statement};

/// No message has more lines.
const MOST_LINES: usize = 1_000;
/// Of a conversation; of more, who is left out makes no difference.
const MOST_PARTICIPANTS: usize = 100;

/// Which cell holds what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) struct MessageColumns {
    conversation: Option<usize>,
    from: Option<usize>,
    sender_url: Option<usize>,
    to: Option<usize>,
    recipient_urls: Option<usize>,
    date: Option<usize>,
    subject: Option<usize>,
    content: Option<usize>,
    folder: Option<usize>,
    is_draft: Option<usize>,
}

impl MessageColumns {
    /// `None` where these aren't the columns of a file of messages.
    pub(in crate::import) fn of(header: &HeaderRow) -> Option<MessageColumns> {
        let is_one = header.has_all(&["conversationid", "from", "to", "date", "content"]);
        is_one.then(|| MessageColumns {
            conversation: header.place(&["conversationid"]),
            from: header.place(&["from"]),
            sender_url: header.place(&["senderprofileurl"]),
            to: header.place(&["to"]),
            recipient_urls: header.place(&["recipientprofileurls"]),
            date: header.place(&["date"]),
            subject: header.place(&["subject"]),
            content: header.place(&["content"]),
            folder: header.place(&["folder"]),
            is_draft: header.place(&["ismessagedraft"]),
        })
    }

    pub(in crate::import) fn shape(&self) -> RowShape {
        RowShape::dated(MOST_LINES, self.date)
    }

    pub(in crate::import) fn read(&self, row: &Row) -> Vec<Statement> {
        let skip = |why: &str| vec![row.skipped(why)];
        if is_yes(row.cell(self.is_draft)) {
            return skip("a draft");
        }
        if is_advertising(row.cell(self.folder)) {
            return skip("advertising or spam");
        }
        let from = participant(row.cell(self.from), row.cell(self.sender_url));
        // Who has left the site has neither name nor profile.
        let Some(from) = from else { return skip("a message without its sender") };
        let Some(at) = date::instant(row.cell(self.date)) else {
            return skip("a message without a date that can be read");
        };
        let conversation = tidy(row.cell(self.conversation));
        if conversation.is_empty() {
            return skip("a message without its conversation");
        }
        let to = recipients(row.cell(self.to), row.cell(self.recipient_urls));
        vec![Statement::Message(SiteMessage {
            line: row.line,
            conversation,
            from,
            to,
            side: None,
            at,
            subject: tidy(row.cell(self.subject)),
            content: row.cell(self.content).to_owned(),
        })]
    }
}

fn is_yes(cell: &str) -> bool {
    matches!(cell.to_lowercase().as_str(), "yes" | "true" | "1")
}

fn is_advertising(folder: &str) -> bool {
    let folder = folder.to_lowercase();
    ["spam", "sponsored", "inmail_ad", "promoted"].iter().any(|word| folder.contains(word))
}

/// `None` where neither is given.
pub(super) fn participant(name: &str, url: &str) -> Option<Participant> {
    let participant = Participant { name: tidy(name), url: some(url) };
    (!participant.name.is_empty() || participant.url.is_some()).then_some(participant)
}

/// Names and profiles stand in two lists, parted by commas; a name may have a comma of its own, and
/// a profile may be missing. Where the lists differ in length, the profiles tell how many there are.
fn recipients(names: &str, urls: &str) -> Vec<Participant> {
    let urls: Vec<&str> = urls.split(',').map(str::trim).filter(|url| !url.is_empty()).collect();
    let parted: Vec<&str> =
        names.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let found: Vec<Option<Participant>> = match (parted.len(), urls.len()) {
        (_, 0) => parted.iter().map(|name| participant(name, "")).collect(),
        (_, 1) => vec![participant(names, urls.first().copied().unwrap_or_default())],
        (named, linked) if named == linked => {
            parted.iter().zip(&urls).map(|(name, url)| participant(name, url)).collect()
        }
        _ => urls.iter().map(|url| participant("", url)).collect(),
    };
    found.into_iter().flatten().take(MOST_PARTICIPANTS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &str, urls: &str, expect: &[(&str, Option<&str>)]) {
        let found = recipients(names, urls);
        let found: Vec<(&str, Option<&str>)> =
            found.iter().map(|it| (it.name.as_str(), it.url.as_deref())).collect();
        assert_eq!(found, expect, "{names} {urls}");
    }

    #[test]
    fn names_and_profiles_go_together_as_far_as_they_can() {
        check("Ada Lovelace", "", &[("Ada Lovelace", None)]);
        check("Lovelace, Ada", "https://l/in/ada", &[("Lovelace, Ada", Some("https://l/in/ada"))]);
        check(
            "Ada Lovelace,Alan Turing",
            "https://l/in/ada,https://l/in/alan",
            &[
                ("Ada Lovelace", Some("https://l/in/ada")),
                ("Alan Turing", Some("https://l/in/alan")),
            ],
        );
        check(
            "Ada Lovelace, PhD,Alan Turing",
            "https://l/in/ada, https://l/in/alan",
            &[("", Some("https://l/in/ada")), ("", Some("https://l/in/alan"))],
        );
        check("", "", &[]);
    }
}
