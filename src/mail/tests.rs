//! Headers as they come, malformed ones among them.

use proptest::prelude::*;

use super::fields::Fields;
use super::*;
use crate::domain::message::facts::Mailbox;
use crate::domain::message::identity;

#[track_caller]
fn read(header: &str) -> Facts {
    facts(header.as_bytes()).unwrap_or_else(|error| panic!("{error}: {header:?}"))
}

fn named(address: &str, name: &str) -> Mailbox {
    let name = (!name.is_empty()).then(|| name.to_owned());
    Mailbox { address: address.to_owned(), name }
}

fn addresses(parties: &[Mailbox]) -> Vec<&str> {
    parties.iter().map(|party| party.address.as_str()).collect()
}

const PLAIN: &str = "Received: from a.example.org by mx.example.com; Mon, 1 Jan 2024 12:00:05 +0000\r\n\
    Received: from b.example.org by a.example.org; Mon, 1 Jan 2024 12:00:01 +0000\r\n\
    Message-ID: <1@example.org>\r\n\
    In-Reply-To: <0@example.com>\r\n\
    References: <a@example.com>\r\n\t<0@example.com>\r\n\
    Date: Mon, 1 Jan 2024 13:00:00 +0100\r\n\
    From: =?utf-8?q?Zo=C3=AB_Example?= <Zoe@Example.org>\r\n\
    To: Ada <ada@example.com>, \"Sample, Bob\" <bob@example.com>\r\n\
    Cc: carol@example.com\r\n\
    Subject: Re: Lunch\r\n on Friday?\r\n";

#[test]
fn a_plain_message_is_read_in_full() {
    let facts = read(PLAIN);
    let noon = 1_704_110_400;
    assert_eq!(facts.message_id.as_deref(), Some("<1@example.org>"));
    assert_eq!(facts.id_hash, Some(threading::id_hash("1@example.org")));
    assert_eq!(facts.date, Some(Moment(noon)));
    assert_eq!(facts.received, Some(Moment(noon + 5)));
    assert_eq!(facts.author, Some(named("zoe@example.org", "Zoë Example")));
    assert_eq!(
        facts.to,
        [named("ada@example.com", "Ada"), named("bob@example.com", "Sample, Bob")]
    );
    assert_eq!(facts.cc, [named("carol@example.com", "")]);
    assert_eq!(facts.subject, "Re: Lunch on Friday?");
    assert_eq!(facts.base_subject, threading::subject_hash("lunch on friday?"));
    assert_eq!(facts.parent, Some(threading::id_hash("<0@example.com>")));
    assert_eq!(facts.references, ["<a@example.com>", "<0@example.com>"].map(threading::id_hash));
    let expect = Traits::REPLY_PREFIX | Traits::QUESTION | Traits::HAS_REPLY_HEADERS;
    assert_eq!(certain(facts.traits), expect);
}

#[test]
fn line_ends_bodies_and_mbox_lines_change_nothing() {
    let expect = read(PLAIN);
    assert_eq!(read(&PLAIN.replace("\r\n", "\n")), expect);
    assert_eq!(read(&format!("{PLAIN}\r\nSubject: body\r\nFrom: x@example.net")), expect);
    assert_eq!(read(&format!("From zoe Mon Jan  1 12:00:00 2024\n{PLAIN}")), expect);
    assert_eq!(read(PLAIN.trim_end()), expect);
}

#[test]
fn a_fetch_of_the_fields_that_are_read_says_the_same() {
    let whole = format!("X-Trace: 1\r\n{PLAIN}List-Id: <talk.example.org>\r\nX-Other: 2\r\n");
    let fetched: Vec<u8> = Fields::of(whole.as_bytes())
        .filter(|field| fields_read().any(|name| field.name.eq_ignore_ascii_case(name.as_bytes())))
        .flat_map(|field| [field.name, b":", field.value].concat())
        .collect();
    assert!(fetched.len() < whole.len());
    assert_eq!(facts(&fetched), facts(whole.as_bytes()));
}

