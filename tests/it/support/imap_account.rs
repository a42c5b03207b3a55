//! An account on a scripted server, and the engine at a pace that tests can wait for.

use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::Duration;

use requite::config::secret::Password;
use requite::config::{Account, AccountKind, Folders, Imap, Login, Tls};
use requite::error::Result;
use requite::source::Sink;
use requite::source::imap::{self, Pace};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::PATIENCE;
use super::imap_store::Store;
use super::scripted_imap::{Mailbox, Server};

pub struct World {
    pub server: Server,
    pub store: Store,
    pub account: Account,
    pub pace: Pace,
    folder: tempfile::TempDir,
}

impl World {
    pub async fn with(mailboxes: &[(&str, Mailbox)]) -> Self {
        Self::on(Server::start(mailboxes, None).await, Tls::None)
    }

    pub fn on(server: Server, tls: Tls) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let imap = Imap {
            host: "localhost".to_owned(),
            port: server.port,
            tls,
            user: "ada".to_owned(),
            login: Login::Password(Password::File(folder.path().join("password"))),
            ca: None,
            fingerprint: None,
            daily_bytes: None,
        };
        let account = Account {
            name: "work".to_owned(),
            kind: AccountKind::Imap(imap),
            folders: Folders::Auto,
            text_cues: true,
            authserv_id: None,
            webmail: None,
        };
        let world = World { server, store: Store::default(), account, pace: fast(), folder };
        world.write("password", "s3cret\n");
        world
    }

    /// A private file beside the account.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        let _ = std::fs::remove_file(&path);
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(&path).unwrap();
        std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
        path
    }

    pub fn imap(&mut self) -> &mut Imap {
        match &mut self.account.kind {
            AccountKind::Imap(imap) => imap,
            AccountKind::Goa { .. } | AccountKind::Maildir { .. } => unreachable!(),
        }
    }

    /// One pass; what it says of what it left unread.
    pub async fn sync(&self) -> Result<String> {
        let pass = imap::sync_paced(&self.account, &self.store.sink(), &self.pace).await;
        self.only_read();
        pass
    }

    /// After a pass, the store has what the server has, each message once, and all texts.
    pub async fn syncs(&self) {
        self.sync().await.unwrap();
        self.holds_all();
        let kept = self.store.kept();
        assert!(kept.settled);
        let unread = kept.mails.keys().filter(|key| !kept.texts.contains_key(*key)).count();
        assert!(unread == 0 || !self.account.text_cues, "texts that weren't read: {unread}");
    }

    /// Waits until the server was asked this so many times more.
    pub async fn asked_again(&self, command: &str, times: usize) {
        let before = self.server.count(command);
        let asked = async {
            while self.server.count(command) < before + times {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(PATIENCE, asked).await.expect(command);
    }

    #[track_caller]
    pub fn holds_all(&self) {
        let mailboxes = self.server.house().mailboxes.clone();
        for (name, mailbox) in &mailboxes {
            let there: Vec<u64> = mailbox.messages.keys().map(|uid| u64::from(*uid)).collect();
            assert_eq!(self.store.uids(name), there, "{name}");
            assert!(self.store.kept().known[name].complete, "{name}");
        }
        assert_eq!(self.store.kept().unreadable, []);
    }

    pub fn watch(&self) -> (watch::Sender<bool>, JoinHandle<Result<()>>) {
        let (_, wakes) = watch::channel(0);
        self.watch_waking(wakes)
    }

    /// The same, and connections are opened anew with each change of `wakes`.
    pub fn watch_waking(
        &self,
        wakes: watch::Receiver<u32>,
    ) -> (watch::Sender<bool>, JoinHandle<Result<()>>) {
        self.watch_into(self.store.sink(), wakes)
    }

    pub fn watch_into(
        &self,
        sink: Sink,
        wakes: watch::Receiver<u32>,
    ) -> (watch::Sender<bool>, JoinHandle<Result<()>>) {
        let (stop, stopped) = watch::channel(false);
        let (account, pace) = (self.account.clone(), self.pace.clone());
        let task = async move { imap::watch_paced(&account, &sink, stopped, wakes, &pace).await };
        (stop, tokio::spawn(task))
    }

    /// Nothing was sent that could change a mailbox.
    #[track_caller]
    pub fn only_read(&self) {
        for verb in ["SELECT", "STORE", "UID STORE", "EXPUNGE", "CLOSE", "APPEND", "UID MOVE"] {
            assert_eq!(self.server.count(verb), 0, "{verb}");
        }
        let lines = self.server.house().lines.clone();
        assert!(!lines.iter().any(|line| line.contains("BODY[")), "BODY without PEEK");
    }
}

fn fast() -> Pace {
    let moment = Duration::from_millis(20);
    Pace {
        inbox: moment,
        sent: moment,
        others: moment,
        backoff: (Duration::from_millis(1), Duration::from_millis(20)),
        refused: moment,
        sign_in: moment,
        fresh: Duration::ZERO,
        doubt: Duration::ZERO,
        ..Pace::default()
    }
}
