//! `set`: what holds for one contact alone: their limit, their time zone, how often to be in touch,
//! what they are recognised by, and what not.

mod identity;

use clap::Args;
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, Unit};

use self::identity::SaidIdentity;
use crate::cli::desk::Desk;
use crate::cli::person;
use crate::domain::measure::decisions::{Decided, Decision, Decisions, SettingKey};
use crate::domain::message::identity::normalise;
use crate::domain::model::ContactId;
use crate::domain::policy::{EXPIRY_H, Policy};
use crate::domain::text::{self, clean};
use crate::error::{Error, Result};
use crate::store::{ContactRow, IdentityKind, Store};

#[derive(Debug, Args)]
pub(crate) struct SetArgs {
    pub(super) contact: String,
    /// limit=24h, zone=Europe/Paris, every=90d; address=…, name=…, phone=…, url=…
    #[arg(value_name = "KEY=VALUE", required = true)]
    pub(super) settings: Vec<String>,
    #[arg(long)]
    pub(super) undo: bool,
}

/// `limit=24h`, `zone=Europe/Paris`, `every=90d`, `not-address=x@example.com`. With `--undo`, the
/// latest of each that is named is taken back.
///
/// # Errors
/// `Usage` for a contact whom nobody or several could be meant by, for what can't be set, and for
/// taking back what was never set.
pub(super) fn run(desk: &Desk, args: &SetArgs) -> Result<()> {
    let store = person::known_people(desk)?;
    let row = person::find(&store, &args.contact)?;
    if args.undo {
        return take_settings_back(desk, &store, &row, &args.settings);
    }
    if args.settings.is_empty() {
        return Err(Error::usage("nothing to set").hint(SETTINGS));
    }
    let (said, settings) = sorted(&row, &args.settings)?;
    if !said.is_empty() {
        identity::add(desk, &store, &row, &said)?;
    }
    desk.write(&store, &[row.id], |store| {
        settings.iter().try_for_each(|what| {
            store.decide(&Decision { at: desk.now, contact: row.id, what: what.clone() })
        })
    })?;
    for what in &settings {
        desk.say(&format!("{}: {}", clean(&row.name), words(what)));
    }
    Ok(())
}

/// What they are recognised by, and what else holds for them.
fn sorted(row: &ContactRow, texts: &[String]) -> Result<(Vec<SaidIdentity>, Vec<Decided>)> {
    let (mut said, mut settings) = (Vec::new(), Vec::new());
    for text in texts {
        let parted = text.split_once('=').map(|(key, value)| (key.trim(), value.trim()));
        match parted.and_then(|(key, value)| Some((identity::kind(key)?, value))) {
            Some((kind, value)) => said.push(identity::said(kind, value)?),
            None => settings.push(setting(row, text)?),
        }
    }
    Ok((said, settings))
}

/// Ten years.
const EVERY_UP_TO_D: f64 = 3_650.0;
const SETTINGS: &str = "limit=24h, zone=Europe/Paris, every=90d, address=x@example.com, name=\"Grace Hopper\", \
                        phone=+1555010099, url=https://example.com/grace, not-address=x@example.com";

fn setting(row: &ContactRow, text: &str) -> Result<Decided> {
    let wrong = |why: String| Error::usage(why).hint(format!("what can be set: {SETTINGS}"));
    let (key, value) =
        text.split_once('=').ok_or_else(|| wrong(format!("\"{text}\" sets nothing")))?;
    match (key.trim(), value.trim()) {
        ("limit", value) => Ok(Decided::Limit(hours(value)?)),
        ("zone", value) => {
            let zone =
                TimeZone::get(value).map_err(|_| wrong(format!("unknown time zone: {value}")))?;
            Ok(Decided::Zone(zone.iana_name().unwrap_or(value).to_owned()))
        }
        ("every", value) => Ok(Decided::Every(days(value)?)),
        ("not-address", value) => {
            let address =
                normalise(value).ok_or_else(|| wrong(format!("\"{value}\" isn't an address")))?;
            let found = row.identities.iter().any(|identity| {
                identity.kind == IdentityKind::Email
                    && identity.by_name
                    && identity.value == address
            });
            if !found {
                let why = format!("{address} wasn't matched to {} by name", clean(&row.name));
                return Err(Error::usage(why)
                    .hint("only an address shown as \"matched by name\" can be refused"));
            }
            Ok(Decided::NotTheirs(address))
        }
        (key, _) => Err(wrong(format!("\"{key}\" can't be set"))),
    }
}

fn hours(text: &str) -> Result<f64> {
    span_in(Unit::Hour, text).filter(|hours| *hours > 0.0 && *hours <= EXPIRY_H).ok_or_else(|| {
        Error::usage(format!("not a valid limit: {text}"))
            .hint("hours or days, at most 30 days: 24h, 2d")
    })
}

fn days(text: &str) -> Result<f64> {
    let days = span_in(Unit::Day, text).filter(|days| *days >= 1.0 && *days <= EVERY_UP_TO_D);
    days.ok_or_else(|| {
        Error::usage(format!("\"{text}\" says nothing of how often"))
            .hint("days or weeks, from 1 day to 10 years: 90d, 6w")
    })
}

fn span_in(unit: Unit, text: &str) -> Option<f64> {
    let span: Span = text.parse().ok()?;
    span.total((unit, SpanRelativeTo::days_are_24_hours())).ok()
}