#[test]
fn without_an_id_the_copy_in_sent_has_the_key_of_the_delivered_one() {
    let sent = "Date: Mon, 1 Jan 2024 12:00:00 +0000\nFrom: a@example.org\nTo: b@example.org,\n c@example.org\nSubject: Hi\n";
    let delivered = "Received: by x; Mon, 1 Jan 2024 12:00:01 +0000\nSubject: Hi\nFrom: a@example.org\nTo: b@example.org, c@example.org\nDate: Mon,  1 Jan 2024 12:00:00 +0000\nX-Spam: no\n";
    assert_eq!(read(sent).key, read(delivered).key);
    assert_ne!(read(sent).key, read(&sent.replace("Hi", "Ho")).key);
    assert_eq!(read(sent).message_id, None);
    assert_ne!(read("X-A: 1\n").key, read("X-A: 2\n").key);
}

#[test]
fn the_copy_that_a_list_sends_back_has_the_key_of_the_sent_one() {
    let sent = "Message-ID: <1@example.org>\nDate: Mon, 1 Jan 2024 12:00:00 +0000\nFrom: Zoe <zoe@example.org>\nSubject: Hi\n";
    let back = "Message-ID: <1@example.org>\nDate: Mon, 1 Jan 2024 12:00:00 +0000\nFrom: Zoe via Talk <talk@lists.example.com>\nReply-To: talk@lists.example.com, Zoe <zoe@example.org>\nList-Id: Talk <talk.lists.example.com>\nSubject: [talk] Hi\n";
    assert_eq!(read(sent).key, read(back).key);
    assert!(read(back).traits.contains(Traits::LIST_REWRITTEN | Traits::LIST));
}

#[test]
fn only_bytes_without_any_field_are_unreadable() {
    for nothing in ["", "\r\n", "no field\n\nat all", "\0\0\0", ": x"] {
        assert!(facts(nothing.as_bytes()).is_err(), "{nothing:?}");
    }
    assert_eq!(read("X: 1").author, None);
}

#[track_caller]
fn check_date(value: &str, expect: Option<&str>) {
    let date = decode::date(value.as_bytes()).map(|date| date.to_string());
    assert_eq!(date.as_deref(), expect, "of {value:?}");
}

#[test]
fn dates_as_they_come() {
    for (value, expect) in [
        (" Mon, 1 Jan 2024 13:00:00 +0100", "2024-01-01T12:00:00Z"),
        ("1 Jan 24 12:00 GMT", "2024-01-01T12:00:00Z"),
        ("21 Nov 97 09:55:06 EST", "1997-11-21T14:55:06Z"),
        ("Mon, 1 Jan 2024 12:00:00", "2024-01-01T12:00:00Z"),
        ("Mon, 1 Jan 2024 12:00:00 JST", "2024-01-01T12:00:00Z"),
        ("Mon, 1 Jan 2024 12:00:00 -0000 (UTC)", "2024-01-01T12:00:00Z"),
        ("Mon (first), 1 Jan (x) 2024 12:00:00 (EST) -0500", "2024-01-01T17:00:00Z"),
        ("Mon, 1 Jan\r\n\t2024 12:00:00 +0000\r\n", "2024-01-01T12:00:00Z"),
        ("Mon, 1 Jan 2024 12:00:60 +0000", "2024-01-01T12:00:59Z"),
        ("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", "1997-11-21T15:55:06Z"),
        ("Mon, 1 Jan 2024 12:00:00 +0000 (never closed", "2024-01-01T12:00:00Z"),
        ("Thu 29 Feb 2024 23:59:59 -0330", "2024-03-01T03:29:59Z"),
        ("Thu, 13 Feb 1969 23:32 -0330 (Newfoundland Time)", "1969-02-14T03:02:00Z"),
    ] {
        check_date(value, Some(expect));
    }
    for nothing in [
        "",
        "yesterday",
        "Mon, 1 Jan",
        "30 Feb 2024 12:00:00 +0000",
        "1 Jan 2024 25:00:00 +0000",
        "1 Foo 2024 12:00:00 +0000",
        "1 Jan 99999 12:00:00 +0000",
    ] {
        check_date(nothing, None);
    }
}

