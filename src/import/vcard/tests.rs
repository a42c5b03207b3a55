//! Cards as address books really write them.

use proptest::prelude::*;

use super::*;
use crate::import::Format;
use crate::import::example::{Read, read_file};

fn read(bytes: &[u8]) -> Read {
    let (format, read) = read_file("contacts.vcf", bytes).expect("a file of cards");
    assert_eq!(format, Format::Vcard);
    read
}

fn only(lines: &str) -> Card {
    let import = read(format!("BEGIN:VCARD\n{lines}\nEND:VCARD\n").as_bytes());
    assert_eq!(import.skipped, []);
    assert_eq!(import.cards.len(), 1);
    import.cards.into_iter().next().unwrap_or_default()
}

#[track_caller]
fn check(text: &str, names: &[&str], skipped: &[(u64, &str)]) {
    let import = read(text.as_bytes());
    let read: Vec<&str> = import.cards.iter().map(|card| card.name.as_str()).collect();
    assert_eq!(read, names);
    let left: Vec<(u64, &str)> =
        import.skipped.iter().map(|card| (card.line, card.why.as_str())).collect();
    assert_eq!(left, skipped);
}

fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/contacts/vcard");
    std::fs::read(format!("{folder}/{name}")).unwrap()
}

fn is_vcard(text: &str) -> bool {
    read_file("contacts.vcf", text.as_bytes()).is_ok_and(|(format, _)| format == Format::Vcard)
}

const ADA: &str = "BEGIN:VCARD\nVERSION:3.0\nFN:Ada Lovelace\nEND:VCARD\n";
const ALAN: &str = "BEGIN:VCARD\nVERSION:3.0\nFN:Alan Turing\nEND:VCARD\n";

#[test]
fn a_card_of_version_4() {
    let card = only(
        "VERSION:4.0\nFN:Ada Lovelace\nN:Lovelace;Ada;Augusta;Dr.;FRS\nNICKNAME:The Countess,AAL\n\
         EMAIL;TYPE=work;PREF=1:ada@example.com\nEMAIL:Ada@Example.com\nEMAIL:ada@example.org\n\
         TEL;VALUE=uri;TYPE=cell:tel:+44-20-7946-0000\nURL:https://example.com/ada\n\
         ORG:Engines\\, Inc.;Analysis\nTITLE:Analyst\nROLE:Poet",
    );
    let expected = Card {
        line: 1,
        name: "Ada Lovelace".into(),
        other_names: ["Ada Augusta Lovelace", "The Countess", "AAL"].map(String::from).to_vec(),
        emails: ["ada@example.com", "ada@example.org"].map(String::from).to_vec(),
        phones: vec!["+44-20-7946-0000".into()],
        urls: vec!["https://example.com/ada".into()],
        company: Some("Engines, Inc.".into()),
        position: Some("Analyst".into()),
        connected_on: None,
    };
    assert_eq!(card, expected);
}

#[test]
fn a_name_is_found_wherever_it_stands() {
    for (lines, name) in [
        ("FN:Ada Lovelace", "Ada Lovelace"),
        ("N:Lovelace;Ada;;;", "Ada Lovelace"),
        ("N:Lovelace;Ada\nFN:", "Ada Lovelace"),
        ("N:Lovelace;Ada\nFN:Lovelace\\, Ada", "Ada Lovelace"),
        ("N:Lovelace;Ada\nFN:ada@example.com", "Ada Lovelace"),
        ("N:Lovelace", "Lovelace"),
        ("N:;;;;\nFN:\nORG:Engines", "Engines"),
        ("EMAIL:ada@example.com", "ada@example.com"),
        ("item1.FN:Ada Lovelace", "Ada Lovelace"),
        ("fn:Ada Lovelace", "Ada Lovelace"),
    ] {
        assert_eq!(only(lines).name, name, "{lines}");
    }
}

#[test]
fn a_name_may_have_been_another() {
    let card = only("N:Hopper;Grace\nFN:Grace Hopper\nX-MAIDENNAME:Murray");
    assert_eq!(card.other_names, ["Grace Murray"]);
}

#[test]
fn version_2_1_encodes_in_many_ways() {
    for name in [
        "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=A9r=C3=B4me =C3=80 Exemple",
        "FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:J=E9r=F4me =C0 Exemple",
        "FN;ENCODING=QUOTED-PRINTABLE:J=E9r=F4me =C0 Exemple",
        "FN;ENCODING=QUOTED-PRINTABLE:J=C3=A9r=C3=B4me =C3=80 Exemple",
        "FN;QUOTED-PRINTABLE:J=C3=A9r=C3=B4me =C3=80 Exemple",
        "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=A9r=C3=B4=\nme =C3=80 Exem=\nple",
        "FN:Jérôme À\n  Exemple",
    ] {
        assert_eq!(only(&format!("VERSION:2.1\n{name}")).name, "Jérôme À Exemple", "{name}");
    }
}

#[test]
fn a_card_that_is_not_utf_8_is_read_line_by_line() {
    let lines: [&[u8]; 4] = [
        b"BEGIN:VCARD\r\nVERSION:2.1\r\n",
        b"FN:J\xe9r\r\n \xf4me\r\n",
        b"ORG;CHARSET=Shift_JIS:\x93\xfa\x96{\r\n",
        b"TITLE:Ing\xc3\r\n \xa9nieur\r\nEND:VCARD\r\n",
    ];
    let card = &read(&lines.concat()).cards[0];
    assert_eq!(card.name, "Jérôme");
    assert_eq!(card.company.as_deref(), Some("日本"));
    assert_eq!(card.position.as_deref(), Some("Ingénieur"));
}

