//! `contacts`: everybody with their score and both response times, and who else could be one.

mod adding;
mod suggesting;

use std::cmp::Ordering;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::book::{Book, Person};
use crate::cli::desk::Desk;
use crate::cli::{json, render};
use crate::domain::measure::rhythm::Rhythm;
use crate::domain::measure::standing::{Estimate, SideFigures};
use crate::domain::text::{clean, days};
use crate::error::Result;
use crate::store::{ContactRow, IdentityKind};

const BAR: usize = 5;

#[derive(Debug, Default, Args)]
pub(crate) struct ContactsArgs {
    /// Only those whose name, company or address contains this
    query: Option<String>,
    #[arg(long, value_name = "KEY", default_value = "score")]
    sort: SortKey,
    /// Show at most this many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Suggest people you write with who aren't contacts yet, best first
    #[arg(long, conflicts_with = "sort")]
    suggest: bool,
    /// Add contacts: an address, with or without a name; or suggestions, by number or by
    /// address, or all
    #[arg(long, value_name = "ADDRESS [NAME]|N…|all", num_args = 0.., conflicts_with_all = ["query", "sort", "limit"])]
    add: Option<Vec<String>>,
    /// Undo the last addition, or the addition of this address
    #[arg(long, requires = "add")]
    undo: bool,
    /// Only those silent for much longer than usual, or than `every=`; longest known first
    #[arg(long, conflicts_with_all = ["sort", "suggest"])]
    losing_touch: bool,
    /// Contacts whose notes, company or position contain any of these words: who could use somebody
    #[arg(long, value_name = "WORDS", num_args = 1.., conflicts_with_all = ["query", "sort", "suggest", "losing_touch"])]
    can_help: Vec<String>,
}

