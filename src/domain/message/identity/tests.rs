//! Addresses and names, as people and mail programs write them.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn check_address(address: &str, expect: Option<&str>) {
    assert_eq!(normalise(address).as_deref(), expect, "of {address:?}");
}

#[test]
fn spellings_of_one_address_have_one_form() {
    for same in [
        "ada@example.org",
        " Ada@Example.ORG ",
        "<ada@example.org>",
        "mailto:ada@example.org",
        "<MAILTO:ada@example.org>",
        "'ada@example.org'",
        "\"ada@example.org\"",
        "\"ada\"@example.org",
        "ada@example.org.",
        "ada\u{202e}@example.org\0",
    ] {
        check_address(same, Some("ada@example.org"));
    }
}

#[test]
fn the_grammar_rejects_no_address() {
    for (address, expect) in [
        ("ada+lists@example.org", "ada+lists@example.org"),
        ("a.d.a@gmail.com", "a.d.a@gmail.com"),
        ("..ada..@localhost", "..ada..@localhost"),
        ("\"ada lovelace\"@example.org", "ada lovelace@example.org"),
        ("a@b@example.org", "a@b@example.org"),
        ("ada@[192.0.2.1]", "ada@[192.0.2.1]"),
        ("ada@under_score.example", "ada@under_score.example"),
        ("/o=org/cn=ada@example.org", "/o=org/cn=ada@example.org"),
    ] {
        check_address(address, Some(expect));
    }
    for nothing in ["", "ada", "@example.org", "ada@", "<>", "mailto:", "\"\"@example.org", "a@."] {
        check_address(nothing, None);
    }
}

#[test]
fn international_addresses_have_one_form() {
    for same in ["ada@bücher.example", "ada@BÜCHER.example", "ada@bu\u{308}cher.example"] {
        check_address(same, Some("ada@xn--bcher-kva.example"));
    }
    check_address("ada@xn--bcher-kva.example", Some("ada@xn--bcher-kva.example"));
    check_address("JOSE\u{301}@example.org", Some("josé@example.org"));
    check_address("ada@example.org。", Some("ada@example.org"));
    check_address("ada@b＠", Some("ada@b＠"));
    check_address("\"'@'", None);
    check_address("\"'ada@b'", Some("ada@b"));
}

proptest! {
    #[test]
    fn normalising_twice_changes_nothing(address in "\\PC{0,12}@\\PC{1,12}") {
        if let Some(once) = normalise(&address) {
            prop_assert_eq!(normalise(&once), Some(once.clone()), "of {:?}", address);
            prop_assert!(once.contains('@'));
        }
    }

    #[test]
    fn any_name_has_a_key_or_none(name in "\\PC{0,30}") {
        if let Some(key) = name_key(&name) {
            prop_assert!(key.split(' ').count() >= 2);
            prop_assert_eq!(name_key(&key).is_some(), true);
        }
    }
}

#[track_caller]
fn check_name(name: &str, expect: Option<&str>) {
    assert_eq!(name_key(name).as_deref(), expect, "of {name:?}");
}

#[test]
fn spellings_of_one_name_have_one_key() {
    for same in [
        "Zoë O'Neill",
        "ZOE O’NEILL",
        "O'Neill, Zoë",
        "O'Neill, Dr. Zoë, Ph.D.",
        "Dr. Zoë O'Neill (Acme)",
        "Prof. Dr. Zoe Oneill, MBA",
        "Zoë 🚀 O'Neill [External]",
        "Zoë M. O'Neill Jr.",
        "  Zoe\tO'Neill  ",
    ] {
        check_name(same, Some("zoe oneill"));
    }
    for (name, key) in [
        ("Jean-Luc Müller", "jean luc muller"),
        ("Søren Łukasz Weiß", "soren lukasz weiss"),
        ("van der Berg, Jan", "jan van der berg"),
        ("Νίκος Παππάς", "νικοσ παππασ"),
        ("Jack Ma", "jack ma"),
        ("李 明", "李 明"),
    ] {
        check_name(name, Some(key));
    }
}

#[test]
fn fewer_than_two_words_know_nobody() {
    for name in ["", "Ada", "Dr. Ada", "Ada L.", "Ada (Acme Corp)", "🚀 🚀", "李明", "Jr., Ada"]
    {
        check_name(name, None);
    }
}

fn seen(address: i64, name: &str, both_ways: bool) -> SeenAddress {
    SeenAddress { address, name: name.to_owned(), both_ways }
}

#[test]
fn an_address_goes_to_the_only_contact_of_its_name() {
    let people = [
        (ContactId(1), "Ada Example".to_owned()),
        (ContactId(1), "Ada King".to_owned()),
        (ContactId(2), "Bob Sample".to_owned()),
        (ContactId(3), "Sample, Bob".to_owned()),
        (ContactId(4), "Cher".to_owned()),
    ];
    let addresses = [
        seen(12, "ada king", true),
        seen(10, "Example, Ada", true),
        seen(10, "Ada Example (home)", true),
        seen(11, "Ada Example", false),
        seen(20, "Bob Sample", true),
        seen(40, "Cher", true),
        seen(50, "Nobody Known", true),
    ];
    assert_eq!(by_name(people, &addresses), [(10, ContactId(1)), (12, ContactId(1))]);
}

#[test]
fn an_address_seen_under_two_contacts_names_goes_to_neither() {
    let people =
        [(ContactId(1), "Ada Example".to_owned()), (ContactId(2), "Bob Sample".to_owned())];
    let shared = [seen(7, "Ada Example", true), seen(7, "Bob Sample", true)];
    assert_eq!(by_name(people, &shared), []);
}