#[test]
fn the_topmost_received_that_has_a_time_counts() {
    let header = "Received: by a; no time\nReceived: by b\nReceived: from x (y; z)\n by c; Mon, 1 Jan 2024 12:00:00 +0000 (UTC)\nReceived: by d; Mon, 1 Jan 2024 11:00:00 +0000\n";
    assert_eq!(read(header).received, Some(Moment(1_704_110_400)));
    assert_eq!(read("Received: by a\n").received, None);
}

#[track_caller]
fn check_author(from: &str, expect: Option<Mailbox>) {
    assert_eq!(read(&format!("From: {from}\nX: 1\n")).author, expect, "of {from:?}");
}

#[test]
fn authors_as_they_come() {
    for (from, address, name) in [
        ("ada@example.org", "ada@example.org", ""),
        ("ada@example.org (Ada Example)", "ada@example.org", "Ada Example"),
        ("Ada Example <ada@example.org>", "ada@example.org", "Ada Example"),
        ("\"ada@example.org\" <ada@example.org>", "ada@example.org", ""),
        ("ada@example.org <ada@example.org>", "ada@example.org", ""),
        ("\"'Ada'\" <ada@example.org>", "ada@example.org", "Ada"),
        ("A <ada@example.org>, B <bob@example.org>", "ada@example.org", "A"),
        ("Example, Ada <ada@example.org>", "ada@example.org", "Ada"),
        ("ada@example.org bob@example.org", "ada@example.org", ""),
        ("Ada Example ada@example.org", "ada@example.org", ""),
        ("\"ada lovelace\"@example.org", "ada lovelace@example.org", ""),
        ("Team: Ada <ada@example.org>;", "ada@example.org", "Ada"),
        ("=?iso-8859-1?q?Andr=E9?= <a@example.org>", "a@example.org", "André"),
        ("\"=?utf-8?q?Andr=C3=A9?=\" <a@example.org>", "a@example.org", "André"),
        ("=?utf-8?q?A=0D=0ABcc:_x=00=1B[1m?= <a@example.org>", "a@example.org", "A Bcc: x[1m"),
        ("A\u{202e}da <a@example.org>", "a@example.org", "Ada"),
        ("Andr\u{e9} <a@example.org>", "a@example.org", "André"),
        ("<ada@example.org", "ada@example.org", ""),
    ] {
        check_author(from, Some(named(address, name)));
    }
    for nobody in ["", "<>", "MAILER-DAEMON <>", "Ada Example", "undisclosed-recipients:;"] {
        check_author(nobody, None);
    }
}

#[test]
fn of_doubled_fields_the_first_counts_and_recipients_add_up() {
    let facts = read(
        "From: a@example.org\nFrom: b@example.org\nSubject: one\nSubject: two\nTo: c@example.org\nTo: d@example.org\nDate: Mon, 1 Jan 2024 12:00:00 +0000\nDate: Tue, 2 Jan 2024 12:00:00 +0000\n",
    );
    assert_eq!(facts.author, Some(named("a@example.org", "")));
    assert_eq!(facts.subject, "one");
    assert_eq!(addresses(&facts.to), ["c@example.org", "d@example.org"]);
    assert_eq!(facts.date, Some(Moment(1_704_110_400)));
}

#[test]
fn raw_latin_1_is_shown_as_latin_1() {
    let facts = facts(b"From: Andr\xe9 <a@example.org>\nSubject: caf\xe9\n").unwrap();
    assert_eq!(facts.author, Some(named("a@example.org", "André")));
    assert_eq!(facts.subject, "café");
}

