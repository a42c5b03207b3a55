//! A Maildir as mail programs keep it, read through the public door of the source.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use requite::config::{Account, AccountKind, Folders};
use requite::domain::model::Moment;
use requite::source::maildir::{probe, sync_once, watch};
use requite::source::{
    AccountState, Flags, FolderState, Question, RawMail, Report, Role, Sink, Uid, UidValidity,
};
use tempfile::TempDir;
use tokio::sync::watch as signal;

/// What a store would keep, and how often it was told.
#[derive(Default)]
struct Kept {
    folders: Vec<(String, Role)>,
    mails: BTreeMap<(String, Uid), RawMail>,
    unreadable: BTreeMap<(String, Uid), String>,
    covered: BTreeMap<String, FolderState>,
    states: Vec<(AccountState, String)>,
    /// Messages received, those received again included.
    deliveries: usize,
    batch_sizes: Vec<usize>,
    /// Headers of messages that were nowhere any more at some moment.
    lost: Vec<Vec<u8>>,
}

impl Kept {
    fn take(&mut self, report: Report) {
        match report {
            Report::Question(Question::Folders { folders, .. }) => self.folders = folders,
            Report::Question(Question::State { state, detail, .. }) => {
                self.states.push((state, detail))
            }
            Report::Question(Question::Known { folder, reply }) => {
                let known = self.covered.get(&folder.folder).copied().unwrap_or_default();
                reply.send(known).unwrap();
            }
            Report::Question(Question::Stored { folder, reply, .. }) => {
                let of_folder = self.mails.keys().filter(|(name, _)| *name == folder.folder);
                reply.send(of_folder.map(|(_, uid)| *uid).collect()).unwrap();
            }
            Report::Question(Question::Quarantined { reply, .. }) => {
                reply.send(Vec::new()).unwrap()
            }
            Report::Question(Question::Watched { reply, .. }) => reply.send(Vec::new()).unwrap(),
            Report::Question(Question::Unread { reply, .. }) => reply.send(Vec::new()).unwrap(),
            Report::Question(Question::FetchedToday { reply, .. }) => reply.send(0).unwrap(),
            Report::Question(Question::TextsPaused | Question::Configured) => {}
            Report::Question(Question::Barrier { reply }) => reply.send(()).unwrap(),
            Report::Batch(batch, _) => {
                let name = batch.folder.folder;
                self.deliveries += batch.mails.len();
                self.batch_sizes.push(batch.mails.len());
                for mail in batch.mails {
                    self.unreadable.remove(&(name.clone(), mail.uid));
                    self.mails.insert((name.clone(), mail.uid), mail);
                }
                for (uid, why) in batch.unreadable {
                    self.unreadable.insert((name.clone(), uid), why);
                }
                for (uid, flags) in batch.flags {
                    self.mails.get_mut(&(name.clone(), uid)).unwrap().flags = flags;
                }
                for uid in batch.gone {
                    if let Some(mail) = self.mails.remove(&(name.clone(), uid))
                        && !self.mails.values().any(|other| other.header == mail.header)
                    {
                        self.lost.push(mail.header);
                    }
                    self.unreadable.remove(&(name.clone(), uid));
                }
                let state = self.covered.entry(name).or_default();
                state.uidvalidity = batch.uidvalidity;
                state.covered = batch.covered.or(state.covered);
                state.complete = batch.complete;
            }
        }
    }

    /// `folder: subject` of every message, `!` behind those answered, sorted.
    fn subjects(&self) -> BTreeSet<String> {
        let line = |((folder, _), mail): (&(String, Uid), &RawMail)| {
            let header = String::from_utf8_lossy(&mail.header);
            let subject = header.lines().find_map(|line| line.strip_prefix("Subject: "));
            let answered = if mail.flags.answered { "!" } else { "" };
            format!("{folder}: {}{answered}", subject.unwrap_or("?"))
        };
        self.mails.iter().map(line).collect()
    }

    fn state(&self) -> Option<AccountState> {
        self.states.last().map(|(state, _)| *state)
    }
}

fn account(root: &Path) -> Account {
    Account {
        name: "mail".to_owned(),
        kind: AccountKind::Maildir { path: root.to_owned() },
        folders: Folders::Auto,
        text_cues: false,
        authserv_id: None,
        webmail: None,
    }
}