fn words(what: &Decided) -> String {
    match what {
        Decided::Limit(hours) => format!("the limit is {hours} h"),
        Decided::Zone(name) => format!("the zone is {name}"),
        Decided::Every(days) => format!("you want to be in touch every {}", text::days(*days)),
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
    let (said, settings): (Vec<&String>, Vec<&String>) =
        settings.iter().partition(|text| said_kind(text).is_some());
    for text in &said {
        let value = text.split_once('=').map(|(_, value)| value.trim());
        if let Some(kind) = said_kind(text) {
            identity::take_said_back(desk, store, row, kind, value)?;
        }
    }
    if settings.is_empty() && !said.is_empty() {
        return Ok(());
    }
    let wanted: Vec<SettingKey> = match settings[..] {
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
    let held = store.decisions(Some(row.id), desk.now)?;
    for what in &taken {
        let now = afterwards(what, &held, row.id, &desk.config.policy);
        desk.say(&format!("{}: {now}", clean(&row.name)));
    }
    Ok(())
}

/// What holds once a setting was undone.
fn afterwards(undone: &Decided, held: &Decisions, contact: ContactId, policy: &Policy) -> String {
    match undone {
        Decided::Limit(_) => match held.limit_h(contact) {
            Some(hours) => format!("limit back to {}", text::duration(hours)),
            None => format!("limit back to the default ({})", text::duration(policy.limit_h)),
        },
        Decided::Zone(_) => match held.zone(contact) {
            Some(zone) => format!("time zone back to {zone}"),
            None => "time zone back to yours".to_owned(),
        },
        Decided::Every(days) => format!("no longer every {}", text::days(*days)),
        other => format!("{} may be theirs again", other.value()),
    }
}

fn said_kind(text: &str) -> Option<IdentityKind> {
    identity::kind(text.split_once('=').map_or(text, |(key, _)| key).trim())
}

/// Which setting is meant: by its key alone, but for a refused address.
fn setting_key(text: &str) -> Option<SettingKey> {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    match key {
        "limit" => Some(SettingKey::Limit),
        "zone" => Some(SettingKey::Zone),
        "every" => Some(SettingKey::Every),
        "not-address" => {
            let address = normalise(value).unwrap_or_else(|| value.to_owned());
            Some(SettingKey::NotTheirs(address))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_setting(text: &str, expect: Result<Decided, &str>) {
        let row = ContactRow {
            id: ContactId(1),
            name: "Ann Lee".to_owned(),
            company: None,
            position: None,
            connected_on: None,
            created_at: crate::domain::model::Moment(0),
            last_touch: None,
            identities: vec![crate::store::Identity {
                kind: IdentityKind::Email,
                value: "ann@example.org".to_owned(),
                by_name: true,
            }],
        };
        match (setting(&row, text), expect) {
            (Ok(found), Ok(expect)) => assert_eq!(found, expect),
            (Err(error), Err(expect)) => assert!(error.to_string().contains(expect), "{error}"),
            (found, expect) => panic!("{text}: {found:?}, not {expect:?}"),
        }
    }

    #[test]
    fn settings_are_stored_in_one_form() {
        check_setting("limit=24h", Ok(Decided::Limit(24.0)));
        check_setting("limit=2d", Ok(Decided::Limit(48.0)));
        check_setting("limit=90m", Ok(Decided::Limit(1.5)));
        check_setting("every=90d", Ok(Decided::Every(90.0)));
        check_setting("every=6w", Ok(Decided::Every(42.0)));
        check_setting("zone=europe/paris", Ok(Decided::Zone("Europe/Paris".to_owned())));
        let refused = Decided::NotTheirs("ann@example.org".to_owned());
        check_setting("not-address=<ANN@example.org>", Ok(refused));
    }

    #[test]
    fn what_cannot_be_set_is_refused_with_the_reason() {
        check_setting("limit=31d", Err("not a valid limit: 31d"));
        check_setting("limit=soon", Err("not a valid limit"));
        check_setting("every=1h", Err("says nothing of how often"));
        check_setting("zone=Mars/Olympus", Err("unknown time zone"));
        check_setting("not-address=bob@example.org", Err("wasn't matched to Ann Lee by name"));
        check_setting("colour=red", Err("can't be set"));
        check_setting("limit", Err("sets nothing"));
    }

    #[test]
    fn what_was_undone_says_what_holds_now() {
        let (ann, policy) = (ContactId(1), Policy::default());
        let held = |what| {
            let at = crate::domain::model::Moment(0);
            Decisions(vec![Decision { at, contact: ann, what }])
        };
        let nothing = Decisions(Vec::new());
        let limit = Decided::Limit(24.0);
        assert_eq!(afterwards(&limit, &nothing, ann, &policy), "limit back to the default (48 h)");
        let earlier = held(Decided::Limit(12.0));
        assert_eq!(afterwards(&limit, &earlier, ann, &policy), "limit back to 12 h");
        let zone = Decided::Zone("Asia/Tokyo".to_owned());
        assert_eq!(afterwards(&zone, &nothing, ann, &policy), "time zone back to yours");
        let every = Decided::Every(90.0);
        assert_eq!(afterwards(&every, &nothing, ann, &policy), "no longer every 90 days");
    }
}
