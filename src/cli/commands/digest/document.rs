//! What a digest says, section by section, as JSON.

use serde_json::{Value, json};

use crate::cli::json;
use crate::domain::decide::debts::NamedDebt;
use crate::domain::decide::digest::network::{
    Drift, NamedContact, NetworkWeek, News, OpenQuestion, ToldIntroduction, ToldSuggestion,
};
use crate::domain::decide::digest::{Digest, JunkMail, KeptWeek, Mover, Promise, Unmeasured};
use crate::domain::decide::sift::Untested;
use crate::domain::measure::rhythm::Rhythm;

pub(super) fn document(digest: &Digest) -> Value {
    let NetworkWeek {
        drift,
        balance,
        introductions,
        losing_touch,
        news,
        questions,
        sift,
        untested,
    } = &digest.network;
    json!({
        "week": digest.week,
        "day": digest.day.strftime("%A %-d %B %Y").to_string(),
        "stance": digest.stance.name(),
        "mine": promise(&digest.mine),
        "mine_without_away": digest.mine_without_away.as_ref().map(promise),
        "theirs": promise(&digest.theirs),
        "i_owe": debts(&digest.i_owe, &digest.i_owe_perhaps),
        "they_owe": debts(&digest.they_owe, &digest.they_owe_perhaps),
        "movers": list(&digest.movers, mover),
        "drift": drift.as_ref().map(drifted),
        "balance": balance.as_ref().map(json::balance),
        "introductions": list(introductions, introduction),
        "losing_touch": list(losing_touch, lost_touch),
        "news": list(news, told),
        "questions": list(questions, question),
        "sift": list(sift, suggestion),
        "untested": list(untested, never_tried),
        "in_junk": list(&digest.in_junk, junk),
        "unmeasured": digest.unmeasured.as_ref().map(|found| list(found, unmeasured)),
        "totals": json::totals(&digest.totals),
    })
}

fn list<T>(all: &[T], one: fn(&T) -> Value) -> Vec<Value> {
    all.iter().map(one).collect()
}

fn debts(due: &[NamedDebt], perhaps: &[NamedDebt]) -> Vec<Value> {
    due.iter().chain(perhaps).map(json::debt).collect()
}

fn promise(promise: &Promise) -> Value {
    let (this_week, before) = (promise.this_week(), promise.week_before());
    json!({
        "matured": this_week.matured,
        "in_time": this_week.in_time,
        "median_h": promise.median_h,
        "matured_before": before.matured,
        "in_time_before": before.in_time,
        "weeks": list(&promise.weeks, kept),
    })
}

fn kept(week: &KeptWeek) -> Value {
    json!({ "matured": week.matured, "in_time": week.in_time })
}

fn unmeasured(found: &Unmeasured) -> Value {
    let (what, account, folder, since, texts) = match found {
        Unmeasured::OutOfReach { account, since } => {
            ("out_of_reach", Some(account), None, *since, None)
        }
        Unmeasured::Incomplete { account, folder } => {
            ("incomplete", Some(account), Some(folder), None, None)
        }
        Unmeasured::TextsUnread { texts } => ("texts_unread", None, None, None, Some(*texts)),
        Unmeasured::TextsNeverRead => ("texts_never_read", None, None, None, None),
    };
    json!({
        "what": what,
        "account": account,
        "folder": folder,
        "since": since.map(json::instant),
        "texts": texts,
    })
}

fn mover(mover: &Mover) -> Value {
    json!({
        "contact": json::person(mover.id, &mover.name),
        "before": mover.before,
        "now": mover.now,
    })
}

fn drifted(drift: &Drift) -> Value {
    json!({
        "stance": drift.stance.name(),
        "gives": drift.gives,
        "asks": drift.asks,
        "returned": drift.returned,
    })
}

fn introduction(told: &ToldIntroduction) -> Value {
    json!({
        "id": told.entry.id.to_string(),
        "at": json::instant(told.entry.at),
        "people": told.people,
        "state": told.entry.state.name(),
        "outcome": told.outcome.as_ref().map(json::outcome),
        "subject": told.subject,
        "message_id": told.message_id,
    })
}

fn lost_touch((contact, rhythm): &(NamedContact, Rhythm)) -> Value {
    json!({ "contact": person(contact), "rhythm": json::rhythm(rhythm) })
}

fn told(news: &News) -> Value {
    json!({ "contact": person(&news.contact), "at": json::instant(news.at), "text": news.text })
}

fn question(question: &OpenQuestion) -> Value {
    json!({ "about": question.about, "text": question.text, "command": question.command })
}

fn suggestion(told: &ToldSuggestion) -> Value {
    json!({
        "contact": person(&told.contact),
        "reasons": told.reasons,
        "last_chance_ended": json::instant(told.last_chance_ended),
        "profile_url": told.contact.profile_url,
    })
}

fn never_tried((contact, found): &(NamedContact, Untested)) -> Value {
    json::untested(&person(contact), found, contact.profile_url.as_deref())
}

fn junk(mail: &JunkMail) -> Value {
    json!({ "name": mail.name, "at": json::instant(mail.at), "subject": mail.subject })
}

fn person(contact: &NamedContact) -> Value {
    json::person(contact.id, &contact.name)
}
