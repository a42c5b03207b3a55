//! Exports as they should not be: each says what is wrong with it, and the rest comes in.

use crate::support::exports::{vcard, zipped};
use crate::support::world::World;

const HEADER: &str = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n";

fn world() -> World {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    world.configure("[me]\nnames = [\"Ada Example\"]\naddresses = [\"ada@example.com\"]\n");
    world
}

/// What is said of a file that doesn't come in, beside one that does.
#[track_caller]
fn refused(name: &str, content: &[u8], why: &str) {
    let world = world();
    let bad = world.write(name, content);
    let good = world.write("good.vcf", vcard(&[("Grace Hopper", "grace@navy.example")]));
    let output = world.output(&["import", "--json", bad.to_str().unwrap(), good.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{name}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let told = report["files"][0]["skipped"][0]["why"].as_str().unwrap().to_owned();
    assert!(told.contains(why), "{name}: {told}");
    assert!(report["files"][0]["kind"].is_null());
    assert_eq!(report["files"][1]["new"], 1);
    assert_eq!(world.json(&["contacts", "--json"])["contacts"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_no_export_says_so() {
    let whole = zipped(&[("Connections.csv", &format!("{HEADER}Ann,Lee,,,,,06 Mar 2024\n"))]);
    refused("cut.zip", &whole[..whole.len() / 2], "cut short");
    refused("empty.csv", b"", "the file is empty");
    refused("login.csv", b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "a web page");
    refused("notes.txt", b"milk\neggs\n", "not recognised");
    refused("other.zip", &zipped(&[("Skills.csv", "Name\nRust\n")]), "nothing is known");
    refused("sms.xml", b"<?xml version='1.0'?>\n<smses count=\"1\"></smses>", "only calls");
    refused(
        "Praise.csv",
        b"First Name,Last Name,Company,Job Title,Text,Creation Date,Status\n",
        "given or received",
    );
}

#[test]
fn a_member_that_swells_is_named_and_the_others_come_in() {
    let world = world();
    let long = format!("{HEADER}{}", format!("{}\n", "x".repeat(4095)).repeat(5 << 10));
    let archive = zipped(&[
        ("Connections.csv", &long),
        ("people.vcf", &vcard(&[("Ann Lee", "ann@example.org")])),
    ]);
    let path = world.write("bomb.zip", archive);
    let output = world.output(&["import", "--json", path.to_str().unwrap()]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let why = report["files"][0]["skipped"][0]["why"].as_str().unwrap();
    assert!(why.contains("more than 16 MiB"), "{report}");
    assert_eq!(report["files"][1]["new"], 1, "{report}");
}

#[test]
fn any_encoding_is_read_and_a_name_of_any_length() {
    let world = world();
    let utf16: Vec<u8> = format!("\u{feff}{HEADER}Zoë,Wide,,zoe@example.org,,,06 Mar 2024\r\n")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let latin: Vec<u8> =
        [HEADER.as_bytes(), b"Zo\xeb,Latin,,zl@example.org,,,06 Mar 2024\n"].concat();
    let long = format!("{HEADER}{},Long,,long@example.org,,,06 Mar 2024\n", "x".repeat(3 << 20));
    for (name, content) in
        [("wide.csv", utf16), ("latin.csv", latin), ("long.csv", long.into_bytes())]
    {
        let path = world.write(name, content);
        let report = world.json(&["import", "--json", path.to_str().unwrap()]);
        assert_eq!(report["files"][0]["new"], 1, "{report}");
        if name == "long.csv" {
            let why = report["files"][0]["skipped"][0]["why"].as_str().unwrap();
            assert!(why.contains("cut after 500"), "{why}");
        }
    }
    let found = world.json(&["contacts", "--json", "--sort", "name"]);
    let names: Vec<String> = found["contacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].as_str().unwrap().chars().take(9).collect())
        .collect();
    assert_eq!(names, ["xxxxxxxxx", "Zoë Latin", "Zoë Wide"]);
}

#[test]
fn the_user_says_which_columns_hold_what() {
    let world = world();
    let table = "Kontakt;Erreichbar unter;Bei\nGrace Hopper;grace@navy.example;Navy\n";
    let path = world.write("kontakte.csv", table);
    let path = path.to_str().unwrap();
    assert!(world.fails(&["import", path]).1.contains("--map"));
    let report =
        world.json(&["import", "--json", "--map", "name=Kontakt,email=2,company=Bei", path]);
    assert_eq!(
        (&report["files"][0]["kind"], &report["files"][0]["new"]),
        (&"csv".into(), &1.into())
    );
    let shown = world.json(&["show", "grace", "--json"]);
    assert_eq!(
        (&shown["company"], &shown["identities"][0]["value"]),
        (&"Navy".into(), &"grace@navy.example".into())
    );
    assert_eq!(world.fails(&["import", "--map", "colour=Bei", path]).0, 2);
}

#[test]
fn google_writes_in_two_ways_and_means_the_same() {
    let before = "Name,Given Name,Family Name,Nickname,E-mail 1 - Type,E-mail 1 - Value,\
        Phone 1 - Type,Phone 1 - Value,Organization 1 - Name,Organization 1 - Title\n\
        Grace Hopper,Grace,Hopper,Amazing,* Work,grace@navy.example ::: g@example.org,Mobile,\
        +1 555 0100 ::: +1 555 0101,Navy,Admiral\n";
    let today = "First Name,Middle Name,Last Name,Nickname,Organization Name,Organization Title,\
        Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,\
        Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value\n\
        Grace,,Hopper,Amazing,Navy,Admiral,* myContacts,* Work,grace@navy.example,,g@example.org,\
        Mobile,+1 555 0100,,+1 555 0101\n";
    let world = world();
    for (content, new) in [(before, 1), (today, 0)] {
        let path = world.write("contacts.csv", content);
        let report = world.json(&["import", "--json", path.to_str().unwrap()]);
        let file = &report["files"][0];
        assert_eq!((&file["kind"], &file["new"]), (&"google-contacts".into(), &new.into()));
        assert_eq!(file["changed"], 0, "{report}");
    }
    let shown = world.json(&["show", "grace", "--json"]);
    assert_eq!(shown["identities"].as_array().unwrap().len(), 5, "{shown}");
}
