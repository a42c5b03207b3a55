//! A real Dovecot on loopback ports, in a temporary folder, with a certificate of the test's own.
//!
//! Always runs as an ordinary user: started by root, it becomes `nobody`, since Dovecot serves no
//! mail to root. Any user name logs in with [`PASSWORD`] and has a mailbox of its own.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use jiff::Timestamp;
use tempfile::TempDir;

use super::certificate::Authority;
use super::imap::Client;
use super::maildir::Maildir;
use super::peers::peer;
use super::{PATIENCE, eventually, text_of};

pub const USER: &str = "ada@example.com";
pub const PASSWORD: &str = "correct-horse";

/// Who a server runs as.
pub(super) struct Account {
    pub uid: u32,
    pub gid: u32,
    pub user: String,
    pub group: String,
}

/// One listening port per way to speak TLS.
#[derive(Debug, Clone, Copy)]
pub struct Ports {
    pub implicit: u16,
    /// Plain at first; offers STARTTLS and also takes a plain login.
    pub starttls: u16,
}

pub struct Dovecot {
    program: PathBuf,
    account: Account,
    ports: Ports,
    authority: Authority,
    server: Option<Child>,
    folder: TempDir,
}

impl Dovecot {
    /// A running server, or `None` where Dovecot isn't installed.
    #[track_caller]
    pub fn start() -> Option<Self> {
        Self::start_with("", None)
    }

    /// The same with further settings, which count more than the usual ones.
    #[track_caller]
    pub fn with(settings: &str) -> Option<Self> {
        Self::start_with(settings, None)
    }

    /// The same, but it takes access tokens: it asks this page whose they are.
    #[track_caller]
    pub fn start_asking(userinfo: &str) -> Option<Self> {
        Self::start_with("", Some(userinfo))
    }

    #[track_caller]
    fn start_with(settings: &str, userinfo: Option<&str>) -> Option<Self> {
        let program = peer("dovecot")?;
        let folder = tempfile::Builder::new().prefix("dovecot").tempdir().unwrap();
        let authority = Authority::new();
        let certificate = authority.issue(&["localhost", "127.0.0.1"]);
        let [implicit, starttls] = free_ports();
        let mut dovecot = Dovecot {
            program,
            account: Account::unprivileged(),
            ports: Ports { implicit, starttls },
            authority,
            server: None,
            folder,
        };
        dovecot.own(dovecot.folder.path());
        for part in ["run", "mail"] {
            fs::create_dir(dovecot.path(part)).unwrap();
            dovecot.own(&dovecot.path(part));
        }
        for (name, text) in [
            ("ca.pem", dovecot.authority.pem()),
            ("server.pem", &certificate.pem),
            ("server.key", &certificate.key),
            ("dovecot.conf", &(dovecot.configuration() + &dovecot.tokens(userinfo) + settings)),
            ("oauth2.conf", &oauth2(userinfo.unwrap_or_default())),
        ] {
            fs::write(dovecot.path(name), text).unwrap();
            dovecot.own(&dovecot.path(name));
        }
        dovecot.restart();
        Some(dovecot)
    }

    pub fn ports(&self) -> Ports {
        self.ports
    }

    /// The PEM file with the authority that a client has to trust.
    pub fn ca(&self) -> PathBuf {
        self.path("ca.pem")
    }

    /// The PEM file with its own certificate.
    pub fn certificate(&self) -> PathBuf {
        self.path("server.pem")
    }

    /// Drops unseen mail into a folder, as delivery does.
    pub fn deliver(&self, folder: &str, mail: &[u8]) {
        self.deliver_at(folder, now(), mail);
    }

    /// The same with an INTERNALDATE.
    pub fn deliver_at(&self, folder: &str, at: Timestamp, mail: &[u8]) {
        self.own(&self.maildir(folder).deliver(at, mail));
    }

    /// What a mail program does with its copy of a sent mail.
    pub fn save_to_sent(&self, mail: &[u8]) {
        self.fill("Sent", [(now(), mail.to_vec())]);
    }

    /// Mail that has been read, each with its INTERNALDATE.
    pub fn fill(&self, folder: &str, mails: impl IntoIterator<Item = (Timestamp, Vec<u8>)>) {
        let maildir = self.maildir(folder);
        for (at, mail) in mails {
            self.own(&maildir.keep(at, "S", &mail));
        }
    }

    /// A folder's own files. The server takes in what appears there.
    pub fn maildir(&self, folder: &str) -> Maildir {
        let home = self.path("mail").join(USER);
        let maildir = Maildir::create(&home).folder(folder);
        for part in [home.as_path(), maildir.path()] {
            self.own(part);
            for below in ["tmp", "new", "cur"] {
                self.own(&part.join(below));
            }
        }
        maildir
    }

    /// A connection that has logged in, without TLS.
    pub fn client(&self) -> Client {
        let mut client = Client::connect(loopback(self.ports.starttls));
        client.command(&format!("LOGIN \"{USER}\" \"{PASSWORD}\""));
        client
    }

    /// Ends every connection and refuses new ones.
    pub fn stop(&mut self) {
        let Some(mut server) = self.server.take() else { return };
        terminate(&server);
        server.wait().unwrap();
        // The master leaves before its children do; each mailbox is closed once its port is.
        eventually(PATIENCE, "the ports are closed", || {
            TcpStream::connect(loopback(self.ports.starttls)).err()
        });
    }

