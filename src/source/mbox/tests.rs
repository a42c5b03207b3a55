//! What stands in an mbox comes out of it, whoever wrote it.

use proptest::prelude::*;

use super::*;

fn read(file: &[u8], body: usize) -> Vec<MboxMail> {
    Mbox::new(file, body).collect::<io::Result<_>>().unwrap()
}

/// `expect`: line, header and body of each message.
#[track_caller]
fn check(file: &str, expect: &[(u64, &str, &str)]) {
    for crlf in [false, true] {
        let ends = |text: &str| if crlf { text.replace('\n', "\r\n") } else { text.to_owned() };
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let found: Vec<_> = read(ends(file).as_bytes(), usize::MAX)
            .into_iter()
            .map(|letter| (letter.line, text(letter.header), text(letter.body)))
            .collect();
        let expect: Vec<_> =
            expect.iter().map(|(line, head, body)| (*line, ends(head), ends(body))).collect();
        assert_eq!(found, expect, "crlf: {crlf}");
    }
}

#[test]
fn messages_begin_at_from_lines_and_lose_their_quotes() {
    check(
        "From ada@example.org Mon Jan  5 12:00:00 2026\nA: 1\n\nHello\n>From here\n>>From there\n\n\
         From - Mon Jan  5 12:00:01 2026\nA: 2\n\nBye\n",
        &[(1, "A: 1\n\n", "Hello\nFrom here\n>From there\n"), (8, "A: 2\n\n", "Bye\n")],
    );
}

#[test]
fn a_from_line_needs_a_blank_line_before_it_and_a_time_where_the_first_has_one() {
    check(
        "From a@example.org Mon Jan  5 12:00:00 2026\nA: 1\n\nHello\nFrom here 12:30 on\n\n\
         From Monday on I am away.\n\nFrom b@example.org Mon Jan  5 12:00:00 2026\nA: 2\n\n",
        &[
            (1, "A: 1\n\n", "Hello\nFrom here 12:30 on\n\nFrom Monday on I am away.\n"),
            (9, "A: 2\n\n", ""),
        ],
    );
    check(
        "From a\nA: 1\n\nHello\n\nFrom b\nA: 2\n",
        &[(1, "A: 1\n\n", "Hello\n"), (6, "A: 2\n", "")],
    );
}

#[test]
fn messages_without_a_body_or_a_header_are_told_apart() {
    let from = "From a@example.org Mon Jan  5 12:00:00 2026\n";
    check(
        &format!("{from}A: 1\n\n{from}A: 2\n\n\n{from}\nbody\n\n{from}"),
        &[(1, "A: 1\n\n", ""), (4, "A: 2\n\n", ""), (8, "\n", "body\n"), (12, "", "")],
    );
    check("", &[]);
    check("no mail\n\nat all\n", &[]);
    check(&format!("\n\n{from}A: 1\n"), &[(3, "A: 1\n", "")]);
}

#[test]
fn of_a_body_comes_no_more_than_was_asked_for() {
    let file =
        format!("From a 12:00\nA: 1\n\n{}\nmore\n\nFrom b 12:00\nA: 2\n\nlast\n", "x".repeat(5000));
    for body in [0, 1, 600, 5000, 5003, 9000] {
        let letters = read(file.as_bytes(), body);
        assert_eq!(letters[0].body.len(), body.min(5006));
        assert_eq!(letters[1].body.len(), body.min(5));
    }
}

#[test]
fn an_endless_header_is_cut_at_a_line_end_and_the_next_message_is_found() {
    let line = format!("X: {}\n", "x".repeat(96));
    for header in [line.repeat(10_000), "x".repeat(1 << 20)] {
        let file = format!("From a 12:00\n{header}\n\nbody\n\nFrom b 12:00\nA: 2\n\n");
        let letters = read(file.as_bytes(), 100);
        assert_eq!(letters.len(), 2);
        assert!(letters[0].header.len() <= LONGEST_HEADER);
        assert!(letters[0].header.is_empty() || letters[0].header.ends_with(b"\n"));
        assert_eq!(letters[1].header, b"A: 2\n\n");
    }
}

#[test]
fn an_mbox_is_known_by_its_first_line() {
    for (file, expect) in [
        ("From ada@example.org Mon Jan  5 12:00:00 2026\n", true),
        ("\r\n\nFrom - x\n", true),
        ("From: ada@example.org\n", false),
        ("First Name,Last Name\n", false),
        ("", false),
    ] {
        assert_eq!(looks_like(file.as_bytes()), expect, "{file:?}");
    }
}

/// As mboxrd has it: every line that is a `From ` line behind any number of `>` gets one more.
fn quoted(body: &[u8]) -> Vec<u8> {
    let mut quoted = Vec::new();
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let bare = line.iter().position(|byte| *byte != b'>').unwrap_or(line.len());
        if line[bare..].starts_with(b"From ") {
            quoted.push(b'>');
        }
        quoted.extend_from_slice(line);
    }
    quoted
}

fn line() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(b"".to_vec()),
        Just(b"\r".to_vec()),
        ">{0,3}From ([a-z0-9: ]{0,20})?".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..40),
    ]
}

proptest! {
    #[test]
    fn any_body_survives_the_quoting_of_mboxrd(
        bodies in proptest::collection::vec(proptest::collection::vec(line(), 0..12), 0..6),
    ) {
        let bodies: Vec<Vec<u8>> = bodies
            .into_iter()
            .map(|lines| lines.into_iter().flat_map(|line| [line, b"\n".to_vec()].concat()).collect())
            .collect();
        let mut file = Vec::new();
        for body in &bodies {
            file.extend_from_slice(b"From mboxrd@z Thu Jan  1 00:00:00 1970\nA: 1\n\n");
            file.extend(quoted(body));
            file.push(b'\n');
        }
        let found: Vec<Vec<u8>> =
            read(&file, usize::MAX).into_iter().map(|letter| letter.body).collect();
        prop_assert_eq!(found, bodies);
    }

    #[test]
    fn any_bytes_are_read_to_their_end(file in proptest::collection::vec(any::<u8>(), 0..400)) {
        let file = [b"From a 12:00\n".as_slice(), &file].concat();
        prop_assert!(!read(&file, 50).is_empty());
    }
}