/// A sink that keeps what it is told, and lets a test wait for it.
struct Collector {
    sink: Sink,
    kept: Arc<Mutex<Kept>>,
    heard: signal::Receiver<()>,
}

impl Collector {
    fn new() -> Collector {
        let (sink, mut reports) = Sink::bounded(4);
        let kept = Arc::new(Mutex::new(Kept::default()));
        let (told, heard) = signal::channel(());
        let keeper = Arc::clone(&kept);
        tokio::spawn(async move {
            while let Some(report) = reports.recv().await {
                keeper.lock().unwrap().take(report);
                told.send_replace(());
            }
        });
        Collector { sink, kept, heard }
    }

    fn see<T>(&self, look: impl FnOnce(&Kept) -> T) -> T {
        look(&self.kept.lock().unwrap())
    }

    async fn sync(&self, root: &Path) {
        sync_once(&account(root), &self.sink).await.unwrap();
    }

    /// Waits until it is told so; fails after the longest time anything here may take.
    async fn until(&mut self, what: &str, told: impl Fn(&Kept) -> bool) {
        let waiting = async {
            while !self.see(&told) {
                self.heard.changed().await.unwrap();
            }
        };
        if tokio::time::timeout(Duration::from_secs(20), waiting).await.is_err() {
            panic!("never {what}: {:#?} {:?}", self.see(Kept::subjects), self.see(Kept::state));
        }
    }
}

fn expect(lines: &[&str]) -> BTreeSet<String> {
    lines.iter().map(|line| line.to_string()).collect()
}

/// A Maildir with these folders, which may be `""`, `.Sent` or `Work/Clients`.
fn maildir(folders: &[&str]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for folder in folders {
        for part in ["tmp", "new", "cur"] {
            fs::create_dir_all(root.path().join(folder).join(part)).unwrap();
        }
    }
    root
}

/// Delivers as the Maildir rules ask: written in `tmp`, then renamed.
fn deliver(root: &Path, place: &str, name: &str, subject: &str) -> PathBuf {
    let target = root.join(place).join(name);
    let draft = target.parent().unwrap().with_file_name("tmp").join(name);
    let text = format!("From: ada@example.org\r\nSubject: {subject}\r\n\r\nHello,\r\n\r\nAda\r\n");
    fs::write(&draft, text).unwrap();
    fs::rename(&draft, &target).unwrap();
    target
}

type Listing = BTreeMap<PathBuf, (u64, SystemTime)>;

/// Every path below with its size and mtime.
fn listing(root: &Path) -> Listing {
    let mut all = Listing::new();
    let mut open = vec![root.to_owned()];
    while let Some(path) = open.pop() {
        let about = fs::symlink_metadata(&path).unwrap();
        if about.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        all.insert(path, (about.len(), about.modified().unwrap()));
    }
    all
}

#[tokio::test]
async fn both_layouts_are_read_and_nothing_in_them_changes() {
    for (inbox, sent, clients, drafts, names) in [
        ("", ".Sent", ".Work.Clients", ".Drafts", ["INBOX", "Sent", "Work.Clients"]),
        ("INBOX", "Sent", "Work/Clients", "Drafts", ["INBOX", "Sent", "Work/Clients"]),
    ] {
        let root = maildir(&[inbox, sent, clients, drafts]);
        let at = |folder: &str, part: &str| Path::new(folder).join(part).display().to_string();
        deliver(root.path(), &at(inbox, "new"), "1700000000.a.host", "new");
        deliver(root.path(), &at(inbox, "cur"), "1700000001.b.host:2,RS", "answered");
        deliver(root.path(), &at(sent, "cur"), "1700000002.c.host:2,S", "sent");
        deliver(root.path(), &at(clients, "cur"), "1700000003.d.host;2,S", "client");
        deliver(root.path(), &at(drafts, "cur"), "1700000004.e.host:2,DS", "draft");
        fs::write(root.path().join(inbox).join("tmp/1700000005.f.host"), "Subject: half").unwrap();
        let before = listing(root.path());

        let collector = Collector::new();
        collector.sync(root.path()).await;

        let [inbox, sent, clients] = names;
        let lines = [
            format!("{inbox}: new"),
            format!("{inbox}: answered!"),
            format!("{sent}: sent"),
            format!("{clients}: client"),
        ];
        assert_eq!(collector.see(Kept::subjects), lines.into());
        let folders = [(inbox, Role::Inbox), (sent, Role::Sent), (clients, Role::Other)];
        let folders = folders.map(|(name, role)| (name.to_owned(), role));
        assert_eq!(collector.see(|kept| kept.folders.clone()), folders);
        let complete = FolderState {
            uidvalidity: UidValidity(1),
            covered: Some((Uid(1), Uid(1))),
            complete: true,
            reconcile_due: false,
        };
        assert!(collector.see(|kept| kept.covered.values().all(|state| *state == complete)));
        assert_eq!(listing(root.path()), before);
    }
}

