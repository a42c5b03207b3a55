//! The configuration file as it is written: which keys there are and of which type.
//!
//! Nothing here has been judged; [`super::checking`] does that. An empty value (`""`, `[]`,
//! `false`) means the same as a missing key, so that the example can show every key.

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess, Visitor};
use toml::{Spanned, Value};

use crate::domain::model::Stance;

/// Text with its place in the file.
pub(super) type Text = Option<Spanned<String>>;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct File {
    pub stance: Stance,
    pub limit: Text,
    pub me: Me,
    pub account: Vec<Spanned<Account>>,
    pub smtp: Option<Spanned<Smtp>>,
    pub digest: Digest,
    pub alerts: Alerts,
    pub measure: Measure,
    pub privacy: Privacy,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Me {
    pub names: Vec<String>,
    pub addresses: Vec<Spanned<String>>,
    pub zone: Text,
    pub away: Vec<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Account {
    pub name: Text,
    pub kind: Option<Spanned<Kind>>,
    pub host: Text,
    pub port: Option<Spanned<u16>>,
    pub tls: Option<Spanned<Tls>>,
    pub user: Text,
    pub password: Option<Spanned<Password>>,
    pub ca: Text,
    pub fingerprint: Text,
    pub folders: Folders,
    pub path: Text,
    pub token_command: Option<Spanned<Vec<String>>>,
    pub oauth: Option<Spanned<OAuth>>,
    /// A number of bytes, or a text such as `"500 MB"`.
    pub daily_bytes: Option<Spanned<Value>>,
    // Accepted ahead of the part that will keep to it.
    pub authserv_id: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Imap,
    Maildir,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Tls {
    Implicit,
    Starttls,
    None,
}

/// `password.*`, or a value written straight into the file: of that nothing is kept, so that it
/// can't show up in a message.
#[derive(Debug)]
pub(super) enum Password {
    InPlainSight,
    Sources(PasswordSources),
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PasswordSources {
    pub command: Vec<String>,
    pub file: String,
    pub credential: String,
    pub keyring: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct OAuth {
    pub provider: Text,
    pub client_id: Text,
    pub client_secret: Option<Spanned<Password>>,
    pub auth_url: Text,
    pub token_url: Text,
    pub device_url: Text,
    pub ca: Text,
    pub scopes: Vec<String>,
}

impl OAuth {
    pub fn is_empty(&self) -> bool {
        let texts = [&self.client_id, &self.auth_url, &self.token_url, &self.device_url];
        let said = |text: &Text| text.as_ref().is_some_and(|text| !text.get_ref().is_empty());
        !texts.into_iter().any(said)
    }
}

/// `"auto"`, or a list of names.
#[derive(Debug, Default)]
pub(super) enum Folders {
    #[default]
    Auto,
    Named(Vec<String>),
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Smtp {
    pub host: Text,
    pub port: Option<Spanned<u16>>,
    pub tls: Option<Spanned<Tls>>,
    pub user: Text,
    pub password: Option<Spanned<Password>>,
    pub token_command: Option<Spanned<Vec<String>>>,
    pub account: Text,
    pub ca: Text,
    pub fingerprint: Text,
    pub from: Text,
    pub sendmail: bool,
    pub file: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Digest {
    pub day: Text,
    pub time: Text,
    pub to: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Alerts {
    pub desktop: Option<bool>,
    pub batch: Text,
    pub per_week: Option<u32>,
    pub quiet: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Measure {
    pub time: Option<Basis>,
    pub holidays: Vec<Spanned<String>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Basis {
    Arrival,
    Date,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Privacy {
    pub subjects: Option<bool>,
    pub text: Option<BodyText>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum BodyText {
    Never,
    Cues,
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Password;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one of `command`, `file`, `credential` and `keyring`")
            }

            fn visit_str<E>(self, _: &str) -> Result<Password, E> {
                Ok(Password::InPlainSight)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Password, E> {
                Ok(Password::InPlainSight)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Password, E> {
                Ok(Password::InPlainSight)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Password, A::Error> {
                PasswordSources::deserialize(MapAccessDeserializer::new(map)).map(Password::Sources)
            }
        }

        input.deserialize_any(Either)
    }
}

impl<'de> Deserialize<'de> for Folders {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Folders;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"auto\" or a list of folder names")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Folders, E> {
                match text {
                    "auto" => Ok(Folders::Auto),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Folders, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = list.next_element()? {
                    names.push(name);
                }
                Ok(if names.is_empty() { Folders::Auto } else { Folders::Named(names) })
            }
        }

        input.deserialize_any(Either)
    }
}
