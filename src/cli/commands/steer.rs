//! `done`, `due`, `snooze`, `mute`, `star` and `set`: what the user decides, and taking it back.
//!
//! Decisions about a turn stay with the touch that was named, whatever turn holds it later.

use jiff::civil::Date;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, Unit};

use crate::cli::desk::Desk;
use crate::cli::person;
use crate::domain::measure::decisions::{Decided, Decision, SettingKey, Verb};
use crate::domain::measure::turns::{Closed, UnjudgedTurn};
use crate::domain::message::identity;
use crate::domain::model::{ContactId, Moment, TouchId, TurnId};
use crate::domain::policy::{EXPIRY_H, Policy};
use crate::domain::text::clean;
use crate::error::{Error, Result};
use crate::store::{ContactRow, IdentityKind, Store};

pub fn done(desk: &Desk, ids: &[String], undo: bool) -> Result<()> {
    let store = person::known_people(desk)?;
    let named = turns(&store, ids)?;
    if undo {
        take_back_from_turns(desk, &store, Verb::Done, &named)?;
        return tell(desk, &store, &named, "is open to be answered again");
    }
    let (done, open): (Vec<_>, Vec<_>) = named
        .into_iter()
        .partition(|(_, turn)| turn.answer.is_some() || turn.closed == Some(Closed::SaidDone));
    decide_on_turns(desk, &store, &open, Decided::Done)?;
    tell(desk, &store, &done, "is done already")?;
    tell(desk, &store, &open, "is done")
}

/// The opposite of [`done`], where the program doesn't see that somebody is waiting.
pub fn due(desk: &Desk, ids: &[String], undo: bool) -> Result<()> {
    let store = person::known_people(desk)?;
    let named = turns(&store, ids)?;
    if undo {
        take_back_from_turns(desk, &store, Verb::Due, &named)?;
        return tell(desk, &store, &named, "is judged by its words again");
    }
    decide_on_turns(desk, &store, &named, Decided::Due)?;
    tell(desk, &store, &named, "asks for an answer")
}

/// Hides debts until a while has passed: `3d`, `2 weeks`, `monday`, `tomorrow` or a date, which is
/// the last of the words.
pub fn snooze(desk: &Desk, words: &[String], undo: bool) -> Result<()> {
    let store = person::known_people(desk)?;
    if undo {
        let named = turns(&store, words)?;
        take_back_from_turns(desk, &store, Verb::Snooze, &named)?;
        return tell(desk, &store, &named, "sleeps no longer");
    }
    let (duration, ids) = match words.split_last() {
        Some((duration, ids)) if !ids.is_empty() => (duration, ids),
        _ => {
            return Err(Error::usage("for how long?")
                .hint("3d, 4h, 2w, a day of the week or a date like 2026-12-01"));
        }
    };
    let named = turns(&store, ids)?;
    let until = until(duration, desk.now, &desk.config.policy)?;
    decide_on_turns(desk, &store, &named, |touch| Decided::Snooze { touch, until })?;
    let local = until.timestamp().to_zoned(desk.config.policy.zone.clone());
    let until = local.strftime("%A, %-d %B %Y, %H:%M");
    tell(desk, &store, &named, &format!("sleeps until {until}"))
}

pub fn mute(desk: &Desk, contact: &str, undo: bool) -> Result<()> {
    mark(desk, &Decided::Mute, contact, undo)
}

pub fn star(desk: &Desk, contact: &str, undo: bool) -> Result<()> {
    mark(desk, &Decided::Star, contact, undo)
}

fn mark(desk: &Desk, what: &Decided, contact: &str, undo: bool) -> Result<()> {
    let store = person::known_people(desk)?;
    let row = person::find(&store, contact)?;
    let (verb, id) = (what.verb(), row.id);
    let participle = if verb == Verb::Star { "starred" } else { "muted" };
    let is = store.decisions(Some(id), desk.now)?.has(id, verb);
    if is != undo {
        let state = if undo { "is not" } else { "is already" };
        desk.say(&format!("{} {state} {participle}", clean(&row.name)));
        return Ok(());
    }
    desk.write(&store, &[id], |store| {
        if undo {
            return store.take_back(verb, id, &[], desk.now).map(drop);
        }
        store.decide(&Decision { at: desk.now, contact: id, what: what.clone() })
    })?;
    let state = if undo { "is no longer" } else { "is now" };
    desk.say(&format!("{} {state} {participle}", clean(&row.name)));
    Ok(())
}

