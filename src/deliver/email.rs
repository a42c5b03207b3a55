//! A rendered digest → the bytes of one mail → its way out: SMTP, `sendmail`, or a file.
//!
//! Never retries and never remembers what was sent: the caller does both, by the Message-ID that it
//! chose. The same input makes the same bytes, so that a second attempt is the same mail.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use lettre::{AsyncSendmailTransport, AsyncTransport, Tokio1Executor};
use sha2::{Digest as _, Sha256};

use super::digest::RenderedDigest;
use super::smtp;
use crate::auth::goa;
use crate::config::Mailer;
use crate::domain::model::Moment;
use crate::domain::text::clean;
use crate::error::{Error, Result};

/// By which filters know the digest: a list without a domain of its own (RFC 2919 §3).
const LIST_ID: &str = "Requite digest <digest.requite.localhost>";
const SENDMAIL_DEADLINE: Duration = Duration::from_secs(60);

/// What the header of this one mail says, beside what is the same for every digest.
#[derive(Debug, Clone, Copy)]
pub struct MailHeader<'a> {
    /// An address, with or without a name before it.
    pub from: &'a str,
    /// As `from`.
    pub to: &'a str,
    /// With or without its angle brackets.
    pub message_id: &'a str,
    /// `X-Requite-Week`, by which the digest is recognised when it comes back into the mailbox.
    pub token: &'a str,
}

/// The mail as bytes, text before HTML (RFC 2046 §5.1.4: the richest part last), marked as made by
/// a machine (RFC 3834 §5), so that no responder answers it and no measurement counts it.
///
/// # Errors
/// `Config` where `from` or `to` is no address. `Failed` where no mail can be made of it.
pub fn compose(
    rendered: &RenderedDigest,
    header: &MailHeader<'_>,
    date: Moment,
) -> Result<Vec<u8>> {
    let mut from = mailbox("from", header.from)?;
    from.name.get_or_insert_with(|| "Requite".to_owned());
    let message_id = clean(header.message_id);
    let message_id = format!("<{}>", message_id.trim_matches(['<', '>']));
    let body = MultiPart::alternative()
        .boundary(boundary(&message_id))
        .singlepart(SinglePart::plain(rendered.text_and_links()))
        .singlepart(SinglePart::html(rendered.html.clone()));
    let message = Message::builder()
        .date(system_time(date))
        .from(from)
        .to(mailbox("to", header.to)?)
        .subject(clean(&rendered.subject))
        .message_id(Some(message_id))
        .raw_header(fixed_header("Auto-Submitted", "auto-generated"))
        .raw_header(fixed_header("X-Auto-Response-Suppress", "All"))
        .raw_header(fixed_header("List-Id", LIST_ID))
        .raw_header(fixed_header("X-Requite-Week", &clean(header.token)))
        .multipart(body)
        .map_err(|error| Error::failed("the digest can't be made into a mail").because(error))?;
    Ok(message.formatted())
}

/// Hands the mail over, once; a file is called `file_stem`, with `.eml` behind it.
///
/// # Errors
/// `Temporary` where the server, the network or sendmail fails in a way that may pass, or where the
/// disk is full. `LoginRefused` where the server refuses the login. `Config` where the settings or
/// the addresses are wrong. `Failed` where the mail is refused for good.
pub async fn send(
    mailer: &Mailer,
    bytes: &[u8],
    from: &str,
    to: &str,
    file_stem: &str,
) -> Result<()> {
    match mailer {
        Mailer::Smtp(server) => smtp::send(server, &envelope(from, to)?, bytes).await,
        Mailer::Goa(address) => {
            let server = goa::way_out(address).await?;
            smtp::send(&server, &envelope(from, to)?, bytes).await
        }
        Mailer::Sendmail => through_sendmail(sendmail(), &envelope(from, to)?, bytes).await,
        Mailer::File(folder) => into_folder(folder, file_stem, bytes).await,
    }
}

/// Both addresses without the names before them.
///
/// # Errors
/// `Config` where one of them is no address.
pub fn bare_addresses(from: &str, to: &str) -> Result<(String, String)> {
    let bare = |role, address| mailbox(role, address).map(|it| it.email.to_string());
    Ok((bare("from", from)?, bare("to", to)?))
}

fn mailbox(role: &str, address: &str) -> Result<Mailbox> {
    address.parse().map_err(|error| {
        Error::config(format!("`{role}` of the digest isn't a mail address: {}", clean(address)))
            .because(error)
            .hint(format!("set `{role}` to an address such as ada@example.com"))
    })
}

