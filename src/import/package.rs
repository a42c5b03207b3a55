//! A .zip of exports: its members, read one after the other.
//!
//! Nothing is unpacked anywhere, so a member's name is a name and nothing more; and what the archive
//! says of its sizes is not believed: reading stops at a cap.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use super::text::Input;

/// Of one member, in bytes: thirty thousand connections, as many as LinkedIn allows, take about
/// 5 MB, and the messages of twenty years less than 100.
const LARGEST: u64 = 512 << 20;
/// So much may be in any, however small it is packed.
const SMALL: u64 = 16 << 20;
/// No export is packed more tightly.
const TIGHTEST: u64 = 100;
/// No export has more members.
const MOST_MEMBERS: usize = 10_000;

pub(super) fn looks_like(beginning: &[u8]) -> bool {
    beginning.starts_with(b"PK\x03\x04") || beginning.starts_with(b"PK\x05\x06")
}

/// An open archive.
pub struct Package<R>(zip::ZipArchive<R>);

impl Package<BufReader<File>> {
    /// Opens the archive at a path.
    ///
    /// # Errors
    /// Why it can't be, as a phrase for the user.
    pub fn open(path: &Path) -> Result<Package<BufReader<File>>, String> {
        let file = File::open(path).map_err(|cause| format!("can't be read: {cause}"))?;
        Package::of(BufReader::new(file))
    }
}

impl<R: Read + Seek> Package<R> {
    fn of(reader: R) -> Result<Package<R>, String> {
        let archive = zip::ZipArchive::new(reader).map_err(|cause| {
            format!("the archive is damaged or cut short ({cause}): download it again")
        })?;
        if archive.len() > MOST_MEMBERS {
            return Err(format!("an archive of {} files is no export of people", archive.len()));
        }
        Ok(Package(archive))
    }

    /// The members that are files, by number, with their names.
    pub fn members(&mut self) -> Vec<(usize, String)> {
        let numbers = 0..self.0.len();
        let named = numbers.filter_map(|number| {
            let member = self.0.by_index_raw(number).ok()?;
            let name = member.name().ok()?.into_owned();
            member.is_file().then_some((number, name))
        });
        named.collect()
    }

    /// What a member holds.
    ///
    /// # Errors
    /// Why it can't be read, as a phrase for the user.
    pub fn member(&mut self, number: usize) -> Result<Input<'_>, String> {
        let member = self.0.by_index(number).map_err(|cause| format!("can't be read: {cause}"))?;
        let most = member.compressed_size().saturating_mul(TIGHTEST).clamp(SMALL, LARGEST);
        Ok(Box::new(BufReader::new(Capped { member, left: most, most })))
    }
}

struct Capped<R> {
    member: R,
    left: u64,
    most: u64,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.member.read(into)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            let most = self.most >> 20;
            io::Error::other(format!(
                "unpacked it holds more than {most} MiB, which no export of its size does"
            ))
        })?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in members {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn members_are_told_by_their_names_in_whatever_folder() {
        let bytes = zipped(&[("Export/Connections.csv", b"a"), ("../../etc/passwd", b"b")]);
        let mut package = Package::of(Cursor::new(bytes)).unwrap();
        let members = package.members();
        let names: Vec<&str> = members.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["Export/Connections.csv", "../../etc/passwd"]);
        let mut text = String::new();
        package.member(0).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "a");
    }

    #[test]
    fn an_archive_that_is_cut_short_says_so() {
        let bytes = zipped(&[("Connections.csv", &[b'x'; 5_000])]);
        let cut = Cursor::new(&bytes[..bytes.len() / 2]);
        let why = Package::of(cut).err().unwrap();
        assert!(why.starts_with("the archive is damaged or cut short"), "{why}");
    }

    #[test]
    fn what_swells_is_not_read_to_its_end() {
        let mut swelling = Capped { member: io::repeat(b'\n'), left: 1_000, most: SMALL };
        let mut read = vec![0; 600];
        assert_eq!(swelling.read(&mut read).unwrap(), 600);
        let why = swelling.read(&mut read).unwrap_err().to_string();
        assert!(why.contains("more than 16 MiB"), "{why}");
    }
}
