//! The digest as people read it: golden texts, and hostile names.

use jiff::tz::TimeZone;

use super::*;
use crate::config;
use crate::domain::dates::DateStyle;
use crate::domain::decide::debts::{Debt, NamedDebt};
use crate::domain::decide::digest::network::{
    Drift, NamedContact, NetworkWeek, News, OpenQuestion, ToldIntroduction, ToldSuggestion,
};
use crate::domain::decide::digest::{JunkMail, LETTER, Totals, Unmeasured};
use crate::domain::decide::ledger::{
    EntryId, EntryState, LedgerEntry, LedgerKind, LedgerOutcome, Strength,
};
use crate::domain::decide::sift::Untested;
use crate::domain::measure::balance::Balance;
use crate::domain::measure::rhythm::Rhythm;
use crate::domain::measure::turns::Turn;
use crate::domain::model::{ContactId, DAY, HOUR, MessageNumber, Moment, Side};

/// Monday 16 November 2026, 07:00 in Paris.
const NOW: Moment = Moment(1_794_808_800);

fn paris() -> Config {
    configured("Europe/Paris")
}

/// Ada's, with commands by mail.
fn configured(zone: &str) -> Config {
    let mut config = config::defaults();
    config.policy.zone = TimeZone::get(zone).expect("the tests bring no zones of their own");
    config.policy.dates = DateStyle::default();
    config.digest.commands_to = Some("ada@example.com".to_owned());
    config
}

/// As it is sent, with a token that says what it is for.
fn rendered(digest: &Digest, config: &Config) -> RenderedDigest {
    render(digest, config, Some(&|words| words.replace(' ', "-")))
}

fn debt(contact: i64, name: &str, address: &str, subject: &str, age_h: i64) -> NamedDebt {
    let since = NOW - age_h * HOUR;
    let mut turn = Turn::asked(Side::Theirs, contact * 10, since);
    turn.id.contact = ContactId(contact);
    NamedDebt {
        debt: Debt {
            turn,
            due: since + 48 * HOUR,
            due_twice: since + 96 * HOUR,
            overdue: age_h > 48,
            age_h: age_h as f64,
            limit_h: 48.0,
            snoozed_until: None,
        },
        name: name.to_owned(),
        address: Some(address.to_owned()),
        subject: Some(subject.to_owned()),
        message_id: Some(format!("<{contact}@example.org>")),
        account: None,
        starred: false,
        muted: false,
        because: vec!["ends with a question", "to you alone"],
        unusual: false,
    }
}

/// Of the last weeks, due and in time.
fn promise(weeks: &[(usize, usize)], median_h: Option<f64>) -> Promise {
    let kept = weeks.iter().map(|&(matured, in_time)| KeptWeek { matured, in_time });
    let earlier = LETTER.weeks.saturating_sub(weeks.len());
    let weeks = std::iter::repeat_n(KeptWeek::default(), earlier).chain(kept).collect();
    Promise { weeks, median_h }
}

fn mover(name: &str, before: f64, now: f64) -> Mover {
    Mover { id: ContactId(1), name: name.to_owned(), before, now }
}

fn empty() -> Digest {
    Digest {
        at: NOW,
        week: "2026-W47".to_owned(),
        day: jiff::civil::date(2026, 11, 16),
        stance: Stance::Resource,
        limit_h: 48.0,
        mine: Promise::default(),
        theirs: Promise::default(),
        i_owe: vec![],
        i_owe_more: 0,
        i_owe_perhaps: vec![],
        they_owe: vec![],
        they_owe_more: 0,
        they_owe_perhaps: vec![],
        movers: vec![],
        in_junk: vec![],
        network: NetworkWeek::default(),
        unmeasured: Some(vec![]),
        totals: Totals::default(),
        mine_without_away: None,
    }
}

