//! Where an alert or an entry of the digest leads: to a message, to a new mail, to a command.
//!
//! Whatever a stranger wrote is encoded: nothing of it can end a URL or add a field to a mail.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::config::{Config, MESSAGE_ID, MID};
use crate::domain::text::clean;

/// What may stand in a query or in the place of a Message-ID within an address of the web.
const VALUE: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');
/// What a path of a URL can't hold as it stands (RFC 3986 §3.3), and the slash, which has a meaning
/// of its own in `mid:` URLs.
const IN_MID: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The message itself (RFC 2392 §2).
pub fn mid(message_id: &str) -> String {
    format!("mid:{}", utf8_percent_encode(bare(message_id), IN_MID))
}

/// Where a message is shown: in the webmail of the account in which it lies, or in whatever opens
/// `mid:` URLs.
pub fn shown_at(message_id: &str, account: Option<&str>, config: &Config) -> String {
    let account = account.and_then(|name| config.accounts.iter().find(|it| it.name == name));
    match account.and_then(|account| account.webmail.as_deref()) {
        Some(page) => page.replace(MESSAGE_ID, &encoded(bare(message_id))),
        None => mid(message_id),
    }
}

/// The words of a command that opens a message, told which.
pub fn filled_in(command: &[String], message_id: &str) -> Vec<String> {
    let fill = |word: &String| {
        let id = match word.starts_with("http://") || word.starts_with("https://") {
            true => encoded(bare(message_id)),
            // A program would take it for an option.
            false if word == MESSAGE_ID => bare(message_id).trim_start_matches('-').to_owned(),
            false => bare(message_id).to_owned(),
        };
        word.replace(MID, &mid(message_id)).replace(MESSAGE_ID, &id)
    };
    // The program is the user's own word.
    let (program, rest) = (command.iter().take(1).cloned(), command.iter().skip(1).map(fill));
    program.chain(rest).collect()
}

/// A new mail (RFC 6068): to whom, and what its fields say.
pub fn mailto(address: &str, fields: &[(&str, &str)]) -> String {
    let mut url = format!("mailto:{}", encoded(&clean(address)));
    for (nth, (name, value)) in fields.iter().enumerate() {
        let mark = if nth == 0 { '?' } else { '&' };
        url.push_str(&format!("{mark}{name}={}", encoded(&clean(value))));
    }
    url
}

/// An answer to a message, which mail programs file with it.
pub fn reply(address: &str, subject: Option<&str>, message_id: Option<&str>) -> String {
    let subject = subject.map(|subject| {
        let subject = clean(subject);
        let is_reply = subject.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("re:"));
        if is_reply { subject } else { format!("Re: {subject}") }
    });
    let in_reply_to = message_id.map(|id| format!("<{}>", bare(id)));
    let fields: Vec<(&str, &str)> = [
        subject.as_deref().map(|subject| ("subject", subject)),
        in_reply_to.as_deref().map(|id| ("In-Reply-To", id)),
    ]
    .into_iter()
    .flatten()
    .collect();
    mailto(address, &fields)
}

fn bare(message_id: &str) -> &str {
    message_id.trim().trim_start_matches('<').trim_end_matches('>')
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, VALUE).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[test]
    fn a_message_is_named_by_its_id_alone() {
        assert_eq!(mid("<CA+x=1@mail.example.org>"), "mid:CA+x=1@mail.example.org");
        assert_eq!(mid("<a/b%c d\"é>"), "mid:a%2Fb%25c%20d%22%C3%A9");
    }

    #[test]
    fn an_answer_says_what_it_answers() {
        let expect = "mailto:grace@example.org?subject=Re%3A%20Plan%20%26%20budget\
                      &In-Reply-To=%3C1%2B2@example.org%3E";
        let id = Some("<1+2@example.org>");
        assert_eq!(reply("grace@example.org", Some("Plan & budget"), id), expect);
        assert_eq!(reply("grace@example.org", Some("Re: Plan & budget"), id), expect);
        assert_eq!(reply("grace@example.org", None, None), "mailto:grace@example.org");
    }

    #[test]
    fn nothing_foreign_adds_a_field_to_a_mail() {
        let subject = "x\r\nBcc: eve@example.net&bcc=eve@example.net\u{202E}";
        let url = reply("a@b?bcc=c@d", Some(subject), Some("<x>\r\n&cc=e@f>"));
        assert_eq!(url.matches(['?', '&']).count(), 2, "{url}");
        assert!(url.is_ascii() && !url.contains(['\r', '\n', '"', '<', '>']), "{url}");
    }

    #[test]
    fn a_command_is_told_which_message() {
        let words = ["thunderbird", "{mid}", "id:{message_id}"].map(str::to_owned);
        let expect = ["thunderbird", "mid:1@example.org", "id:1@example.org"];
        assert_eq!(filled_in(&words, "<1@example.org>"), expect);
        let words = ["x", "{message_id}", "https://example.org/?q={message_id}"];
        let expect = ["x", "exec=1&a@evil", "https://example.org/?q=--exec%3D1%26a@evil"];
        assert_eq!(filled_in(&words.map(str::to_owned), "<--exec=1&a@evil>"), expect);
    }

    #[test]
    fn without_webmail_the_mail_program_shows_it() {
        let shown = shown_at("<1@example.org>", Some("work"), &config::defaults());
        assert_eq!(shown, "mid:1@example.org");
    }
}