    /// Stops if it runs, and comes back on the same ports with the same mail.
    pub fn restart(&mut self) {
        self.stop();
        let mut command = Command::new(&self.program);
        command.arg("-F").arg("-c").arg(self.path("dovecot.conf"));
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.env("TZ", "UTC").stderr(File::create(self.path("stderr")).unwrap());
        if rustix::process::geteuid().is_root() {
            command.uid(self.account.uid).gid(self.account.gid);
        }
        self.server = Some(command.spawn().unwrap());
        eventually(PATIENCE, "Dovecot listens", || {
            let server = self.server.as_mut().unwrap();
            if let Some(status) = server.try_wait().unwrap() {
                panic!("Dovecot: {status}: {}{}", text_of(&self.path("stderr")), self.log());
            }
            TcpStream::connect(loopback(self.ports.starttls)).ok()
        });
    }

    /// Every message gets a new UID under a new UIDVALIDITY, as after a restore from a backup.
    /// Restarts the server, as nobody may have the folder open.
    pub fn reset_uidvalidity(&mut self, folder: &str) {
        self.stop();
        let maildir = self.maildir(folder);
        for entry in fs::read_dir(maildir.path()).unwrap() {
            let file = entry.unwrap().path();
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            // The file that counts validities stays, so that the next one is really another.
            if name == "dovecot-uidlist" || name.starts_with("dovecot.") {
                fs::remove_file(file).unwrap();
            }
        }
        self.restart();
    }

    pub fn log(&self) -> String {
        text_of(&self.path("dovecot.log"))
    }

    /// How often somebody has logged in.
    pub fn logins(&self) -> usize {
        self.log().matches(" Login: user=").count()
    }

    /// How many passwords were refused.
    pub fn refusals(&self) -> usize {
        self.log().lines().filter(|line| line.contains("Password mismatch")).count()
    }

    /// Writes down what clients say on connections opened from now on, see [`Self::recorded`].
    pub fn record(&self) {
        let rawlog = self.rawlog();
        fs::create_dir_all(&rawlog).unwrap();
        self.own(rawlog.parent().unwrap());
        self.own(&rawlog);
    }

    /// What clients said, one text per connection; recording ends.
    pub fn recorded(&self) -> Vec<String> {
        let files =
            fs::read_dir(self.rawlog()).into_iter().flatten().map(|file| file.unwrap().path());
        let spoken = files.filter(|file| file.extension().is_some_and(|ext| ext == "in"));
        let texts = spoken.map(|file| text_of(&file)).collect();
        fs::remove_dir_all(self.rawlog()).unwrap();
        texts
    }

    fn rawlog(&self) -> PathBuf {
        self.path("mail").join(USER).join("rawlog")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn own(&self, path: &Path) {
        if rustix::process::geteuid().is_root() {
            chown(path, Some(self.account.uid), Some(self.account.gid)).unwrap();
        }
    }

    fn tokens(&self, userinfo: Option<&str>) -> String {
        if userinfo.is_none() {
            return String::new();
        }
        let file = self.path("oauth2.conf");
        format!(
            "auth_mechanisms = plain xoauth2 oauthbearer\npassdb {{\n  driver = oauth2\n  \
             mechanisms = xoauth2 oauthbearer\n  args = {}\n}}\n",
            file.display()
        )
    }

    fn configuration(&self) -> String {
        let Account { uid, gid, user, group } = &self.account;
        let Ports { implicit, starttls } = self.ports;
        let root = self.folder.path().display();
        format!(
            r"base_dir = {root}/run
state_dir = {root}/run
log_path = {root}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_home = {root}/mail/%u
mail_location = maildir:~/
mail_fsync = never
mail_max_userip_connections = 100
rawlog_dir = %h/rawlog
ssl = yes
ssl_cert = <{root}/server.pem
ssl_key = <{root}/server.key
disable_plaintext_auth = no
auth_verbose = yes
auth_failure_delay = 0
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid}
}}
namespace inbox {{
  inbox = yes
  separator = /
{folders}}}
# Only root may change the root folder.
service anvil {{
  chroot =
  # Refusals come at once, however many there were.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {starttls}
  }}
  inet_listener imaps {{
    port = {implicit}
    ssl = yes
  }}
}}
",
            folders = ["Sent", "Archive", "Drafts", "Junk", "Trash"]
                .map(|name| format!(
                    "  mailbox {name} {{\n    special_use = \\{name}\n    auto = create\n  }}\n"
                ))
                .concat(),
        )
    }
}

fn oauth2(userinfo: &str) -> String {
    format!("introspection_mode = auth\nintrospection_url = {userinfo}\nusername_attribute = sub\n")
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Account {
    pub fn unprivileged() -> Self {
        let id = |option| {
            let root = rustix::process::geteuid().is_root();
            let mut command = Command::new("id");
            command.arg(option).args(root.then_some("nobody"));
            let said = String::from_utf8(command.output().unwrap().stdout).unwrap();
            said.trim().to_owned()
        };
        Account {
            uid: id("-u").parse().unwrap(),
            gid: id("-g").parse().unwrap(),
            user: id("-un"),
            group: id("-gn"),
        }
    }
}

pub fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// Ports that nobody listens on; all held at once, so that they differ.
pub fn free_ports<const N: usize>() -> [u16; N] {
    let listeners: [TcpListener; N] =
        std::array::from_fn(|_| TcpListener::bind(loopback(0)).unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

pub fn terminate(child: &Child) {
    let id = rustix::process::Pid::from_child(child);
    // Already gone is as good.
    let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
}

fn now() -> Timestamp {
    Timestamp::now()
}
