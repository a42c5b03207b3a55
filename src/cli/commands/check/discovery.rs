//! `check --discover`: the servers of an address, and the lines of a configuration that come of
//! them. Writes nothing.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::cli::desk::Desk;
use crate::cli::draft::{
    Draft, DraftImap, DraftLogin, DraftMailbox, DraftSmtp, Endpoint, PostLogin,
};
use crate::cli::exit::Exit;
use crate::cli::globals::Globals;
use crate::cli::render;
use crate::config;
use crate::config::secret::Password;
use crate::discover::{Discovery, Network, Server, discover};
use crate::domain::model::Stance;
use crate::error::{Error, Kind, Result};

pub(super) async fn run(
    address: &str,
    nameserver: Option<SocketAddr>,
    globals: &Globals,
) -> Result<Exit> {
    let desk = Desk::of_now(globals, globals.home()?, config::defaults());
    let address = address.trim();
    let found = discover(address, &Network::of_system(nameserver)?).await?;
    let nothing = found.imap.is_empty();
    if desk.json {
        desk.print_json(document(address, &found))?;
        return Ok(if nothing { Exit::Trouble(Kind::Failed) } else { Exit::Fine });
    }
    if nothing {
        return Err(Error::failed(format!("no IMAP server found for {address}"))
            .hint("look for \"IMAP\" in your provider's help, or ask whoever runs the mail"));
    }
    desk.print(&text(address, &found))?;
    Ok(Exit::Fine)
}

fn document(address: &str, found: &Discovery) -> Value {
    let servers = |servers: &[Server]| servers.iter().map(server).collect::<Vec<_>>();
    json!({
        "address": address,
        "imap": servers(&found.imap),
        "smtp": servers(&found.smtp),
        "notes": found.notes,
        "snippet": snippet(address, found),
    })
}

fn server(server: &Server) -> Value {
    json!({
        "host": server.host,
        "port": server.port,
        "tls": server.tls.name(),
        "user": server.user,
        "source": server.origin.name(),
        "detail": server.origin.to_string(),
    })
}

fn text(address: &str, found: &Discovery) -> String {
    let mut text = String::new();
    for (what, servers) in [("read over IMAP", &found.imap), ("send over SMTP", &found.smtp)] {
        if servers.is_empty() {
            continue;
        }
        text.push_str(&format!("{}\n", render::strong(what)));
        for Server { host, port, tls: kind, user, origin, .. } in servers {
            let line = format!("{host}, port {port}, tls {}, user {user}", kind.name());
            let source = render::harmless(&origin.to_string());
            text.push_str(&format!("  {}\n", render::harmless(&line)));
            text.push_str(&format!("    {}\n", render::faint(&source)));
        }
    }
    for note in &found.notes {
        text.push_str(&format!("{} {}\n", render::strong("note:"), render::harmless(note)));
    }
    if let Some(snippet) = snippet(address, found) {
        text.push_str(&format!("\n{}\n", render::strong("for your configuration")));
        text.push_str(&render::harmless(&snippet));
    }
    text
}

/// The best of both as lines of a configuration; `None` without a mailbox.
fn snippet(address: &str, found: &Discovery) -> Option<String> {
    let imap = found.imap.first()?;
    let endpoint = |server: &Server| Endpoint::new(&server.host, server.port, server.tls);
    let domain = address.rsplit('@').next().unwrap_or(address);
    let password = Password::Command(vec!["pass".to_owned(), format!("mail/{domain}")]);
    let smtp = found.smtp.first().map(|server| DraftSmtp {
        server: Some(endpoint(server)),
        login: match server.user == imap.user {
            true => PostLogin::AsMailbox,
            false => PostLogin::Own(server.user.clone(), DraftLogin::Password(password.clone())),
        },
    });
    let draft = Draft {
        stance: Stance::default(),
        names: Vec::new(),
        addresses: vec![address.to_lowercase()],
        mailbox: DraftMailbox::Server(DraftImap {
            server: endpoint(imap),
            user: imap.user.clone(),
            login: DraftLogin::Password(password),
        }),
        smtp,
        digest_to: None,
    };
    Some(draft.text())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{AccountKind, Environment, Mailer, Tls};
    use crate::discover::{Origin, Service};

    fn server(service: Service, user: &str) -> Server {
        Server {
            service,
            host: "mail.example.com".to_owned(),
            port: 1993,
            tls: Tls::Starttls,
            user: user.to_owned(),
            origin: Origin::Guess,
        }
    }

    #[test]
    fn the_lines_are_a_configuration() {
        for user in ["ada@example.com", "ada", "a\"d\\a#"] {
            let imap = vec![server(Service::Imap, user)];
            let smtp = vec![server(Service::Smtp, user)];
            let found = Discovery { imap, smtp, notes: Vec::new() };
            let text = snippet("ada@example.com", &found).unwrap();
            let environment = Environment::of_system();
            let config = config::parse(&text, Path::new("c.toml"), &environment).unwrap();
            assert_eq!(config.me.addresses, ["ada@example.com"]);
            let AccountKind::Imap(imap) = &config.accounts[0].kind else { panic!("no IMAP") };
            assert_eq!((imap.host.as_str(), imap.port), ("mail.example.com", 1993));
            assert_eq!((imap.user.as_str(), imap.tls), (user, Tls::Starttls));
            let Some(Mailer::Smtp(smtp)) = config.mailer else { panic!("no SMTP") };
            assert_eq!(smtp.login.map(|(user, _)| user).as_deref(), Some(user));
        }
    }

    #[test]
    fn a_way_out_alone_is_no_configuration() {
        let smtp = vec![server(Service::Smtp, "ada")];
        let found = Discovery { smtp, ..Discovery::default() };
        assert_eq!(snippet("ada@example.com", &found), None);
    }
}