fn rich() -> Digest {
    Digest {
        mine: promise(
            &[(4, 4), (6, 5), (0, 0), (8, 5), (9, 9), (3, 0), (10, 8), (12, 11)],
            Some(5.6),
        ),
        mine_without_away: Some(promise(&[(10, 8), (11, 11)], Some(5.2))),
        theirs: promise(&[(7, 5), (9, 5)], Some(31.0)),
        i_owe: vec![
            debt(4, "Grace Hopper", "grace@example.org", "Compiler budget for May", 100),
            debt(9, "Linus Pauling", "linus@example.com", "Re: Vitamin study, second draft", 41),
            NamedDebt {
                because: vec!["wants to hear from you"],
                subject: None,
                ..debt(12, "Rosalind Franklin", "rosalind@example.net", "", 20)
            },
        ],
        they_owe: vec![
            NamedDebt {
                unusual: true,
                ..debt(
                    15,
                    "Konstantin Eduardowitsch Ziolkowski",
                    "konstantin.ziolkowski@rockets.example.org",
                    "Introduction to the people who build the test stand: would next Thursday suit you?",
                    331,
                )
            },
            debt(4, "Grace Hopper", "grace@example.org", "Your talk in March", 30),
        ],
        they_owe_more: 3,
        i_owe_perhaps: vec![
            debt(30, "Mary Anning", "mary@example.org", "The slides of yesterday", 70),
            NamedDebt { subject: None, ..debt(31, "Emmy Noether", "emmy@example.org", "", 12) },
        ],
        unmeasured: Some(vec![
            Unmeasured::OutOfReach { account: "work".to_owned(), since: Some(NOW - 30 * HOUR) },
            Unmeasured::Incomplete { account: "home".to_owned(), folder: "Archive".to_owned() },
            Unmeasured::TextsUnread { texts: 1_212 },
        ]),
        movers: vec![
            mover("Linus Pauling", 58.2, 70.4),
            mover("Konstantin Eduardowitsch Ziolkowski", 47.0, 38.6),
        ],
        in_junk: vec![JunkMail {
            name: "Mary Anning".to_owned(),
            subject: Some("Fossils for the exhibition".to_owned()),
            at: NOW - 70 * HOUR,
        }],
        network: network(),
        totals: Totals {
            messages: 48_213,
            contacts: 812,
            i_owe: 3,
            i_owe_overdue: 1,
            i_owe_perhaps: 9,
            they_owe: 5,
            they_owe_overdue: 2,
            they_owe_perhaps: 0,
        },
        ..empty()
    }
}

fn named(id: i64, name: &str) -> NamedContact {
    NamedContact { id: ContactId(id), name: name.to_owned(), profile_url: None }
}

fn network() -> NetworkWeek {
    let entry = LedgerEntry {
        id: EntryId::Found { kind: LedgerKind::Introduction, message: MessageNumber(812), nth: 0 },
        kind: LedgerKind::Introduction,
        at: NOW - 3 * DAY,
        contacts: vec![ContactId(4), ContactId(9)],
        strength: Strength::Strong,
        state: EntryState::Confirmed,
    };
    NetworkWeek {
        drift: Some(Drift {
            stance: Stance::Resource,
            gives: 3,
            asks: 9,
            returned: Some(0.81),
        }),
        balance: Some(Balance { gives: 6.24, asks_me: 2.5, received: 0.0 }),
        introductions: vec![ToldIntroduction {
            entry,
            people: vec!["Grace Hopper".to_owned(), "Linus Pauling".to_owned()],
            outcome: Some(LedgerOutcome {
                state: "wrote",
                at: Some(NOW - 2 * DAY),
                hours: Some(5.0),
                text: "Linus Pauling wrote to Grace Hopper after 5 h".to_owned(),
            }),
            subject: Some("Intro: Grace <> Linus".to_owned()),
            message_id: None,
        }],
        losing_touch: vec![(
            named(12, "Rosalind Franklin"),
            Rhythm {
                usual_gap_d: Some(12.0),
                silence_d: Some(120.0),
                last: Some(NOW - 120 * DAY),
                losing_touch: true,
                ..Rhythm::default()
            },
        )],
        news: vec![News {
            contact: named(15, "Mary Anning"),
            at: NOW - DAY,
            text: "wrote, and is no longer archived".to_owned(),
        }],
        questions: vec![OpenQuestion {
            text: "Did you introduce Ada Lark to Bob Moss?".to_owned(),
            command: "requite ledger --confirm i12".to_owned(),
            about: "i12".to_owned(),
        }],
        sift: vec![ToldSuggestion {
            contact: named(20, "Silas Marner"),
            reasons: vec![
                "of 5 messages they answered 0 within 48 h on working days, 0 later and 5 not at all"
                    .to_owned(),
                "nothing ever came from them".to_owned(),
            ],
            last_chance_ended: NOW - 2 * DAY,
        }],
        untested: vec![(
            named(21, "Dorothea Brooke"),
            Untested { last_touch: Some(NOW - 900 * DAY), known_since: None },
        )],
    }
}

