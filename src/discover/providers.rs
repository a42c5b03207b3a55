//! The table of well-known providers: whose domains and mail exchanges are theirs, and where their
//! customers read and send mail. Plain data, as the providers' own help pages give it.

use super::address::MailAddress;
use super::server::{Origin, Server, Service};
use crate::config::Tls;

pub(super) struct Provider {
    pub name: &'static str,
    /// Domains of their own; one that ends in `.` stands for every top-level domain.
    domains: &'static [&'static str],
    /// What the names of their mail exchanges end in.
    exchanges: &'static [&'static str],
    imap: Endpoint,
    smtp: Endpoint,
    note: &'static str,
}

#[derive(Clone, Copy)]
struct Endpoint {
    host: &'static str,
    port: u16,
    tls: Tls,
    user: User,
}

#[derive(Clone, Copy)]
enum User {
    Address,
    LocalPart,
}

const fn implicit(host: &'static str, port: u16) -> Endpoint {
    Endpoint { host, port, tls: Tls::Implicit, user: User::Address }
}

const fn starttls(host: &'static str, port: u16) -> Endpoint {
    Endpoint { host, port, tls: Tls::Starttls, user: User::Address }
}

const APP_PASSWORD: &str = "takes an app password, not the one you log in with on its pages";
const SWITCHED_ON: &str = "has to be told in its settings to let mail programs in";

/// The first that matches counts: AOL's exchanges are Yahoo's, too.
const PROVIDERS: [Provider; 14] = [
    Provider {
        name: "Gmail",
        domains: &["gmail.com", "googlemail.com"],
        exchanges: &["google.com", "googlemail.com"],
        imap: implicit("imap.gmail.com", 993),
        smtp: implicit("smtp.gmail.com", 465),
        note: APP_PASSWORD,
    },
    Provider {
        name: "Outlook.com",
        domains: &["outlook.", "hotmail.", "live.", "msn.com", "passport.com"],
        exchanges: &["olc.protection.outlook.com"],
        imap: implicit("outlook.office365.com", 993),
        smtp: starttls("smtp-mail.outlook.com", 587),
        note: "takes OAuth2 alone, no password",
    },
    Provider {
        name: "Microsoft 365",
        domains: &["onmicrosoft.com"],
        exchanges: &["outlook.com", "mx.microsoft", "office365.us"],
        imap: implicit("outlook.office365.com", 993),
        smtp: starttls("smtp.office365.com", 587),
        note: "takes OAuth2 alone, no password",
    },
    Provider {
        name: "iCloud",
        domains: &["icloud.com", "me.com", "mac.com"],
        exchanges: &["mail.icloud.com"],
        imap: Endpoint { user: User::LocalPart, ..implicit("imap.mail.me.com", 993) },
        smtp: starttls("smtp.mail.me.com", 587),
        note: APP_PASSWORD,
    },
    Provider {
        name: "AOL",
        domains: &["aol.", "aim.com"],
        exchanges: &["mx-aol.mail.gm0.yahoodns.net"],
        imap: implicit("imap.aol.com", 993),
        smtp: implicit("smtp.aol.com", 465),
        note: APP_PASSWORD,
    },
    Provider {
        name: "Yahoo",
        domains: &["yahoo.", "ymail.com", "rocketmail.com", "myyahoo.com"],
        exchanges: &["yahoodns.net"],
        imap: implicit("imap.mail.yahoo.com", 993),
        smtp: implicit("smtp.mail.yahoo.com", 465),
        note: APP_PASSWORD,
    },
    Provider {
        name: "Fastmail",
        domains: &["fastmail.", "sent.com", "messagingengine.com"],
        exchanges: &["messagingengine.com"],
        imap: implicit("imap.fastmail.com", 993),
        smtp: implicit("smtp.fastmail.com", 465),
        note: APP_PASSWORD,
    },
    Provider {
        name: "GMX (international)",
        domains: &["gmx.com", "gmx.us", "gmx.co.uk", "gmx.fr", "gmx.es"],
        exchanges: &["gmx.com"],
        imap: implicit("imap.gmx.com", 993),
        smtp: implicit("mail.gmx.com", 465),
        note: SWITCHED_ON,
    },
    Provider {
        name: "GMX",
        domains: &["gmx."],
        exchanges: &["gmx.net"],
        imap: implicit("imap.gmx.net", 993),
        smtp: implicit("mail.gmx.net", 465),
        note: SWITCHED_ON,
    },
    Provider {
        name: "WEB.DE",
        domains: &["web.de", "email.de"],
        exchanges: &["web.de"],
        imap: implicit("imap.web.de", 993),
        smtp: starttls("smtp.web.de", 587),
        note: SWITCHED_ON,
    },
    Provider {
        name: "mailbox.org",
        domains: &["mailbox.org"],
        exchanges: &["mailbox.org"],
        imap: implicit("imap.mailbox.org", 993),
        smtp: implicit("smtp.mailbox.org", 465),
        note: "",
    },
    Provider {
        name: "Posteo",
        domains: &["posteo."],
        exchanges: &["posteo.de"],
        imap: implicit("posteo.de", 993),
        smtp: implicit("posteo.de", 465),
        note: "",
    },
    Provider {
        name: "Proton Mail",
        domains: &["proton.me", "protonmail.com", "protonmail.ch", "pm.me"],
        exchanges: &["protonmail.ch"],
        imap: starttls("127.0.0.1", 1143),
        smtp: starttls("127.0.0.1", 1025),
        note: "is read through Proton Mail Bridge on this machine: take user, password and ports \
            from it, and name its certificate, which it exports, with `ca` or `fingerprint`",
    },
    Provider {
        name: "T-Online",
        domains: &["t-online.de", "magenta.de"],
        exchanges: &["t-online.de"],
        imap: implicit("secureimap.t-online.de", 993),
        smtp: implicit("securesmtp.t-online.de", 465),
        note: "takes a password of its own for mail programs, set in its customer centre",
    },
];

