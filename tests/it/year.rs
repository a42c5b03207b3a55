//! A scripted year with 800 contacts: what the ledger, the sift, the rhythm and the drift say on
//! each of its Mondays is what follows from the script.

mod oracle;
mod script;

use std::collections::{BTreeMap, BTreeSet};

use requite::book::{AsOf, Book, Ledger, Sift};
use requite::domain::decide::digest::Digest;
use requite::domain::decide::ledger::{EntryState, LedgerEntry, LedgerKind};
use requite::domain::measure::terms::Outcome;
use requite::domain::model::{ContactId, Moment};
use requite::domain::policy::Policy;
use requite::store::{ContactRow, Store};

use serde_json::Value;

use crate::support::maildir::Maildir;
use crate::support::world::World;
use script::{Script, WEEKS, monday, timestamp};

/// Max's home, with the year's mail read.
struct Year {
    script: Script,
    world: World,
    store: Store,
    policy: Policy,
    /// Which of the people each contact is.
    nth: BTreeMap<ContactId, usize>,
    rows: Vec<ContactRow>,
}

impl Year {
    fn new() -> Year {
        let script = Script::new();
        let world = World::new(env!("CARGO_BIN_EXE_requite"));
        world.configure(
            "[me]\naddresses = [\"max@example.com\"]\nzone = \"UTC\"\n\
             [[account]]\nname = \"home\"\nkind = \"maildir\"\npath = \"~/Mail\"\n",
        );
        let inbox = Maildir::create(world.home().join("Mail"));
        let sent = inbox.folder("Sent");
        for (mail, by_me) in &script.mails {
            let folder = if *by_me { &sent } else { &inbox };
            folder.keep(mail.time(), "S", &mail.bytes());
        }
        let connections = world.write("Connections.csv", script.connections());
        world.run(&["import", connections.to_str().unwrap()]);
        world.run(&["sync"]);
        for entry in &script.by_hand {
            let name = &script.people[entry.with].name;
            world.run(&["log", entry.kind, name, "--at", &timestamp(entry.at).to_string()]);
        }
        let store = Store::open_to_read(&world.home().join("data")).unwrap().unwrap();
        let rows = store.contacts().unwrap();
        let by_name: BTreeMap<&str, usize> =
            script.people.iter().enumerate().map(|(nth, it)| (it.name.as_str(), nth)).collect();
        let nth = rows.iter().map(|row| (row.id, by_name[row.name.as_str()])).collect();
        Year { script, world, store, policy: Policy::default(), nth, rows }
    }

    fn who<T>(&self, list: &[(ContactId, T)]) -> BTreeSet<usize> {
        list.iter().map(|(contact, _)| self.nth[contact]).collect()
    }

    fn row(&self, nth: usize) -> &ContactRow {
        self.rows.iter().find(|row| self.nth[&row.id] == nth).unwrap()
    }
}

impl Year {
    /// What the commands print rests on messages of the mailbox.
    fn says_so(&self, now: i64) {
        let at = timestamp(now).to_string();
        let real: BTreeSet<String> = self.script.ids.iter().map(|id| format!("<{id}>")).collect();
        let is_real = |id: &Value| real.contains(id.as_str().unwrap());
        let sift = self.world.json(&["sift", "--json", "--at", &at]);
        let candidates = sift["candidates"].as_array().unwrap();
        assert!(candidates.len() <= 5);
        for candidate in candidates {
            let contact = candidate["contact"]["id"].as_str().unwrap();
            let shown = self.world.json(&["show", contact, "--json", "--at", &at]);
            let turns = shown["turns"].as_array().unwrap();
            for receipt in candidate["evidence"].as_array().unwrap() {
                let turn = turns.iter().find(|turn| turn["id"] == receipt["turn"]).unwrap();
                assert!(turn["message_ids"].as_array().unwrap().iter().all(is_real), "{turn:#}");
                assert_eq!(turn["start"], receipt["start"]);
            }
        }
        let ledger = self.world.json(&["ledger", "--json", "--at", &at]);
        let found = ledger["entries"].as_array().unwrap().iter();
        for entry in found.filter(|entry| entry["strength"] != "manual") {
            assert!(is_real(&entry["message_id"]), "{entry:#}");
        }
        let lost = self.world.json(&["contacts", "--losing-touch", "--json", "--at", &at]);
        let expect = self.script.who(|player| player.losing_touch(now).is_some());
        assert_eq!(lost["contacts"].as_array().unwrap().len(), expect.len());
        let digest = self.world.json(&["digest", "--json", "--at", &at]);
        assert_eq!(digest["drift"]["gives"], self.script.drift(now).gives);
    }
}

