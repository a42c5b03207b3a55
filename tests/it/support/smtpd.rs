//! A real SMTP server on loopback, with a certificate of its own.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use requite::config::{Login, Smtp, Tls, secret::Password};
use tempfile::TempDir;

use super::certificate::{Authority, Certificate};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/smtpd.py");
/// Debian's own Python has Debian's packages; the first one in PATH may be another.
const PYTHONS: [&str; 2] = ["/usr/bin/python3", "python3"];

pub struct Smtpd {
    process: Child,
    /// Closed, it ends the server.
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    port: u16,
    folder: TempDir,
}

impl Smtpd {
    /// `None` where aiosmtpd is missing.
    pub fn start(tls: &str, further: &[&str]) -> Option<Smtpd> {
        Smtpd::start_with(Authority::issue, tls, further)
    }

    /// The same, but its certificate is no longer valid.
    pub fn start_expired(tls: &str) -> Option<Smtpd> {
        Smtpd::start_with(Authority::issue_expired, tls, &[])
    }

    fn start_with(
        issue: impl Fn(&Authority, &[&str]) -> Certificate,
        tls: &str,
        further: &[&str],
    ) -> Option<Smtpd> {
        let python = python_with_aiosmtpd()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let authority = Authority::new();
        write_certificates(&folder, &authority, &issue(&authority, &["localhost"]));
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("mail")).expect("a folder for the mail");
        let mut process = Command::new(python)
            .arg(SCRIPT)
            .arg(at("mail"))
            .args(["--tls", tls, "--certificate"])
            .arg(at("server.pem"))
            .arg("--key")
            .arg(at("server.key"))
            .args(further)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(at("log")).expect("a log"))
            .spawn()
            .expect("python starts");
        let stdin = process.stdin.take();
        let mut stdout = BufReader::new(process.stdout.take().expect("a piped stdout"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("the server says its port");
        let port = line.strip_prefix("port ").and_then(|port| port.trim().parse().ok());
        let log = || std::fs::read_to_string(at("log")).unwrap_or_default();
        let port = port.unwrap_or_else(|| panic!("the server said {line:?}\n{}", log()));
        Some(Smtpd { process, stdin, stdout, port, folder })
    }

    /// How a client reaches it, trusting its CA.
    pub fn client(&self, tls: Tls) -> Smtp {
        let (host, ca) = ("localhost".to_owned(), Some(self.path("ca.pem")));
        Smtp { host, port: self.port, tls, login: None, ca, fingerprint: None }
    }

    /// The PEM file with its own certificate.
    pub fn certificate(&self) -> PathBuf {
        self.path("server.pem")
    }

    /// A password in a file that only its owner reads.
    pub fn password(&self, secret: &str) -> Login {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.path("password");
        std::fs::write(&path, secret).expect("the password is written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("chmod");
        Login::Password(Password::File(path))
    }

    /// How many mails it has taken so far.
    pub fn taken(&self) -> usize {
        std::fs::read_dir(self.path("mail")).expect("the mail folder").count()
    }

    /// Ends the server: what it saw, a line per event, and the mails that it took.
    pub fn finish(mut self) -> (Vec<String>, Vec<Vec<u8>>) {
        drop(self.stdin.take());
        let mut said = String::new();
        self.stdout.read_to_string(&mut said).expect("the server's events");
        let mut names: Vec<PathBuf> = std::fs::read_dir(self.path("mail"))
            .expect("the mail folder")
            .map(|entry| entry.expect("a mail").path())
            .collect();
        names.sort();
        let mails = names.iter().map(|name| std::fs::read(name).expect("a mail")).collect();
        (said.lines().map(str::to_owned).collect(), mails)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Smtpd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn python_with_aiosmtpd() -> Option<&'static str> {
    let has_aiosmtpd = |python: &&str| {
        let mut probe = Command::new(python);
        probe.args(["-c", "import aiosmtpd"]).stderr(Stdio::null());
        probe.status().is_ok_and(|status| status.success())
    };
    let python = PYTHONS.into_iter().find(has_aiosmtpd);
    if python.is_none() {
        let required = std::env::var("REQUITE_REQUIRE_PEERS").is_ok_and(|value| value == "1");
        assert!(!required, "python3-aiosmtpd is required here, but it is not installed");
        eprintln!("skipped: python3-aiosmtpd is not installed");
    }
    python
}

/// `ca.pem`, and the certificate that it signed.
fn write_certificates(folder: &TempDir, authority: &Authority, server: &Certificate) {
    let files =
        [("ca.pem", authority.pem()), ("server.pem", &server.pem), ("server.key", &server.key)];
    for (name, pem) in files {
        std::fs::write(folder.path().join(name), pem).expect("a certificate file");
    }
}
