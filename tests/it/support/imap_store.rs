//! What the IMAP engine reports, kept in memory as the real store would keep it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use requite::source::{AccountState, Batch, Flags, FolderState, Question, Report, Role, Sink, Uid};
use tokio::sync::{Notify, mpsc};

#[derive(Default)]
pub struct Kept {
    pub folders: Vec<(String, Role)>,
    pub known: BTreeMap<String, FolderState>,
    /// Folder and UID → how often it came, with its header and flags.
    pub mails: BTreeMap<(String, u64), (u32, String, Flags)>,
    pub dated: BTreeSet<(String, u64)>,
    /// The beginnings of bodies, where any came.
    pub texts: BTreeMap<(String, u64), String>,
    /// What is attached to the messages whose texts came.
    pub attachments: BTreeMap<(String, u64), Vec<String>>,
    pub unreadable: Vec<(u64, String)>,
    pub gone: Vec<u64>,
    /// Folders that were compared as a whole, in that order.
    pub reconciled: Vec<String>,
    pub states: Vec<(AccountState, String)>,
    /// What the daemon asks to keep an eye on, in every folder.
    pub watched: Vec<u64>,
    pub settled: bool,
    /// Most UIDs that were asked for at once.
    pub longest_answer: usize,
    /// Bytes since the day began; the test lets a new one begin.
    pub fetched_today: u64,
}

#[derive(Clone, Default)]
pub struct Store {
    kept: Arc<Mutex<Kept>>,
    changed: Arc<Notify>,
}

impl Store {
    pub fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }

    /// A sink whose reports end up here.
    pub fn sink(&self) -> Sink {
        let (sink, receiver) = Sink::bounded(4);
        tokio::spawn(self.clone().collect(receiver));
        sink
    }

    /// Waits for what has to come.
    pub async fn until(&self, what: &str, come: impl Fn(&Kept) -> bool) {
        let waiting = async {
            loop {
                let changed = self.changed.notified();
                if come(&self.kept()) {
                    return;
                }
                changed.await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(30), waiting).await.is_err() {
            panic!("never came: {what}; states: {:?}", self.kept().states);
        }
    }

    /// UIDs of one folder, and that each came once.
    #[track_caller]
    pub fn uids(&self, folder: &str) -> Vec<u64> {
        let kept = self.kept();
        let of = kept.mails.iter().filter(|((name, _), _)| name == folder);
        of.map(|((_, uid), (times, ..))| {
            assert_eq!(*times, 1, "message {uid} came {times} times");
            *uid
        })
        .collect()
    }

    async fn collect(self, mut receiver: mpsc::Receiver<Report>) {
        while let Some(report) = receiver.recv().await {
            self.kept().take(report);
            self.changed.notify_waiters();
        }
    }
}

impl Kept {
    /// The account was said to be watched, and nothing since.
    pub fn is_watching(&self) -> bool {
        self.states.last().is_some_and(|(state, _)| *state == AccountState::Watching)
    }

    fn take(&mut self, report: Report) {
        match report {
            Report::Question(Question::Folders { folders, .. }) => self.folders = folders,
            Report::Batch(batch, _) => self.store(batch),
            Report::Question(Question::State { state, detail, pause, .. }) => {
                let next = pause.map(|pause| format!("; next attempt in {} s", pause.as_secs()));
                self.states.push((state, detail + &next.unwrap_or_default()))
            }
            Report::Question(Question::Known { folder, reply }) => {
                let _ = reply.send(self.known.get(&folder.folder).copied().unwrap_or_default());
            }
            Report::Question(Question::Stored { folder, range, reply }) => {
                let here = self.mails.keys().filter(|(name, _)| *name == folder.folder);
                let uids: Vec<Uid> =
                    here.map(|(_, uid)| Uid(*uid)).filter(|it| range.contains(it)).collect();
                self.longest_answer = self.longest_answer.max(uids.len());
                let _ = reply.send(uids);
            }
            Report::Question(Question::Quarantined { reply, .. }) => {
                let _ = reply.send(self.unreadable.iter().map(|(uid, _)| Uid(*uid)).collect());
            }
            Report::Question(Question::Watched { reply, .. }) => {
                let _ = reply.send(self.watched.iter().copied().map(Uid).collect());
            }
            Report::Question(Question::Unread { folder, reply }) => {
                let here = self.mails.keys().filter(|(name, _)| *name == folder.folder);
                let unread = here.filter(|key| !self.texts.contains_key(*key));
                let uids = unread.map(|(_, uid)| Uid(*uid)).rev().take(600).collect();
                let _ = reply.send(uids);
            }
            Report::Question(Question::TextsPaused | Question::Configured) => {}
            Report::Question(Question::FetchedToday { reply, .. }) => {
                let _ = reply.send(self.fetched_today);
            }
            Report::Question(Question::Barrier { reply }) => {
                self.settled = true;
                let _ = reply.send(());
            }
        }
    }

    fn store(&mut self, batch: Batch) {
        let folder = batch.folder.folder;
        let state = self.known.entry(folder.clone()).or_default();
        if state.uidvalidity != batch.uidvalidity {
            *state = FolderState { uidvalidity: batch.uidvalidity, ..FolderState::default() };
            self.mails.retain(|(name, _), _| *name != folder);
        }
        state.covered = batch.covered.or(state.covered);
        state.complete = batch.complete || batch.brings_texts && state.complete;
        state.reconcile_due &= !batch.reconciled;
        self.fetched_today += batch.fetched;
        self.reconciled.extend(batch.reconciled.then(|| folder.clone()));
        for mail in batch.mails {
            let key = (folder.clone(), mail.uid.0);
            let header = String::from_utf8_lossy(&mail.header).into_owned();
            assert_eq!(mail.body_start.is_some(), batch.brings_texts);
            if let Some(body_start) = &mail.body_start {
                let text = String::from_utf8_lossy(body_start).into_owned();
                self.attachments.insert(key.clone(), mail.attachments);
                self.texts.insert(key, text);
                continue;
            }
            if mail.internal.is_some() {
                self.dated.insert(key.clone());
            }
            self.mails.entry(key).or_insert((0, header, mail.flags)).0 += 1;
        }
        for (Uid(uid), flags) in batch.flags {
            if let Some((_, _, known)) = self.mails.get_mut(&(folder.clone(), uid)) {
                *known = flags;
            }
        }
        let gone: Vec<u64> = batch.gone.iter().map(|uid| uid.0).collect();
        for uid in &gone {
            self.mails.remove(&(folder.clone(), *uid));
        }
        let known = |uid: &u64| self.mails.contains_key(&(folder.clone(), *uid));
        self.unreadable.retain(|(uid, _)| !known(uid) && !gone.contains(uid));
        self.gone.extend(gone);
        for (Uid(uid), why) in batch.unreadable {
            self.unreadable.retain(|(known, _)| *known != uid);
            self.unreadable.push((uid, why));
        }
    }
}