/// Whose address it is.
pub(super) fn of_domain(domain: &str) -> Option<&'static Provider> {
    let owns = |own: &str| match own.strip_suffix('.') {
        // yahoo.fr and yahoo.co.uk, but no yahoo.evil.example.
        Some(name) => domain
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(is_national),
        None => is_below(domain, own),
    };
    PROVIDERS.iter().find(|provider| provider.domains.iter().any(|own| owns(own)))
}

/// Whose host takes the mail.
pub(super) fn of_exchange(host: &str) -> Option<&'static Provider> {
    let theirs = |end: &&str| is_below(host, end);
    PROVIDERS.iter().find(|provider| provider.exchanges.iter().any(theirs))
}

/// `com`, `fr`, `co.uk`, `com.br`: suffixes under which the big providers hold their name.
fn is_national(suffix: &str) -> bool {
    let two_letters = |label: &str| label.len() == 2;
    match suffix.split_once('.') {
        None => matches!(suffix, "com" | "net" | "org") || two_letters(suffix),
        Some((second, country)) => matches!(second, "co" | "com" | "ne") && two_letters(country),
    }
}

fn is_below(host: &str, parent: &str) -> bool {
    host.strip_suffix(parent).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

impl Provider {
    pub(super) fn servers(&self, address: &MailAddress, origin: &Origin) -> [Server; 2] {
        [(Service::Imap, self.imap), (Service::Smtp, self.smtp)].map(|(service, endpoint)| {
            // With a domain of one's own the part before the @ says nothing to the provider.
            let user = match (endpoint.user, origin) {
                (User::LocalPart, Origin::Provider(_)) => address.local.clone(),
                _ => address.whole(),
            };
            let Endpoint { host, port, tls, .. } = endpoint;
            Server { service, host: host.to_owned(), port, tls, user, origin: origin.clone() }
        })
    }

    /// What one has to know before it works.
    pub(super) fn note(&self) -> Option<String> {
        (!self.note.is_empty()).then(|| format!("{} {}.", self.name, self.note))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_of_a_provider_is_known() {
        #[track_caller]
        fn check(domain: &str, expected: Option<&str>) {
            assert_eq!(of_domain(domain).map(|provider| provider.name), expected, "{domain}");
        }
        check("gmail.com", Some("Gmail"));
        check("hotmail.co.uk", Some("Outlook.com"));
        check("contoso.onmicrosoft.com", Some("Microsoft 365"));
        check("yahoo.com.br", Some("Yahoo"));
        check("gmx.com", Some("GMX (international)"));
        check("gmx.de", Some("GMX"));
        check("proton.me", Some("Proton Mail"));
        for stranger in ["example.com", "notgmail.com", "gmail.com.example", "yahoo.example"] {
            check(stranger, None);
        }
    }

    #[test]
    fn a_mail_exchange_tells_the_provider() {
        #[track_caller]
        fn check(host: &str, expected: Option<&str>) {
            assert_eq!(of_exchange(host).map(|provider| provider.name), expected, "{host}");
        }
        check("aspmx.l.google.com", Some("Gmail"));
        check("alt4.aspmx.l.googlemail.com", Some("Gmail"));
        check("example-com.mail.protection.outlook.com", Some("Microsoft 365"));
        check("example-com.j-v1.mx.microsoft", Some("Microsoft 365"));
        check("outlook-com.olc.protection.outlook.com", Some("Outlook.com"));
        check("mx01.mail.icloud.com", Some("iCloud"));
        check("mx-aol.mail.gm0.yahoodns.net", Some("AOL"));
        check("mta7.am0.yahoodns.net", Some("Yahoo"));
        check("in1-smtp.messagingengine.com", Some("Fastmail"));
        check("mailsec.protonmail.ch", Some("Proton Mail"));
        for stranger in ["mx.example.com", "google.com.example", "fakegoogle.com"] {
            check(stranger, None);
        }
    }

    #[test]
    fn the_user_is_the_address_unless_the_provider_wants_it_shorter() {
        let ada = MailAddress::parse("ada@icloud.com").unwrap();
        let icloud = of_domain("icloud.com").unwrap();
        let [imap, smtp] = icloud.servers(&ada, &Origin::Provider("iCloud"));
        assert_eq!((imap.user.as_str(), smtp.user.as_str()), ("ada", "ada@icloud.com"));
    }

    #[test]
    fn nobody_is_sent_to_a_server_without_tls() {
        for provider in &PROVIDERS {
            assert!(
                [provider.imap, provider.smtp].iter().all(|endpoint| endpoint.tls != Tls::None)
            );
        }
    }
}