#[test]
fn subjects_are_shown_lossily_rather_than_not_at_all() {
    for (value, expect) in [
        ("=?utf-8?q?caf=C3?=", "caf\u{fffd}"),
        ("=?utf-8?b?Y2Fmw6k=?= =?utf-8?q?_ol=C3=A9?=", "café olé"),
        ("=?no-such-charset?q?plain?=", "plain"),
        ("=?utf-8?x?what?=", "=?utf-8?x?what?="),
        ("a\tb  c", "a b c"),
        ("=?utf-8?q?a=0D=0Ab=00c?=", "a bc"),
        ("", ""),
    ] {
        assert_eq!(read(&format!("Subject: {value}\nX: 1\n")).subject, expect, "of {value:?}");
    }
}

#[track_caller]
fn check_ties(header: &str, parent: Option<&str>, references: &[&str]) {
    let facts = read(&format!("Message-ID: <own@example.org>\n{header}"));
    assert_eq!(facts.parent, parent.map(threading::id_hash), "{header:?}");
    let hashes: Vec<i64> = references.iter().map(|id| threading::id_hash(id)).collect();
    assert_eq!(facts.references, hashes, "{header:?}");
}

#[test]
fn reply_headers_as_they_come() {
    check_ties(
        "In-Reply-To: <a@x>\nReferences: <b@x> <c@x>\n",
        Some("a@x"),
        &["b@x", "c@x", "a@x"],
    );
    check_ties("References: <b@x>\n <c@x>\n", Some("c@x"), &["b@x", "c@x"]);
    check_ties("References: <b@x><c@x>,<b@x>\n", Some("b@x"), &["b@x", "c@x"]);
    check_ties("In-Reply-To: Your message of Monday <a@x>\n", Some("a@x"), &["a@x"]);
    check_ties("In-Reply-To: a@x\n", Some("a@x"), &["a@x"]);
    check_ties("In-Reply-To: <a\n  @x>\n", Some("a@x"), &["a@x"]);
    check_ties("In-Reply-To: <own@example.org> <a@x>\n", Some("a@x"), &["a@x"]);
    check_ties("In-Reply-To: your mail\nReferences: <>\n", None, &[]);
}

#[test]
fn of_a_long_chain_the_newest_hundred_references_are_kept() {
    let chain: Vec<String> = (0..150).map(|number| format!("<{number}@x>")).collect();
    let facts = read(&format!("In-Reply-To: <new@x>\nReferences: {}\n", chain.join("\n ")));
    assert_eq!(facts.references.len(), 100);
    assert_eq!(facts.references.first(), Some(&threading::id_hash("<51@x>")));
    assert_eq!(facts.references.last(), Some(&threading::id_hash("<new@x>")));
}

#[test]
fn message_ids_get_their_brackets_back() {
    for (value, expect) in [
        ("<a@example.org>", Some("<a@example.org>")),
        ("a@example.org", Some("<a@example.org>")),
        ("12345", Some("<12345>")),
        (" <a@exam\n\tple.org> (comment)", Some("<a@example.org>")),
        ("<a@example.org", Some("<a@example.org>")),
        ("<>", None),
        ("", None),
    ] {
        let facts = read(&format!("Message-ID: {value}\nX: 1\n"));
        assert_eq!(facts.message_id.as_deref(), expect, "of {value:?}");
    }
}

#[test]
fn where_a_list_took_the_authors_place_the_author_is_looked_for() {
    let list = "List-Post: <mailto:talk@lists.example.com>\nTo: talk@lists.example.com\n";
    for (header, expect) in [
        (
            "From: Zoe <zoe@example.org>\nReply-To: talk@lists.example.com\n",
            Some("zoe@example.org"),
        ),
        (
            "From: talk@lists.example.com\nReply-To: Zoe <zoe@example.org>\n",
            Some("zoe@example.org"),
        ),
        (
            "From: Talk@Lists.example.com\nX-Original-From: zoe@example.org\n",
            Some("zoe@example.org"),
        ),
        ("From: talk@lists.example.com\nReply-To: talk@lists.example.com\n", None),
        ("From: a-talk@lists.example.com\n", Some("a-talk@lists.example.com")),
    ] {
        let facts = read(&format!("{header}{list}"));
        let author = facts.writer().map(|author| author.address.clone());
        assert_eq!(author.as_deref(), expect, "{header:?}");
        let rewritten = header.to_lowercase().starts_with("from: talk@");
        assert_eq!(facts.traits.contains(Traits::LIST_REWRITTEN), rewritten, "{header:?}");
    }
}