/// One Monday of it.
struct Week<'y> {
    year: &'y Year,
    now: i64,
    book: Book<'y>,
    /// Who was suggested so far.
    suggested: &'y mut BTreeSet<usize>,
}

#[test]
fn every_monday_says_what_follows_from_the_script() {
    let year = Year::new();
    let mut suggested = BTreeSet::new();
    for number in 1..=WEEKS {
        let now = monday(number);
        let book = Book::open(&year.store, &year.policy, AsOf::Then(Moment(now))).unwrap();
        let mut week = Week { year: &year, now, book, suggested: &mut suggested };
        week.ledger();
        week.sift();
        week.rhythm();
        week.digest();
    }
    for half in [26, WEEKS] {
        year.says_so(monday(half));
    }
    let wrong: Vec<&usize> =
        suggested.iter().filter(|nth| year.script.people[**nth].p >= 0.5).collect();
    eprintln!("{} suggested in the year, {} wrongly", suggested.len(), wrong.len());
    assert!(suggested.len() >= 20, "{}", suggested.len());
    assert!(wrong.len() * 20 <= suggested.len(), "{} of {}", wrong.len(), suggested.len());
}

impl Week<'_> {
    fn script(&self) -> &Script {
        &self.year.script
    }

    fn ledger(&self) {
        let ledger = self.book.ledger().unwrap();
        let of = |kind| -> Vec<&LedgerEntry> {
            ledger.entries.iter().filter(|entry| entry.kind == kind).collect()
        };
        self.introductions(ledger, &of(LedgerKind::Introduction));
        let people = |entry: &LedgerEntry| -> BTreeSet<usize> {
            entry.contacts.iter().map(|contact| self.year.nth[contact]).collect()
        };
        let mut passed_on: Vec<_> =
            of(LedgerKind::Resume).iter().map(|it| (it.at.0, people(it))).collect();
        let by_now = self.script().resumes.iter().filter(|it| it.at <= self.now);
        let mut expect: Vec<_> = by_now.map(|it| (it.at, BTreeSet::from(it.people))).collect();
        passed_on.sort();
        expect.sort();
        assert_eq!(passed_on, expect, "résumés at {}", timestamp(self.now));

        let by_hand = |kind| {
            let entries = self.script().by_hand.iter();
            entries.filter(|it| it.kind == kind && it.at <= self.now).count()
        };
        let asks = of(LedgerKind::Ask);
        let counted = asks.iter().filter(|entry| entry.state.counts()).count();
        assert_eq!(counted, by_hand("ask"));
        assert_eq!(of(LedgerKind::Favour).len(), by_hand("favour"));
        let (asked, answered) = self.script().asks(self.now);
        assert_eq!(asks.len() - counted, asked, "asks at {}", timestamp(self.now));
        let booked = self.book.booked(asks).unwrap();
        let outcomes = booked.iter().filter_map(|booked| booked.outcome.as_ref());
        assert_eq!(outcomes.filter(|it| it.state == "answered").count(), answered);
    }

    fn introductions(&self, ledger: &Ledger, entries: &[&LedgerEntry]) {
        let booked = self.book.booked(entries.iter().copied()).unwrap();
        let mut found: Vec<(i64, BTreeSet<usize>, &str, bool)> = booked
            .iter()
            .map(|it| {
                let people = it.people.iter().map(|(contact, _)| self.year.nth[contact]).collect();
                let counts = it.entry.state == EntryState::Confirmed;
                (it.entry.at.0, people, it.outcome.as_ref().unwrap().state, counts)
            })
            .collect();
        let by_now = self.script().introductions.iter().filter(|it| it.at <= self.now);
        let mut expect: Vec<_> = by_now
            .map(|it| {
                let state = it.state(self.now);
                (it.at, BTreeSet::from(it.people), state, state == "wrote")
            })
            .collect();
        found.sort();
        expect.sort();
        assert_eq!(found, expect, "introductions at {}", timestamp(self.now));
        let given = expect.iter().filter(|(.., wrote)| *wrote).flat_map(|(_, people, ..)| people);
        for nth in given {
            assert!(!ledger.counted(self.year.row(*nth).id).is_empty(), "a give to each side");
        }
    }

    fn sift(&mut self) {
        let sift = self.book.sift().unwrap();
        let now = self.now;
        let untested = self.script().who(|player| player.is_untested(now));
        assert_eq!(self.year.who(&sift.untested), untested, "untested at {}", timestamp(now));
        let dead = self.script().who(|player| player.needs_an_address(now));
        assert_eq!(self.year.who(&sift.find_address), dead, "dead at {}", timestamp(now));
        let suggested: BTreeSet<usize> =
            sift.suggested.iter().map(|it| self.year.nth[&it.contact]).collect();
        let may_be = self.script().who(|player| player.may_be_suggested(now));
        assert!(suggested.is_subset(&may_be), "{suggested:?} of {may_be:?}");
        for spared in may_be.difference(&suggested) {
            let verdict = self.book.sift_verdict(self.year.row(*spared)).unwrap();
            let obstacles = verdict.obstacles();
            let unsure = obstacles
                .iter()
                .all(|it| it.starts_with("the chance that they miss more than half"));
            assert!(unsure && obstacles.len() == 1, "{obstacles:?} at {}", timestamp(now));
        }
        self.receipts(&sift);
        self.suggested.extend(suggested);
        let shown = self.book.sift_of_the_week().unwrap();
        assert!(shown.suggested.len() <= 5 && shown.untested.len() <= 5);
        assert_eq!(shown.suggested.len() + shown.more_suggested, sift.suggested.len());
    }

    /// What a suggestion rests on are my questions as I wrote them.
    fn receipts(&self, sift: &Sift) {
        for candidate in &sift.suggested {
            let player = &self.script().people[self.year.nth[&candidate.contact]];
            let evidence = &candidate.suggestion.evidence;
            let found: Vec<(i64, bool)> =
                evidence.iter().map(|it| (it.start.0, it.outcome == Outcome::InTime)).collect();
            assert_eq!(found, player.receipts(self.now), "of {}", player.name);
            assert!(candidate.suggestion.probability_below_half >= 0.9);
            let subjects = self.book.subjects_of_receipts(&candidate.suggestion).unwrap();
            assert!(subjects.iter().flatten().all(|subject| subject.starts_with("Report of")));
        }
    }

    fn rhythm(&self) {
        let lost = self.book.losing_touch().unwrap();
        let found: Vec<i64> = lost.iter().filter_map(|(_, it)| Some(it.since?.0)).collect();
        assert!(found.is_sorted(), "the longest known first");
        let lost: Vec<_> = lost.into_iter().map(|(row, rhythm)| (row.id, rhythm)).collect();
        let expect = self.script().who(|player| player.losing_touch(self.now).is_some());
        assert_eq!(self.year.who(&lost), expect, "lost at {}", timestamp(self.now));
    }

    fn digest(&self) {
        let Digest { network, mine, .. } = self.book.digest().unwrap();
        let expect = self.script().drift(self.now);
        let drift = network.drift.unwrap();
        assert_eq!((drift.gives, drift.asks), (expect.gives, expect.asks));
        let mine = mine.this_week();
        assert_eq!((mine.in_time, mine.matured), (expect.in_time, expect.matured));
        let returned = expect.in_time as f64 / expect.matured as f64;
        assert_eq!(drift.returned, (expect.matured > 0).then_some(returned));
        let listed = [network.losing_touch.len(), network.sift.len(), network.untested.len()];
        assert!(listed[0] <= 3 && listed[1] <= 5 && listed[2] <= 5, "{listed:?}");
        let lately = |at: i64| at <= self.now && at > self.now - 7 * 24 * 3_600;
        let turned = self.script().introductions.iter().filter(|it| {
            let gave_up = it.at + 14 * 24 * 3_600;
            let wrote = it.wrote.filter(|at| *at <= self.now);
            lately(it.at) || lately(wrote.unwrap_or(gave_up))
        });
        assert_eq!(network.introductions.len(), turned.count(), "{}", timestamp(self.now));
    }
}
