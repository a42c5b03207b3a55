//! From an address and a password to the first true status: by options alone, and at a terminal.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use requite::config::Fingerprint;
use rexpect::session::{PtySession, spawn_command};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::support::dovecot::{Dovecot, PASSWORD, USER};
use crate::support::message::Message;
use crate::support::smtpd::Smtpd;
use crate::support::world::World;
use requite::config::Tls;

/// Grace was answered once, and has asked something else three days ago.
fn grace_writes(dovecot: &Dovecot) {
    let (ada, grace) = ("Ada Example <ada@example.com>", "Grace Hopper <grace@navy.example>");
    let mail = |from, to, days: i64, id: &str, answers: Option<&str>| {
        let at = Timestamp::now() - SignedDuration::from_hours(24 * days + 1);
        let mail = Message::of(at).from(from).to(to).subject("The plan").id(id);
        let mail = mail.body("Could you send me the plan, please?");
        (at, answers.map_or(mail.clone(), |id| mail.in_reply_to(id)).bytes())
    };
    dovecot.fill("INBOX", [mail(grace, ada, 20, "g1", None), mail(grace, ada, 3, "g2", None)]);
    dovecot.fill("Sent", [mail(ada, grace, 19, "a1", Some("g1"))]);
}

fn world() -> World {
    World::new(env!("CARGO_BIN_EXE_requite"))
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

/// What was told to do, beside the servers.
fn setup<'a>(further: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["setup", "--address", USER, "--no-smtp"];
    arguments.extend(further);
    arguments
}

fn place(port: u16) -> String {
    format!("localhost:{port}")
}

/// One file that vouches for both.
fn authorities(world: &World, files: &[PathBuf]) -> PathBuf {
    let pem: String = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    world.write("authorities.pem", pem)
}

#[test]
fn options_alone_lead_to_a_true_status() {
    let login = format!("{USER}:{PASSWORD}");
    let smtpd = Smtpd::start("implicit", &["--login", &login]);
    let (Some(dovecot), Some(smtpd)) = (Dovecot::start(), smtpd) else { return };
    grace_writes(&dovecot);
    let world = world();
    let ca = authorities(&world, &[dovecot.ca(), smtpd.client(Tls::Implicit).ca.unwrap()]);
    let password = world.write("password", PASSWORD);
    let (imap, smtp) = (place(dovecot.ports().implicit), place(smtpd.client(Tls::Implicit).port));
    let told = world.run(&[
        "setup",
        "--address",
        USER,
        "--name",
        "Ada Example",
        "--imap",
        &imap,
        "--smtp",
        &smtp,
        "--ca",
        ca.to_str().unwrap(),
        "--password-file",
        password.to_str().unwrap(),
        "--stance",
        "tool",
        "--service",
        "no",
        "--yes",
    ]);
    assert!(told.contains("You owe 1 answer") && told.contains("Grace Hopper"), "{told}");
    let config = std::fs::read_to_string(world.configuration()).unwrap();
    let (imap_port, smtp_port) = (dovecot.ports().implicit, smtpd.client(Tls::Implicit).port);
    let (ca, password) = (ca.display(), password.display());
    assert_eq!(
        config,
        format!(
            "# `requite config example` shows everything that can stand here.\n\n\
             stance = \"tool\"\n\n[me]\nnames = [\"Ada Example\"]\n\n\
             [[account]]\nname = \"example.com\"\nhost = \"localhost\"\nport = {imap_port}\n\
             ca = \"{ca}\"\nuser = \"ada@example.com\"\npassword.file = \"{password}\"\n\n\
             [smtp]\nhost = \"localhost\"\nport = {smtp_port}\nca = \"{ca}\"\n\
             account = \"example.com\"\n"
        )
    );
    assert_eq!(mode(&world.configuration()), 0o600);
    assert_eq!(world.json(&["status", "--json"])["totals"]["i_owe"], 1);
}

#[test]
fn a_server_that_sends_for_everybody_is_shown_no_password() {
    let Some(smtpd) = Smtpd::start("none", &[]) else { return };
    let Some(dovecot) = Dovecot::start() else { return };
    let world = world();
    let (ca, password) = (dovecot.ca(), world.write("password", PASSWORD));
    let (imap, smtp) = (place(dovecot.ports().implicit), place(smtpd.client(Tls::None).port));
    let server = ["--imap", &imap, "--smtp", &smtp, "--smtp-tls", "none"];
    let login = ["--ca", ca.to_str().unwrap(), "--password-file", password.to_str().unwrap()];
    let address = ["setup", "--address", USER, "--yes"];
    world.run(&[address.as_slice(), &server, &login].concat());
    let config = std::fs::read_to_string(world.configuration()).unwrap();
    assert!(config.contains("tls = \"none\"") && !config.contains("account ="), "{config}");
}

