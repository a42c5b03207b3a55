//! The file in which a domain's owner describes its servers to mail programs
//! (draft-ietf-mailmaint-autoconfig): XML → servers.
//!
//! Takes only what is spoken over TLS, and only IMAP and SMTP; whatever else stands there is
//! passed over. No entity of a DTD is ever expanded.

use serde::Deserialize;

use super::address::{self, MailAddress};
use super::server::{Origin, Server, Service};
use crate::config::Tls;

#[derive(Debug, Deserialize)]
struct ClientConfig {
    #[serde(rename = "emailProvider")]
    provider: EmailProvider,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EmailProvider {
    #[serde(default)]
    incoming_server: Vec<Described>,
    #[serde(default)]
    outgoing_server: Vec<Described>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    #[serde(rename = "@type", default)]
    protocol: String,
    #[serde(default)]
    hostname: String,
    #[serde(default)]
    port: String,
    #[serde(default)]
    socket_type: String,
    #[serde(default)]
    username: String,
}

/// What the file at `url` offers, in its own order, which is the owner's preference; `None` where
/// it is no such file.
pub(super) fn servers(xml: &str, address: &MailAddress, url: &str) -> Option<Vec<Server>> {
    let config: ClientConfig = quick_xml::de::from_str(xml).ok()?;
    let EmailProvider { incoming_server, outgoing_server } = config.provider;
    let described = incoming_server.iter().chain(&outgoing_server);
    Some(described.filter_map(|it| it.server(address, url)).collect())
}

impl Described {
    fn server(&self, address: &MailAddress, url: &str) -> Option<Server> {
        let service = match self.protocol.as_str() {
            "imap" => Service::Imap,
            "smtp" => Service::Smtp,
            _ => return None,
        };
        let tls = match self.socket_type.trim() {
            "SSL" => Tls::Implicit,
            "STARTTLS" => Tls::Starttls,
            _ => return None,
        };
        let user = address.fill_in(self.username.trim());
        let is_one_line = !user.contains(char::is_control);
        Some(Server {
            service,
            host: address::host(&address.fill_in(&self.hostname))?,
            port: self.port.trim().parse().ok().filter(|port| *port != 0)?,
            tls,
            user: if user.is_empty() || !is_one_line { address.whole() } else { user },
            origin: Origin::Autoconfig(url.to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://autoconfig.example.com/mail/config-v1.1.xml";

    const FILE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
        <clientConfig version="1.1">
          <emailProvider id="example.com">
            <domain>example.com</domain>
            <displayName>Example &amp; Sons</displayName>
            <incomingServer type="pop3"><hostname>pop.example.com</hostname></incomingServer>
            <incomingServer type="imap">
              <hostname>imap.%EMAILDOMAIN%</hostname>
              <port>993</port>
              <socketType>SSL</socketType>
              <username>%EMAILLOCALPART%</username>
              <authentication>OAuth2</authentication>
              <authentication>password-cleartext</authentication>
            </incomingServer>
            <outgoingServer type="smtp">
              <hostname> smtp.example.com </hostname>
              <port>587</port>
              <socketType>STARTTLS</socketType>
              <username>%EMAILADDRESS%</username>
            </outgoingServer>
            <incomingServer type="imap">
              <hostname>imap.example.com</hostname>
              <port>143</port>
              <socketType>plain</socketType>
            </incomingServer>
            <documentation url="https://example.com/help"><descr lang="en">Help</descr></documentation>
          </emailProvider>
          <webMail><loginPage url="https://mail.example.com/"/></webMail>
        </clientConfig>"#;

    fn ada() -> MailAddress {
        MailAddress::parse("ada@example.com").unwrap()
    }

    fn told(xml: &str) -> Option<Vec<String>> {
        let told = |it: &Server| {
            format!("{:?} {}:{} {:?} {}", it.service, it.host, it.port, it.tls, it.user)
        };
        Some(servers(xml, &ada(), URL)?.iter().map(told).collect())
    }

    #[test]
    fn the_servers_with_tls_are_taken() {
        let expected = [
            "Imap imap.example.com:993 Implicit ada",
            "Smtp smtp.example.com:587 Starttls ada@example.com",
        ];
        assert_eq!(told(FILE).unwrap(), expected);
    }

    #[test]
    fn what_describes_no_server_is_passed_over() {
        for (from, to) in [
            ("<port>993</port>", "<port>99999</port>"),
            ("<port>993</port>", "<port>0</port>"),
            ("<port>993</port>", ""),
            ("imap.%EMAILDOMAIN%", "10.0.0.1"),
            ("imap.%EMAILDOMAIN%", "imap.example.com/x"),
            ("imap.%EMAILDOMAIN%", "imap .example.com"),
            ("<socketType>SSL", "<socketType>none"),
        ] {
            let told = told(&FILE.replacen(from, to, 1)).unwrap();
            assert_eq!(told, ["Smtp smtp.example.com:587 Starttls ada@example.com"], "{to}");
        }
    }

    #[test]
    fn anything_else_is_no_such_file() {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>\
            <clientConfig><emailProvider>&b;</emailProvider></clientConfig>";
        let deep = "<a>".repeat(20_000);
        let page = "<!doctype html><html><body><p>Not found<br></body></html>";
        for text in ["", "no xml", "{}", page, bomb, &deep, "<clientConfig/>"] {
            assert_eq!(told(text).unwrap_or_default(), [] as [&str; 0], "{text:.40}");
        }
    }

    #[test]
    fn a_user_name_stays_on_its_line() {
        let file = FILE.replace("%EMAILLOCALPART%", "eve&#10;tls = \"none\"");
        assert_eq!(told(&file).unwrap()[0], "Imap imap.example.com:993 Implicit ada@example.com");
    }
}
