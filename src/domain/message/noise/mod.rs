//! What does not count: which inbound messages are no human touch, and why.
//!
//! Two steps. [`rules`], [`subject`] and [`notices`] are tables that turn header fields into [`Traits`], once
//! per message; [`verdict`] judges the traits in the light of whom the message came from and what
//! it answers. Judges inbound mail only: one's own copies are one's own, however they come back.

use std::ops::{BitOr, BitOrAssign};

pub mod addresses;
pub mod linkedin;
pub mod notices;
pub mod rules;
pub mod subject;

/// What a header says about how its message came to be and what it is for. The bits are stored:
/// never renumber, and never use 20 to 27 again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Traits(pub u64);

/// Any of these alone shows, of mail by a stranger, that no person wrote it to anybody.
pub const IMPERSONAL: Traits = Traits::AUTOMATIC
    .with(Traits::AUTO_REPLIED)
    .with(Traits::BOUNCE)
    .with(Traits::DISPOSITION)
    .with(Traits::LIST)
    .with(Traits::BULK)
    .with(Traits::CALENDAR)
    .with(Traits::CALENDAR_REPLY)
    .with(Traits::NO_REPLY_SENDER);

/// What a notice of absence carries, one or the other.
pub const NOTICE: Traits = Traits::AUTO_REPLIED.with(Traits::OUT_OF_OFFICE_SUBJECT);

impl Traits {
    /// A program wrote it (RFC 3834 and its many predecessors).
    pub const AUTOMATIC: Traits = Traits(1);
    /// A vacation notice or the like: pauses its sender's clock.
    pub const AUTO_REPLIED: Traits = Traits(1 << 1);
    /// Says that mail could not be delivered.
    pub const BOUNCE: Traits = Traits(1 << 2);
    /// A disposition notification (RFC 8098): "seen", no answer.
    pub const DISPOSITION: Traits = Traits(1 << 3);
    /// Carries `List-Id`, `List-Unsubscribe`, `List-Post` or `Feedback-ID`.
    pub const LIST: Traits = Traits(1 << 4);
    /// `Precedence` is `bulk`, `list` or `junk`.
    pub const BULK: Traits = Traits(1 << 5);
    /// A list that takes posts: `List-Post` other than `NO`, or its address among the recipients.
    pub const DISCUSSION_LIST: Traits = Traits(1 << 6);
    /// A calendar object with a method: an invitation, a change of it, or an answer to one.
    pub const CALENDAR: Traits = Traits(1 << 7);
    /// Answers an invitation; beside [`Traits::CALENDAR`].
    pub const CALENDAR_REPLY: Traits = Traits(1 << 8);
    /// By its name, the sender's address takes no answers: `no-reply@…`, `notifications@…`.
    pub const NO_REPLY_SENDER: Traits = Traits(1 << 9);
    /// Asks for no automatic reply. People's mail carries it too.
    pub const SUPPRESS: Traits = Traits(1 << 10);
    /// The subject begins as notices of absence do. No proof alone: people begin theirs so too.
    pub const OUT_OF_OFFICE_SUBJECT: Traits = Traits(1 << 11);
    /// An emoji as an answer: acknowledges, closes the turn.
    pub const REACTION: Traits = Traits(1 << 12);
    /// The outermost prefix of the subject is a forward's.
    pub const FORWARD: Traits = Traits(1 << 13);
    /// The outermost prefix of the subject is a reply's.
    pub const REPLY_PREFIX: Traits = Traits(1 << 14);
    /// The subject has a question mark.
    pub const QUESTION: Traits = Traits(1 << 15);
    /// The subject has a phrase that asks for something.
    pub const REQUEST: Traits = Traits(1 << 16);
    /// In-Reply-To or References name a message.
    pub const HAS_REPLY_HEADERS: Traits = Traits(1 << 17);
    /// A list put its own address into `From`: the author stands elsewhere, or nowhere.
    pub const LIST_REWRITTEN: Traits = Traits(1 << 18);
    /// `Return-Path: <>`: whoever sent it wants to hear of no failure.
    pub const NULL_PATH: Traits = Traits(1 << 19);
    /// Begins as mail systems begin that could not deliver.
    pub const BOUNCE_SUBJECT: Traits = Traits(1 << 29);
    /// The sender is called as mail systems are, by name or by address.
    pub const MAIL_SYSTEM_NAME: Traits = Traits(1 << 30);

    /// The subject carries a tag: `[board] …`.
    pub const TAGGED: Traits = Traits(1 << 28);
    /// The tag numbers it among others, and not as their cover: `[offer 2/3] …`.
    pub const SERIES_PART: Traits = Traits(1 << 31);
    /// The sender's address is called as programs and mailings are.
    pub const MACHINE_SENDER: Traits = Traits(1 << 32);
    /// The subject's tag offers a change to a program: `[PATCH v2 1/3] …`.
    pub const PATCH_SUBJECT: Traits = Traits(1 << 33);
    /// An address in To is called as those of mailing lists are.
    pub const LIST_IN_TO: Traits = Traits(1 << 34);

