//! What an export of contacts comes to, whatever its format.

use jiff::civil::Date;

/// What one export says of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Card {
    /// 1-based line of the file on which it starts.
    pub line: u64,
    /// Of the person; an organisation, an address or a profile where no name is given.
    pub name: String,
    /// Further names by which mail may come: nicknames, name in another order, maiden name.
    pub other_names: Vec<String>,
    /// Mail addresses as written.
    pub emails: Vec<String>,
    /// Telephone numbers as written.
    pub phones: Vec<String>,
    /// Pages of their own and profiles.
    pub urls: Vec<String>,
    /// Where they work.
    pub company: Option<String>,
    /// As what they work.
    pub position: Option<String>,
    /// The day on which they connected with the user.
    pub connected_on: Option<Date>,
}

/// Which kind of export it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The connections of LinkedIn's data export.
    LinkedinConnections,
    /// vCard 2.1, 3.0 or 4.0.
    Vcard,
}

impl Format {
    /// As scripts read it.
    pub fn name(self) -> &'static str {
        match self {
            Format::LinkedinConnections => "linkedin-connections",
            Format::Vcard => "vcard",
        }
    }
}

/// A row or a part of one that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// 1-based line of the file.
    pub line: u64,
    /// The reason, as a phrase for the user.
    pub why: String,
}

/// What one file comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// What it was recognised as.
    pub format: Format,
    /// The people in it, in the order of the file.
    pub cards: Vec<Card>,
    /// What was left out, in the order of the file.
    pub skipped: Vec<Skipped>,
}
