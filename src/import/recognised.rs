//! What a file is, by how it begins; and how that is read.

use std::io;
use std::ops::ControlFlow;

use super::csv::{HeaderRow, Row, RowShape, Rows, find_header};
use super::linkedin::{connections, invitations, messages, praise, profile};
use super::table::{self, Mapping};
use super::text::{Input, Lines, valid, whole};
use super::values::Statement;
use super::{calls, google, package, vcard};

/// A file is recognised by so much of its beginning, in bytes: notes may stand above a header row.
pub const BEGINNING: u64 = 64 << 10;

/// What kind of export it is, in the order in which those of one import are best read: who the user
/// is, then people, then what they did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Who asked for LinkedIn's data export: `Profile.csv`, `Email Addresses.csv`.
    LinkedinProfile,
    /// The connections of LinkedIn's data export.
    LinkedinConnections,
    /// vCard 2.1, 3.0 or 4.0.
    Vcard,
    /// Google Contacts' CSV.
    GoogleContacts,
    /// Any other CSV file of people.
    Csv,
    /// The messages of LinkedIn's data export.
    LinkedinMessages,
    /// Its invitations.
    LinkedinInvitations,
    /// Its recommendations, given or received.
    LinkedinRecommendations,
    /// Its endorsements, given or received.
    LinkedinEndorsements,
    /// The call log of a telephone.
    Calls,
}

impl Format {
    /// As scripts read it.
    pub fn name(self) -> &'static str {
        match self {
            Format::LinkedinProfile => "linkedin-profile",
            Format::LinkedinConnections => "linkedin-connections",
            Format::Vcard => "vcard",
            Format::GoogleContacts => "google-contacts",
            Format::Csv => "csv",
            Format::LinkedinMessages => "linkedin-messages",
            Format::LinkedinInvitations => "linkedin-invitations",
            Format::LinkedinRecommendations => "linkedin-recommendations",
            Format::LinkedinEndorsements => "linkedin-endorsements",
            Format::Calls => "calls",
        }
    }
}

/// Why nothing comes of a file, as a phrase for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unrecognised {
    /// It is no export of people.
    Nothing(String),
    /// It is one, and doesn't tell what is needed.
    Unclear(String),
}

impl Unrecognised {
    /// For whoever named this very file.
    pub fn why(self) -> String {
        match self {
            Unrecognised::Nothing(why) | Unrecognised::Unclear(why) => why,
        }
    }
}

/// A file whose kind is known.
#[derive(Debug, Clone)]
pub struct Recognised {
    /// What it is.
    pub format: Format,
    layout: Layout,
}

#[derive(Debug, Clone)]
enum Layout {
    Vcard,
    Calls,
    /// With the number of the header row, from 0 on.
    Table(usize, HeaderRow, Box<TableKind>),
}

#[derive(Debug, Clone)]
enum TableKind {
    Connections(connections::ConnectionColumns),
    Messages(messages::MessageColumns),
    Invitations(invitations::InvitationColumns),
    Recommendations(praise::Recommendations),
    Endorsements(praise::Endorsements),
    Profile(profile::ProfileColumns),
    Google(google::GoogleColumns),
    Table(table::PeopleColumns),
}

/// Whether a file that begins so is an archive of others.
pub fn is_package(beginning: &[u8]) -> bool {
    package::looks_like(beginning)
}

/// What a file is that begins so. `name`: its own, for what only that says; `mapping`: what the user
/// said of its columns.
///
/// # Errors
/// Why it can't be read as anything.
pub fn recognise(
    name: &str,
    beginning: &[u8],
    mapping: &Mapping,
) -> Result<Recognised, Unrecognised> {
    let text = whole(beginning);
    let lines: Vec<&str> = text.lines().collect();
    if text.trim().is_empty() {
        return Err(Unrecognised::Nothing("the file is empty".to_owned()));
    }
    if vcard::looks_like(&lines) {
        return Ok(Recognised { format: Format::Vcard, layout: Layout::Vcard });
    }
    if calls::looks_like(&text) {
        return Ok(Recognised { format: Format::Calls, layout: Layout::Calls });
    }
    if let Some(why) = nothing_known(&text) {
        return Err(Unrecognised::Nothing(why.to_owned()));
    }
    let columns = |header: &HeaderRow| columns(header, name, mapping);
    let (at, header, columns) =
        find_header(&lines, columns).ok_or_else(|| Unrecognised::Nothing(unmapped(mapping)))?;
    let (format, columns) = columns.map_err(Unrecognised::Unclear)?;
    Ok(Recognised { format, layout: Layout::Table(at, header, Box::new(columns)) })
}

