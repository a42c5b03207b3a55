//! How much of the past may be fetched in a day.

use insta::assert_snapshot;

use super::mistakes::in_account;
use super::{ACCOUNT, imap, read};

#[test]
fn a_size_is_a_number_of_bytes_or_has_a_unit() {
    #[track_caller]
    fn check(written: &str, bytes: u64) {
        assert_eq!(imap(&format!("{ACCOUNT}daily_bytes = {written}")).daily_bytes, Some(bytes));
    }
    check("500_000_000", 500_000_000);
    check("1", 1);
    check("\"500 MB\"", 500_000_000);
    check("\"500mb\"", 500_000_000);
    check("\"64 KiB\"", 65_536);
    check("\" 2 GB \"", 2_000_000_000);
}

#[test]
fn only_gmail_has_a_bound_of_its_own() {
    #[track_caller]
    fn check(host: &str, lines: &str, bytes: Option<u64>) {
        let account = ACCOUNT.replace("imap.example.com", host);
        assert_eq!(imap(&format!("{account}{lines}")).daily_bytes, bytes, "{host}: {lines}");
    }
    check("imap.example.com", "", None);
    for gmail in ["imap.gmail.com", "imap.googlemail.com", "IMAP.Gmail.com"] {
        check(gmail, "", Some(2_000_000_000));
    }
    check("imap.gmail.com", "daily_bytes = \"\"", Some(2_000_000_000));
    check("imap.gmail.com", "daily_bytes = \"1 GB\"", Some(1_000_000_000));
    check("imap.gmail.com", "daily_bytes = \"none\"", None);
    check("imap.example.com", "daily_bytes = \"none\"", None);
}

#[test]
fn no_number_of_bytes() {
    assert_snapshot!(in_account("daily_bytes = \"a lot\""), @r#"
    "a lot" isn't a number of bytes
     --> /etc/requite/config.toml:7:15
      |
    7 | daily_bytes = "a lot"
      |               ^^^^^^^ bytes, or a text: "500 MB"; "none" for no bound
    "#);
    for other in ["true", "1.5", "[]", "\"5 bytes\"", "\"-1 MB\"", "\"MB\"", "\"9999999999 GB\""] {
        let told = in_account(&format!("daily_bytes = {other}"));
        assert!(told.contains("isn't a number of bytes"), "{told}");
    }
}

#[test]
fn a_day_without_a_byte() {
    assert_snapshot!(in_account("daily_bytes = 0"), @r#"
    without a byte a day no history is ever read
     --> /etc/requite/config.toml:7:15
      |
    7 | daily_bytes = 0
      |               ^ more than 0, or "none" for no bound
    "#);
    assert!(in_account("daily_bytes = \"0 MB\"").contains("no history is ever read"));
}

#[test]
fn a_maildir_is_not_metered() {
    let maildir = "[[account]]\nname = \"old\"\nkind = \"maildir\"\npath = \"Mail\"\n";
    let base = format!("[me]\naddresses = [\"ada@example.com\"]\n{maildir}");
    let told = read(&format!("{base}daily_bytes = 9")).expect_err("a mistake").to_string();
    assert!(told.contains("settings of a server"), "{told}");
    assert!(read(&format!("{base}daily_bytes = \"\"")).is_ok());
}
