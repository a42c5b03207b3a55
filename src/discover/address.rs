//! The address that servers are looked for, and host names that strangers give. Asks nobody.

use crate::error::{Error, Result};

/// The two parts of a mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MailAddress {
    pub local: String,
    /// Lower case, in its ASCII form (RFC 5890).
    pub domain: String,
}

impl MailAddress {
    /// # Errors
    /// `Usage` where the text isn't a mail address.
    pub(super) fn parse(text: &str) -> Result<MailAddress> {
        let parts = text.trim().rsplit_once('@').and_then(|(local, domain)| {
            let strange = |c: char| c.is_whitespace() || c.is_control();
            let plain = !local.is_empty() && !local.contains(strange);
            plain.then_some(())?;
            // A name without a dot is one of this network, and no provider's.
            let domain = host(domain).filter(|domain| domain.contains('.'))?;
            Some(MailAddress { local: local.to_owned(), domain })
        });
        parts.ok_or_else(|| {
            Error::usage(format!("\"{}\" isn't a mail address", text.trim()))
                .hint("give it as ada@example.com")
        })
    }

    /// `%EMAILADDRESS%` and its parts, as autoconfig files write them.
    pub(super) fn fill_in(&self, text: &str) -> String {
        text.replace("%EMAILADDRESS%", &self.whole())
            .replace("%EMAILLOCALPART%", &self.local)
            .replace("%EMAILDOMAIN%", &self.domain)
    }

    pub(super) fn whole(&self) -> String {
        format!("{}@{}", self.local, self.domain)
    }
}

/// A host name in lower case and ASCII; `None` where it is none.
pub(super) fn host(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('.');
    let name = idna::domain_to_ascii_strict(text).ok()?;
    (!name.is_empty() && name.parse::<std::net::IpAddr>().is_err()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_user_and_a_domain() {
        #[track_caller]
        fn check(text: &str, expected: Option<(&str, &str)>) {
            let parsed = MailAddress::parse(text).ok();
            let parts = parsed.as_ref().map(|it| (it.local.as_str(), it.domain.as_str()));
            assert_eq!(parts, expected, "{text}");
        }
        check("ada@example.com", Some(("ada", "example.com")));
        check(" Ada.L@Example.COM. ", Some(("Ada.L", "example.com")));
        check("ada@bücher.example", Some(("ada", "xn--bcher-kva.example")));
        for wrong in ["", "ada", "@example.com", "ada@", "ada@localhost", "a b@example.com"] {
            check(wrong, None);
        }
        for wrong in ["a\u{1b}[2Jda@example.com", "a\u{7f}@example.com"] {
            check(wrong, None);
        }
        for wrong in ["ada@exa mple.com", "ada@example.com/x", "ada@example..com", "ada@10.0.0.1"] {
            check(wrong, None);
        }
    }

    #[test]
    fn placeholders_stand_for_the_address_and_its_parts() {
        let ada = MailAddress::parse("ada@example.com").unwrap();
        assert_eq!(ada.fill_in("%EMAILADDRESS%"), "ada@example.com");
        assert_eq!(ada.fill_in("%EMAILLOCALPART%+%EMAILDOMAIN%"), "ada+example.com");
        assert_eq!(ada.fill_in("plain"), "plain");
    }
}
