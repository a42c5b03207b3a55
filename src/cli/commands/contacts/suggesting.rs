//! `contacts --suggest`: whom the user writes with who is no contact yet.

use serde_json::{Value, json};

use crate::cli::desk::Desk;
use crate::cli::{json, render};
use crate::domain::decide::suggestions::SuggestedContact;
use crate::domain::text::{clean, count};
use crate::error::Result;
use crate::store::Store;

/// As many fit a screen; `--limit` says otherwise.
const SHOWN: usize = 40;

/// Everybody, with the number that `--add` takes.
pub(super) fn suggested(desk: &Desk, store: &Store) -> Result<Vec<(usize, SuggestedContact)>> {
    Ok((1..).zip(desk.book(store)?.suggestions()?).collect())
}

pub(super) fn show(desk: &Desk, query: &str, limit: Option<usize>) -> Result<()> {
    let store = desk.store_to_read()?;
    let mut found = suggested(desk, &store)?;
    let query = query.to_lowercase();
    found.retain(|(_, one)| {
        one.name.to_lowercase().contains(&query) || one.emails.iter().any(|it| it.contains(&query))
    });
    if desk.json {
        found.truncate(limit.unwrap_or(usize::MAX));
        let suggestions: Vec<Value> = found.iter().map(suggestion).collect();
        return desk.print_json(json!({ "suggestions": suggestions }));
    }
    if found.is_empty() {
        desk.say(nobody(&store, &query)?);
        return Ok(());
    }
    let most = limit.unwrap_or(SHOWN);
    let mut columns =
        render::Columns::new(&["", "NAME", "ADDRESS", "FROM THEM", "FROM YOU", "SINCE", "LAST"]);
    let zone = &desk.config.policy.zone;
    for (number, one) in found.iter().take(most) {
        let more = one.emails.len().saturating_sub(1);
        let more = if more == 0 { String::new() } else { format!(" +{more}") };
        let address = one.emails.first().map(String::as_str).unwrap_or_default();
        columns.row([
            number.to_string(),
            clean(&one.name),
            format!("{}{more}", clean(address)),
            one.from_them.to_string(),
            one.from_me.to_string(),
            render::day(Some(one.first), zone),
            render::day(Some(one.last), zone),
        ]);
    }
    desk.print(&columns.finish(&[0, 3, 4], &[1, 2]))?;
    if found.len() > most {
        let more = count((found.len() - most) as u64, "more", "more");
        desk.say(&format!("and {more}: --limit {} shows all", found.len()));
    }
    desk.say("To make them contacts: `requite contacts --suggest --add 1 2 …`, or `--add all`.");
    Ok(())
}

/// Why nobody is suggested.
fn nobody(store: &Store, query: &str) -> Result<&'static str> {
    Ok(if !query.is_empty() {
        "Nobody who is suggested matches."
    } else if !store.knows_me()? {
        "Which addresses are yours? List them in `[me] addresses` (see `requite config path`)."
    } else if store.contact_count()? == 0 {
        "You haven't exchanged mail with anyone yet: `requite sync` reads your mail."
    } else {
        "Everyone you exchange mail with is already a contact."
    })
}

fn suggestion((number, one): &(usize, SuggestedContact)) -> Value {
    json!({
        "number": number,
        "email": one.emails.first(),
        "emails": one.emails,
        "name": one.name,
        "from_them": one.from_them,
        "from_me": one.from_me,
        "since": json::instant(one.first),
        "last": json::instant(one.last),
    })
}