/// `limit=24h`, `zone=Europe/Paris`, `not-address=x@example.com`. With `undo`, the latest of each
/// that is named, or the latest of all, is taken back.
pub fn set(desk: &Desk, contact: &str, settings: &[String], undo: bool) -> Result<()> {
    let store = person::known_people(desk)?;
    let row = person::find(&store, contact)?;
    if undo {
        return take_settings_back(desk, &store, &row, settings);
    }
    if settings.is_empty() {
        return Err(Error::usage("nothing to set").hint(SETTINGS));
    }
    let settings: Vec<Decided> =
        settings.iter().map(|text| setting(&row, text)).collect::<Result<_>>()?;
    desk.write(&store, &[row.id], |store| {
        settings.iter().try_for_each(|what| {
            store.decide(&Decision { at: desk.now, contact: row.id, what: what.clone() })
        })
    })?;
    for what in &settings {
        desk.say(&format!("{}: {}", clean(&row.name), told(what)));
    }
    Ok(())
}

const SETTINGS: &str = "limit=24h, zone=Europe/Paris, not-address=x@example.com";

fn setting(row: &ContactRow, text: &str) -> Result<Decided> {
    let wrong = |why: String| Error::usage(why).hint(format!("what can be set: {SETTINGS}"));
    let (key, value) =
        text.split_once('=').ok_or_else(|| wrong(format!("\"{text}\" sets nothing")))?;
    match (key.trim(), value.trim()) {
        ("limit", value) => Ok(Decided::Limit(hours(value)?)),
        ("zone", value) => {
            let zone = TimeZone::get(value)
                .map_err(|_| wrong(format!("no time zone is called \"{value}\"")))?;
            Ok(Decided::Zone(zone.iana_name().unwrap_or(value).to_owned()))
        }
        ("not-address", value) => {
            let address = identity::normalise(value)
                .ok_or_else(|| wrong(format!("\"{value}\" is no address")))?;
            let found = row.identities.iter().any(|identity| {
                identity.kind == IdentityKind::Email
                    && identity.by_name
                    && identity.value == address
            });
            if !found {
                let why = format!("{address} wasn't found by the name of {}", clean(&row.name));
                return Err(
                    Error::usage(why).hint("only an address shown as \"by name\" can be refused")
                );
            }
            Ok(Decided::NotTheirs(address))
        }
        (key, _) => Err(wrong(format!("\"{key}\" can't be set"))),
    }
}

fn hours(text: &str) -> Result<f64> {
    let span: Option<Span> = text.parse().ok();
    span.and_then(|span| span.total((Unit::Hour, SpanRelativeTo::days_are_24_hours())).ok())
        .filter(|hours| *hours > 0.0 && *hours <= EXPIRY_H)
        .ok_or_else(|| {
            Error::usage(format!("\"{text}\" is no limit"))
                .hint("hours or days, at most 30 days: 24h, 2d")
        })
}

fn told(what: &Decided) -> String {
    match what {
        Decided::Limit(hours) => format!("the limit is {hours} h"),
        Decided::Zone(name) => format!("the zone is {name}"),
        other => format!("{} isn't theirs", other.value()),
    }
}

fn take_settings_back(
    desk: &Desk,
    store: &Store,
    row: &ContactRow,
    settings: &[String],
) -> Result<()> {
    let nothing = || Error::usage(format!("nothing of the kind is set for {}", clean(&row.name)));
    let wanted: Vec<SettingKey> = match settings {
        [] => vec![SettingKey::Any],
        _ => settings
            .iter()
            .map(|text| setting_key(text).ok_or_else(nothing))
            .collect::<Result<_>>()?,
    };
    let taken = desk.write(store, &[row.id], |store| {
        let mut taken = Vec::new();
        for key in &wanted {
            let back = store.take_setting_back(row.id, key, desk.now)?;
            taken.push(back.ok_or_else(nothing)?);
        }
        Ok(taken)
    })?;
    for what in &taken {
        desk.say(&format!("{}: taken back that {}", clean(&row.name), told(what)));
    }
    Ok(())
}