impl ContactsArgs {
    /// To make contacts of all who are suggested.
    pub(super) fn add_all() -> ContactsArgs {
        let add = Some(vec![adding::ALL.to_owned()]);
        ContactsArgs { suggest: true, add, ..ContactsArgs::default() }
    }
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SortKey {
    /// Highest first
    #[default]
    Score,
    Name,
    /// How fast they answer
    Them,
    /// How fast you answer them
    Me,
    /// Latest first
    Touch,
}

/// # Errors
/// Those of reading the database, and of making contacts.
pub(super) fn run(desk: &Desk, args: &ContactsArgs) -> Result<()> {
    if let Some(wanted) = &args.add {
        return match (args.undo, args.suggest) {
            (true, _) => adding::take_back(desk, wanted),
            (false, true) => adding::add_suggested(desk, wanted),
            (false, false) => adding::add(desk, wanted),
        };
    }
    if args.suggest {
        let query = args.query.as_deref().unwrap_or_default();
        return suggesting::show(desk, query, args.limit);
    }
    let store = desk.store_to_read()?;
    let query = args.query.as_deref().unwrap_or_default();
    if args.losing_touch {
        let book = desk.book(&store)?;
        let mut lost = book.losing_touch()?;
        lost.retain(|(row, _)| is_meant(row, query));
        lost.truncate(args.limit.unwrap_or(usize::MAX));
        return show_lost(desk, &book, lost);
    }
    if !args.can_help.is_empty() {
        return show_helpers(desk, args);
    }
    let people = people(&desk.book(&store)?, query, args.sort, args.limit)?;
    if desk.json {
        return desk.print_json(document(&people));
    }
    if people.is_empty() {
        desk.say(if query.is_empty() {
            "No contacts yet: `requite import FILE` imports them, \
             `requite contacts --suggest` lists the people you write with."
        } else {
            "No contact matches."
        });
        return Ok(());
    }
    desk.print(&table(&people, args.sort, desk))
}

/// The document, best first.
///
/// # Errors
/// Those of reading the database.
pub(super) fn answer(desk: &Desk, query: &str, limit: Option<usize>) -> Result<Value> {
    let store = desk.store_to_read()?;
    Ok(document(&people(&desk.book(&store)?, query, SortKey::default(), limit)?))
}

/// Without their turns.
fn people(
    book: &Book<'_>,
    query: &str,
    sort: SortKey,
    limit: Option<usize>,
) -> Result<Vec<Person>> {
    let mut people = Vec::new();
    let gist = |person: Person| {
        let is_meant = person.archived_at.is_none() && is_meant(&person.row, query);
        is_meant.then(|| Person { turns: Vec::new(), ..person })
    };
    book.each_person(gist, |person| people.extend(person))?;
    people.sort_by(|a, b| order(sort, a, b).then_with(|| by_name(a, b)));
    people.truncate(limit.unwrap_or(usize::MAX));
    Ok(people)
}

fn document(people: &[Person]) -> Value {
    let contacts: Vec<Value> = people.iter().map(json::contact).collect();
    json!({ "contacts": contacts })
}

/// Where there is no room for all of it, bars go first, and last what it is sorted by.
fn table(people: &[Person], sort: SortKey, desk: &Desk) -> String {
    let mut headings =
        vec!["ID", "NAME", "SCORE", "THEY TAKE", "", "IN TIME", "YOU TAKE", "", "IN TIME", "LAST"];
    let mut spare = match sort {
        SortKey::Touch => vec![7, 4, 8, 5],
        _ => vec![7, 4, 9, 8],
    };
    if desk.verbose {
        headings.extend(["FROM", "WORK"]);
        spare.extend([10, 11]);
    }
    let mut columns = render::Columns::new(&headings).sparing(&spare);
    for person in people {
        let standing = &person.standing;
        let star = if person.starred { "★ " } else { "" };
        let [their_bar, they] = in_time(&standing.them);
        let [my_bar, me] = in_time(&standing.me);
        let usual = [
            person.row.id.to_string(),
            format!("{star}{}", clean(&person.row.name)),
            render::score(standing),
            they_answer(person),
            their_bar,
            they,
            render::short_median(&standing.me),
            my_bar,
            me,
            render::short_day(standing.last_touch, &desk.config.policy.zone),
        ];
        let more = desk.verbose.then(|| [counted(person), work(&person.row)]);
        columns.row(usual.into_iter().chain(more.into_iter().flatten()));
    }
    columns.finish(&[2, 3, 5, 6, 8, 10], if desk.verbose { &[1, 11] } else { &[1] })
}

/// From how many turns the figures are: mine that they could answer, and theirs.
fn counted(person: &Person) -> String {
    let of = |side: &SideFigures| side.turns() - side.closed;
    format!("{} + {}", of(&person.standing.them), of(&person.standing.me))
}

fn work(row: &ContactRow) -> String {
    let known = [&row.position, &row.company].into_iter().flatten();
    known.map(|text| clean(text)).collect::<Vec<_>>().join(", ")
}

fn show_lost(desk: &Desk, book: &Book<'_>, lost: Vec<(ContactRow, Rhythm)>) -> Result<()> {
    if desk.json {
        let mut contacts = Vec::new();
        for (row, rhythm) in lost {
            let mut contact = json::contact(&book.person_of(row)?);
            contact["rhythm"] = json::rhythm(&rhythm);
            contacts.push(contact);
        }
        return desk.print_json(json!({ "contacts": contacts }));
    }
    if lost.is_empty() {
        desk.say("You aren't losing touch with anybody.");
        return Ok(());
    }
    let mut columns =
        render::Columns::new(&["ID", "NAME", "USUALLY EVERY", "LAST TOUCH", "SILENT FOR"]);
    for (row, rhythm) in &lost {
        let every = match (rhythm.every_d, rhythm.usual_gap_d) {
            (Some(every), _) => format!("{} wanted", days(every)),
            (None, usual) => usual.map_or_else(|| render::UNKNOWN.to_owned(), days),
        };
        columns.row([
            row.id.to_string(),
            clean(&row.name),
            every,
            render::day(rhythm.last, &desk.config.policy.zone),
            rhythm.silence_d.map_or_else(|| render::UNKNOWN.to_owned(), days),
        ]);
    }
    desk.print(&columns.finish(&[2, 4], &[1]))
}

/// Nobody answers where no address of theirs is left.
fn they_answer(person: &Person) -> String {
    let addresses = person.row.identities.iter().filter(|it| it.kind == IdentityKind::Email);
    let is_left = addresses.count() > person.dead.len();
    if person.dead.is_empty() || is_left {
        render::short_median(&person.standing.them)
    } else {
        render::alarm("address dead")
    }
}

fn show_helpers(desk: &Desk, args: &ContactsArgs) -> Result<()> {
    let store = desk.store_to_read()?;
    let book = desk.book(&store)?;
    let mut found = book.described_by(&args.can_help.join(" "))?;
    found.truncate(args.limit.unwrap_or(usize::MAX));
    if desk.json {
        let mut contacts = Vec::new();
        for (row, _) in found {
            contacts.push(json::contact(&book.person_of(row)?));
        }
        return desk.print_json(json!({ "contacts": contacts }));
    }
    if found.is_empty() {
        desk.say(
            "No contact's notes, company or position contain any of these words; \
             `requite log note --value CONTACT TEXT` notes how you can help, or what they know.",
        );
        return Ok(());
    }
    let mut columns = render::Columns::new(&["ID", "NAME", "POSITION", "COMPANY", "NOTES"]);
    for (row, note) in &found {
        columns.row([
            row.id.to_string(),
            clean(&row.name),
            render::known(row.position.as_deref()),
            render::known(row.company.as_deref()),
            note.as_deref().map(clean).unwrap_or_default(),
        ]);
    }
    desk.print(&columns.finish(&[], &[1, 2, 3, 4]))
}

/// The share as a bar, and in figures.
fn in_time(figures: &SideFigures) -> [String; 2] {
    let within = &figures.within_limit;
    let bar = match within.told() {
        Estimate::Unknown => String::new(),
        _ => render::bar(within.share.mean, BAR),
    };
    [bar, within.in_percent()]
}

fn is_meant(row: &ContactRow, query: &str) -> bool {
    let query = query.to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&query);
    row.id.to_string().eq_ignore_ascii_case(&query)
        || has(&row.name)
        || row.company.as_deref().is_some_and(has)
        || row.position.as_deref().is_some_and(has)
        || row.identities.iter().any(|identity| has(&identity.value))
}

