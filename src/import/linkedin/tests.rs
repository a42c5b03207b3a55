//! Connections files as people really have them.

use jiff::civil::date;
use proptest::prelude::*;

use crate::import::example::{Read, read_file};
use crate::import::{Card, Format};

const HEADER: &str = "First Name,Last Name,URL,Email Address,Company,Position,Connected On";

fn read(text: &str) -> Read {
    read_connections(text.as_bytes()).expect("a connections file")
}

fn read_connections(bytes: &[u8]) -> Option<Read> {
    let (format, read) = read_file("Connections.csv", bytes).ok()?;
    (format == Format::LinkedinConnections).then_some(read)
}

#[track_caller]
fn check(text: &str, names: &[&str], skipped: &[(u64, &str)]) {
    let import = read(text);
    let read: Vec<&str> = import.cards.iter().map(|card| card.name.as_str()).collect();
    assert_eq!(read, names);
    let left: Vec<(u64, &str)> =
        import.skipped.iter().map(|row| (row.line, row.why.as_str())).collect();
    assert_eq!(left, skipped);
}

fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/contacts");
    std::fs::read(format!("{folder}/{name}")).unwrap()
}

#[test]
fn a_row_is_a_card() {
    let import = read(&format!(
        "{HEADER}\r\nAda,Lovelace,https://www.linkedin.com/in/ada,ada@example.com,\
         \"Engines, Inc.\",Analyst,16 Nov 2024\r\n"
    ));
    assert_eq!(
        import.cards,
        [Card {
            line: 2,
            name: "Ada Lovelace".into(),
            emails: vec!["ada@example.com".into()],
            urls: vec!["https://www.linkedin.com/in/ada".into()],
            company: Some("Engines, Inc.".into()),
            position: Some("Analyst".into()),
            connected_on: Some(date(2024, 11, 16)),
            ..Card::default()
        }]
    );
}

#[test]
fn the_header_is_found_below_notes_of_any_length() {
    let row = "Ada,Lovelace,,,,,16 Nov 2024\n";
    for notes in [
        "",
        "Notes:\n\"When exporting, some addresses may be missing.\"\n\n",
        "Notes:\n\"Many, many, many, words, in, one, quoted\nparagraph\"\nand another\n\n\n",
        "\"Notes, with a quote that never closes\n",
    ] {
        check(&format!("{notes}{HEADER}\n{row}"), &["Ada Lovelace"], &[]);
    }
}

#[test]
fn the_header_may_be_in_another_language() {
    for header in [
        "First Name,Last Name,Email Address,Company,Position,Connected On",
        "Vorname,Nachname,URL,E-Mail-Adresse,Unternehmen,Position,Verbunden am",
        "Prénom,Nom,URL,Adresse e-mail,Entreprise,Poste,Date de connexion",
        "Nombre,Apellidos,URL,Correo electrónico,Empresa,Cargo,Conectado el",
        "Nome,Cognome,URL,Indirizzo e-mail,Azienda,Posizione,Collegato il",
        "Voornaam,Achternaam,URL,E-mailadres,Bedrijf,Functie,Verbonden op",
        "Nome,Sobrenome,URL,Endereço de email,Empresa,Cargo,Conectado em",
    ] {
        let columns = header.split(',').count();
        let blanks = ",".repeat(columns - 5);
        let text = format!("{header}\nAda,Lovelace{blanks},Engines,Analyst,16.11.2024\n");
        let card = &read(&text).cards[0];
        assert_eq!(
            (card.name.as_str(), card.company.as_deref()),
            ("Ada Lovelace", Some("Engines"))
        );
        assert_eq!(card.position.as_deref(), Some("Analyst"), "{header}");
        assert_eq!(card.connected_on, Some(date(2024, 11, 16)), "{header}");
    }
}

#[test]
fn a_spreadsheet_may_have_saved_it_again() {
    for delimiter in [";", "\t"] {
        let text = format!("{HEADER}\nAda,Lovelace,,,,,16.11.2024,,,\n").replace(',', delimiter);
        check(&text, &["Ada Lovelace"], &[]);
    }
}

#[test]
fn who_has_neither_name_nor_profile_is_left_out() {
    let why = "no name, no profile and no address";
    let rows = ",,,,,,16 Nov 2024\n\nAda,Lovelace,,,,,16 Nov 2024\n,,,,,,\n";
    check(&format!("{HEADER}\n{rows}"), &["Ada Lovelace"], &[(2, why), (5, why)]);
}