#[tokio::test]
async fn a_message_is_its_header_with_its_flags_and_delivery_time() {
    let root = maildir(&[""]);
    deliver(root.path(), "cur", "1700000000.a.host:2,RTDS", "named");
    let unnamed = deliver(root.path(), "cur", "copied-by-hand.eml", "copied");
    let day = SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
    fs::File::options().write(true).open(unnamed).unwrap().set_modified(day).unwrap();

    let collector = Collector::new();
    collector.sync(root.path()).await;

    collector.see(|kept| {
        let mails: Vec<_> = kept.mails.values().map(|it| (it.internal, it.flags)).collect();
        let all = Flags { answered: true, deleted: true, draft: true };
        assert_eq!(mails.len(), 2);
        assert!(mails.contains(&(Some(Moment(1_700_000_000)), all)));
        assert!(mails.contains(&(Some(Moment(1_600_000_000)), Flags::default())));
        for mail in kept.mails.values() {
            assert!(mail.header.ends_with(b"\r\n\r\n"), "the body isn't read");
            assert_eq!(mail.body_start, None);
        }
    });
}

#[tokio::test]
async fn a_second_run_reports_only_what_changed() {
    let root = maildir(&["", ".Archive"]);
    let moved = deliver(root.path(), "new", "1700000000.a.host", "read later");
    let answered = deliver(root.path(), "cur", "1700000001.b.host:2,S", "question");
    let archived = deliver(root.path(), "cur", "1700000002.c.host:2,S", "for the files");
    let deleted = deliver(root.path(), "cur", "1700000003.d.host:2,S", "offer");
    let collector = Collector::new();
    collector.sync(root.path()).await;

    fs::rename(moved, root.path().join("cur/1700000000.a.host:2,S")).unwrap();
    fs::rename(answered, root.path().join("cur/1700000001.b.host:2,RS")).unwrap();
    fs::rename(archived, root.path().join(".Archive/cur/1700000002.c.host:2,S")).unwrap();
    fs::remove_file(deleted).unwrap();
    collector.sync(root.path()).await;

    let lines = ["INBOX: read later", "INBOX: question!", "Archive: for the files"];
    assert_eq!(collector.see(Kept::subjects), expect(&lines));
    assert_eq!(collector.see(|kept| kept.deliveries), 4 + 1, "only the archived one came again");
    let lost = collector.see(|kept| kept.lost.concat());
    let lost = String::from_utf8(lost).unwrap();
    assert!(lost.contains("offer") && !lost.contains("for the files"), "{lost}");
}

#[tokio::test]
async fn an_unreadable_message_is_named_with_its_reason_and_stops_nothing() {
    let root = maildir(&[""]);
    deliver(root.path(), "cur", "1700000000.a.host:2,S", "fine");
    // Unreadable even for root: a link to itself, and a link to a directory.
    symlink("1700000001.b.host:2,S", root.path().join("cur/1700000001.b.host:2,S")).unwrap();
    symlink("../tmp", root.path().join("cur/1700000002.c.host:2,S")).unwrap();

    let collector = Collector::new();
    collector.sync(root.path()).await;

    assert_eq!(collector.see(Kept::subjects), expect(&["INBOX: fine"]));
    let reasons: Vec<_> = collector.see(|kept| kept.unreadable.values().cloned().collect());
    assert_eq!(reasons.len(), 2);
    assert!(reasons.iter().any(|why| why.contains("b.host") && why.contains("symbolic links")));
    assert!(reasons.iter().any(|why| why.contains("c.host") && why.contains("regular file")));
}

