//! What is attached to a message, by its names: from the fields of its parts, or from what a server
//! says of them.
//!
//! Looks at the lines between the parts, never at what a part holds. A name is never a path.

use std::io::{self, BufRead, Read};

use mail_parser::{Message, MessageParser, MimeHeaders};

use super::body::BODY_START;
use super::decode::guarded;
use super::fields::picked;

pub(super) const FIELDS: [&str; 2] = ["content-type", "content-disposition"];

/// Names beyond this number are left out: they say nothing more.
pub const MOST_NAMES: usize = 20;
/// Longer names are cut, in characters.
const LONGEST_NAME: usize = 200;
const MOST_PARTS: usize = 1_000;
const DEEPEST: usize = 20;
/// How much is looked at of the fields of a part, and of any line, in bytes.
const LONGEST_HEAD: usize = 4 * 1024;
const LONGEST_LINE: usize = 1024;

/// Multiparts whose parts are other forms of a text, what is shown within it, or proofs of it; any
/// other is as good as `mixed` (RFC 2046 §5.1.7).
const ONE_TEXT: [&str; 5] = ["alternative", "related", "signed", "encrypted", "report"];

/// Goes through a body line by line and picks the names of what is attached.
#[derive(Debug, Default)]
pub struct Attachments {
    names: Vec<String>,
    /// Of the multiparts that are open, the outermost first.
    boundaries: Vec<Vec<u8>>,
    /// The fields of the part that begins here, as far as they came.
    head: Option<Vec<u8>>,
    parts: usize,
    is_mixed: bool,
}

impl Attachments {
    /// With the name of a message that is an attachment itself. `header` as for [`super::facts`].
    pub fn of(header: &[u8]) -> Attachments {
        let mut attachments = Attachments::default();
        attachments.enter(&picked(header, &FIELDS));
        attachments
    }

    /// Takes a line of the body, or as much of its beginning as there is.
    pub fn line(&mut self, line: &[u8]) {
        if self.is_over() {
            return;
        }
        if let Some((at, closes)) = self.delimiter(line) {
            self.leave();
            self.boundaries.truncate(at + usize::from(!closes));
            self.parts += 1;
            self.head = (!closes).then(Vec::new);
            if self.parts > MOST_PARTS {
                self.boundaries.clear();
            }
        } else if let Some(head) = &mut self.head {
            let is_blank = line.trim_ascii().is_empty();
            if !is_blank && head.len() + line.len() <= LONGEST_HEAD {
                head.extend_from_slice(line);
            } else {
                self.leave();
            }
        }
    }

    /// Takes what there is of a body, and stops where nothing more is to be found.
    ///
    /// # Errors
    /// That of `body`, where it can't be read.
    pub fn read(&mut self, mut body: impl BufRead) -> io::Result<()> {
        let mut line = Vec::new();
        let mut passed = 0;
        while !self.is_over() && (self.is_mixed || passed < BODY_START) {
            line.clear();
            let mut start = body.by_ref().take(LONGEST_LINE as u64);
            let length = start.read_until(b'\n', &mut line)?;
            if length == 0 {
                break;
            }
            if length == LONGEST_LINE && !line.ends_with(b"\n") {
                passed += body.skip_until(b'\n')?;
            }
            passed += length;
            self.line(&line);
        }
        Ok(())
    }

    /// Whether what comes behind may name more.
    pub fn may_go_on(&self) -> bool {
        self.is_mixed && !self.is_over()
    }

    /// The names of what is attached, [`MOST_NAMES`] at most, without folders.
    pub fn into_names(mut self) -> Vec<String> {
        self.leave();
        self.names
    }

    fn is_over(&self) -> bool {
        self.boundaries.is_empty() || self.names.len() >= MOST_NAMES
    }

    /// Which multipart this line parts or closes (RFC 2046 §5.1.1).
    fn delimiter(&self, line: &[u8]) -> Option<(usize, bool)> {
        let rest = line.strip_prefix(b"--")?.trim_ascii_end();
        let named = |boundary: &Vec<u8>| {
            let tail = rest.strip_prefix(boundary.as_slice())?;
            matches!(tail, b"" | b"--").then_some(!tail.is_empty())
        };
        let found = self.boundaries.iter().enumerate().rev();
        found.filter_map(|(at, boundary)| Some((at, named(boundary)?))).next()
    }

    /// The fields of a part are over.
    fn leave(&mut self) {
        if let Some(mut head) = self.head.take().filter(|head| !head.is_empty()) {
            head.extend_from_slice(b"\r\n");
            self.enter(&head);
        }
    }

