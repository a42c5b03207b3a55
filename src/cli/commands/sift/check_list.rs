//! The sift as a check-list for a spreadsheet: no site lets a program remove a connection, so the
//! user goes through it, profile by profile.

use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use csv::Writer;
use jiff::tz::TimeZone;

use crate::book::Sift;
use crate::cli::render;
use crate::domain::decide::sift::reasons;
use crate::domain::model::{ContactId, Moment};
use crate::domain::text::clean;
use crate::error::{Error, Result};

const HEADINGS: [&str; 8] =
    ["Done", "Name", "List", "Why", "Last touch", "Company", "Position", "Profile"];

/// One person to look at.
struct Line {
    contact: ContactId,
    list: &'static str,
    why: String,
    last_touch: Option<Moment>,
}

/// Writes everybody of the sift's lists into a new file; how many there are.
///
/// # Errors
/// `Usage` where the file is there already; `Failed` where it can't be written.
pub(super) fn write(sift: &Sift, path: &Path, zone: &TimeZone) -> Result<usize> {
    let file = File::options().write(true).create_new(true).mode(0o600).open(path);
    let file = file.map_err(|cause| match cause.kind() {
        io::ErrorKind::AlreadyExists => {
            Error::usage(format!("{} is there already", path.display()))
                .hint("what was ticked there isn't written over: name another file")
        }
        _ => failed(path, cause),
    })?;
    let lines = lines(sift, zone);
    fill(Writer::from_writer(file), sift, &lines, zone).map_err(|cause| failed(path, cause))?;
    Ok(lines.len())
}

fn failed(path: &Path, cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::failed(format!("can't write {}", path.display()))
        .because(cause)
        .hint("check the folder and its permissions")
}

fn lines(sift: &Sift, zone: &TimeZone) -> Vec<Line> {
    let suggested = sift.suggested.iter().map(|candidate| {
        let reasons: Vec<String> =
            candidate.suggestion.reasons.iter().map(|reason| reason.text()).collect();
        let (list, why) = ("consider removing", reasons.join("; "));
        Line {
            contact: candidate.contact,
            list,
            why,
            last_touch: candidate.suggestion.silent_since,
        }
    });
    let untested = sift.untested.iter().map(|(contact, found)| {
        let why = "nobody has written for two years, or ever".to_owned();
        Line { contact: *contact, list: "untested", why, last_touch: found.last_touch }
    });
    let dead = sift.find_address.iter().map(|(contact, since)| {
        let why = format!("mail has come back since {}", render::day(Some(*since), zone));
        Line { contact: *contact, list: "find an address", why, last_touch: None }
    });
    suggested.chain(untested).chain(dead).collect()
}

fn fill(
    mut writer: Writer<impl io::Write>,
    sift: &Sift,
    lines: &[Line],
    zone: &TimeZone,
) -> csv::Result<()> {
    writer.write_record(HEADINGS)?;
    for Line { contact, list, why, last_touch } in lines {
        let Some(row) = sift.row(*contact) else { continue };
        let last_touch = last_touch.map(|at| render::day(Some(at), zone)).unwrap_or_default();
        let known = |text: Option<&str>| text.map(clean).unwrap_or_default();
        let cells = [
            String::new(),
            clean(&row.name),
            (*list).to_owned(),
            why.clone(),
            last_touch,
            known(row.company.as_deref()),
            known(row.position.as_deref()),
            known(row.profile_url()),
        ];
        writer.write_record(cells.map(|cell| harmless(&cell)))?;
    }
    writer.write_record(["", reasons::WITHDRAWS_ENDORSEMENTS, "", "", "", "", "", ""])?;
    Ok(writer.flush()?)
}

/// What a spreadsheet would take for a formula begins with a quote instead: it is shown as text.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for formula in ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1"] {
            assert!(harmless(formula).starts_with('\''), "{formula:?}");
        }
        assert_eq!(harmless("Ann Lee"), "Ann Lee");
    }
}