fn envelope(from: &str, to: &str) -> Result<Envelope> {
    let (sender, recipient) = (mailbox("from", from)?.email, mailbox("to", to)?.email);
    Envelope::new(Some(sender), vec![recipient])
        .map_err(|error| Error::config("the digest has no recipient").because(error))
}

/// Neither quoted-printable nor base64 ever contains `=_` (RFC 2045 §6.7).
fn boundary(message_id: &str) -> String {
    let hash = Sha256::digest(message_id.as_bytes());
    hash.iter().take(12).fold("=_requite_".to_owned(), |mut boundary, byte| {
        let _ = write!(boundary, "{byte:02x}");
        boundary
    })
}

fn fixed_header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// The range that a Date header can say: up to the end of the year 9999.
fn system_time(at: Moment) -> SystemTime {
    const END_OF_9999: u64 = 253_402_300_799;
    let seconds = u64::try_from(at.0).unwrap_or(0).min(END_OF_9999);
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Its traditional place comes first: that is often not in the PATH of a user's services.
fn sendmail() -> &'static Path {
    let usual = Path::new("/usr/sbin/sendmail");
    if usual.exists() { usual } else { Path::new("sendmail") }
}

/// What sendmail says on failure is prose, so that "no network" and "no such user" look alike:
/// every failure but a missing program counts as passing.
async fn through_sendmail(program: &Path, envelope: &Envelope, bytes: &[u8]) -> Result<()> {
    let transport = AsyncSendmailTransport::<Tokio1Executor>::new_with_command(program);
    let failed = |reason: String| {
        Error::temporary("sendmail did not take the digest")
            .because(clean(&reason))
            .hint("try `echo test | sendmail -v` with your own address")
    };
    match tokio::time::timeout(SENDMAIL_DEADLINE, transport.send_raw(envelope, bytes)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) if is_missing(&error) => Err(Error::config("there is no sendmail program")
            .hint("install one, such as msmtp-mta, or configure [smtp] with a host")),
        Ok(Err(error)) => Err(failed(error.to_string())),
        Err(_) => Err(failed(format!("no end after {} s", SENDMAIL_DEADLINE.as_secs()))),
    }
}

fn is_missing(error: &lettre::transport::sendmail::Error) -> bool {
    std::error::Error::source(error)
        .and_then(|source| source.downcast_ref::<std::io::Error>())
        .is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}

async fn into_folder(folder: &Path, stem: &str, bytes: &[u8]) -> Result<()> {
    if stem.is_empty() || stem.contains(['/', '\0']) {
        return Err(Error::failed(format!("no file can be called {stem:?}")));
    }
    let (folder, path) = (folder.to_owned(), folder.join(format!("{stem}.eml")));
    let bytes = bytes.to_vec();
    let shown = path.display().to_string();
    let written = tokio::task::spawn_blocking(move || write_whole(&folder, path, &bytes)).await;
    written.map_err(std::io::Error::other).and_then(|written| written).map_err(|error| {
        let message = format!("the digest can't be written to {shown}");
        let (error_kind, cause) = (error.kind(), error);
        match error_kind {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Error::temporary(message).hint("free some disk space")
            }
            _ => Error::config(message).hint("check `file` in [smtp]: it names a folder of yours"),
        }
        .because(cause)
    })
}

/// All or nothing, for the owner's eyes only: a reader of the folder never meets half a mail.
fn write_whole(folder: &Path, path: PathBuf, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".digest-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    /// Takes a mail only from and to ada@example.com, as `sendmail -i -f FROM -- TO` does.
    const SENDMAIL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/sendmail");

    #[tokio::test]
    async fn sendmail_is_told_who_and_handed_the_mail() {
        #[track_caller]
        fn check(sent: Result<()>, outcome: Result<(), Kind>) {
            assert_eq!(sent.map_err(|error| error.kind()), outcome);
        }
        let send = async |program: &str, to: &str| {
            let envelope = envelope("ada@example.com", to).expect("two addresses");
            through_sendmail(Path::new(program), &envelope, b"Subject: digest\r\n\r\n").await
        };
        check(send(SENDMAIL, "ada@example.com").await, Ok(()));
        check(send(SENDMAIL, "eve@example.net").await, Err(Kind::Temporary));
        check(send("/nonexistent/sendmail", "ada@example.com").await, Err(Kind::Config));
    }
}
