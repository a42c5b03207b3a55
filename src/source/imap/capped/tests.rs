//! Limits and framing, however the bytes arrive.

use proptest::prelude::*;
use tokio::io::AsyncReadExt;

use super::*;

/// What comes through when the server's bytes arrive in pieces of this size, cut into
/// responses, and the excess that ended it.
fn read(sent: &[u8], piece: usize) -> (Vec<Vec<u8>>, Option<Excess>) {
    let mut scan = Scan::default();
    let (mut responses, mut current) = (Vec::new(), Vec::new());
    for chunk in sent.chunks(piece) {
        let mut rest = chunk.to_vec();
        while !rest.is_empty() {
            let taken = match scan.take(&mut rest) {
                Ok(taken) => taken,
                Err(excess) => return (responses, Some(excess)),
            };
            current.extend(rest.drain(..taken));
            if scan.line == 0 {
                responses.push(std::mem::take(&mut current));
            }
        }
    }
    (responses, None)
}

#[track_caller]
fn passes(sent: &str, expect: &[&str]) {
    for piece in [1, 2, 7, 4096] {
        let (responses, excess) = read(sent.as_bytes(), piece);
        let texts: Vec<_> =
            responses.iter().map(|it| String::from_utf8_lossy(it).into_owned()).collect();
        assert_eq!((texts, excess), (expect.iter().map(|it| it.to_string()).collect(), None));
    }
}

#[track_caller]
fn refuses(sent: &str, why: &str) {
    for piece in [1, 4096] {
        let (_, excess) = read(sent.as_bytes(), piece);
        assert!(excess.is_some_and(|it| it.0.contains(why)), "{excess:?}");
    }
}

#[test]
fn one_response_at_a_time_is_handed_over() {
    passes("* OK hello\r\nA1 OK done\r\n", &["* OK hello\r\n", "A1 OK done\r\n"]);
    let fetch = "* 1 FETCH (UID 7 BODY[HEADER] {14}\r\nSubject: (\"{\r\n)\r\n";
    passes(&format!("{fetch}+ go\r\n"), &[fetch, "+ go\r\n"]);
}

#[test]
fn text_may_hold_anything() {
    let odd = "* NO it's \"half (said {5}\r\n";
    passes(odd, &[odd]);
    passes("A1 BAD ((\r\n* BYE\r\n", &["A1 BAD ((\r\n", "* BYE\r\n"]);
}

#[test]
fn quoted_names_hide_parentheses_and_counts() {
    let list = "* LIST () \"/\" \"a\\\"(b {9}\"\r\n";
    passes(list, &[list]);
}

#[test]
fn a_missing_date_is_made_readable() {
    passes("* 1 FETCH (INTERNALDATE NIL UID 1)\r\n", &["* 1 FETCH (INTERNALDATE \"-\" UID 1)\r\n"]);
    let dated = "* 1 FETCH (INTERNALDATE \" 1-Nov-2026 10:00:00 +0000\" UID 1)\r\n";
    passes(dated, &[dated]);
    let quoted = "* 1 FETCH (BODY[HEADER] {16}\r\nINTERNALDATE NIL)\r\n";
    passes(quoted, &[quoted]);
}

#[test]
fn floods_end_the_connection() {
    refuses(&format!("* OK {}", "x".repeat(LINE)), "endless line");
    refuses(&format!("* LIST {}", "x".repeat(LINE)), "endless line");
    refuses(&format!("* 1 FETCH (BODYSTRUCTURE {}", "(".repeat(300)), "parentheses");
    refuses(&format!("* 1 FETCH (X \"{}", "(".repeat(300)), "parentheses");
    refuses("* 1 FETCH (BODY[HEADER] {1048577}\r\n", "more than 1 MiB");
    let half = format!("A {{600000}}\r\n{} ", "x".repeat(600_000));
    refuses(&format!("* 1 FETCH ({half}{half}"), "more than 1 MiB");
}

#[test]
fn framing_that_the_parser_could_read_otherwise_is_refused() {
    refuses("* 1 FETCH (X \"a\r\n", "broke off");
    refuses("* 1 FETCH (X a\r\n", "broke off");
    refuses("* 1 FETCH (X a\rb", "broken line");
    refuses("* 1 FETCH (X a\nb", "broken line");
    refuses("* 1 FETCH (X (a {5}\r\n", "literal where none belongs");
}

#[test]
fn a_search_answer_may_be_long() {
    let search = format!("* SEARCH{}\r\n", " 4000000000".repeat(10_000));
    passes(&search, &[&search]);
}

proptest! {
    #[test]
    fn how_the_bytes_arrive_never_matters(
        sent in prop::collection::vec(
            prop::sample::select(&b"* OK1FETCH()\"\\{}3\r\n\r\nINTERNALDATE NIL"[..]), 0..300),
        piece in 1usize..40,
    ) {
        prop_assert_eq!(read(&sent, piece), read(&sent, 4096));
    }
}

#[tokio::test]
async fn what_follows_a_response_stays_below() {
    let mut reader = Capped::new(&b"A1 OK begin\r\n* PREAUTH hello\r\n"[..]);
    let mut bytes = [0; 100];
    let read = reader.read(&mut bytes).await.unwrap();
    assert_eq!(&bytes[..read], b"A1 OK begin\r\n");
    assert!(!reader.is_drained());
}