fn hostile() -> Digest {
    let name = "<script>alert(1)</script>\r\nBcc: x@example.org \u{202E}gnp.exe\u{1b}[2J";
    let mut of_tomorrow = debt(
        1,
        name,
        "\"><img src=https://evil.example/x.png>@example.org",
        "& < > \" ' {{ page.totals }} <!-- \n--- \u{2066}hidden\u{2069}\0",
        60,
    );
    of_tomorrow.message_id = Some("<\"><img src=x>\r\nBcc: x@example.org\u{202E}>".to_owned());
    of_tomorrow.debt.age_h = -5.0;
    Digest {
        week: "<b>\u{202E}".to_owned(),
        mine: promise(&[(2, 3)], Some(f64::NAN)),
        i_owe_perhaps: vec![of_tomorrow.clone()],
        i_owe: vec![of_tomorrow],
        unmeasured: Some(vec![Unmeasured::Incomplete {
            account: name.to_owned(),
            folder: name.to_owned(),
        }]),
        movers: vec![mover(name, f64::NAN, f64::INFINITY), mover(&"w".repeat(500), -4.0, 400.0)],
        in_junk: vec![JunkMail {
            name: name.to_owned(),
            subject: Some("unbroken".repeat(100)),
            at: Moment(i64::MAX),
        }],
        network: NetworkWeek {
            untested: vec![(
                named(1, name),
                Untested { last_touch: Some(Moment(i64::MIN)), known_since: None },
            )],
            questions: vec![OpenQuestion {
                text: name.to_owned(),
                command: "requite log note --value C1 \"…\"".to_owned(),
                about: "C1".to_owned(),
            }],
            drift: Some(Drift {
                stance: Stance::Tool,
                gives: 0,
                asks: 1,
                returned: Some(f64::NAN),
            }),
            ..NetworkWeek::default()
        },
        ..empty()
    }
}

#[test]
fn letters_read_as_they_always_did() {
    for (name, digest) in [("rich", rich()), ("empty", empty()), ("hostile", hostile())] {
        let letter = rendered(&digest, &paris());
        insta::with_settings!({
            snapshot_path => "../../../tests/fixtures/digest",
            prepend_module_to_snapshot => false,
            omit_expression => true,
            description => letter.subject.clone(),
        }, {
            insta::assert_snapshot!(format!("{name}.txt"), letter.text_and_links());
            insta::assert_snapshot!(format!("{name}.html"), letter.html);
        });
    }
}

#[test]
fn foreign_text_stays_text() {
    let letter = rendered(&hostile(), &paris());
    for forbidden in ["<script", "<img", "\u{202E}", "\u{2066}", "\u{1b}", "\0", "\nBcc"] {
        assert!(!letter.html.contains(forbidden), "{forbidden:?} in the HTML");
    }
    for forbidden in ["\u{202E}", "\u{2066}", "\u{1b}", "\0", "\nBcc", "\r"] {
        assert!(!letter.text_and_links().contains(forbidden), "{forbidden:?} in the text");
        assert!(!letter.subject.contains(forbidden), "{forbidden:?} in the subject");
    }
}