#[test]
fn where_nobody_can_be_asked_what_is_missing_is_named() {
    let Some(dovecot) = Dovecot::start() else { return };
    let world = world();
    let ca = dovecot.ca();
    let password = world.write("password", PASSWORD);
    let imap = place(dovecot.ports().implicit);
    let server = ["--imap", &imap, "--ca", ca.to_str().unwrap()];
    let login = ["--password-file", password.to_str().unwrap()];
    for (arguments, missing) in [
        (vec!["setup"], "--address"),
        (setup(&server), "--password-command, --password-file, --keyring, --oauth or --goa"),
        (setup(&[server, [login[0], login[1], "--name", "Ada"]].concat()), "--yes"),
    ] {
        let (code, complaint) = world.fails(&arguments);
        assert_eq!(code, 2, "{complaint}");
        assert!(complaint.contains(missing), "{arguments:?}: {complaint}");
        assert!(!world.configuration().exists());
    }
}

#[test]
fn a_configuration_is_never_replaced_unasked() {
    let world = world();
    world.configure("# mine\n");
    let mail = world.home().join("Mail");
    crate::support::maildir::Maildir::create(&mail);
    let arguments = ["setup", "--address", USER, "--yes", "--maildir", mail.to_str().unwrap()];
    let (code, complaint) = world.fails(&arguments);
    assert_eq!(code, 2, "{complaint}");
    assert!(complaint.contains("--force"), "{complaint}");
    assert_eq!(std::fs::read_to_string(world.configuration()).unwrap(), "# mine\n");
    world.run(&[arguments.as_slice(), &["--force"]].concat());
    let config = std::fs::read_to_string(world.configuration()).unwrap();
    assert!(config.contains("kind = \"maildir\""), "{config}");
}

#[test]
fn a_maildir_needs_no_server_but_one_to_send() {
    let Some(smtpd) = Smtpd::start("none", &[]) else { return };
    let world = world();
    let mail = world.home().join("Mail");
    crate::support::maildir::Maildir::create(&mail);
    let smtp = place(smtpd.client(Tls::None).port);
    let arguments = [
        "setup",
        "--address",
        USER,
        "--maildir",
        mail.to_str().unwrap(),
        "--smtp",
        &smtp,
        "--smtp-tls",
        "none",
        "--yes",
    ];
    let output = world.output(&arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("it takes your mail"), "it is tried: {said}");
    let config = std::fs::read_to_string(world.configuration()).unwrap();
    assert!(config.contains("[smtp]\nhost = \"localhost\""), "{config}");
}

