//! A real Courier on a loopback port, in a temporary folder.
//!
//! Its paths are built in, so it runs where they lead to the unpacked packages and to the test's
//! own configuration: in a mount and process namespace of its own, which takes root. Mail is read
//! as `nobody`. Its folders lie below INBOX, with a dot between.

use std::fs::{self, File};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::dovecot::{Account, PASSWORD, USER, free_ports, loopback};
use super::peers::{libraries, unpacked};
use super::{PATIENCE, eventually, text_of};

/// Run in the namespaces; `$1` is the root of the packages, `$2` the folder, `$3` the port.
const START: &str = r#"set -e
mount -t overlay overlay -o "lowerdir=$1/usr:/usr" /usr
mount -t overlay overlay -o "lowerdir=$1/etc:/etc,upperdir=$2/upper,workdir=$2/work" /etc
mount -t tmpfs tmpfs /run
mkdir -p /run/courier/authdaemon
cp "$2/userdb" /etc/courier/userdb
makeuserdb
echo 'authmodulelist="authuserdb"' >> /etc/courier/authdaemonrc
/usr/lib/courier/courier-authlib/authdaemond &
set -a
. /etc/courier/imapd
IMAP_IDLE_TIMEOUT=1
IMAP_STARTTLS=NO
exec /usr/sbin/couriertcpd -address=127.0.0.1 -maxprocs=40 -maxperip=40 -nodnslookup \
  -noidentlookup "$3" /usr/lib/courier/courier/imaplogin /usr/bin/imapd Maildir
"#;

pub struct Courier {
    pub port: u16,
    server: Child,
    _folder: TempDir,
}

impl Courier {
    /// A running server, or `None` where its package isn't or nobody may start it.
    #[track_caller]
    pub fn start() -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            eprintln!("skipped: only root may start Courier");
            return None;
        }
        let root = unpacked("usr/sbin/couriertcpd")?;
        let folder = tempfile::Builder::new().prefix("courier").tempdir().unwrap();
        let here = folder.path();
        prepare(here);
        let [port] = free_ports();
        let errors = here.join("stderr");
        let mut command = Command::new("unshare");
        command.args(["--mount", "--pid", "--fork", "--kill-child", "bash", "-c", START, "start"]);
        command.arg(&root).arg(here).arg(port.to_string());
        command.env("LD_LIBRARY_PATH", libraries(&root)).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(File::create(&errors).unwrap());
        let mut server = command.spawn().unwrap();
        eventually(PATIENCE, "Courier listens", || {
            if let Some(status) = server.try_wait().unwrap() {
                panic!("Courier: {status}: {}", text_of(&errors));
            }
            TcpStream::connect(loopback(port)).ok()
        });
        eventually(PATIENCE, "Courier knows whom to let in", || {
            text_of(&errors).contains("Installation complete: authuserdb").then_some(())
        });
        Some(Courier { port, server, _folder: folder })
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        // With its namespace everything in it ends.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The one user and his mailbox.
fn prepare(here: &Path) {
    let Account { uid, gid, .. } = Account::unprivileged();
    for part in ["upper", "work", "mail/Maildir/tmp", "mail/Maildir/new", "mail/Maildir/cur"] {
        fs::create_dir_all(here.join(part)).unwrap();
    }
    let readable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(here, readable).unwrap();
    let owner = format!("{uid}:{gid}");
    let owned = Command::new("chown").args(["-R", &owner]).arg(here.join("mail")).status();
    assert!(owned.unwrap().success());
    let crypted = Command::new("openssl").args(["passwd", "-1", PASSWORD]).output().unwrap();
    let crypted = String::from_utf8(crypted.stdout).unwrap();
    let (home, crypted) = (here.join("mail"), crypted.trim());
    let (home, userdb) = (home.display(), here.join("userdb"));
    let line = format!("{USER}\tuid={uid}|gid={gid}|home={home}|systempw={crypted}\n");
    fs::write(&userdb, line).unwrap();
    fs::set_permissions(&userdb, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}
