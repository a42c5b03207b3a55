//! A configuration in the making: what is known of it → the lines of the file, among them nothing
//! that is the default.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::config::secret::Password;
use crate::config::{Fingerprint, Tls};
use crate::domain::model::Stance;

/// What the file will say.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub stance: Stance,
    pub names: Vec<String>,
    /// The first is the mailbox's.
    pub addresses: Vec<String>,
    pub mailbox: DraftMailbox,
    pub smtp: Option<DraftSmtp>,
    /// `None`: to the first of my addresses.
    pub digest_to: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) enum DraftMailbox {
    Server(DraftImap),
    Maildir(PathBuf),
    /// Known to GNOME Online Accounts under the first of my addresses.
    Goa,
}

#[derive(Debug, Clone)]
pub(super) struct DraftImap {
    pub server: Endpoint,
    pub user: String,
    pub login: DraftLogin,
}

#[derive(Debug, Clone)]
pub(super) struct DraftSmtp {
    /// `None`: known with the account.
    pub server: Option<Endpoint>,
    pub login: PostLogin,
}

/// How a server that sends will know the user.
#[derive(Debug, Clone)]
pub(super) enum PostLogin {
    /// It doesn't ask.
    None,
    /// As the mailbox's server does.
    AsMailbox,
    Own(String, DraftLogin),
}

/// Where a server is, and why its certificate is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub ca: Option<PathBuf>,
    pub fingerprint: Option<Fingerprint>,
}

#[derive(Debug, Clone)]
pub(super) enum DraftLogin {
    Password(Password),
    OAuth { provider: &'static str, client_id: String, secret: Option<Password> },
}

impl Draft {
    /// What the account is called: as the domain of the address.
    pub fn account(&self) -> &str {
        let address = self.addresses.first().map_or("mail", String::as_str);
        address.rsplit('@').next().unwrap_or(address)
    }

    /// The lines of the file.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if self.stance != Stance::default() {
            text += &line("stance", self.stance.name());
        }
        self.me(&mut text);
        begin(&mut text, "[[account]]");
        text += &line("name", self.account());
        match &self.mailbox {
            DraftMailbox::Maildir(path) => {
                text += &line("kind", "maildir");
                text += &line("path", &path.to_string_lossy());
            }
            DraftMailbox::Goa => {
                text += &line("goa", self.addresses.first().map_or("", String::as_str));
            }
            DraftMailbox::Server(DraftImap { server, user, login }) => {
                text += &server.lines(Tls::usual_imap);
                text += &line("user", user);
                text += &login.lines();
            }
        }
        if let Some(smtp) = &self.smtp {
            begin(&mut text, "[smtp]");
            text += &smtp.server.as_ref().map(|it| it.lines(Tls::usual_smtp)).unwrap_or_default();
            match &smtp.login {
                PostLogin::Own(user, login) => {
                    text += &line("user", user);
                    text += &login.lines();
                }
                PostLogin::AsMailbox => text += &line("account", self.account()),
                PostLogin::None => {}
            }
        }
        if let Some(to) = &self.digest_to {
            begin(&mut text, "[digest]");
            text += &line("to", to);
        }
        text
    }

    fn me(&self, text: &mut String) {
        // The login name is known to be mine where it is an address.
        let is_known = |address: &String| match &self.mailbox {
            DraftMailbox::Server(imap) => imap.user.eq_ignore_ascii_case(address),
            DraftMailbox::Goa => self.addresses.first() == Some(address),
            DraftMailbox::Maildir(_) => false,
        };
        let names_addresses = !self.addresses.iter().all(is_known);
        if self.names.is_empty() && !names_addresses {
            return;
        }
        begin(text, "[me]");
        if !self.names.is_empty() {
            *text += &format!("names = {}\n", list(&self.names));
        }
        if names_addresses {
            *text += &format!("addresses = {}\n", list(&self.addresses));
        }
    }
}

impl Endpoint {
    pub fn new(host: &str, port: u16, tls: Tls) -> Endpoint {
        Endpoint { host: host.to_owned(), port, tls, ca: None, fingerprint: None }
    }

    fn lines(&self, usual: fn(Tls) -> u16) -> String {
        let mut lines = line("host", &self.host);
        if self.port != usual(self.tls) {
            let _ = writeln!(lines, "port = {}", self.port);
        }
        if self.tls != Tls::Implicit {
            lines += &line("tls", self.tls.name());
        }
        if let Some(ca) = &self.ca {
            lines += &line("ca", &ca.to_string_lossy());
        }
        if let Some(fingerprint) = &self.fingerprint {
            lines += &line("fingerprint", &fingerprint.to_string());
        }
        lines
    }
}