    /// LinkedIn says that the person whose name stands in From wrote there.
    pub const LINKEDIN_NOTICE: Traits = Traits(1 << 35);

    /// Nothing was found.
    pub const NONE: Traits = Traits(0);

    /// What lists put into what they carry.
    const BY_LISTS: Traits = Traits::LIST
        .with(Traits::BULK)
        .with(Traits::DISCUSSION_LIST)
        .with(Traits::LIST_REWRITTEN)
        .with(Traits::TAGGED);

    /// What a message is by its first copy and another: what only a list has put into one of them
    /// says nothing of the message, and whoever sends it once more takes nothing from it.
    pub fn with_copy(self, other: Traits) -> Traits {
        Traits(self.0 & (other.0 | !Traits::BY_LISTS.0))
    }

    /// Whether all of `other` are here.
    pub const fn contains(self, other: Traits) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any of `other` is here.
    pub const fn intersects(self, other: Traits) -> bool {
        self.0 & other.0 != 0
    }

    /// Adds all of `other`.
    pub fn insert(&mut self, other: Traits) {
        self.0 |= other.0;
    }

    /// Takes all of `other` out.
    pub fn remove(&mut self, other: Traits) {
        self.0 &= !other.0;
    }

    /// What either holds: `|` for constants.
    pub const fn with(self, other: Traits) -> Traits {
        Traits(self.0 | other.0)
    }
}

impl BitOr for Traits {
    type Output = Traits;
    fn bitor(self, other: Traits) -> Traits {
        self.with(other)
    }
}

impl BitOrAssign for Traits {
    fn bitor_assign(&mut self, other: Traits) {
        self.insert(other);
    }
}

/// What the header alone can't say about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Context {
    /// Its author is a known contact.
    pub from_contact: bool,
    /// Its reply headers name a message of mine.
    pub answers_mine: bool,
    /// An address of mine stands in To; Cc is not enough.
    pub me_in_to: bool,
    /// The list's own address is among its To or Cc.
    pub list_in_recipients: bool,
    /// How long after the message of mine that it follows, in seconds.
    pub seconds_after_mine: Option<i64>,
}

/// Why a message is no human touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Noise {
    /// It says that mail could not be delivered.
    Bounce,
    /// It says that mail was displayed, which is no answer.
    Disposition,
    /// A notice of absence or another automatic answer.
    AutoReply,
    /// A program wrote it, not known as an answer to anything.
    Automatic,
    /// It asks for no automatic answer and came within two minutes of mine.
    InstantReply,
    /// Accepts or declines an invitation.
    CalendarReply,
    /// An invitation, or a change of one.
    Calendar,
    /// Its sender takes no answers.
    NoReplySender,
    /// An emoji: acknowledges, answers nothing.
    Reaction,
    /// A list carried it, and no contact answers me or addresses me with it.
    List,
    /// As [`Noise::List`], where only `Precedence` says so.
    Bulk,
}

impl Noise {
    /// For the user, to stand after "not counted:".
    pub fn text(self) -> &'static str {
        match self {
            Noise::Bounce => "a bounce: mail that could not be delivered",
            Noise::Disposition => "a read receipt: seen, not answered",
            Noise::AutoReply => "an automatic reply (out of office)",
            Noise::Automatic => "written by a program (Auto-Submitted or the like)",
            Noise::InstantReply => "an automatic reply (within two minutes of yours)",
            Noise::CalendarReply => "an answer to a calendar invitation",
            Noise::Calendar => "a calendar message",
            Noise::NoReplySender => "from an address that takes no replies",
            Noise::Reaction => "an emoji reaction: acknowledged, not answered",
            Noise::List => "mailing-list mail (List-Id or the like)",
            Noise::Bulk => "bulk mail (Precedence)",
        }
    }
}

/// A program's answer comes faster than a person's, in seconds.
const INSTANT: std::ops::RangeInclusive<i64> = 0..=120;

/// The first that fits is the reason given, so the more telling stand first.
const REASONS: &[(Traits, Noise)] = &[
    (Traits::BOUNCE, Noise::Bounce),
    (Traits::DISPOSITION, Noise::Disposition),
    (Traits::AUTO_REPLIED, Noise::AutoReply),
    (Traits::AUTOMATIC, Noise::Automatic),
    (Traits::SUPPRESS.with(Traits::OUT_OF_OFFICE_SUBJECT), Noise::AutoReply),
    (Traits::CALENDAR_REPLY, Noise::CalendarReply),
    (Traits::CALENDAR, Noise::Calendar),
    (Traits::NO_REPLY_SENDER, Noise::NoReplySender),
    (Traits::REACTION, Noise::Reaction),
];

