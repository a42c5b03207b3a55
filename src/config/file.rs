//! The configuration file as it is written: which keys there are and of which type.
//!
//! Nothing here has been judged; [`super::checking`] does that. An empty value (`""`, `[]`,
//! `false`) means the same as a missing key, so that the example can show every key.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess, Visitor};
use toml::Value;

use super::spanned::Spanned;
use crate::domain::model::Stance;
use crate::domain::policy::AlertUrgency;

/// Text with its place in the file.
pub(super) type Text = Option<Spanned<String>>;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenConfig {
    pub stance: Stance,
    pub limit: Text,
    pub me: WrittenMe,
    pub account: Vec<Spanned<WrittenAccount>>,
    pub smtp: Option<Spanned<WrittenSmtp>>,
    pub digest: WrittenDigest,
    pub alerts: WrittenAlerts,
    pub measure: WrittenMeasure,
    pub privacy: WrittenPrivacy,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "struct Me")]
pub(super) struct WrittenMe {
    pub names: Vec<String>,
    pub addresses: Vec<Spanned<String>>,
    pub zone: Text,
    pub away: Vec<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "struct Account")]
pub(super) struct WrittenAccount {
    pub name: Text,
    pub kind: Option<Spanned<WrittenKind>>,
    pub host: Text,
    pub port: Option<Spanned<u16>>,
    pub tls: Option<Spanned<WrittenTls>>,
    pub user: Text,
    pub password: Option<Spanned<WrittenPassword>>,
    pub ca: Text,
    pub fingerprint: Text,
    pub folders: WrittenFolders,
    pub path: Text,
    /// The address of an account in GNOME Online Accounts.
    pub goa: Text,
    pub token_command: Option<Spanned<Vec<String>>>,
    pub oauth: Option<Spanned<WrittenOAuth>>,
    /// A number of bytes, or a text such as `"500 MB"`.
    #[schemars(extend("type" = ["integer", "string"]), with = "String")]
    pub daily_bytes: Option<Spanned<Value>>,
    /// The server whose `Authentication-Results` are believed.
    pub authserv_id: Option<String>,
    /// Where a message is shown: an address with `{message_id}` in it.
    pub webmail: Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum WrittenKind {
    Imap,
    Maildir,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum WrittenTls {
    Implicit,
    Starttls,
    None,
}

/// `password.*`, or a value written straight into the file. Nothing of such a value is kept, so
/// that it can't show up in a message.
#[derive(Debug)]
pub(super) enum WrittenPassword {
    InPlainSight,
    Sources(PasswordSources),
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PasswordSources {
    pub command: Vec<String>,
    pub file: String,
    pub credential: String,
    pub keyring: String,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "struct OAuth")]
pub(super) struct WrittenOAuth {
    pub provider: Text,
    pub client_id: Text,
    pub client_secret: Option<Spanned<WrittenPassword>>,
    pub auth_url: Text,
    pub token_url: Text,
    pub device_url: Text,
    pub ca: Text,
    pub scopes: Vec<String>,
}

impl WrittenOAuth {
    pub(super) fn is_empty(&self) -> bool {
        let texts = [&self.client_id, &self.auth_url, &self.token_url, &self.device_url];
        let said = |text: &Text| text.as_ref().is_some_and(|text| !text.get_ref().is_empty());
        !texts.into_iter().any(said)
    }
}

/// `"auto"`, or a list of names.
#[derive(Debug, Default)]
pub(super) enum WrittenFolders {
    #[default]
    Auto,
    Named(Vec<String>),
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "struct Smtp")]
pub(super) struct WrittenSmtp {
    pub host: Text,
    pub port: Option<Spanned<u16>>,
    pub tls: Option<Spanned<WrittenTls>>,
    pub user: Text,
    pub password: Option<Spanned<WrittenPassword>>,
    pub token_command: Option<Spanned<Vec<String>>>,
    pub account: Text,
    pub ca: Text,
    pub fingerprint: Text,
    pub from: Text,
    pub sendmail: bool,
    pub file: Text,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "struct Digest")]
pub(super) struct WrittenDigest {
    pub day: Text,
    pub time: Text,
    pub to: Text,
    pub from: Text,
    pub commands: Option<bool>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "struct Alerts")]
pub(super) struct WrittenAlerts {
    pub desktop: Option<bool>,
    pub batch: Text,
    pub per_week: Option<u32>,
    pub quiet: Text,
    pub urgency: Option<AlertUrgency>,
    pub they_owe: bool,
    /// A command that opens a message.
    pub open: Option<Spanned<Vec<String>>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "struct Measure")]
pub(super) struct WrittenMeasure {
    pub time: Option<Basis>,
    pub holidays: Vec<Spanned<String>>,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Basis {
    Arrival,
    Date,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "struct Privacy")]
pub(super) struct WrittenPrivacy {
    pub subjects: Option<bool>,
    pub text: Option<BodyText>,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum BodyText {
    Never,
    Cues,
}

impl<'de> Deserialize<'de> for WrittenPassword {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = WrittenPassword;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one of `command`, `file`, `credential` and `keyring`")
            }

            fn visit_str<E>(self, _: &str) -> Result<WrittenPassword, E> {
                Ok(WrittenPassword::InPlainSight)
            }

            fn visit_i64<E>(self, _: i64) -> Result<WrittenPassword, E> {
                Ok(WrittenPassword::InPlainSight)
            }

            fn visit_f64<E>(self, _: f64) -> Result<WrittenPassword, E> {
                Ok(WrittenPassword::InPlainSight)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<WrittenPassword, A::Error> {
                PasswordSources::deserialize(MapAccessDeserializer::new(map))
                    .map(WrittenPassword::Sources)
            }
        }

        input.deserialize_any(Either)
    }
}

impl<'de> Deserialize<'de> for WrittenFolders {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = WrittenFolders;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"auto\" or a list of folder names")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<WrittenFolders, E> {
                match text {
                    "auto" => Ok(WrittenFolders::Auto),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<WrittenFolders, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = list.next_element()? {
                    names.push(name);
                }
                Ok(if names.is_empty() {
                    WrittenFolders::Auto
                } else {
                    WrittenFolders::Named(names)
                })
            }
        }

        input.deserialize_any(Either)
    }
}