    fn enter(&mut self, head: &[u8]) {
        let Some(part) = guarded(|| MessageParser::default().parse_headers(head)) else { return };
        let kind = part.content_type();
        match kind.filter(|kind| kind.ctype().eq_ignore_ascii_case("multipart")) {
            Some(multipart) => {
                let is_one_text =
                    |it: &str| ONE_TEXT.iter().any(|one| it.eq_ignore_ascii_case(one));
                self.is_mixed |= !multipart.subtype().is_some_and(is_one_text);
                let boundary = multipart.attribute("boundary").filter(|it| !it.is_empty());
                if self.boundaries.len() < DEEPEST {
                    self.boundaries.extend(boundary.map(|it| it.as_bytes().to_vec()));
                }
            }
            None => self.names.extend(name(&part)),
        }
    }
}

/// The name of a part that a server describes: its type, its disposition, and the parameters of
/// each (RFC 2231); `None` where it isn't attached or has none.
pub fn attachment_name<'x>(
    kind: (&str, &[(&'x str, &'x str)]),
    disposition: Option<(&str, &[(&'x str, &'x str)])>,
) -> Option<String> {
    let mut head = field("Content-Type", kind);
    if let Some(disposition) = disposition {
        head.push_str(&field("Content-Disposition", disposition));
    }
    head.push_str("\r\n");
    guarded(|| MessageParser::default().parse_headers(head.as_bytes())).and_then(|part| name(&part))
}

fn field(name: &str, (value, parameters): (&str, &[(&str, &str)])) -> String {
    let mut field = format!("{name}: {}", one_line(value));
    for (key, value) in parameters {
        let (key, value) = (one_line(key), one_line(value));
        if key.ends_with('*') {
            field.push_str(&format!(";\r\n {key}={}", value.replace(['"', ';', ' '], "")));
        } else {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"");
            field.push_str(&format!(";\r\n {key}=\"{value}\""));
        }
    }
    field.push_str("\r\n");
    field
}

fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// A picture that is shown within the text and the signature of a text are no attachments.
fn name(part: &Message<'_>) -> Option<String> {
    let disposition = part.content_disposition();
    let is_attached = disposition.is_some_and(|it| it.ctype().eq_ignore_ascii_case("attachment"));
    if let Some(kind) = part.content_type() {
        let subtype = kind.subtype().unwrap_or_default().to_ascii_lowercase();
        let is_shown = kind.ctype().eq_ignore_ascii_case("image") && !is_attached;
        if is_shown || subtype.ends_with("-signature") || subtype == "pgp-encrypted" {
            return None;
        }
    }
    let name = one_line(part.attachment_name()?);
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    (!name.is_empty()).then(|| name.chars().take(LONGEST_NAME).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MIXED: &str = "Content-Type: multipart/mixed; boundary=\"o\"\r\n\r\n";

    #[track_caller]
    fn check(header: &str, body: &str, expect: &[&str]) {
        for body in [body.to_owned(), body.replace("\r\n", "\n")] {
            let mut attachments = Attachments::of(header.as_bytes());
            attachments.read(body.as_bytes()).unwrap();
            assert_eq!(attachments.into_names(), expect, "{body}");
        }
    }

    fn part(fields: &str) -> String {
        format!("--o\r\n{fields}\r\n\r\n{}\r\n", "x".repeat(3000))
    }

    #[test]
    fn names_stand_in_the_fields_of_the_parts_however_far_down() {
        let body = [
            part("Content-Type: text/plain"),
            part("Content-Type: application/pdf; name=\"Jane CV.pdf\""),
            part("Content-Disposition: attachment;\r\n filename=plan.odt"),
            part("Content-Type: text/plain\r\nContent-Disposition: inline; filename=\"notes.txt\""),
        ];
        let body = format!("{}--o--\r\n", body.concat());
        check(MIXED, &body, &["Jane CV.pdf", "plan.odt", "notes.txt"]);
    }

    #[test]
    fn names_are_decoded() {
        for (field, expect) in [
            ("filename*=UTF-8''r%C3%A9sum%C3%A9.pdf", "résumé.pdf"),
            ("filename*0*=UTF-8''r%C3%A9;\r\n filename*1=sume.pdf", "résume.pdf"),
            ("filename=\"=?UTF-8?Q?r=C3=A9sum=C3=A9.pdf?=\"", "résumé.pdf"),
            ("filename=\"=?utf-8?B?csOpc3Vtw6kucGRm?=\"", "résumé.pdf"),
            ("filename=\"../../etc/cv.pdf\"", "cv.pdf"),
            ("filename=\"C:\\\\cv.pdf\"", "cv.pdf"),
        ] {
            let body = part(&format!("Content-Disposition: attachment; {field}"));
            check(MIXED, &body, &[expect]);
        }
    }

    #[test]
    fn what_belongs_to_the_text_is_not_attached() {
        let body = [
            part("Content-Type: image/png; name=\"logo.png\"\r\nContent-ID: <l@x>"),
            part("Content-Type: application/pgp-signature; name=\"signature.asc\""),
            part("Content-Type: message/rfc822"),
            part("Content-Type: image/jpeg\r\nContent-Disposition: attachment; filename=me.jpg"),
        ];
        check(MIXED, &body.concat(), &["me.jpg"]);
    }

    #[test]
    fn parts_may_stand_in_parts() {
        let inner = "--i\r\nContent-Type: application/pdf; name=in.pdf\r\n\r\n\r\n--i--\r\n";
        let body = format!(
            "{}{inner}{}--o--\r\n--o\r\nContent-Type: a/b; name=behind\r\n\r\n",
            "--o\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n",
            part("Content-Type: application/pdf; name=out.pdf"),
        );
        let alternative = MIXED.replace("mixed", "alternative");
        check(MIXED, &body, &["in.pdf", "out.pdf"]);
        check(&alternative, &body, &["in.pdf", "out.pdf"]);
    }

    #[test]
    fn a_message_may_be_an_attachment_itself() {
        check("Content-Type: application/pdf; name=cv.pdf\r\n\r\n", "x", &["cv.pdf"]);
        check("Content-Disposition: attachment; filename=cv.pdf\r\n\r\n", "x", &["cv.pdf"]);
        check("Subject: cv.pdf\r\n\r\n", "--o\r\nContent-Type: a/b; name=c\r\n\r\n", &[]);
    }

    #[test]
    fn the_beginning_says_whether_more_may_come() {
        for (kind, body, expect) in [
            ("mixed", "--o\r\n\r\nHello", true),
            ("mixed", "--o\r\n\r\nHello\r\n--o--\r\n", false),
            ("alternative", "--o\r\n\r\nHello", false),
            ("alternative", "--o\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n", true),
            ("whatever", "--o\r\n\r\nHello", true),
        ] {
            let mut attachments = Attachments::of(MIXED.replace("mixed", kind).as_bytes());
            attachments.read(body.as_bytes()).unwrap();
            assert_eq!(attachments.may_go_on(), expect, "{kind}: {body}");
        }
    }

    #[test]
    fn a_server_tells_them_too() {
        let none: &[(&str, &str)] = &[];
        let pdf = ("application/pdf", &[("NAME", "a \"b\" (cv).pdf")][..]);
        assert_eq!(attachment_name(pdf, None).unwrap(), "a \"b\" (cv).pdf");
        let encoded: &[(&str, &str)] = &[("filename*", "UTF-8''r%C3%A9sum%C3%A9.pdf")];
        let named = attachment_name(("application/pdf", none), Some(("attachment", encoded)));
        assert_eq!(named.unwrap(), "résumé.pdf");
        assert_eq!(attachment_name(("text/plain", none), None), None);
    }

    #[test]
    fn nothing_grows_without_end() {
        let many: String =
            (0..50).map(|n| format!("--o\r\nContent-Type: a/b; name={n}\r\n\r\n")).collect();
        let mut attachments = Attachments::of(MIXED.as_bytes());
        attachments.read(many.as_bytes()).unwrap();
        assert_eq!(attachments.into_names().len(), MOST_NAMES);

        let empty = "--o\r\n".repeat(MOST_PARTS + 1) + "--o\r\nContent-Type: a/b; name=n\r\n\r\n";
        check(MIXED, &empty, &[]);
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(
            lines in prop::collection::vec(
                prop_oneof![
                    Just("--o".to_owned()), Just("--o--".to_owned()), Just(String::new()),
                    Just("Content-Type: multipart/mixed; boundary=o".to_owned()),
                    Just("Content-Type: a/b; name*0*=UTF-8''%C3; name*1=\"".to_owned()),
                    "[ -~]{0,40}", any::<String>(),
                ],
                0..40,
            ),
        ) {
            let mut attachments = Attachments::of(MIXED.as_bytes());
            attachments.read(lines.join("\r\n").as_bytes()).unwrap();
            for name in attachments.into_names() {
                prop_assert!(!name.is_empty() && !name.contains(['/', '\\', '\n', '\r']));
            }
        }
    }
}
