//! Builds invented mail, header by header.

use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// A message under construction. Its time is its `Date`, and, unless it was `sent`, that of the
/// `Received` line that the receiving server put on top.
#[derive(Debug, Clone)]
pub struct Message {
    at: Timestamp,
    seen: Option<Timestamp>,
    received: bool,
    headers: Vec<(String, String)>,
    body: Option<String>,
    /// Its Content-Type.
    kind: &'static str,
}

impl Message {
    /// `at` in RFC 3339, as in `2026-03-02T09:00:00Z`.
    #[track_caller]
    pub fn at(at: &str) -> Self {
        Message::of(at.parse().expect("an RFC 3339 time"))
    }

    pub fn of(at: Timestamp) -> Self {
        let kind = "text/plain; charset=utf-8";
        Message { at, seen: None, received: true, headers: Vec::new(), body: None, kind }
    }

    /// A copy in the author's own Sent folder: no server has touched it.
    pub fn sent(mut self) -> Self {
        self.received = false;
        self
    }

    /// As a server has it that it reached later than its `Date` says.
    pub fn seen(mut self, at: Timestamp) -> Self {
        self.seen = Some(at);
        self
    }

    pub fn from(self, from: &str) -> Self {
        self.header("From", from)
    }

    pub fn to(self, to: &str) -> Self {
        self.header("To", to)
    }

    pub fn cc(self, cc: &str) -> Self {
        self.header("Cc", cc)
    }

    pub fn subject(self, subject: &str) -> Self {
        self.header("Subject", subject)
    }

    /// Without the angle brackets.
    pub fn id(self, id: &str) -> Self {
        self.header("Message-ID", &format!("<{id}>"))
    }

    /// Without the angle brackets; also its own whole `References`.
    pub fn in_reply_to(self, id: &str) -> Self {
        let id = format!("<{id}>");
        self.header("In-Reply-To", &id).header("References", &id)
    }

    /// Any header, also one that should not be there twice.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without it, whoever begins a conversation writes their subject out, as in "Lunch?".
    pub fn body(mut self, body: &str) -> Self {
        self.body = Some(body.to_owned());
        self
    }

    fn text(&self) -> String {
        let begun = |(name, value): &(String, String)| {
            (name == "Subject" && !value.starts_with("Re: ")).then_some(value.clone())
        };
        let subject = self.headers.iter().find_map(begun).unwrap_or("Hello.".to_owned());
        self.body.clone().unwrap_or(subject + "\n")
    }

    /// With parts that `half` parts (RFC 2046 §5.1.1).
    pub fn multipart(mut self, parts: &str) -> Self {
        self.kind = "multipart/mixed; boundary=half";
        self.body(parts)
    }

    /// With the text as plain text and as HTML (RFC 2046 §5.1.4).
    pub fn alternative(mut self, text: &str) -> Self {
        let part = |kind: &str, text: &str| {
            format!("--half\nContent-Type: text/{kind}; charset=utf-8\n\n{text}\n")
        };
        let html = format!("<p>{}</p>", text.replace('\n', "<br>"));
        self.kind = "multipart/alternative; boundary=half";
        self.body(&(part("plain", text) + &part("html", &html) + "--half--\n"))
    }

    /// A mail system's report that it couldn't deliver to an address (RFC 3464).
    pub fn report(mut self, address: &str, status: &str) -> Self {
        let text = format!(
            "--half\nContent-Type: text/plain\n\nI'm sorry to have to inform you.\n\
             --half\nContent-Type: message/delivery-status\n\n\
             Reporting-MTA: dns; mx.example.com\n\n\
             Final-Recipient: rfc822; {address}\nAction: failed\nStatus: {status}\n--half--\n"
        );
        self.kind = "multipart/report; report-type=delivery-status; boundary=half";
        self.body(&text)
    }

    /// When it arrived.
    pub fn time(&self) -> Timestamp {
        self.seen.unwrap_or(self.at)
    }

    /// With CRLF line ends (RFC 5322 §2.1).
    pub fn bytes(&self) -> Vec<u8> {
        let written = |at: Timestamp| rfc2822::to_string(&at.to_zoned(jiff::tz::TimeZone::UTC));
        let date = written(self.at).unwrap();
        let mut text = String::new();
        if self.received {
            let seen = written(self.time()).unwrap();
            text += &format!(
                "Received: from mx.example.net (mx.example.net [192.0.2.7])\r\n\
                 \tby mail.example.com (Postfix) with ESMTPS; {seen}\r\n"
            );
        }
        text += &format!("Date: {date}\r\n");
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += &format!("MIME-Version: 1.0\r\nContent-Type: {}\r\n\r\n", self.kind);
        text += &self.text().replace('\n', "\r\n");
        text.into_bytes()
    }
}

#[test]
fn a_message_reads_like_mail() {
    let mail = Message::at("2026-03-02T09:00:00Z")
        .from("Bob <bob@example.org>")
        .to("ada@example.com")
        .subject("Lunch?")
        .id("1@example.org")
        .sent();
    let expect = "Date: Mon, 2 Mar 2026 09:00:00 +0000\r\n\
                  From: Bob <bob@example.org>\r\n\
                  To: ada@example.com\r\n\
                  Subject: Lunch?\r\n\
                  Message-ID: <1@example.org>\r\n\
                  MIME-Version: 1.0\r\n\
                  Content-Type: text/plain; charset=utf-8\r\n\r\nLunch?\r\n";
    assert_eq!(String::from_utf8(mail.bytes()).unwrap(), expect);
}