fn order(key: SortKey, a: &Person, b: &Person) -> Ordering {
    let (a, b) = (&a.standing, &b.standing);
    match key {
        SortKey::Name => Ordering::Equal,
        SortKey::Score => a.told_score().falling(b.told_score()),
        SortKey::Them => a.them.told_median().rising(b.them.told_median()),
        SortKey::Me => a.me.told_median().rising(b.me.told_median()),
        SortKey::Touch => b.last_touch.cmp(&a.last_touch),
    }
}

fn by_name(a: &Person, b: &Person) -> Ordering {
    (a.row.name.to_lowercase(), a.row.id).cmp(&(b.row.name.to_lowercase(), b.row.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::ContactId;
    use crate::store::Identity;

    #[test]
    fn a_query_looks_at_all_that_is_known_of_a_contact() {
        #[track_caller]
        fn check(query: &str, meant: bool) {
            let row = ContactRow {
                id: ContactId(12),
                name: "Grace Hopper".to_owned(),
                company: Some("Navy".to_owned()),
                position: None,
                connected_on: None,
                created_at: crate::domain::model::Moment(0),
                last_touch: None,
                identities: vec![Identity {
                    kind: IdentityKind::Email,
                    value: "grace@example.org".to_owned(),
                    by_name: false,
                }],
            };
            assert_eq!(is_meant(&row, query), meant, "{query}");
        }
        for query in ["", "hopper", "NAVY", "@example.org", "c12"] {
            check(query, true);
        }
        check("C1", false);
        check("ada", false);
    }
}