impl DraftLogin {
    fn lines(&self) -> String {
        match self {
            DraftLogin::Password(password) => source("password", password),
            DraftLogin::OAuth { provider, client_id, secret } => {
                let secret = secret.as_ref().map(|it| source("oauth.client_secret", it));
                line("oauth.provider", provider)
                    + &line("oauth.client_id", client_id)
                    + &secret.unwrap_or_default()
            }
        }
    }
}

fn source(key: &str, password: &Password) -> String {
    match password {
        Password::Command(words) => format!("{key}.command = {}\n", list(words)),
        Password::File(path) => line(&format!("{key}.file"), &path.to_string_lossy()),
        Password::Credential(name) => line(&format!("{key}.credential"), name),
        Password::Keyring(name) => line(&format!("{key}.keyring"), name),
    }
}

/// A table, apart from what stands before it.
fn begin(text: &mut String, table: &str) {
    let apart = if text.is_empty() { "" } else { "\n" };
    text.push_str(&format!("{apart}{table}\n"));
}

fn line(key: &str, value: &str) -> String {
    format!("{key} = {}\n", quoted(value))
}

fn list(values: &[String]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    format!("[{}]", quoted.join(", "))
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{self, AccountKind, Config, Environment, Mailer};

    fn draft() -> Draft {
        let login = DraftLogin::Password(Password::Keyring("ada@example.com".to_owned()));
        let server = Endpoint::new("imap.example.com", 993, Tls::Implicit);
        Draft {
            stance: Stance::Resource,
            names: vec!["Ada Example".to_owned()],
            addresses: vec!["ada@example.com".to_owned()],
            mailbox: DraftMailbox::Server(DraftImap {
                server,
                user: "ada@example.com".to_owned(),
                login,
            }),
            smtp: Some(DraftSmtp {
                server: Some(Endpoint::new("smtp.example.com", 587, Tls::Starttls)),
                login: PostLogin::AsMailbox,
            }),
            digest_to: None,
        }
    }

    fn parsed(text: &str) -> Config {
        config::parse(text, Path::new("c.toml"), &Environment::of_system()).unwrap()
    }

    #[test]
    fn what_is_the_default_is_left_out() {
        let expected = "[me]\nnames = [\"Ada Example\"]\n\n\
                        [[account]]\nname = \"example.com\"\nhost = \"imap.example.com\"\n\
                        user = \"ada@example.com\"\npassword.keyring = \"ada@example.com\"\n\n\
                        [smtp]\nhost = \"smtp.example.com\"\ntls = \"starttls\"\n\
                        account = \"example.com\"\n";
        assert_eq!(draft().text(), expected);
        let config = parsed(expected);
        assert_eq!(config.me.addresses, ["ada@example.com"]);
        let Some(Mailer::Smtp(smtp)) = config.mailer else { panic!("no SMTP") };
        assert_eq!((smtp.port, smtp.login.unwrap().0.as_str()), (587, "ada@example.com"));
        assert_eq!(config.digest.to.as_deref(), Some("ada@example.com"));
    }

    #[test]
    fn whatever_somebody_is_called_the_lines_are_a_configuration() {
        for user in ["ada", "a\"d\\a#", "ada@example.com"] {
            let mut draft = draft();
            draft.stance = Stance::Tool;
            draft.names.push("Ada \"the\" Countess\n".to_owned());
            draft.addresses.push("ada@home.example".to_owned());
            draft.digest_to = Some("ada@home.example".to_owned());
            let DraftMailbox::Server(imap) = &mut draft.mailbox else { panic!("no server") };
            imap.user = user.to_owned();
            imap.server.port = 1993;
            imap.server.fingerprint = Some("ab".repeat(32).parse().unwrap());
            let config = parsed(&draft.text());
            assert_eq!(config.policy.stance, Stance::Tool);
            assert_eq!(config.me.addresses, ["ada@example.com", "ada@home.example"]);
            assert_eq!(config.digest.to.as_deref(), Some("ada@home.example"));
            let AccountKind::Imap(imap) = &config.accounts[0].kind else { panic!("no IMAP") };
            assert_eq!((imap.user.as_str(), imap.port), (user, 1993));
            assert!(imap.fingerprint.is_some());
        }
    }

    #[test]
    fn a_maildir_needs_no_login() {
        let mailbox = DraftMailbox::Maildir("/home/ada/Mail".into());
        let server = Endpoint::new("localhost", 25, Tls::None);
        let smtp = Some(DraftSmtp { server: Some(server), login: PostLogin::None });
        let config = parsed(&Draft { mailbox, smtp, ..draft() }.text());
        assert_eq!(config.me.addresses, ["ada@example.com"]);
        let Some(Mailer::Smtp(smtp)) = config.mailer else { panic!("no SMTP") };
        assert_eq!(smtp.login, None);
    }
}