#[test]
fn a_profile_or_an_address_stands_in_for_a_name() {
    let rows = ",,https://www.linkedin.com/in/ada-l/,,,,\n,,,grace@example.org,,,\n";
    check(&format!("{HEADER}\n{rows}"), &["ada-l", "grace@example.org"], &[]);
}

#[test]
fn a_broken_row_costs_itself_alone() {
    let broken = "Grace,Hopper,only three";
    let open = "\"Grace,Hopper,,,,,16 Nov 2024";
    let open_late = "Grace,Hopper,,,\"Navy,Admiral,16 Nov 2024";
    let short = "3 columns where the header has 7";
    let quote = "a quote that isn't closed";
    for (row, why) in [(broken, short), (open, quote), (open_late, quote)] {
        let text = format!(
            "{HEADER}\nAda,Lovelace,,,,,16 Nov 2024\n{row}\nAlan,Turing,,,\"King's, Cambridge\",,\
             17 Nov 2024\nEdsger,Dijkstra,,,,,18 Nov 2024\n"
        );
        check(&text, &["Ada Lovelace", "Alan Turing", "Edsger Dijkstra"], &[(3, why)]);
    }
}

#[test]
fn a_quote_that_closes_nothing_is_a_character() {
    let rows = "Ada,Lovelace,,,,5\" engines,16 Nov 2024\nAlan,Turing,,,,,17 Nov 2024\n";
    let import = read(&format!("{HEADER}\n{rows}"));
    assert_eq!(import.cards[0].position.as_deref(), Some("5\" engines"));
    assert_eq!(import.cards.len(), 2);
}

#[test]
fn a_cell_may_have_several_lines() {
    let text = format!(
        "{HEADER}\nAda,Lovelace,,,\"Engines\nand \"\"Looms\"\"\",\"Analyst\n\npoet\",16 Nov 2024\n\
         ,,,,,,\n"
    );
    let import = read(&text);
    assert_eq!(import.cards[0].company.as_deref(), Some("Engines and \"Looms\""));
    assert_eq!(import.cards[0].position.as_deref(), Some("Analyst poet"));
    assert_eq!(import.skipped[0].line, 6);
}

#[test]
fn the_fixture_reads_as_its_reader_would() {
    let import = read_connections(&fixture("linkedin/Connections.csv")).unwrap();
    let names: Vec<&str> = import.cards.iter().map(|card| card.name.as_str()).collect();
    assert_eq!(names, ["Ada Example", "Björn Beispiel", "Chloé D'Exemple", "Dana Sample"]);
    let lines: Vec<u64> = import.skipped.iter().map(|row| row.line).collect();
    assert_eq!(lines, [7, 10]);
}

#[test]
fn other_files_are_not_mistaken_for_connections() {
    for text in [
        "",
        "First Name,Last Name,Phonetic First Name,Organization Name,E-mail 1 - Value\nAda,,,,\n",
        "CONVERSATION ID,CONVERSATION TITLE,FROM,TO,DATE,SUBJECT,CONTENT\n1,,Ada,Alan,,,\n",
        "From ada@example.com Sat Nov 16 09:30:00 2024\nSubject: Hi\n\nHello\n",
        "PK\u{3}\u{4} no archive at all",
    ] {
        assert!(read_connections(text.as_bytes()).is_none(), "{text}");
    }
}

proptest! {
    #[test]
    fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        read_connections(&bytes);
        read_connections(&[HEADER.as_bytes(), b"\n", &bytes].concat());
    }

    #[test]
    fn no_damage_to_a_file_is_too_much(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..9),
    ) {
        let mut bytes = fixture("linkedin/Connections.csv");
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        read_connections(&bytes);
    }

    #[test]
    fn whatever_a_row_holds_the_next_one_comes_in(row in "[^\r\n\"]*") {
        let text = format!("{HEADER}\n{row}\nAda,Lovelace,,,,,16 Nov 2024\n");
        let import = read(&text);
        prop_assert_eq!(import.cards.last().map(|card| card.name.as_str()), Some("Ada Lovelace"));
    }
}

#[test]
fn quotes_that_never_close_cost_no_more_than_their_rows() {
    let row = "Ada,\"Lovelace,https://www.linkedin.com/in/ada,,Analytical,Countess,";
    let rows = format!("{row}42 Nov 2026\n").repeat(4_000);
    let csv =
        format!("First Name,Last Name,URL,Email Address,Company,Position,Connected On\n{rows}");
    let read = read(&csv);
    assert_eq!(read.cards.len() + read.skipped.len(), 4_000);
}
