//! The JSON that scripts rely on, field by field, as far as several documents are made of it; what
//! only one command prints stands with it. What is unknown is `null`, never left out.

use serde_json::{Value, json};

use crate::book::{BookedEntry, ContactPage, ExplainedTurn, Person};
use crate::domain::decide::debts::NamedDebt;
use crate::domain::decide::digest::Totals;
use crate::domain::decide::ledger::LedgerOutcome;
use crate::domain::decide::sift::Untested;
use crate::domain::measure::balance::Balance;
use crate::domain::measure::rhythm::Rhythm;
use crate::domain::measure::score::Score;
use crate::domain::measure::standing::SideFigures;
use crate::domain::message::cues::Language;
use crate::domain::model::{ContactId, Moment};
use crate::store::{ContactRow, KeptText};

pub(super) fn contact(known: &Person) -> Value {
    let ContactRow { id, name, company, position, identities, .. } = &known.row;
    let identities: Vec<Value> = identities
        .iter()
        .map(|identity| {
            let dead = known.dead.iter().find(|dead| dead.address == identity.value);
            json!({
                "kind": identity.kind.name(),
                "value": identity.value,
                "dead_since": dead.map(|dead| instant(dead.since)),
            })
        })
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
fn text(kept: &KeptText) -> Value {
    json!({
        "language": kept.cues.marks.language().map(Language::name),
        "marks": kept.cues.marks.words().collect::<Vec<_>>(),
        "back_on": kept.back_on.map(|day| day.to_string()),
        "attachments": kept.attachments,
    })
}

pub(super) fn turn(ExplainedTurn { turn, asks, .. }: &ExplainedTurn, page: &ContactPage) -> Value {
    let now = page.now;
    let message_id = |touch| page.details(touch).and_then(|it| it.message_id.as_deref());
    let answer = turn.answer.filter(|answer| answer.at <= now);
    let messages: Vec<Value> = asks
        .iter()
        .map(|ask| {
            let details = page.details(ask.touch);
            let shares_its_id = details.is_some_and(|details| details.shares_its_id);
            json!({
                "message_id": message_id(ask.touch),
                "at": instant(ask.at),
                "needs_reply": ask.needs_reply,
                "because": ask.because,
                "text": details.and_then(|details| details.text.as_ref()).map(text),
                "note": shares_its_id.then_some(SHARED_ID),
            })
        })
        .collect();
    json!({
        "id": turn.id.to_string(),
        "side": turn.side.name(),
        "channel": turn.channel.name(),
        "start": instant(turn.start),
        "status": turn.status(now).name(),
        "answered_at": answer.map(|answer| instant(answer.at)),
        "answered_by": answer.and_then(|answer| message_id(answer.touch)),
        "hours": answer.map(|_| turn.hours(now)),
        "link": answer.map(|answer| answer.link.name()),
        "confidence": answer.map(|answer| answer.link.confidence()),
        "needs_reply": turn.needs_reply,
        "subject": page.subject(turn),
        "message_ids": turn.touches.iter().filter_map(|touch| message_id(*touch)).collect::<Vec<_>>(),
        "messages": messages,
    })
}

/// Of a mail that isn't the only one under its Message-ID.
pub(super) const SHARED_ID: &str = "two mails bear one id";

/// How often we are in touch.
pub(super) fn rhythm(rhythm: &Rhythm) -> Value {
    json!({
        "usual_gap_d": rhythm.usual_gap_d,
        "silence_d": rhythm.silence_d,
        "every_d": rhythm.every_d,
        "losing_touch": rhythm.losing_touch,
    })
}

/// An entry of the ledger.
pub(super) fn ledger_entry(booked: &BookedEntry) -> Value {
    let BookedEntry { entry, people, outcome, subject, text, message_id } = booked;
    json!({
        "id": entry.id.to_string(),
        "kind": entry.kind.name(),
        "at": instant(entry.at),
        "contacts": people.iter().map(|(id, name)| person(*id, name)).collect::<Vec<_>>(),
        "strength": entry.strength.name(),
        "state": entry.state.name(),
        "outcome": outcome.as_ref().map(self::outcome),
        "subject": subject,
        "text": text,
        "message_id": message_id,
    })
}

/// An open turn to which an answer is, or may be, owed.
pub(super) fn debt(named: &NamedDebt) -> Value {
    let debt = &named.debt;
    let turn = &debt.turn;
    json!({
        "id": turn.id.to_string(),
        "contact": person(turn.id.contact, &named.name),
        "channel": turn.channel.name(),
        "since": instant(turn.start),
        "age_h": debt.age_h,
        "limit_h": debt.limit_h,
        "due": instant(debt.due),
        "overdue": debt.overdue,
        "needs_reply": turn.needs_reply,
        "likelihood": debt.likelihood().name(),
        "because": named.because,
        "subject": named.subject,
        "message_id": named.message_id,
        "snoozed_until": debt.snoozed_until.map(instant),
    })
}

/// How much there is of everything.
pub(super) fn totals(totals: &Totals) -> Value {
    json!({
        "messages": totals.messages,
        "contacts": totals.contacts,
        "i_owe": totals.i_owe,
        "i_owe_overdue": totals.i_owe_overdue,
        "i_owe_perhaps": totals.i_owe_perhaps,
        "they_owe": totals.they_owe,
        "they_owe_overdue": totals.they_owe_overdue,
        "they_owe_perhaps": totals.they_owe_perhaps,
    })
}

/// What came of an entry.
pub(super) fn outcome(outcome: &LedgerOutcome) -> Value {
    json!({
        "state": outcome.state,
        "at": outcome.at.map(instant),
        "hours": outcome.hours,
        "text": outcome.text,
    })
}

/// What of the ledger is left.
pub(super) fn balance(balance: &Balance) -> Value {
    json!({
        "gives": balance.gives,
        "asks_me": balance.asks_me,
        "received": balance.received,
    })
}

/// Somebody with whom nothing was tried.
pub(super) fn untested(contact: &Value, found: &Untested, profile_url: Option<&str>) -> Value {
    json!({
        "contact": contact,
        "last_touch": found.last_touch.map(instant),
        "known_since": found.known_since.map(instant),
        "profile_url": profile_url,
    })
}

/// A contact by id and name alone.
pub(super) fn person(id: ContactId, name: &str) -> Value {
    json!({ "id": id.to_string(), "name": name })
}

pub(super) fn instant(at: Moment) -> String {
    at.to_string()
}