#[test]
fn what_the_server_refuses_is_not_written() {
    let Some(dovecot) = Dovecot::start() else { return };
    let world = world();
    let (good, wrong) = (world.write("good", PASSWORD), world.write("wrong", "wrong"));
    let (ca, imap) = (dovecot.ca(), place(dovecot.ports().implicit));
    let arguments = |password: &Path, further: &[&str]| {
        let mut all = setup(&["--imap", &imap, "--yes", "--password-file"]);
        let password = password.to_str().unwrap().to_owned();
        all.extend([password.as_str()]);
        all.extend(further);
        all.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let certificate = CertificateDer::from_pem_file(dovecot.certificate()).unwrap();
    let fingerprint = Fingerprint::of(&certificate).to_string();
    for (arguments, expected, words) in [
        (arguments(&wrong, &["--ca", ca.to_str().unwrap()]), 77, "refused the login"),
        (arguments(&good, &[]), 78, "it's signed by an unknown authority"),
    ] {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (code, complaint) = world.fails(&arguments);
        assert_eq!(code, expected, "{complaint}");
        assert!(complaint.contains(words), "{complaint}");
        assert!(!world.configuration().exists());
        if expected == 78 {
            assert!(complaint.contains(&fingerprint), "{complaint}");
        }
    }
    let pinned = arguments(&good, &["--fingerprint", &fingerprint]);
    world.run(&pinned.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(world.configuration().exists());
}

/// The program on a terminal of its own.
fn terminal(world: &World, arguments: &[&str]) -> PtySession {
    let mut command = world.command(arguments);
    command.stdin(std::process::Stdio::inherit()).env("TERM", "xterm").env("COLUMNS", "100");
    spawn_command(command, Some(30_000)).unwrap()
}

const BACKSPACE: &str = "\u{7f}";

/// Waits for a question and answers it.
#[track_caller]
fn answer(terminal: &mut PtySession, question: &str, answer: &str) {
    terminal.exp_string(question).unwrap_or_else(|error| panic!("{question}: {error}"));
    terminal.send_line(answer).unwrap();
}

#[test]
fn a_newcomer_needs_no_more_than_address_and_password() {
    let Some(dovecot) = Dovecot::start() else { return };
    grace_writes(&dovecot);
    let world = world();
    let imap = place(dovecot.ports().implicit);
    let mut terminal = terminal(&world, &["setup", "--imap", &imap, "--no-smtp"]);
    answer(&mut terminal, "Your mail address", USER);
    answer(&mut terminal, "Your name, as others write it", "Ada Example");
    answer(&mut terminal, "How do you see your network?", "");
    answer(&mut terminal, "Login name", "x");
    terminal.exp_string("it's signed by an unknown authority").unwrap();
    answer(&mut terminal, "Is this your own server, and this its certificate?", "y");
    answer(&mut terminal, "How do you sign in?", "");
    answer(&mut terminal, "Password", "wrong");
    terminal.exp_string("refused the login of ada@example.comx").unwrap();
    answer(&mut terminal, "Try again?", "");
    answer(&mut terminal, "Login name", BACKSPACE);
    answer(&mut terminal, "How do you sign in?", "");
    answer(&mut terminal, "Password", PASSWORD);
    terminal.exp_string("signed in: 3 messages").unwrap();
    terminal.exp_string("password.file = \"example.com.password\"").unwrap();
    answer(&mut terminal, "Write it?", "");
    answer(&mut terminal, "You write with 1 person (Grace Hopper). Make them contacts?", "");
    terminal.exp_string("You owe 1 answer").unwrap();
    answer(&mut terminal, "Look at the digest as it would be now, in the browser?", "");
    answer(&mut terminal, "Start Requite with your session from now on?", "n");
    terminal.exp_eof().unwrap();
    let password = world.home().join("example.com.password");
    assert_eq!(std::fs::read_to_string(&password).unwrap().trim(), PASSWORD);
    assert_eq!((mode(&password), mode(&world.configuration())), (0o600, 0o600));
    assert_eq!(world.json(&["status", "--json"])["totals"]["i_owe"], 1);
}

#[test]
fn without_a_command_the_set_up_is_offered_until_there_is_one() {
    let world = world();
    let mut first = terminal(&world, &[]);
    answer(&mut first, "Requite isn't set up yet. Set it up now?", "");
    first.exp_string("Your mail address").unwrap();
    first.send_control('c').unwrap();
    first.exp_string("setup cancelled").unwrap();
    assert!(!world.configuration().exists());
    let (code, help) = world.fails(&[]);
    assert_eq!(code, 2, "{help}");
    assert!(help.contains("Usage:"), "{help}");
    world.configure("");
    terminal(&world, &[]).exp_string("Usage:").unwrap();
}

#[test]
fn a_report_of_a_bug_names_nobody() {
    let Some(dovecot) = Dovecot::start() else { return };
    grace_writes(&dovecot);
    let world = world();
    let (ca, password) = (dovecot.ca(), world.write("password", "wrong"));
    world.configure(&format!(
        "[me]\nnames = [\"Ada Example\"]\n[[account]]\nname = \"secret name\"\nhost = \"localhost\"\n\
         port = {}\nca = \"{}\"\nuser = \"{USER}\"\npassword.file = \"{}\"\n",
        dovecot.ports().implicit,
        ca.display(),
        password.display()
    ));
    let report = world.run(&["check", "--report"]);
    assert!(report.contains("account: IMAP, implicit, own CA, password in a file"), "{report}");
    assert!(report.contains("account: LoginRefused"), "{report}");
    for word in ["ada@", "Ada", "secret", "localhost", "example", "/tmp", "INBOX"] {
        assert!(!report.contains(word), "{word}: {report}");
    }
}
