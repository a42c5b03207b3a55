//! What an export of contacts comes to, whatever its format.

use jiff::civil::Date;

/// What one export says of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Card {
    /// 1-based line of the file on which it starts.
    pub line: u64,
    pub name: String,
    /// Further names by which mail may come: nicknames, name in another order, maiden name.
    pub other_names: Vec<String>,
    pub emails: Vec<String>,
    pub phones: Vec<String>,
    pub urls: Vec<String>,
    pub company: Option<String>,
    pub position: Option<String>,
    pub connected_on: Option<Date>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    LinkedinConnections,
    Vcard,
}

impl Format {
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
    pub why: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    pub format: Format,
    pub cards: Vec<Card>,
    pub skipped: Vec<Skipped>,
}
