//! The .zip that LinkedIn sends: one member of it holds the connections.

use std::io::{Cursor, Read};

/// In bytes; thirty thousand connections, as many as LinkedIn allows, take about 5 MB.
pub(super) const LARGEST: u64 = 64 * 1024 * 1024;

pub(super) fn looks_like(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// The member `Connections.csv`, in whatever folder; `None` when there is none, an error with the
/// reason when there is one that can't be read or that is larger than `largest` bytes.
pub(super) fn connections(bytes: &[u8], largest: u64) -> Option<Result<Vec<u8>, String>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let name = archive.file_names().flatten().find(|name| is_connections(name))?.into_owned();
    Some(member(&mut archive, &name, largest))
}

fn is_connections(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    last.eq_ignore_ascii_case("connections.csv")
}

/// What the archive says of its sizes is not believed: reading stops at the cap.
fn member(
    archive: &mut zip::ZipArchive<Cursor<&[u8]>>,
    name: &str,
    largest: u64,
) -> Result<Vec<u8>, String> {
    let unreadable = |cause: &dyn std::fmt::Display| format!("{name} can't be read: {cause}");
    let file = archive.by_name(name).map_err(|cause| unreadable(&cause))?;
    let mut content = Vec::new();
    file.take(largest + 1).read_to_end(&mut content).map_err(|cause| unreadable(&cause))?;
    if content.len() as u64 > largest {
        return Err(format!("{name} holds more than {largest} bytes"));
    }
    Ok(content)
}