/// Whether an inbound message counts as a human touch.
///
/// # Errors
/// Why it does not.
pub fn verdict(traits: Traits, context: &Context) -> Result<(), Noise> {
    if let Some((_, reason)) = REASONS.iter().find(|(needed, _)| traits.contains(*needed)) {
        return Err(*reason);
    }
    let instant = context.seconds_after_mine.is_some_and(|seconds| INSTANT.contains(&seconds));
    if instant && traits.contains(Traits::OUT_OF_OFFICE_SUBJECT) {
        return Err(Noise::AutoReply);
    }
    if instant && traits.contains(Traits::SUPPRESS) {
        return Err(Noise::InstantReply);
    }
    if traits.intersects(Traits::LIST | Traits::BULK) && !human_all_the_same(traits, context) {
        let list = traits.contains(Traits::LIST);
        return Err(if list { Noise::List } else { Noise::Bulk });
    }
    Ok(())
}

/// Sales tools put `List-Unsubscribe` into one person's answer, and people talk to each other on
/// discussion lists.
fn human_all_the_same(traits: Traits, context: &Context) -> bool {
    let discussion = traits.contains(Traits::DISCUSSION_LIST) || context.list_in_recipients;
    context.from_contact && (context.answers_mine || discussion && context.me_in_to)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRANGER: Context = Context {
        from_contact: false,
        answers_mine: false,
        me_in_to: true,
        list_in_recipients: false,
        seconds_after_mine: None,
    };
    const CONTACT: Context = Context { from_contact: true, ..STRANGER };

    #[track_caller]
    fn check(traits: Traits, context: Context, expect: Result<(), Noise>) {
        assert_eq!(verdict(traits, &context), expect, "{traits:?} {context:?}");
    }

    #[test]
    fn plain_mail_counts_whoever_sends_it() {
        check(Traits::NONE, STRANGER, Ok(()));
        check(Traits::HAS_REPLY_HEADERS | Traits::FORWARD, CONTACT, Ok(()));
        check(Traits::OUT_OF_OFFICE_SUBJECT, CONTACT, Ok(()));
    }

    #[test]
    fn what_programs_write_never_counts_not_even_as_an_answer_to_mine() {
        let answer = Context { answers_mine: true, ..CONTACT };
        for (traits, reason) in [
            (Traits::BOUNCE | Traits::AUTOMATIC | Traits::LIST, Noise::Bounce),
            (Traits::DISPOSITION, Noise::Disposition),
            (Traits::AUTOMATIC, Noise::Automatic),
            (Traits::AUTOMATIC | Traits::AUTO_REPLIED, Noise::AutoReply),
            (Traits::CALENDAR, Noise::Calendar),
            (Traits::CALENDAR | Traits::CALENDAR_REPLY, Noise::CalendarReply),
            (Traits::NO_REPLY_SENDER, Noise::NoReplySender),
            (Traits::REACTION, Noise::Reaction),
        ] {
            check(traits, answer, Err(reason));
        }
    }

    #[test]
    fn asking_for_no_automatic_reply_proves_nothing_alone() {
        let after = |seconds| Context { seconds_after_mine: Some(seconds), ..CONTACT };
        check(Traits::SUPPRESS, CONTACT, Ok(()));
        check(Traits::SUPPRESS, after(121), Ok(()));
        check(Traits::SUPPRESS, after(-5), Ok(()));
        check(Traits::SUPPRESS, after(120), Err(Noise::InstantReply));
        check(Traits::NONE, after(5), Ok(()));
        let away = Traits::SUPPRESS | Traits::OUT_OF_OFFICE_SUBJECT;
        check(away, after(9000), Err(Noise::AutoReply));
    }

    #[test]
    fn what_a_person_may_call_their_mail_is_a_notice_only_as_an_instant_answer() {
        let after = |seconds| Context { seconds_after_mine: Some(seconds), ..CONTACT };
        check(Traits::OUT_OF_OFFICE_SUBJECT, after(121), Ok(()));
        check(Traits::OUT_OF_OFFICE_SUBJECT, after(3), Err(Noise::AutoReply));
    }

    #[test]
    fn an_answer_with_a_sales_tools_unsubscribe_link_is_human() {
        check(Traits::LIST, CONTACT, Err(Noise::List));
        check(Traits::BULK, CONTACT, Err(Noise::Bulk));
        check(Traits::LIST, Context { answers_mine: true, ..CONTACT }, Ok(()));
        check(Traits::BULK, Context { answers_mine: true, ..CONTACT }, Ok(()));
        check(Traits::LIST, Context { answers_mine: true, ..STRANGER }, Err(Noise::List));
    }

    #[test]
    fn a_contact_who_addresses_me_on_a_discussion_list_is_human() {
        let talk = Traits::LIST | Traits::BULK | Traits::DISCUSSION_LIST;
        check(talk, CONTACT, Ok(()));
        check(talk, Context { me_in_to: false, ..CONTACT }, Err(Noise::List));
        check(talk, STRANGER, Err(Noise::List));
        check(Traits::LIST, Context { list_in_recipients: true, ..CONTACT }, Ok(()));
    }

    #[test]
    fn a_mailing_service_is_no_discussion() {
        check(Traits::LIST | Traits::BULK, CONTACT, Err(Noise::List));
    }
}