fn columns(
    header: &HeaderRow,
    name: &str,
    mapping: &Mapping,
) -> Option<Result<(Format, TableKind), String>> {
    let known = |format, columns| Some(Ok((format, columns)));
    if !mapping.is_empty() {
        let columns = table::PeopleColumns::of(header, mapping)?;
        return known(Format::Csv, TableKind::Table(columns));
    }
    if let Some(columns) = messages::MessageColumns::of(header) {
        return known(Format::LinkedinMessages, TableKind::Messages(columns));
    }
    if let Some(columns) = invitations::InvitationColumns::of(header) {
        return known(Format::LinkedinInvitations, TableKind::Invitations(columns));
    }
    if let Some(columns) = praise::Endorsements::of(header) {
        return known(Format::LinkedinEndorsements, TableKind::Endorsements(columns));
    }
    if let Some(columns) = praise::Recommendations::of(header, name) {
        let found =
            |columns| (Format::LinkedinRecommendations, TableKind::Recommendations(columns));
        return Some(columns.map(found));
    }
    if let Some(columns) = profile::ProfileColumns::of(header) {
        return known(Format::LinkedinProfile, TableKind::Profile(columns));
    }
    if let Some(columns) = connections::ConnectionColumns::of(header) {
        return known(Format::LinkedinConnections, TableKind::Connections(columns));
    }
    if let Some(columns) = google::GoogleColumns::of(header) {
        return known(Format::GoogleContacts, TableKind::Google(columns));
    }
    let columns = table::PeopleColumns::of(header, mapping)?;
    known(Format::Csv, TableKind::Table(columns))
}

/// What is often given by mistake.
fn nothing_known(text: &str) -> Option<&'static str> {
    let start = text.trim_start().get(..64).unwrap_or_else(|| text.trim_start()).to_lowercase();
    let begins = |with: &[&str]| with.iter().any(|with| start.starts_with(with));
    if begins(&["<!doctype html", "<html"]) {
        return Some("a web page and no export, perhaps that of a login: download it again");
    }
    if start.starts_with('<') && text.contains("<smses") {
        return Some("text messages: only calls are read, which stand in a file of their own");
    }
    if begins(&["%pdf"]) {
        return Some("a PDF and no export");
    }
    None
}

fn unmapped(mapping: &Mapping) -> String {
    if mapping.is_empty() {
        "not recognised; of a CSV file --map says which columns hold what: \
         --map name=…,email=…"
            .to_owned()
    } else {
        "no line has all the columns that --map names".to_owned()
    }
}

impl Recognised {
    /// Gives away everything that the file tells, in its order, until `take` has enough.
    ///
    /// # Errors
    /// Why it can't be read to its end, as a phrase for the user.
    pub fn each(
        &self,
        input: Input<'_>,
        take: &mut dyn FnMut(Statement) -> ControlFlow<()>,
    ) -> Result<(), String> {
        let read = match &self.layout {
            Layout::Vcard => Lines::of(input).and_then(|lines| vcard::each(lines, take)),
            Layout::Calls => {
                let input = valid(input).map_err(|cause| cause.to_string())?;
                return calls::each(input, take);
            }
            Layout::Table(at, header, columns) => Lines::of(input).and_then(|lines| {
                let rows = Rows::below(lines, *at, header.clone(), columns.shape())?;
                columns.clone().each(rows, take)
            }),
        };
        read.map_err(|cause| cause.to_string())
    }
}

impl TableKind {
    fn shape(&self) -> RowShape {
        match self {
            TableKind::Connections(columns) => columns.shape(),
            TableKind::Messages(columns) => columns.shape(),
            TableKind::Invitations(columns) => columns.shape(),
            TableKind::Recommendations(columns) => columns.shape(),
            TableKind::Endorsements(columns) => columns.shape(),
            TableKind::Profile(columns) => columns.shape(),
            TableKind::Google(columns) => columns.shape(),
            TableKind::Table(columns) => columns.shape(),
        }
    }

    fn read(&mut self, row: &Row) -> Vec<Statement> {
        match self {
            TableKind::Connections(columns) => columns.read(row),
            TableKind::Messages(columns) => columns.read(row),
            TableKind::Invitations(columns) => columns.read(row),
            TableKind::Recommendations(columns) => columns.read(row),
            TableKind::Endorsements(columns) => columns.read(row),
            TableKind::Profile(columns) => columns.read(row),
            TableKind::Google(columns) => columns.read(row),
            TableKind::Table(columns) => columns.read(row),
        }
    }

    fn each(
        mut self,
        mut rows: Rows<'_>,
        take: &mut dyn FnMut(Statement) -> ControlFlow<()>,
    ) -> io::Result<()> {
        while let Some(row) = rows.next_row()? {
            let told = match row {
                Ok(row) => self.read(&row),
                Err(skipped) => vec![Statement::Skipped(skipped)],
            };
            if told.into_iter().any(|told| take(told).is_break()) {
                return Ok(());
            }
        }
        if let TableKind::Endorsements(found) = self {
            let _ = found.finish().into_iter().any(|told| take(told).is_break());
        }
        Ok(())
    }
}
