//! A server that may be the one, and who named it.

use std::fmt;

use crate::config::Tls;

/// What a server is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Reading mail.
    Imap,
    /// Sending mail.
    Smtp,
}

/// A server that may be the one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// What it is for.
    pub service: Service,
    /// Its name, in lower case and ASCII.
    pub host: String,
    /// Never 0.
    pub port: u16,
    /// Never [`Tls::None`].
    pub tls: Tls,
    /// The login name.
    pub user: String,
    /// Who named it.
    pub origin: Origin,
}

/// Who named a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The address belongs to this provider.
    Provider(&'static str),
    /// The MX record names a host of this provider.
    Mx {
        /// The provider's name.
        provider: &'static str,
        /// The host that takes the domain's mail.
        exchange: String,
    },
    /// The SRV record of this name.
    Srv(String),
    /// The file at this address.
    Autoconfig(String),
    /// Nobody: a usual name was tried, and a server answered there.
    Guess,
}

impl Origin {
    /// One word for scripts.
    pub fn name(&self) -> &'static str {
        match self {
            Origin::Provider(_) => "provider",
            Origin::Mx { .. } => "mx",
            Origin::Srv(_) => "srv",
            Origin::Autoconfig(_) => "autoconfig",
            Origin::Guess => "guess",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Provider(name) => write!(f, "known of {name}"),
            Origin::Mx { provider, exchange } => {
                write!(f, "known of {provider}, whose {exchange} takes the domain's mail")
            }
            Origin::Srv(name) => write!(f, "SRV record {name}"),
            Origin::Autoconfig(url) => f.write_str(url),
            Origin::Guess => f.write_str("a usual name; it answered with a good certificate"),
        }
    }
}