#[test]
fn who_writes_via_a_list_is_found_in_copy_by_name() {
    #[track_caller]
    fn check(header: &str, expect: Option<(&str, &str)>) {
        let list = "List-Post: <mailto:talk@lists.example.com>\nTo: talk@lists.example.com\n";
        let facts = read(&format!("{header}{list}"));
        let found =
            facts.writer().map(|it| (it.address.as_str(), it.name.as_deref().unwrap_or("")));
        assert_eq!(found, expect, "{header}");
    }
    let via = "From: \"'Zoe Example' via Talk\" <talk@lists.example.com>\n";
    let zoe = Some(("zoe@example.org", "Zoe Example"));
    check(&format!("{via}Cc: Bob <bob@example.org>, \"Example, Zoe\" <zoe@example.org>\n"), {
        Some(("zoe@example.org", "Example, Zoe"))
    });
    check(&format!("{via}Reply-To: zoe@example.org\n"), zoe);
    check(&format!("{via}X-Original-From: Zoe Example <zoe@example.org>\n"), zoe);
    check(&format!("{via}Cc: Bob <bob@example.org>, zoe@example.org\n"), None);
    check("From: Talk <talk@lists.example.com>\nCc: Zoe Example <zoe@example.org>\n", None);
}

#[test]
fn a_list_whose_address_is_among_the_recipients_is_a_discussion() {
    let discussion = |header: &str| read(header).traits.contains(Traits::DISCUSSION_LIST);
    assert!(discussion(
        "From: zoe@example.org\nList-Id: <talk.example.com>\nCc: talk@example.com\n"
    ));
    assert!(discussion("From: zoe@example.org\nList-Post: <mailto:talk@example.com>\n"));
    assert!(!discussion(
        "From: zoe@example.org\nList-Id: <talk.example.com>\nTo: ada@example.com\n"
    ));
    assert!(!discussion("From: zoe@example.org\nList-Post: NO\nTo: ada@example.com\n"));
}

#[test]
fn noise_is_recognised_from_header_fields() {
    let list = Traits::LIST | Traits::DISCUSSION_LIST | Traits::BULK;
    let vacation = Traits::AUTOMATIC | Traits::AUTO_REPLIED;
    for (header, expect) in [
        ("From: MAILER-DAEMON <>\nReturn-Path: <>\n", Traits::BOUNCE | Traits::NULL_PATH),
        ("From: Mailer-Daemon@example.org\n", Traits::BOUNCE),
        (
            "Content-Type: multipart/report; boundary=x;\n report-type=delivery-status\n",
            Traits::BOUNCE,
        ),
        (
            "Content-Type: multipart/report; report-type=\"disposition-notification\"\n",
            Traits::DISPOSITION,
        ),
        (
            "From: a@example.org\nAuto-Submitted: auto-replied\nReturn-Path: <>\n",
            vacation | Traits::NULL_PATH,
        ),
        ("From: no-reply@example.org\n", Traits::NO_REPLY_SENDER),
        ("Content-Type: text/calendar; charset=utf-8; METHOD=request\n", Traits::CALENDAR),
        ("List-Post: <mailto:a@example.org>\nPrecedence: list\n", list),
        ("X-AUTO-RESPONSE-SUPPRESS: All\n", Traits::SUPPRESS),
        ("Auto-Submitted: no\n", Traits::NONE),
    ] {
        assert_eq!(certain(read(header).traits), expect, "{header:?}");
    }
}