#[test]
fn nothing_is_loaded_from_anywhere() {
    let html = rendered(&rich(), &paris()).html;
    for loader in ["http:", "https:", "url(", "src=", "@import", "<link", "<script", "cid:"] {
        assert!(!html.contains(loader), "{loader}");
    }
}

#[test]
fn text_fits_an_old_terminal() {
    for digest in [rich(), empty(), hostile()] {
        for line in rendered(&digest, &paris()).text.lines() {
            let width = unicode_width::UnicodeWidthStr::width(line);
            assert!(width <= 76, "{line}");
        }
    }
}

#[test]
fn the_subject_is_the_promise_or_who_waits() {
    assert_eq!(rendered(&rich(), &paris()).subject, "You answered 11 of 12 within 48 h (week 47)");
    #[track_caller]
    fn check(contacts: &[i64], unlisted: usize, subject: &str) {
        let i_owe = contacts.iter().map(|&n| debt(n, "A", "a@example.org", "s", 1)).collect();
        let digest = Digest { i_owe, i_owe_more: unlisted, ..empty() };
        assert_eq!(rendered(&digest, &configured("UTC")).subject, subject);
    }
    check(&[], 0, "Nobody is waiting for you (week 47)");
    check(&[1], 0, "1 person is waiting for you (week 47)");
    check(&[1, 1], 0, "1 person is waiting for you (week 47)");
    check(&[1, 2, 3, 2], 0, "3 people are waiting for you (week 47)");
    check(&[1], 4, "At least 1 person is waiting for you (week 47)");
    check(&[1, 2], 9, "At least 2 people are waiting for you (week 47)");
}

#[test]
fn an_entry_leads_to_an_answer_to_the_message_and_to_commands() {
    let html = rendered(&rich(), &paris()).html;
    for href in [
        "mailto:grace@example.org?subject=Re%3A%20Compiler%20budget%20for%20May\
         &amp;In-Reply-To=%3C4@example.org%3E",
        "mid:4@example.org",
        "mailto:ada@example.com?subject=requite%20done%20C4-40%202026-W47-done-C4-40",
        "mailto:ada@example.com?subject=requite%20snooze%20C4-40%203d%202026-W47-snooze-C4-40-3d",
    ] {
        assert!(html.replace("&#38;", "&amp;").contains(&format!("href=\"{href}\"")), "{href}");
    }
    let mute = render(&rich(), &paris(), None);
    assert!(!mute.html.contains("requite%20done") && !mute.links.contains("requite%20done"));
    let mut config = paris();
    config.digest.commands_to = None;
    assert_eq!(rendered(&rich(), &config), mute);
}

#[test]
fn the_fullest_digest_isnt_clipped_by_gmail() {
    let long = |n: i64| {
        debt(
            1_000_000 + n,
            &"Wolfeschlegelsteinhausen ".repeat(9),
            &"l".repeat(200),
            &"&".repeat(400),
            60,
        )
    };
    let many = |count: i64| (0..count).map(long).collect::<Vec<_>>();
    let digest = Digest {
        i_owe: many(12),
        i_owe_perhaps: many(8),
        they_owe: many(12),
        they_owe_perhaps: many(8),
        ..rich()
    };
    let html = rendered(&digest, &paris()).html;
    let (_, styles) = html.split_once("<style>").unwrap();
    let (styles, _) = styles.split_once("</style>").unwrap();
    assert!(html.len() <= 90_000, "{} bytes", html.len());
    let links = html.matches(">Done</a>").count();
    assert!((12..40).contains(&links), "{links} entries can be answered");
    assert!(styles.len() <= 8_000, "{} bytes of styles", styles.len());
}

