//! GNOME Online Accounts: servers, login and tokens of an account come from the desktop, here a
//! stand-in with the interfaces that goa-daemon has.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use requite::auth::{Proof, SignIn, goa};
use requite::config::{GoaService, Login, Tls};
use requite::error::Kind;
use secrecy::ExposeSecret;
use tokio::process::Child;
use tokio::runtime::{Builder, Runtime};
use zbus::{DBusError, interface};

use crate::support::desktop::{bus_in, start_bus, with_bus};
use crate::support::dovecot::{Dovecot, PASSWORD, USER};
use crate::support::keyring::{self, Keyring};
use crate::support::peers::peer;
use crate::support::smtpd::Smtpd;
use crate::support::world::World;
use crate::support::{PATIENCE, eventually};

const ROOT: &str = "/org/gnome/OnlineAccounts";
const ACCOUNT: &str = "/org/gnome/OnlineAccounts/Accounts/account_1";

/// What the desktop keeps of Ada's mail.
#[derive(Clone, Default)]
struct Mail {
    imap: String,
    smtp: String,
    is_insecure: bool,
}

#[interface(name = "org.gnome.OnlineAccounts.Mail")]
impl Mail {
    #[zbus(property)]
    fn email_address(&self) -> &str {
        "Ada@example.com"
    }
    #[zbus(property)]
    fn imap_host(&self) -> &str {
        &self.imap
    }
    #[zbus(property)]
    fn imap_user_name(&self) -> &str {
        USER
    }
    #[zbus(property)]
    fn imap_use_ssl(&self) -> bool {
        !self.is_insecure
    }
    #[zbus(property)]
    fn imap_use_tls(&self) -> bool {
        false
    }
    #[zbus(property)]
    fn smtp_host(&self) -> &str {
        &self.smtp
    }
    #[zbus(property)]
    fn smtp_use_auth(&self) -> bool {
        true
    }
    #[zbus(property)]
    fn smtp_user_name(&self) -> &str {
        USER
    }
    #[zbus(property)]
    fn smtp_use_ssl(&self) -> bool {
        true
    }
    #[zbus(property)]
    fn smtp_use_tls(&self) -> bool {
        false
    }
}

#[derive(Debug, DBusError)]
#[zbus(prefix = "org.gnome.OnlineAccounts.Error")]
enum GoaError {
    #[zbus(error)]
    ZBus(zbus::Error),
    NotAuthorized(String),
}

struct Account {
    is_signed_out: Arc<AtomicBool>,
}

#[interface(name = "org.gnome.OnlineAccounts.Account")]
impl Account {
    fn ensure_credentials(&self) -> Result<i32, GoaError> {
        match self.is_signed_out.load(Relaxed) {
            true => Err(GoaError::NotAuthorized("Invalid password".to_owned())),
            false => Ok(3600),
        }
    }
}

/// As goa-daemon calls what the keyring doesn't give.
#[derive(Debug, DBusError)]
#[zbus(prefix = "org.freedesktop.Goa.Error")]
enum KeyringError {
    #[zbus(error)]
    ZBus(zbus::Error),
    Failed(String),
}

struct Passwords {
    is_signed_out: Arc<AtomicBool>,
}

#[interface(name = "org.gnome.OnlineAccounts.PasswordBased")]
impl Passwords {
    fn get_password(&self, id: &str) -> Result<String, KeyringError> {
        assert!(["imap-password", "smtp-password"].contains(&id), "{id}");
        match self.is_signed_out.load(Relaxed) {
            true => Err(KeyringError::Failed("No credentials found in the keyring".to_owned())),
            false => Ok(PASSWORD.to_owned()),
        }
    }
}

struct Tokens;

#[interface(name = "org.gnome.OnlineAccounts.OAuth2Based")]
impl Tokens {
    fn get_access_token(&self) -> (String, i32) {
        ("ya29.fresh".to_owned(), 3600)
    }
}

/// A bus with the service on it; both end with it.
struct Desktop {
    is_signed_out: Arc<AtomicBool>,
    _bus: Child,
    _serving: zbus::Connection,
}