/// Which setting is meant: by its key alone, but for a refused address.
fn setting_key(text: &str) -> Option<SettingKey> {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    match key {
        "limit" => Some(SettingKey::Limit),
        "zone" => Some(SettingKey::Zone),
        "not-address" => {
            let address = identity::normalise(value).unwrap_or_else(|| value.to_owned());
            Some(SettingKey::NotTheirs(address))
        }
        _ => None,
    }
}

/// A turn as it was named, and as it is.
type NamedTurn = (TurnId, UnjudgedTurn);

/// The turns that hold the touches which `ids` name, as `status` prints them.
fn turns(store: &Store, ids: &[String]) -> Result<Vec<NamedTurn>> {
    ids.iter().map(|id| turn(store, id)).collect()
}

fn turn(store: &Store, id: &str) -> Result<NamedTurn> {
    let named: TurnId = id.trim().parse().map_err(|()| {
        Error::usage(format!("\"{id}\" is no id of a turn"))
            .hint("take the id that `requite status` prints, like C12-812")
    })?;
    let holds = |turn: &UnjudgedTurn| turn.touches.contains(&named.touch);
    match store.turns_of(named.contact)?.into_iter().find(holds) {
        Some(turn) => Ok((named, turn)),
        None => {
            Err(Error::usage(format!("{named} is in no turn: nobody waits for an answer to it"))
                .hint("`requite status` prints the ids of the turns that wait"))
        }
    }
}

fn tell(desk: &Desk, store: &Store, turns: &[NamedTurn], what: &str) -> Result<()> {
    for (named, _) in turns {
        let who = store.name_of(named.contact)?;
        let who = who.map_or_else(|| named.contact.to_string(), |(name, _)| clean(&name));
        desk.say(&format!("{named} with {who} {what}"));
    }
    Ok(())
}

fn decide_on_turns(
    desk: &Desk,
    store: &Store,
    turns: &[NamedTurn],
    what: impl Fn(TouchId) -> Decided,
) -> Result<()> {
    desk.write(store, &about(turns), |store| {
        turns.iter().try_for_each(|(TurnId { contact, touch }, _)| {
            let (contact, what) = (*contact, what(*touch));
            store.decide(&Decision { at: desk.now, contact, what })
        })
    })
}

/// Whose turns these are.
fn about(turns: &[NamedTurn]) -> Vec<ContactId> {
    turns.iter().map(|(id, _)| id.contact).collect()
}

fn take_back_from_turns(desk: &Desk, store: &Store, verb: Verb, turns: &[NamedTurn]) -> Result<()> {
    let what = match verb {
        Verb::Done => "said to be done",
        Verb::Due => "said to ask for an answer",
        _ => "snoozed",
    };
    desk.write(store, &about(turns), |store| {
        turns.iter().try_for_each(|(_, turn)| {
            let taken = store.take_back(verb, turn.id.contact, &turn.touches, desk.now)?;
            if taken { Ok(()) } else { Err(Error::usage(format!("{} was never {what}", turn.id))) }
        })
    })
}

/// When a snooze ends. Days begin when the day's alerts are due.
fn until(text: &str, now: Moment, policy: &Policy) -> Result<Moment> {
    let text = text.trim();
    let wrong = |why: &str| {
        Error::usage(format!("\"{text}\" {why}"))
            .hint("3d, 4h, 2w, a day of the week or a date like 2026-12-01")
    };
    let local = now.timestamp().to_zoned(policy.zone.clone());
    let ends = match day(text, local.date()) {
        Some(day) => day.to_datetime(policy.alerts.batch).to_zoned(policy.zone.clone()),
        None => {
            let span: Span = text.parse().map_err(|_| wrong("is no time to wait"))?;
            local.checked_add(span)
        }
    };
    let ends = Moment::from(ends.map_err(|_| wrong("is too far away"))?.timestamp());
    if ends <= now { Err(wrong("is in the past")) } else { Ok(ends) }
}

fn day(text: &str, today: Date) -> Option<Date> {
    if text.eq_ignore_ascii_case("tomorrow") {
        return today.tomorrow().ok();
    }
    let weekday =
        ["%A", "%a"].iter().find_map(|form| BrokenDownTime::parse(form, text).ok()?.weekday());
    match weekday {
        Some(weekday) => today.nth_weekday(1, weekday).ok(),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests;