/// The relative luminance of a colour such as `#0f8a76` (WCAG 2.2).
fn luminance(colour: [f64; 3]) -> f64 {
    let linear = colour.map(|part| match part / 255.0 {
        part if part <= 0.04045 => part / 12.92,
        part => ((part + 0.055) / 1.055).powf(2.4),
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

/// Whether one reads on the other: a contrast of 4.5 (WCAG 2.2 §1.4.3).
fn reads_on(text: [f64; 3], ground: [f64; 3]) -> bool {
    let (a, b) = (luminance(text) + 0.05, luminance(ground) + 0.05);
    a.max(b) / a.min(b) >= 4.5
}

fn colour(hex: &str) -> [f64; 3] {
    [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).expect("a colour")))
}

/// The colours of text behind this beginning of a declaration.
fn colours<'h>(html: &'h str, declaration: &'h str) -> impl Iterator<Item = [f64; 3]> + 'h {
    html.match_indices(declaration).map(move |(at, _)| colour(&html[at + declaration.len()..]))
}

#[test]
fn every_colour_reads_in_light_and_dark_and_where_a_mail_program_inverts_it() {
    let html = rendered(&rich(), &paris()).html;
    let (head, body) = html.split_once("</style>").unwrap();
    let (card, dark_card) = (colour("ffffff"), colour("171e26"));
    assert!(head.contains("#171e26") && body.contains("background-color:#ffffff"));
    let inverted = |colour: [f64; 3]| colour.map(|part| 255.0 - part);
    for text in colours(body, ";color:#").chain(colours(body, "\"color:#")) {
        assert!(reads_on(text, card), "{text:?} in light");
        assert!(reads_on(inverted(text), inverted(card)), "{text:?}, inverted");
    }
    let mut dark = 0;
    for text in colours(head, "{ color: #") {
        assert!(reads_on(text, dark_card), "{text:?} in dark");
        dark += 1;
    }
    assert!(dark >= 8, "by the scheme, and by what Outlook leaves of it");
}

#[test]
fn what_may_need_no_reply_is_never_red() {
    let html =
        rendered(&Digest { i_owe: vec![], they_owe: vec![], movers: vec![], ..rich() }, &paris())
            .html;
    assert!(html.contains("Emmy Noether") && !html.contains("class=\"alarm\""));
}

#[test]
fn the_promise_in_a_sentence() {
    #[track_caller]
    fn check(matured: usize, in_time: usize, before: (usize, usize), sentence: &str) {
        let promise = promise(&[before, (matured, in_time)], None);
        let mut said = vec![headline(&promise, "48 h")];
        said.extend(week_before(&promise));
        assert_eq!(said.join(" "), sentence);
    }
    check(0, 0, (0, 0), "No answer of yours fell due this week.");
    check(0, 0, (3, 2), "No answer of yours fell due this week. The week before: 2 of 3.");
    check(1, 1, (0, 0), "One answer of yours fell due: you gave it within 48 h.");
    check(1, 0, (0, 0), "One answer of yours fell due: you did not give it within 48 h.");
    check(2, 2, (0, 0), "You answered both within 48 h.");
    check(12, 12, (0, 0), "You answered all 12 within 48 h.");
    check(4, 0, (0, 0), "You answered none of 4 within 48 h.");
    check(12, 11, (10, 8), "You answered 11 of 12 within 48 h. Up from 8 of 10 the week before.");
    check(10, 7, (5, 4), "You answered 7 of 10 within 48 h. Down from 4 of 5 the week before.");
    check(10, 8, (5, 4), "You answered 8 of 10 within 48 h. Level with the week before: 4 of 5.");
}

#[test]
fn times_are_told_on_the_readers_clock() {
    #[track_caller]
    fn check(zone: &str, at: Moment, told: &str) {
        let policy = configured(zone).policy;
        assert_eq!(LocalClock { policy: &policy, now: NOW }.tell(at), told);
    }
    check("Europe/Paris", NOW, "Mon 16 Nov, 07:00");
    check("America/New_York", NOW, "Mon 16 Nov, 01:00");
    check("Pacific/Auckland", NOW + 45 * 24 * HOUR, "Thu 31 Dec, 19:00");
    check("Europe/Paris", NOW + 60 * 24 * HOUR, "Fri 15 Jan 2027, 07:00");
}
