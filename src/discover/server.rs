//! A server that may be the one, and who named it.

use std::fmt;

use crate::config::Tls;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    Imap,
    Smtp,
}

/// A server that may be the one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    pub service: Service,
    pub host: String,
    pub port: u16,
    /// Never [`Tls::None`].
    pub tls: Tls,
    /// The login name.
    pub user: String,
    pub learned: Learned,
}

/// Who named a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Learned {
    /// The address belongs to this provider.
    Provider(&'static str),
    /// The MX record names a host of this provider.
    Mx { provider: &'static str, exchange: String },
    /// The SRV record of this name.
    Srv(String),
    /// The file at this address.
    Autoconfig(String),
    /// Nobody; it answered.
    Guess,
}

impl Learned {
    /// One word for scripts.
    pub fn name(&self) -> &'static str {
        match self {
            Learned::Provider(_) => "provider",
            Learned::Mx { .. } => "mx",
            Learned::Srv(_) => "srv",
            Learned::Autoconfig(_) => "autoconfig",
            Learned::Guess => "guess",
        }
    }
}

impl fmt::Display for Learned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Learned::Provider(name) => write!(f, "known of {name}"),
            Learned::Mx { provider, exchange } => {
                write!(f, "known of {provider}, whose {exchange} takes the domain's mail")
            }
            Learned::Srv(name) => write!(f, "SRV record {name}"),
            Learned::Autoconfig(url) => f.write_str(url),
            Learned::Guess => f.write_str("a usual name; it answered with a good certificate"),
        }
    }
}