#[tokio::test]
async fn a_big_folder_comes_in_batches_newest_first() {
    let root = maildir(&[""]);
    for number in 0..1203 {
        let name = format!("{}.m{number}.host:2,S", 1_700_000_000 + number);
        fs::write(root.path().join("cur").join(name), "Subject: one of many\n\n").unwrap();
    }
    let collector = Collector::new();
    let (sink, mut reports) = Sink::bounded(1);
    let relay = collector.sink.clone();
    let order = tokio::spawn(async move {
        let mut order = Vec::new();
        while let Some(report) = reports.recv().await {
            match report {
                Report::Batch(batch, _) => {
                    order.extend(batch.mails.iter().filter_map(|mail| mail.internal));
                    relay.batch(batch).await.unwrap();
                }
                Report::Question(Question::Known { folder, reply }) => {
                    reply.send(relay.known(&folder).await.unwrap()).unwrap();
                }
                Report::Question(Question::Barrier { reply }) => {
                    relay.settled().await.unwrap();
                    reply.send(()).unwrap();
                }
                _ => {}
            }
        }
        order
    });
    sync_once(&account(root.path()), &sink).await.unwrap();
    drop(sink);

    let order = order.await.unwrap();
    assert_eq!(order.len(), 1203);
    assert!(order.is_sorted_by(|newer, older| newer > older));
    assert_eq!(collector.see(|kept| kept.batch_sizes.clone()), [500, 500, 203, 0]);
}

#[tokio::test]
async fn a_missing_maildir_is_temporary_and_says_what_to_check() {
    let nowhere = tempfile::tempdir().unwrap().path().join("Mail");
    let collector = Collector::new();
    let error = sync_once(&account(&nowhere), &collector.sink).await.unwrap_err();
    assert_eq!(error.kind(), requite::error::Kind::Temporary);
    assert!(error.to_string().contains("Mail"));
    assert!(error.advice().unwrap().contains("`path`"));
}

#[test]
fn a_check_counts_messages_and_misses_folders_that_are_asked_for() {
    let root = maildir(&["", ".Sent"]);
    deliver(root.path(), "new", "1700000000.a.host", "new");
    deliver(root.path(), "cur", "1700000001.b.host:2,S", "read");
    let auto = probe(root.path(), &Folders::Auto).unwrap();
    let expect = [("INBOX", Role::Inbox, 2), ("Sent", Role::Sent, 0)];
    assert_eq!(auto, expect.map(|(name, role, count)| (name.to_owned(), role, count)));

    let asked = Folders::Named(vec!["Sent".into(), "Archive".into()]);
    let error = probe(root.path(), &asked).unwrap_err();
    assert_eq!(error.kind(), requite::error::Kind::Config);
    assert!(error.to_string().contains("Archive"));
}

/// A watched Maildir; stops with the test.
async fn watched(root: &Path) -> (Collector, signal::Sender<bool>, tokio::task::JoinHandle<()>) {
    let mut collector = Collector::new();
    let (stop, stopped) = signal::channel(false);
    let (sink, root) = (collector.sink.clone(), root.to_owned());
    let task = tokio::spawn(async move {
        watch(&account(&root), &sink, stopped).await.unwrap();
    });
    let steady = [Some(AccountState::Watching), Some(AccountState::Offline)];
    collector.until("steady", |kept| steady.contains(&kept.state())).await;
    (collector, stop, task)
}