impl Desktop {
    async fn start(address: &str, mail: Mail, has_tokens: bool) -> Option<Desktop> {
        let _bus = start_bus(&peer("dbus-daemon")?, address).await;
        let is_signed_out = Arc::<AtomicBool>::default();
        let account = Account { is_signed_out: Arc::clone(&is_signed_out) };
        let builder = zbus::connection::Builder::address(address)
            .unwrap()
            .serve_at(ROOT, zbus::fdo::ObjectManager)
            .unwrap()
            .serve_at(ACCOUNT, mail)
            .unwrap()
            .serve_at(ACCOUNT, account)
            .unwrap();
        let builder = match has_tokens {
            true => builder.serve_at(ACCOUNT, Tokens).unwrap(),
            false => {
                let is_signed_out = Arc::clone(&is_signed_out);
                builder.serve_at(ACCOUNT, Passwords { is_signed_out }).unwrap()
            }
        };
        let _serving = builder.name("org.gnome.OnlineAccounts").unwrap().build().await.unwrap();
        Some(Desktop { is_signed_out, _bus, _serving })
    }
}

/// Answers while the program runs in another process.
fn served(home: &Path, mail: Mail) -> Option<(Runtime, Desktop)> {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let address = bus_in(home);
    let desktop = runtime.block_on(Desktop::start(&address, mail, false))?;
    Some((runtime, desktop))
}

