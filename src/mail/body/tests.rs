//! Bodies as they come: encoded, in parts, cut short, hostile.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;
use crate::domain::message::cues::{Cues, Marks};

/// What a body adds to the facts of its header.
fn read_cues(header: &[u8], body: &[u8]) -> Option<Cues> {
    let fields = b"From: bob@example.org\r\nTo: Ada Example <ada@example.com>\r\n";
    let mut facts = crate::mail::facts(fields).unwrap();
    read_text(&mut facts, header, body, Owner::default());
    facts.cues
}

#[track_caller]
fn check(header: &str, body: &str, expect: &str) {
    let text = text_start(header.as_bytes(), body.as_bytes());
    let own = text.map(|text| cues::own(&text).text);
    assert_eq!(own.as_deref(), Some(expect), "of {header:?} {body:?}");
}

fn wrapped(text: &str) -> String {
    let encoded = STANDARD.encode(text);
    let lines =
        encoded.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned());
    lines.collect::<Vec<_>>().join("\r\n") + "\r\n"
}

const TEXT: &str = "From: bob@example.org\r\nContent-Type: text/plain; charset=utf-8\r\n";
const BASE64: &str = "Content-Transfer-Encoding: base64\r\n";
const MIXED: &str = "Content-Type: multipart/mixed;\r\n\tboundary=\"outer\"\r\nSubject: x\r\n";

fn alternative(parts: &[(&str, &str)]) -> String {
    let mut body =
        "--outer\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n".to_owned();
    for (header, text) in parts {
        body += &format!("--inner\r\n{header}\r\n{text}\r\n");
    }
    body + "--inner--\r\n\r\n--outer\r\nContent-Type: application/pdf\r\n\r\n%PDF Could you?\r\n--outer--\r\n"
}

#[test]
fn plain_text_as_it_comes() {
    check(TEXT, "Can you come?\r\n\r\n> Tomorrow?\r\n", "Can you come?");
    check("From: bob@example.org\r\n", "Can you come?\r\n", "Can you come?");
    check("", "Can you come?\r\n", "Can you come?");
    check(
        "Subject: only this",
        "Note: this is no field\r\n\r\nBob",
        "Note: this is no field\n\nBob",
    );
}

#[test]
fn encodings_and_charsets_are_decoded() {
    check(
        &format!("{TEXT}{BASE64}"),
        &wrapped("Kannst du für mich übersetzen?"),
        "Kannst du für mich übersetzen?",
    );
    let quoted = format!("{TEXT}Content-Transfer-Encoding: quoted-printable\r\n");
    check(&quoted, "Kannst du f=C3=BCr mich =\r\nkommen?\r\n", "Kannst du für mich kommen?");
    let latin = "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n";
    check(latin, "f=FCr mich\r\n", "für mich");
}

#[test]
fn the_plain_part_is_preferred_to_html() {
    let html = ("Content-Type: text/html\r\n", "<p>In colour?</p>");
    let plain = ("Content-Type: text/plain\r\n", "Is it plain?");
    for parts in [[plain, html], [html, plain]] {
        check(MIXED, &alternative(&parts), "Is it plain?");
    }
    check(MIXED, &alternative(&[html]), "In colour?");
    check(MIXED, &alternative(&[("Content-Type: text/plain\r\n", "  "), html]), "In colour?");
}

#[test]
fn html_loses_tags_and_quotations() {
    for (html, expect) in [
        (
            "<html><head><style>a{}</style></head><body>Is it <b>here</b> &amp; now?</body></html>",
            "Is it here & now?",
        ),
        ("<div>One</div><div>two</div>", "One\n\ntwo"),
        (
            "Yes.<div class=\"x\">On 3 May 2027, Bob &lt;bob@example.org&gt; wrote:<br></div><blockquote>Can you come?</blockquote>",
            "Yes.",
        ),
        ("<blockquote>Can <blockquote>you</blockquote> come?</blockquote><p>No.</p>", "No."),
        (
            "Yes.<hr><div><b>From:</b> Bob<br><b>Sent:</b> Monday<br><b>To:</b> Ada<br><b>Subject:</b> Plan</div><div>Can you come?</div>",
            "Yes.",
        ),
        ("Open <a href=\"https://example.org/?q", "Open"),
    ] {
        check("Content-Type: text/html; charset=utf-8\r\n", html, expect);
    }
}

#[test]
fn a_body_cut_anywhere_says_what_it_says_up_to_there() {
    let long = "Can you come? ".repeat(2000);
    let part = format!("Content-Type: text/plain\r\n{BASE64}");
    let encoded = alternative(&[(&part, &wrapped(&long))]);
    let quoted = long.replace("come? ", "come?=20=\r\n");
    let part = "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n";
    let quoted = alternative(&[(part, &quoted)]);
    let plain = alternative(&[("Content-Type: text/plain\r\n", &long)]);
    for body in [&encoded, &quoted, &plain] {
        for cut in (1000..1100).chain([BODY_START, body.len()]) {
            let text = text_start(MIXED.as_bytes(), &body.as_bytes()[..cut]).unwrap();
            assert!(text.starts_with("Can you come? Can"), "{cut}: {text:?}");
            assert!(text.len() <= TEXT_START);
        }
    }
    let text = text_start(MIXED.as_bytes(), encoded.as_bytes()).unwrap();
    assert!(text.len() > TEXT_START - 20, "all of the text that is wanted: {}", text.len());
}