#[test]
fn a_phone_has_digits_and_an_address_an_at() {
    let card =
        only("FN:Ada\nTEL;WORK;VOICE:BusinessPhone\nTEL;CELL:020 7946\nEMAIL:n/a\nEMAIL:a@b");
    assert_eq!(card.phones, ["020 7946"]);
    assert_eq!(card.emails, ["a@b"]);
}

#[test]
fn profiles_are_urls() {
    let card = only("FN:Ada\nX-SOCIALPROFILE;type=linkedin:https\\://www.linkedin.com/in/ada");
    assert_eq!(card.urls, ["https://www.linkedin.com/in/ada"]);
}

#[test]
fn cards_follow_each_other_with_or_without_a_gap() {
    check(&format!("{ADA}{ALAN}"), &["Ada Lovelace", "Alan Turing"], &[]);
    check(&format!("\n\n{ADA}\n \n{ALAN}\n"), &["Ada Lovelace", "Alan Turing"], &[]);
    check(&format!("{ADA}{ALAN}").replace('\n', "\r\n"), &["Ada Lovelace", "Alan Turing"], &[]);
    check(&format!("{ADA}{ALAN}").replace('\n', "\r"), &["Ada Lovelace", "Alan Turing"], &[]);
}

#[test]
fn a_broken_card_costs_itself_alone() {
    let ends = "the card doesn't end: no END:VCARD before the ";
    for (broken, why) in [
        ("BEGIN:VCARD\nFN:Grace", format!("{ends}next BEGIN:VCARD")),
        ("BEGIN:VCARD\nTEL:1\nEND:VCARD", "no name, no organisation and no address".to_owned()),
        ("BEGIN:VCARD\nEND:VCARD", "no name, no organisation and no address".to_owned()),
        ("VERSION:3.0\nFN:Grace\nEND:VCARD", "text outside of any card".to_owned()),
        ("BEGIN:VCARD\nKIND:group\nFN:Navy\nEND:VCARD", "not a person but a group".to_owned()),
    ] {
        let text = format!("{ADA}{broken}\n{ALAN}");
        check(&text, &["Ada Lovelace", "Alan Turing"], &[(5, &why)]);
    }
    let cut_short = format!("{ADA}BEGIN:VCARD\nFN:Gra");
    check(&cut_short, &["Ada Lovelace"], &[(5, &format!("{ends}end of the file"))]);
}

#[test]
fn a_card_within_a_card_is_not_its_owner() {
    let agent =
        "BEGIN:VCARD\nVERSION:2.1\nAGENT:\nBEGIN:VCARD\nFN:Igor\nEND:VCARD\nFN:Ada\nEND:VCARD\n";
    check(&format!("{agent}{ALAN}"), &["Ada", "Alan Turing"], &[]);
}

#[test]
fn the_fixture_reads_as_its_reader_would() {
    let import = read(&fixture("mixed.vcf"));
    let names: Vec<&str> = import.cards.iter().map(|card| card.name.as_str()).collect();
    assert_eq!(names, ["Ada Example", "Björn Beispiel", "Chloé D'Exemple", "Sample & Sons"]);
    let lines: Vec<u64> = import.skipped.iter().map(|card| card.line).collect();
    assert_eq!(lines, [20, 42]);
    assert_eq!(import.cards[1].emails, ["bjoern@example.com", "bb@example.org"]);
    assert_eq!(import.cards[2].company.as_deref(), Some("Exemple SARL"));
}

#[test]
fn only_cards_look_like_cards() {
    for text in [ADA, "\u{feff}\n begin:vcard \nFN:Ada", "BEGIN:VCARD\r\n"] {
        assert!(is_vcard(text), "{text}");
    }
    for text in ["", "BEGIN:VCALENDAR\n", "Subject: a card\n\nBEGIN:VCARD\n", "BEGIN:VCARDS"] {
        assert!(!is_vcard(text), "{text}");
    }
}

proptest! {
    #[test]
    fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = read_file("contacts.vcf", &bytes);
        read(&[b"BEGIN:VCARD\n", bytes.as_slice(), b"\nEND:VCARD\n"].concat());
    }

    #[test]
    fn no_property_is_too_strange(lines in "(FN|N|ORG|TEL|X-A|EMAIL|KIND)([;:=,.\\\\\" \n\t\ra-c]|B64|=3D|ENCODING=|QUOTED-PRINTABLE|BASE64|é){0,40}") {
        read(format!("BEGIN:VCARD\n{lines}\nEND:VCARD\n").as_bytes());
    }

    #[test]
    fn no_damage_to_a_file_is_too_much(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..9),
    ) {
        let mut bytes = fixture("mixed.vcf");
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read_file("contacts.vcf", &bytes);
    }

    #[test]
    fn whatever_a_card_holds_the_next_one_comes_in(body in "[^\r\n]{0,80}(\n[^\r\n]{0,80}){0,4}") {
        let import = read(format!("BEGIN:VCARD\n{body}\nEND:VCARD\n{ADA}").as_bytes());
        let last = import.cards.last().map(|card| card.name.as_str());
        prop_assert_eq!(last, Some("Ada Lovelace"));
    }
}