fn run(world: &World, authorities: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = world.command(arguments).env("SSL_CERT_FILE", authorities).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn a_mailbox_of_the_desktop_is_read_and_sends_the_digest() {
    let login = format!("{USER}:{PASSWORD}");
    let smtpd = Smtpd::start("implicit", &["--login", &login]);
    let (Some(dovecot), Some(smtpd)) = (Dovecot::start(), smtpd) else { return };
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    let client = smtpd.client(Tls::Implicit);
    let pems = [dovecot.ca(), client.ca.unwrap()].map(|ca| std::fs::read_to_string(ca).unwrap());
    let authorities = world.write("authorities.pem", pems.concat());
    let mail = Mail {
        imap: format!("localhost:{}", dovecot.ports().implicit),
        smtp: format!("localhost:{}", client.port),
        is_insecure: false,
    };
    let Some((_runtime, desktop)) = served(world.home(), mail) else { return };
    let setup = ["setup", "--address", USER, "--goa", "--yes"];
    let (code, said) = run(&world, &authorities, &setup);
    assert_eq!(code, Some(0), "{said}");
    let config = std::fs::read_to_string(world.configuration()).unwrap();
    assert!(
        config.contains("goa = \"ada@example.com\"\n\n[smtp]\naccount = \"example.com\"\n"),
        "{config}"
    );
    let (code, said) = run(&world, &authorities, &["digest", "--send"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(smtpd.taken(), 1);

    desktop.is_signed_out.store(true, Relaxed);
    let (code, said) = run(&world, &authorities, &["sync"]);
    assert_eq!(code, Some(75), "{said}");
    assert!(said.contains("has nothing to sign in to ada@example.com with"), "{said}");
    assert!(said.contains("unlock the keyring"), "{said}");
}

#[test]
fn a_token_is_asked_anew_before_each_login() {
    let folder = tempfile::tempdir().unwrap();
    let address = bus_in(folder.path());
    with_bus("goa::a_token_is_asked_anew_before_each_login", &address, async || {
        let address = std::env::var("DBUS_SESSION_BUS_ADDRESS").unwrap();
        let Some(desktop) = Desktop::start(&address, Mail::default(), true).await else { return };
        let login = Login::Goa { address: USER.to_owned(), service: GoaService::Imap };
        let sign_in = SignIn::new(&login);
        let Ok(Proof::Token(token)) = sign_in.proof().await else { panic!("no token") };
        assert_eq!(token.expose_secret(), "ya29.fresh");
        desktop.is_signed_out.store(true, Relaxed);
        let error = sign_in.proof().await.err().unwrap();
        assert_eq!(error.kind(), Kind::Config, "{error}");
        assert!(error.to_string().contains("has to be signed in to anew"), "{error}");
        let advice = error.advice().unwrap_or_default();
        assert!(advice.contains("Online Accounts, and sign in to it again"), "{advice}");

        let other = Login::Goa { address: "eve@example.com".to_owned(), service: GoaService::Imap };
        let error = SignIn::new(&other).proof().await.err().unwrap();
        assert!(error.to_string().contains("has no mail account eve@example.com"), "{error}");
    });
}

#[test]
fn a_server_without_tls_is_never_spoken_to() {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    let mail = Mail { imap: "localhost:1".to_owned(), is_insecure: true, ..Mail::default() };
    let Some((_runtime, _desktop)) = served(world.home(), mail) else { return };
    world.configure("[[account]]\ngoa = \"ada@example.com\"\n");
    let (code, complaint) = world.fails(&["sync"]);
    assert_eq!(code, 78, "{complaint}");
    assert!(complaint.contains("without TLS"), "{complaint}");
}

#[test]
fn an_account_that_the_desktop_has_no_more_is_a_problem_for_its_user() {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    let Some((_runtime, _desktop)) = served(world.home(), Mail::default()) else { return };
    world.configure("[[account]]\nname = \"desktop\"\ngoa = \"eve@example.com\"\n");
    let daemon = world.daemon();
    daemon.ready();
    let told = "GNOME Online Accounts has no mail account eve@example.com";
    let account = eventually(PATIENCE, "it is said", || {
        let account = world.json(&["status", "--json"])["accounts"][0].clone();
        account["detail"].as_str().unwrap().contains(told).then_some(account)
    });
    assert_eq!(account["state"], "backoff");
    assert!(account["next_attempt"].is_string(), "{account}");
    let log = daemon.log();
    let warned = log.lines().filter(|line| line.contains("WARN") && line.contains(told));
    assert_eq!(warned.count(), 1, "{log}");
    assert!(daemon.terminate().success());
}

#[test]
fn without_a_desktop_it_is_waited_for() {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    world.configure("[[account]]\ngoa = \"ada@example.com\"\n");
    let (code, complaint) = world.fails(&["sync"]);
    assert_eq!(code, 75, "{complaint}");
    assert!(complaint.contains("GNOME Online Accounts doesn't answer"), "{complaint}");
}

/// GNOME's own, with an account as its settings write it, and a keyring that holds the password.
#[test]
fn the_real_service_hands_out_servers_and_password() {
    let daemon = Path::new("/usr/libexec/goa-daemon");
    if !daemon.exists() {
        eprintln!("skipped: gnome-online-accounts is not installed");
        return;
    }
    let Some(programs) = keyring::programs() else { return };
    let folder = tempfile::tempdir().unwrap();
    let test = "goa::the_real_service_hands_out_servers_and_password";
    with_bus(test, &bus_in(folder.path()), async || {
        let here = tempfile::tempdir().unwrap();
        let _keyring = Keyring::start(programs.clone(), here.path()).await;
        let secret = format!("{{'imap-password': <'{PASSWORD}'>, 'smtp-password': <'other'>}}");
        let item = keep(&secret).await;
        let accounts = here.path().join("goa-1.0");
        std::fs::create_dir_all(&accounts).unwrap();
        std::fs::write(accounts.join("accounts.conf"), AS_SETTINGS_WRITE_IT).unwrap();
        let _service = tokio::process::Command::new(daemon)
            .env("XDG_CONFIG_HOME", here.path())
            .stderr(std::process::Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let known = async {
            while !goa::knows(USER).await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, known).await.expect("it knows the account");

        let way_out = goa::way_out(USER).await.unwrap();
        assert_eq!(
            (way_out.host.as_str(), way_out.port, way_out.tls),
            ("localhost", 465, Tls::Implicit)
        );
        let (user, _) = way_out.login.unwrap();
        assert_eq!(user, "ada");
        let login = Login::Goa { address: USER.to_owned(), service: GoaService::Imap };
        let Proof::Password(password) = SignIn::new(&login).proof().await.unwrap() else {
            panic!("no password")
        };
        // Nothing listens where the account's servers should be: nobody has tried them.
        assert_eq!(password.expose_secret(), PASSWORD);

        item.delete(None).await.unwrap();
        let error = SignIn::new(&login).proof().await.err().unwrap();
        assert_eq!(error.kind(), Kind::Temporary, "{error}");
        assert!(error.to_string().contains("has nothing to sign in to"), "{error}");
    });
}

const AS_SETTINGS_WRITE_IT: &str = "\
[Account account_1796000000_0]
Provider=imap_smtp
Identity=ada@example.com
PresentationIdentity=ada@example.com
Enabled=true
MailEnabled=true
EmailAddress=ada@example.com
ImapHost=localhost:1
ImapUserName=ada
ImapUseSsl=false
ImapUseTls=true
SmtpHost=localhost
SmtpUseAuth=true
SmtpAuthPlain=true
SmtpUserName=ada
SmtpUseSsl=true
SmtpUseTls=false
";

/// Where GNOME looks for what opens that account.
async fn keep(secret: &str) -> oo7::dbus::Item {
    let service = oo7::dbus::Service::new().await.unwrap();
    let collection = service.default_collection().await.unwrap();
    let attributes = [
        ("xdg:schema", "org.gnome.OnlineAccounts"),
        ("goa-identity", "imap_smtp:gen0:account_1796000000_0"),
    ];
    collection.create_item("Ada's mail", &attributes, secret, true, None).await.unwrap()
}