#[tokio::test]
async fn a_watched_maildir_reports_what_happens_in_it() {
    let root = maildir(&["", ".Archive"]);
    let (mut collector, _stop, _task) = watched(root.path()).await;

    let arrived = deliver(root.path(), "new", "1700000000.a.host", "arrival");
    collector.until("an arrival", |kept| kept.mails.len() == 1).await;

    let answered = root.path().join("cur/1700000000.a.host:2,RS");
    fs::rename(arrived, &answered).unwrap();
    collector.until("answered", |kept| kept.subjects() == expect(&["INBOX: arrival!"])).await;
    assert_eq!(collector.see(|kept| kept.deliveries), 1, "moving to `cur` is no arrival");

    fs::rename(answered, root.path().join(".Archive/cur/1700000000.a.host:2,RS")).unwrap();
    collector.until("moved", |kept| kept.subjects() == expect(&["Archive: arrival!"])).await;

    fs::remove_file(root.path().join(".Archive/cur/1700000000.a.host:2,RS")).unwrap();
    collector.until("deleted", |kept| kept.mails.is_empty()).await;
    let states: Vec<_> =
        collector.see(|kept| kept.states.iter().map(|(state, _)| *state).collect());
    assert_eq!(states, [AccountState::Syncing, AccountState::Watching]);
}

#[tokio::test]
async fn a_folder_made_later_is_announced_and_watched() {
    let root = maildir(&["INBOX"]);
    let (mut collector, _stop, _task) = watched(root.path()).await;

    for part in ["tmp", "new", "cur"] {
        fs::create_dir_all(root.path().join("Work/Clients").join(part)).unwrap();
    }
    let both = [("INBOX".to_owned(), Role::Inbox), ("Work/Clients".to_owned(), Role::Other)];
    collector.until("announced", |kept| kept.folders == both).await;
    deliver(root.path(), "Work/Clients/new", "1700000000.a.host", "first");
    collector.until("read", |kept| kept.subjects() == expect(&["Work/Clients: first"])).await;

    fs::rename(root.path().join("Work"), root.path().join("Old")).unwrap();
    collector.until("renamed", |kept| kept.subjects().contains("Old/Clients: first")).await;
    deliver(root.path(), "Old/Clients/new", "1700000001.b.host", "second");
    collector.until("read", |kept| kept.subjects().contains("Old/Clients: second")).await;
}

#[tokio::test]
async fn a_message_that_becomes_readable_is_read() {
    let root = maildir(&[""]);
    let path = root.path().join("cur/1700000000.a.host:2,S");
    symlink("1700000000.a.host:2,S", &path).unwrap();
    let (mut collector, _stop, _task) = watched(root.path()).await;
    assert_eq!(collector.see(|kept| kept.unreadable.len()), 1);

    fs::remove_file(&path).unwrap();
    deliver(root.path(), "cur", "1700000000.a.host:2,S", "mended");
    collector.until("read", |kept| kept.subjects() == expect(&["INBOX: mended"])).await;
    assert_eq!(collector.see(|kept| kept.unreadable.len()), 0);
}

#[tokio::test]
async fn a_maildir_that_vanishes_loses_no_message_and_is_waited_for() {
    let home = tempfile::tempdir().unwrap();
    let root = home.path().join("Mail");
    fs::create_dir_all(root.join("cur")).unwrap();
    fs::write(root.join("cur/1700000000.a.host:2,S"), "Subject: kept\n\n").unwrap();
    let (mut collector, stop, task) = watched(&root).await;

    fs::rename(&root, home.path().join("unmounted")).unwrap();
    collector.until("offline", |kept| kept.state() == Some(AccountState::Offline)).await;
    let detail = collector.see(|kept| kept.states.last().unwrap().1.clone());
    assert!(detail.contains("Mail") && detail.contains("mounted"), "{detail}");

    fs::create_dir(&root).unwrap();
    fs::rename(home.path().join("unmounted/cur"), root.join("cur")).unwrap();
    fs::write(root.join("cur/1700000001.b.host:2,S"), "Subject: meanwhile\n\n").unwrap();
    collector.until("back", |kept| kept.state() == Some(AccountState::Watching)).await;
    assert_eq!(collector.see(Kept::subjects), expect(&["INBOX: kept", "INBOX: meanwhile"]));
    assert_eq!(collector.see(|kept| kept.deliveries), 2);

    stop.send(true).unwrap();
    task.await.unwrap();
}

#[tokio::test]
async fn watching_a_missing_maildir_ends_only_when_told_to() {
    let nowhere = tempfile::tempdir().unwrap().path().join("Mail");
    let (collector, stop, task) = watched(&nowhere).await;
    assert_eq!(collector.see(Kept::state), Some(AccountState::Offline));
    assert!(!task.is_finished());
    stop.send(true).unwrap();
    task.await.unwrap();
}
