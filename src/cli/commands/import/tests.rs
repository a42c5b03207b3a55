//! What an import does, twice, in rehearsal and taken back.

use std::fs;

use super::*;
use crate::config;
use crate::daemon::Home;
use crate::domain::model::Moment;
use crate::error::Kind;

const CARDS: &str = "BEGIN:VCARD\nVERSION:3.0\nFN:Ann Lee\nEMAIL:ANN@example.org\n\
    TEL:+49 (0)30 1234-567\nEND:VCARD\n\
    BEGIN:VCARD\nVERSION:3.0\nFN:Bob Moss\nTEL:12\nORG:Moss & Co\nEND:VCARD\n\
    BEGIN:VCARD\nVERSION:3.0\nFN:Me Myself\nEMAIL:me@example.com\nEND:VCARD\n";

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        Place { folder: tempfile::tempdir().unwrap() }
    }

    fn desk(&self) -> Desk {
        let mut config = config::defaults();
        config.me.addresses = vec!["me@example.com".to_owned()];
        let home = Home::below(self.folder.path());
        Desk {
            home,
            config,
            now: Moment(1_000_000),
            at: None,
            json: false,
            quiet: true,
            verbose: false,
        }
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn names(&self) -> Vec<String> {
        let store = Store::open_to_read(&self.folder.path().join("data")).unwrap();
        let contacts = store.map_or_else(Vec::new, |store| store.contacts().unwrap());
        contacts.into_iter().map(|contact| contact.name).collect()
    }
}

fn counts(report: &FileReport) -> (usize, usize, usize, Vec<&str>) {
    let why = report.skipped.iter().map(|skipped| skipped.why.as_str()).collect();
    (report.new, report.changed, report.matched, why)
}

#[test]
fn the_second_time_everything_is_known() {
    let place = Place::new();
    let (desk, file) = (place.desk(), place.file("a.vcf", CARDS));
    let store = desk.store_to_write().unwrap();
    let left_out = vec!["Bob Moss: \"12\" isn't a telephone number", "Me Myself: this is you"];
    for expect in [(2, 0, 0), (0, 0, 2)] {
        let (reports, _) =
            bring_in(&desk, &store, &items(std::slice::from_ref(&file), &Mapping::default()))
                .unwrap();
        let (new, changed, matched, why) = counts(&reports[0]);
        assert_eq!((new, changed, matched), expect);
        assert_eq!(why, left_out);
    }
    assert_eq!(place.names(), ["Ann Lee", "Bob Moss"]);
}

#[test]
fn a_rehearsal_changes_nothing_and_an_import_can_be_taken_back() {
    let place = Place::new();
    let (desk, file) = (place.desk(), place.file("a.vcf", CARDS));
    let files = vec![file];
    run(&desk, &ImportArgs { dry_run: true, ..ImportArgs::of(files.clone()) }).unwrap();
    assert!(place.names().is_empty());
    run(&desk, &ImportArgs::of(files.clone())).unwrap();
    assert_eq!(place.names().len(), 2);
    run(&desk, &ImportArgs { dry_run: true, ..ImportArgs::of(files.clone()) }).unwrap();
    run(&desk, &ImportArgs { undo: true, ..ImportArgs::default() }).unwrap();
    assert!(place.names().is_empty());
    let error = run(&desk, &ImportArgs { undo: true, ..ImportArgs::default() }).unwrap_err();
    assert_eq!(error.kind(), Kind::Usage);
}

#[test]
fn what_is_not_recognised_is_told_once_the_rest_came_in() {
    let place = Place::new();
    let files = vec![place.file("notes.txt", "milk, eggs"), place.file("a.vcf", CARDS)];
    let error = run(&place.desk(), &ImportArgs::of(files)).unwrap_err();
    assert_eq!(error.kind(), Kind::Failed);
    assert!(error.to_string().ends_with("notes.txt can't be imported"), "{error}");
    assert_eq!(place.names().len(), 2);
}
