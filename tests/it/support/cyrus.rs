//! A real Cyrus on a loopback port, in a temporary folder, as an ordinary user.
//!
//! Any user name logs in with any password, and makes its own folders, INBOX too.

use std::fs::{self, File};
use std::net::TcpStream;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::dovecot::{Account, free_ports, loopback, terminate};
use super::peers::{libraries, unpacked};
use super::{PATIENCE, eventually, text_of};

pub struct Cyrus {
    pub port: u16,
    master: Child,
    // Goes last: the server writes into it until it has ended.
    _folder: TempDir,
}

impl Cyrus {
    /// A running server, or `None` where its package isn't.
    #[track_caller]
    pub fn start() -> Option<Self> {
        let root = unpacked("usr/lib/cyrus/bin/master")?;
        let programs = root.join("usr/lib/cyrus/bin");
        let folder = tempfile::Builder::new().prefix("cyrus").tempdir().unwrap();
        let (here, account) = (folder.path(), Account::unprivileged());
        let [port] = free_ports();
        for part in ["conf/db", "conf/log", "conf/proc", "conf/socket", "spool"] {
            fs::create_dir_all(here.join(part)).unwrap();
        }
        let (at, bin) = (here.display(), programs.display());
        let Account { user, group, .. } = &account;
        let settings = format!(
            "configdirectory: {at}/conf\npartition-default: {at}/spool\n\
             defaultpartition: default\ncyrus_user: {user}\ncyrus_group: {group}\n\
             allowplaintext: yes\nsasl_pwcheck_method: alwaystrue\nsasl_mech_list: PLAIN\n\
             unixhierarchysep: yes\naltnamespace: yes\n\
             idlesocket: {at}/conf/socket/idle\nnotifysocket: {at}/conf/socket/notify\n\
             lmtpsocket: {at}/conf/socket/lmtp\n"
        );
        fs::write(here.join("imapd.conf"), settings).unwrap();
        let services = format!(
            "START {{\n  recover cmd=\"{bin}/ctl_cyrusdb -C {at}/imapd.conf -r\"\n}}\n\
             DAEMON {{\n  idled cmd=\"{bin}/idled -C {at}/imapd.conf\"\n}}\n\
             SERVICES {{\n  imap cmd=\"{bin}/imapd -C {at}/imapd.conf\" \
             listen=\"127.0.0.1:{port}\" prefork=0\n}}\nEVENTS {{\n}}\n"
        );
        fs::write(here.join("cyrus.conf"), services).unwrap();

        let mut command = Command::new(programs.join("master"));
        command.arg("-C").arg(here.join("imapd.conf")).arg("-M").arg(here.join("cyrus.conf"));
        command.arg("-p").arg(here.join("pid")).arg("-D").arg("-L").arg(here.join("said"));
        command.env("LD_LIBRARY_PATH", libraries(&root)).stdin(Stdio::null());
        let errors = here.join("stderr");
        command.stdout(Stdio::null()).stderr(File::create(&errors).unwrap());
        if rustix::process::geteuid().is_root() {
            let own = Command::new("chown")
                .args(["-R", &format!("{}:{}", account.uid, account.gid)])
                .arg(here)
                .status();
            assert!(own.unwrap().success());
            chown(here, Some(account.uid), Some(account.gid)).unwrap();
            command.uid(account.uid).gid(account.gid);
        }
        let mut master = command.spawn().unwrap();
        eventually(PATIENCE, "Cyrus listens", || {
            if let Some(status) = master.try_wait().unwrap() {
                panic!("Cyrus: {status}: {}{}", text_of(&errors), text_of(&here.join("said")));
            }
            TcpStream::connect(loopback(port)).ok()
        });
        Some(Cyrus { port, master, _folder: folder })
    }
}

impl Drop for Cyrus {
    fn drop(&mut self) {
        terminate(&self.master);
        let _ = self.master.wait();
    }
}