#[test]
fn what_stands_behind_the_cap_is_not_read() {
    let padding = format!("X-Padding: {}\r\n", "x".repeat(HEADER_CAP));
    let facts = read(&format!("From: a@example.org\r\n{padding}Subject: late\r\n"));
    assert_eq!((facts.author, facts.subject.as_str()), (Some(named("a@example.org", "")), ""));
}

/// Bytes that a parser of header fields trips over, if it trips at all.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let tokens: Vec<&'static [u8]> = vec![
        b"From:",
        b"To:",
        b"Subject:",
        b"Date:",
        b"References:",
        b"Content-Type:",
        b"List-Id:",
        b"Received:",
        b"Message-ID:",
        b"\r\n",
        b"\n",
        b"\r",
        b"\n ",
        b" ",
        b"=?",
        b"?=",
        b"?q?",
        b"=?utf-8?q?",
        b"=?utf-8?b?",
        b"=E9",
        b"<",
        b">",
        b"(",
        b")",
        b"\"",
        b"\\",
        b",",
        b";",
        b":",
        b"@",
        b"a@b",
        b"\xff",
        b"\xc3",
        b"\0",
        b"1",
        b"99999999999",
        b"Jan",
        b"+0000",
        b"-",
        b"*0*=",
        b"multipart/report",
        b"\xe2\x80\xae",
        b"[",
        b"]",
        b"re",
    ];
    let token = prop_oneof![
        8 => proptest::sample::select(tokens).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 0..4),
    ];
    proptest::collection::vec(token, 0..60).prop_map(|tokens| tokens.concat())
}

#[track_caller]
fn check_safe(facts: &Facts) {
    let texts = [&facts.author].into_iter().flatten().chain(&facts.to).chain(&facts.cc);
    let texts = texts.flat_map(|party| [Some(&party.address), party.name.as_ref()]).flatten();
    for text in texts.chain([&facts.subject]).chain(&facts.message_id) {
        assert!(!text.chars().any(identity::is_invisible), "{text:?}");
    }
    assert!(facts.references.len() <= 100);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in hostile()) {
        if let Ok(facts) = facts(&bytes) {
            check_safe(&facts);
        }
    }

    #[test]
    fn no_mutation_of_a_message_makes_it_panic(
        at in 0..PLAIN.len(), cut in 0_usize..40, filling in hostile(),
    ) {
        let end = (at + cut).min(PLAIN.len());
        let bytes = [&PLAIN.as_bytes()[..at], &filling, &PLAIN.as_bytes()[end..]].concat();
        if let Ok(facts) = facts(&bytes) {
            check_safe(&facts);
        }
    }
}

#[test]
fn a_notice_of_absence_names_the_day_of_return_in_its_own_words() {
    #[track_caller]
    fn check(header: &str, expect: Option<jiff::civil::Date>) {
        let dated = format!("Date: Sat, 20 Dec 2025 10:00:00 +0100\r\n{header}\r\n\r\n");
        assert_eq!(read(&dated).back_on, expect, "{header}");
    }
    let back = Some(jiff::civil::date(2026, 1, 5));
    check("Auto-Submitted: auto-replied\r\nSubject: Gone until 4 January", back);
    check("Auto-Submitted: auto-replied\r\nSubject: =?utf-8?Q?Zur=C3=BCck_am_5=2E1=2E?=", back);
    check("Subject: Automatic reply: back on Monday 5 January", back);
    check("Subject: Away: back on 5 January", back);
    check("Subject: Back on 5 January", None);
    check("Auto-Submitted: auto-replied\r\nSubject: Re: The offer holds until 4 January", None);
    check("Auto-Submitted: auto-replied\r\nSubject: Away Re: Offer until 4 January", None);
}

/// Without what the names of addresses only let guess.
fn certain(mut traits: Traits) -> Traits {
    traits.remove(Traits::MACHINE_SENDER | Traits::LIST_IN_TO);
    traits
}