#[test]
fn without_a_text_nothing_was_read() {
    for header in [
        "Content-Type: application/pdf\r\n",
        "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n",
        "Content-Type: multipart/encrypted; boundary=x\r\n",
    ] {
        let body = "--x\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--x\r\n\
            Content-Type: application/octet-stream\r\n\r\nCan you?\r\n--x--\r\n";
        assert_eq!(read_cues(header.as_bytes(), body.as_bytes()), None, "{header:?}");
    }
    let attached = format!("{TEXT}Content-Disposition: attachment\r\n");
    assert!(text_start(attached.as_bytes(), b"Can you?").is_some(), "the only part is the text");
}

/// RFC 3676: a line that ends with a space goes on in the next, also within a quotation.
#[test]
fn flowed_lines_are_read_as_one() {
    let header = "Content-Type: text/plain; charset=utf-8; format=flowed\r\n";
    let cues = |body: &str| read_cues(header.as_bytes(), body.as_bytes()).unwrap().marks;
    let whole = cues("> Is it \r\n> yours?\r\n\r\nIt is. Could you please send me the key?\r\n");
    let flowed =
        cues("> Is it \r\n> yours?\r\n\r\nIt is. Could you \r\nplease send \r\nme the key?\r\n");
    assert_eq!(flowed, whole);
    assert!(flowed.contains(Marks::QUESTION_TO_YOU | Marks::REQUEST), "{flowed:?}");
}

#[test]
fn cues_are_those_of_the_text() {
    let read = |body: &str| read_cues(TEXT.as_bytes(), body.as_bytes()).unwrap();
    let asked = read("Hi Ada,\r\n\r\nis the plan ready?\r\n\r\n-- \r\nBob\r\n");
    assert!(asked.marks.contains(Marks::QUESTION | Marks::ENDS_ASKING) && asked.named == 1);
    let thanks = read("Thanks!\r\n\r\nOn 3 May 2027, Ada Example wrote:\r\n> Is it ready?\r\n");
    assert!(thanks.marks.contains(Marks::ONLY_THANKS) && !thanks.marks.contains(Marks::QUESTION));
}

/// Bytes of which multiparts are made.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let tokens: Vec<&'static [u8]> = vec![
        b"Content-Type: multipart/mixed; boundary=a\r\n",
        b"Content-Type: multipart/alternative; boundary=\"b\"\n",
        b"Content-Type: message/rfc822\r\n",
        b"Content-Type: text/html; charset=utf-7\r\n",
        b"Content-Type: text/plain; charset=iso-2022-jp\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n",
        b"Content-Disposition: attachment\r\n",
        b"--a\r\n",
        b"--a--",
        b"--b\n",
        b"--b--\r\n",
        b"\r\n",
        b"\n\n",
        b"=E9",
        b"=",
        b"=\r\n",
        b"QUJD",
        b"<blockquote>",
        b"</blockquote",
        b"<div",
        b"<!--",
        b"-->",
        b"&#x110000;",
        b"&amp",
        b"<",
        b">",
        b"\xff",
        b"\xc3",
        b"\0",
        b"\x1b$B",
        b"+AGE-",
        b"On 1 May, Bob wrote:\n",
        b"From: x\nSent: y\nTo: z\n",
        b"-----",
        b"?",
        b"Ada",
    ];
    let token = prop_oneof![
        8 => proptest::sample::select(tokens).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 0..4),
    ];
    proptest::collection::vec(token, 0..60).prop_map(|tokens| tokens.concat())
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(header in hostile(), body in hostile()) {
        read_cues(&header, &body);
        // Without the guard that takes a panic of the parser for "no text".
        let whole = [mime_header(&header).as_slice(), &body].concat();
        if let Some(parsed) = MessageParser::default().parse(&whole) {
            text_of(&parsed);
            closed(&parsed, &whole).map(|closed| MessageParser::default().parse(&closed).is_some());
        }
    }
}

#[test]
fn a_notice_of_absence_says_in_its_text_when_it_ends() {
    let back_on = |marks: &str, body: &str| {
        let header = format!("{TEXT}Date: Mon, 2 Mar 2026 09:00:00 +0000\r\n{marks}");
        let mut facts = crate::mail::facts(header.as_bytes()).unwrap();
        read_text(&mut facts, header.as_bytes(), body.as_bytes(), Owner::default());
        facts.back_on.map(|day| day.to_string())
    };
    let notice = "Auto-Submitted: auto-replied\r\nSubject: Out of office\r\n";
    let away = "I am away until 6 March.\r\n";
    assert_eq!(back_on(notice, away).as_deref(), Some("2026-03-07"));
    assert_eq!(back_on(notice, "I am away.\r\n"), None);
    assert_eq!(back_on("Subject: My plans\r\n", away), None, "a person's mail pauses nothing");
    let told = "Auto-Submitted: auto-replied\r\nSubject: Away until 9 March\r\n";
    assert_eq!(back_on(told, away).as_deref(), Some("2026-03-10"), "the subject comes first");
}
