//! The JSON that scripts rely on, field by field, as far as several documents are made of it; what
//! only one command prints stands with it. What is unknown is `null`, never left out.

use serde_json::{Value, json};

use crate::book::{Book, Person};
use crate::domain::measure::need::because;
use crate::domain::measure::score::Score;
use crate::domain::measure::standing::SideFigures;
use crate::domain::measure::touches::{Entry, EntryKind};
use crate::domain::measure::turns::Turn;
use crate::domain::message::cues::Language;
use crate::domain::model::{ContactId, Moment, TouchId};
use crate::error::Result;
use crate::store::{ContactRow, Kept, Store};

pub(super) fn contact(known: &Person) -> Value {
    let ContactRow { id, name, company, position, identities, .. } = &known.row;
    let identities: Vec<Value> = identities
        .iter()
        .map(|identity| json!({ "kind": identity.kind.name(), "value": identity.value }))
        .collect();
    let standing = &known.standing;
    json!({
        "id": id.to_string(),
        "name": name,
        "identities": identities,
        "company": company,
        "position": position,
        "score": score(&standing.score),
        "them": side(&standing.them),
        "me": side(&standing.me),
        "last_touch": standing.last_touch.map(instant),
    })
}

fn score(score: &Score) -> Value {
    json!({
        "value": score.value,
        "low": score.range.low,
        "high": score.range.high,
        "confidence": score.confidence,
    })
}

fn side(figures: &SideFigures) -> Value {
    let SideFigures { median, within_limit, .. } = figures;
    let share = &within_limit.share;
    json!({
        "turns": figures.turns(),
        "answered": figures.answered,
        "open": figures.open,
        "expired": figures.expired,
        "closed": figures.closed,
        "n_eff": figures.n_eff,
        "median_h": median.hours,
        "median_ci95_h": [median.low, median.high],
        "p90_h": figures.p90_h,
        "within_limit": {
            "mean": share.mean,
            "ci80": [share.low, share.high],
            "matured": within_limit.matured,
            "answered_in_time": within_limit.answered_in_time,
        },
        "trend": null,
    })
}

/// What stayed of a text, the marks in words; `null` where it wasn't read.
fn text(store: &Store, touch: TouchId) -> Result<Value> {
    let TouchId::Message(message) = touch else { return Ok(Value::Null) };
    let told = |kept: Kept| {
        json!({
            "language": kept.cues.marks.language().map(Language::name),
            "marks": kept.cues.marks.words().collect::<Vec<_>>(),
            "back_on": kept.back_on.map(|day| day.to_string()),
            "attachments": kept.attachments,
        })
    };
    Ok(store.text_of(message)?.map_or(Value::Null, told))
}

pub(super) fn turn(turn: &Turn, store: &Store, book: &Book<'_>) -> Result<Value> {
    let now = book.now();
    let answer = turn.answer.filter(|answer| answer.at <= now);
    let answered_by = answer.map(|answer| message_id(store, answer.touch)).transpose()?.flatten();
    let mut message_ids = Vec::new();
    for touch in &turn.touches {
        message_ids.extend(message_id(store, *touch)?);
    }
    let mut messages = Vec::new();
    for asked in &turn.asks {
        let d = book.d(turn, asked);
        messages.push(json!({
            "message_id": message_id(store, asked.touch)?,
            "at": instant(asked.at),
            "needs_reply": d,
            "because": because(turn.side, asked.features, d),
            "text": text(store, asked.touch)?,
            "note": shares_its_id(store, asked.touch)?.then_some(SHARED_ID),
        }));
    }
    Ok(json!({
        "id": turn.id.to_string(),
        "side": turn.side.name(),
        "channel": turn.channel.name(),
        "start": instant(turn.start),
        "status": turn.status(now).name(),
        "answered_at": answer.map(|answer| instant(answer.at)),
        "answered_by": answered_by,
        "hours": answer.map(|_| turn.hours(now)),
        "link": answer.map(|answer| answer.link.name()),
        "confidence": answer.map(|answer| answer.link.confidence()),
        "needs_reply": turn.needs_reply,
        "subject": subject(store, turn)?,
        "message_ids": message_ids,
        "messages": messages,
    }))
}

/// Of the turn's first message.
pub(super) fn subject(store: &Store, turn: &Turn) -> Result<Option<String>> {
    match turn.touches.first() {
        Some(TouchId::Message(id)) => Ok(store.headline(*id)?.0),
        _ => Ok(None),
    }
}

/// Of a mail that isn't the only one under its Message-ID.
pub(super) const SHARED_ID: &str = "two mails bear one id";

pub(super) fn shares_its_id(store: &Store, touch: TouchId) -> Result<bool> {
    match touch {
        TouchId::Message(message) => store.shares_its_id(message),
        TouchId::Entry(_) => Ok(false),
    }
}

fn message_id(store: &Store, touch: TouchId) -> Result<Option<String>> {
    match touch {
        TouchId::Message(id) => Ok(store.headline(id)?.1),
        TouchId::Entry(_) => Ok(None),
    }
}

/// An entry by hand; `None` for those that stand in no ledger.
pub(super) fn ledger_entry(entry: &Entry, people: &[(ContactId, String)]) -> Option<Value> {
    let kind = match entry.kind {
        EntryKind::Favour if entry.other_way => "received",
        EntryKind::Favour => "favour",
        EntryKind::Ask => "ask",
        EntryKind::Intro => "introduction",
        EntryKind::Call | EntryKind::Meeting | EntryKind::Note => return None,
    };
    let contacts: Vec<Value> = people.iter().map(|(id, name)| person(*id, name)).collect();
    Some(json!({
        "id": TouchId::Entry(entry.id).to_string(),
        "kind": kind,
        "at": instant(entry.at),
        "contacts": contacts,
        "strength": "manual",
        "state": "counted",
        "outcome": null,
        "message_id": null,
    }))
}

/// A contact by id and name alone.
pub(super) fn person(id: ContactId, name: &str) -> Value {
    json!({ "id": id.to_string(), "name": name })
}

pub(super) fn instant(at: Moment) -> String {
    at.to_string()
}
