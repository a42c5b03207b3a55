//! What an export comes to, whatever its format: people, calls, messages and favours.

use jiff::civil::Date;

use crate::domain::model::{Moment, Side};

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

/// A call of a telephone's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedCall {
    /// 1-based line of the file on which it stands.
    pub line: u64,
    /// As written; never that of somebody who withheld it.
    pub number: String,
    /// What the telephone's own book calls them.
    pub name: Option<String>,
    /// When it began.
    pub at: Moment,
    /// Who called.
    pub side: Side,
    /// Somebody took it.
    pub taken: bool,
}

/// Somebody as a site names them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Participant {
    /// As written; may be empty.
    pub name: String,
    /// Of their profile.
    pub url: Option<String>,
}

/// A message that was written on a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteMessage {
    /// 1-based line of the file on which it starts.
    pub line: u64,
    /// What the site calls its conversation.
    pub conversation: String,
    /// Who wrote it.
    pub from: Participant,
    /// Everybody else in the conversation.
    pub to: Vec<Participant>,
    /// Who wrote it, where the export says so.
    pub side: Option<Side>,
    /// When it was sent.
    pub at: Moment,
    /// May be empty.
    pub subject: String,
    /// Its whole text.
    pub content: String,
}

/// What somebody did for another in public: a recommendation, or endorsements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicFavour {
    /// 1-based line of the file on which it starts.
    pub line: u64,
    /// Beside me.
    pub with: Participant,
    /// When.
    pub at: Moment,
    /// Who did it.
    pub side: Side,
    /// Of which kind, in a word.
    pub kind: &'static str,
    /// What it was, for the user.
    pub text: String,
}

/// A row or a part of one that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// 1-based line of the file.
    pub line: u64,
    /// The reason, as a phrase for the user; the same for all that are left out alike.
    pub why: String,
}

/// One thing that an export tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// Of a person.
    Card(Card),
    /// Of a call.
    Call(LoggedCall),
    /// Of a message.
    Message(SiteMessage),
    /// Of a favour.
    Favour(PublicFavour),
    /// By what name, and by what addresses, whoever asked for the export calls themselves.
    Owner(Card),
    /// Nothing, and why.
    Skipped(Skipped),
}
