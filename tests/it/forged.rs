//! Mail that somebody sends to pass for somebody else, or to confuse: whatever it says, what is
//! said of people stays as it was.

use requite::domain::model::DAY;

use crate::laws::mailbox::{Desk, NOW, Piece};
use crate::laws::told::Told;
use crate::support::maildir::Maildir;
use crate::support::message::Message;
use crate::support::world::World;

const ME: &str = "Ada Example <ada@example.com>";
const GRACE: &str = "Grace Hopper <grace@example.org>";
const ALAN: &str = "Alan Turing <alan@example.org>";
const EVE: &str = "Eve <eve@evil.example>";
const TALK: &str = "talk@lists.example.net";

/// What the server says whose word is taken, on top of a mail.
const DISOWNED: &str = "mail.example.com; dmarc=fail (p=NONE) header.from=example.org";

/// So many days before the end.
fn mail(days: i64, from: &str, to: &str, subject: &str, id: &str) -> Message {
    Message::of((NOW - days * DAY).timestamp())
        .from(from)
        .to(to)
        .subject(subject)
        .id(&format!("{id}@example.org"))
}

fn lies_in(folder: &'static str, message: Message) -> Piece {
    Piece { at: message.time().into(), folder, message, answered: false }
}

fn came(message: Message) -> Piece {
    lies_in("INBOX", message)
}

fn sent(message: Message) -> Piece {
    lies_in("Sent", message.sent())
}

/// Grace owes me an answer, and I owe her one, in two conversations; Alan could give it for me.
/// There is a list that I have written to, and a notice of Grace's.
fn honest() -> Vec<Piece> {
    let both = "Ada Example <ada@example.com>, Alan Turing <alan@example.org>";
    let listed = |message: Message| {
        message
            .header("List-Id", "<talk.lists.example.net>")
            .header("List-Post", "<mailto:talk@lists.example.net>")
    };
    vec![
        sent(mail(40, ME, GRACE, "The fair", "fair")),
        came(mail(39, GRACE, ME, "Re: The fair", "fair-2").in_reply_to("fair@example.org")),
        came(mail(37, GRACE, ME, "A hall", "hall")),
        sent(mail(36, ME, GRACE, "Re: A hall", "hall-2").in_reply_to("hall@example.org")),
        sent(mail(30, ME, EVE, "Re: Your offer", "offer")),
        came(mail(31, EVE, ME, "Your offer", "eves")),
        sent(mail(35, ME, TALK, "Hello list", "hello")),
        came(listed(mail(34, ALAN, TALK, "Re: Hello list", "hi").in_reply_to("hello@example.org"))),
        sent(mail(10, ME, GRACE, "Can you speak at the fair?", "q1")),
        came(mail(9, GRACE, both, "Who pays for the hall?", "q2")),
        came(mail(8, GRACE, ME, "Away", "away").header("Auto-Submitted", "auto-replied")),
    ]
}

fn eves_list(message: Message) -> Message {
    message.header("List-Post", "<mailto:eve@evil.example>")
}

fn answers_q1(message: Message) -> Message {
    message.in_reply_to("q1@example.org")
}

/// Answers Grace's question, or seems to.
fn from_eve(days: i64, subject: &str) -> Message {
    mail(days, EVE, ME, subject, "forged")
}

const ASKED: &str = "Re: Can you speak at the fair?";
const OWED: &str = "Re: Who pays for the hall?";

fn rewritten() -> Vec<(&'static str, Vec<Piece>)> {
    let authors = |days: [i64; 3], people: [&str; 3], folder| {
        let mails = days.into_iter().zip(people).zip(0..).map(move |((days, who), n)| {
            let told = mail(days, EVE, ME, "News", &format!("news-{n}")).header("Reply-To", who);
            lies_in(folder, eves_list(told))
        });
        let claim = answers_q1(eves_list(from_eve(2, ASKED))).header("Reply-To", GRACE);
        mails.chain([came(claim)]).collect::<Vec<_>>()
    };
    let (bob, cy) = ("bob@example.net", "cy@example.net");
    let claim = |message: Message, who| vec![came(eves_list(message).header("Reply-To", who))];
    let by_id = from_eve(2, ASKED).header("List-Id", "Eve's <eve.evil.example>");
    let original = eves_list(from_eve(2, ASKED)).header("X-Original-From", GRACE);
    let mine = mail(2, EVE, GRACE, OWED, "forged").in_reply_to("q2@example.org");
    let borrowed = from_eve(2, ASKED)
        .header("List-Id", "<talk.lists.example.net>")
        .header("List-Post", "<mailto:talk@lists.example.net>, <mailto:eve@evil.example>");
    let by_talk = mail(2, TALK, GRACE, OWED, "forged").in_reply_to("q2@example.org");
    let by_talk = by_talk.header("List-Id", "<talk.lists.example.net>");
    vec![
        ("her answer, by List-Post", claim(answers_q1(from_eve(2, ASKED)), GRACE)),
        ("her answer, by List-Id", vec![came(answers_q1(by_id).header("Reply-To", GRACE))]),
        ("her answer, by X-Original-From", vec![came(answers_q1(original))]),
        ("her answer, by subject", claim(from_eve(2, ASKED), GRACE)),
        ("her question", claim(from_eve(2, "Do you have a minute?"), GRACE)),
        ("my answer", claim(mine.clone(), ME)),
        (
            "my answer, by X-Original-From",
            vec![came(eves_list(mine).header("X-Original-From", ME))],
        ),
        ("my answer, through a list that is believed", vec![came(by_talk.header("Reply-To", ME))]),
        ("under another list's id", vec![came(answers_q1(borrowed).header("Reply-To", GRACE))]),
        ("after two authors in two months", authors([62, 40, 3], [GRACE, bob, bob], "INBOX")),
        ("after three authors in 29 days", authors([31, 20, 3], [GRACE, bob, cy], "INBOX")),
        ("after three authors in Junk", authors([62, 40, 3], [GRACE, bob, cy], "Junk")),
        (
            "after three authors, in Junk itself",
            authors([62, 40, 3], [GRACE, bob, cy], "Junk")
                .into_iter()
                .map(|piece| Piece { folder: "Junk", ..piece })
                .collect(),
        ),
    ]
}

fn disowned() -> Vec<(&'static str, Vec<Piece>)> {
    let fails = |message: Message| vec![came(message.header("Authentication-Results", DISOWNED))];
    let grace = |subject| mail(2, GRACE, ME, subject, "forged");
    let answer = || answers_q1(grace(ASKED));
    let below = |message: Message, field, value| {
        vec![came(message.header("Authentication-Results", DISOWNED).header(field, value))]
    };
    let seal = "i=1; cv=none; d=evil.example; s=a; a=rsa-sha256; b=AAAA";
    let passed = "mail.example.com; dmarc=fail; arc=pass (i=1)";
    let sealed = answer().header("ARC-Seal", seal).header("Authentication-Results", passed);
    let alans = mail(2, ALAN, GRACE, OWED, "forged").in_reply_to("q2@example.org");
    let mine = mail(2, ME, GRACE, OWED, "forged").in_reply_to("q2@example.org");
    let notice = grace("Out of office").header("Auto-Submitted", "auto-replied");
    let reaction = grace(ASKED).in_reply_to("q1@example.org");
    vec![
        ("her answer", fails(answer())),
        ("her answer, by subject", fails(grace(ASKED))),
        ("her question", fails(grace("Do you have a minute?"))),
        ("her notice of absence", fails(notice)),
        (
            "her reaction",
            fails(reaction.header("Content-Type", "text/vnd.google.email-reaction+json")),
        ),
        ("my answer", fails(mine)),
        ("Alan's answer for me", fails(alans)),
        ("sealed by a stranger", vec![came(sealed)]),
        (
            "with a pass of its own below",
            below(answer(), "Authentication-Results", "mail.example.com; dmarc=pass"),
        ),
        ("through an unknown list", below(answer(), "List-Id", "<new.lists.example.net>")),
    ]
}

fn welding() -> Vec<(&'static str, Vec<Piece>)> {
    let both = "<q1@example.org> <q2@example.org>";
    let of = |from, id| mail(2, from, ME, "Hello", id);
    let many: String = (0..90).map(|n| format!("<x{n}@example.net> ")).collect();
    let bridge = "<q1@example.org> <bridge@example.net>";
    let half = |id, references: &str| came(of(EVE, id).header("References", references));
    let stolen = of(EVE, "q1").header("References", "<q2@example.org>");
    let disowned = of(GRACE, "forged").header("Authentication-Results", DISOWNED);
    vec![
        ("a stranger names both", vec![half("forged", both)]),
        (
            "a stranger answers one and names the other",
            vec![came(of(EVE, "forged").in_reply_to("q1@example.org").header("References", both))],
        ),
        ("a stranger names a hundred", vec![half("forged", &format!("{both} {many}"))]),
        (
            "two strangers build a bridge",
            vec![half("forged", bridge), half("other", "<bridge@example.net> <q2@example.org>")],
        ),
        ("a stranger takes a known id", vec![came(stolen)]),
        (
            "her name, in Junk",
            vec![lies_in("Junk", of(GRACE, "forged").header("References", both))],
        ),
        ("her name, disowned", vec![came(disowned.header("References", both))]),
        (
            "her name, by a list of Eve's",
            vec![came(
                eves_list(of(EVE, "forged")).header("Reply-To", GRACE).header("References", both),
            )],
        ),
    ]
}

/// Mails under the ids of mails that are there.
fn copies() -> Vec<(&'static str, Vec<Piece>)> {
    let q2 = |to| mail(9, GRACE, to, "Who pays for the hall?", "q2");
    let both = "Ada Example <ada@example.com>, Alan Turing <alan@example.org>";
    let later = |message: Message| message.seen((NOW - 2 * DAY).timestamp());
    let away = mail(8, GRACE, ME, "Away", "away");
    vec![
        ("a question becomes an answer", vec![came(later(answers_q1(q2(both))))]),
        ("a question is thrown away", vec![lies_in("Trash", later(q2(both)))]),
        ("a question is Junk", vec![lies_in("Junk", later(q2(both)))]),
        ("a question went to others", vec![came(later(q2("bob@example.net")))]),
        (
            "a question comes from a machine",
            vec![came(later(q2(both).header("Auto-Submitted", "auto-generated")))],
        ),
        (
            "a question comes by a mailing",
            vec![came(later(
                q2(both).header("Precedence", "bulk").header("List-Id", "<m.example>"),
            ))],
        ),
        (
            "a question is disowned",
            vec![came(later(q2(both).header("Authentication-Results", DISOWNED)))],
        ),
        ("a notice becomes a mail", vec![came(later(away))]),
        (
            "a question comes from a list of Eve's",
            vec![came(later(
                eves_list(mail(9, EVE, both, "Who pays for the hall?", "q2"))
                    .header("Reply-To", GRACE),
            ))],
        ),
    ]
}

/// Whatever the order in which all of it comes.
#[track_caller]
fn without_effect(kinds: Vec<(&'static str, Vec<Piece>)>) {
    let honest = honest();
    let expect = Desk::holding(&honest).learned(NOW);
    let mut felt: Vec<(&str, Vec<String>)> = Vec::new();
    for (what, forged) in kinds {
        let after: Vec<Piece> = honest.iter().chain(&forged).cloned().collect();
        let told = Desk::holding(&after).learned(NOW);
        let told_early = Desk::holding(forged.iter().chain(&honest)).learned(NOW);
        let differences = differences(&expect, &told);
        // Who comes first under an id can't be told from who is right.
        let early = if forged_under_known_ids(&forged) {
            Vec::new()
        } else {
            self::differences(&expect, &told_early)
        };
        if !(differences.is_empty() && early.is_empty()) {
            felt.push((what, [differences, early].concat()));
        }
    }
    assert!(felt.is_empty(), "{felt:#?}");
}

fn forged_under_known_ids(forged: &[Piece]) -> bool {
    let known = ["q1@", "q2@", "away@"];
    forged.iter().any(|piece| {
        let text = String::from_utf8(piece.message.bytes()).unwrap();
        known.iter().any(|id| text.contains(&format!("Message-ID: <{id}")))
    })
}

/// What isn't counted may be listed as such.
fn differences(expect: &Told, told: &Told) -> Vec<String> {
    let found = expect.differences(told, 1e-9);
    found.into_iter().filter(|line| !line.contains(" without ")).collect()
}

#[test]
fn a_list_that_nobody_knows_is_not_believed() {
    without_effect(rewritten());
}

#[test]
fn what_my_server_says_is_disowned_counts_for_nothing() {
    without_effect(disowned());
}

#[test]
fn strangers_join_no_conversations() {
    without_effect(welding());
}

#[test]
fn another_mail_under_a_known_id_changes_nothing() {
    without_effect(copies());
}

#[test]
fn so_many_kinds_are_known() {
    let kinds = [rewritten(), disowned(), welding(), copies()];
    assert!(kinds.iter().map(Vec::len).sum::<usize>() >= 38);
}

/// The honest mailbox with these, and what Grace is found to have done about my question.
fn answered_by(more: &[Piece]) -> bool {
    let honest = honest();
    let desk = Desk::holding(honest.iter().chain(more));
    let told = differences(&Desk::holding(&honest).learned(NOW), &desk.learned(NOW));
    told.iter().any(|line| line.starts_with("+1 Grace") && line.contains("Answered"))
}

#[test]
fn a_list_that_i_have_written_to_says_who_wrote() {
    let listed = |message: Message| message.header("List-Id", "Talk <talk.lists.example.net>");
    let answer = listed(mail(2, "Grace via Talk <talk@lists.example.net>", ME, ASKED, "listed"))
        .header("Reply-To", &format!("{GRACE}, {TALK}"));
    assert!(answered_by(&[came(answers_q1(answer.clone()))]));
    assert!(!answered_by(&[came(answer)]), "its word is not enough without a reply's header");
}

#[test]
fn a_list_that_three_people_have_used_for_a_month_says_who_wrote() {
    let listed = |message: Message, who: &str| {
        message.header("List-Id", "<new.lists.example.net>").header("Reply-To", who)
    };
    let list = "new@lists.example.net";
    let mut mails: Vec<Piece> = [(50, GRACE), (40, ALAN), (15, "cy@example.net")]
        .into_iter()
        .map(|(days, who)| came(listed(mail(days, list, list, "News", &format!("n{days}")), who)))
        .collect();
    mails.push(came(listed(answers_q1(mail(2, list, ME, ASKED, "listed")), GRACE)));
    assert!(answered_by(&mails));
    mails.reverse();
    assert!(answered_by(&mails));
    assert!(!answered_by(&mails[..2]));
}

#[test]
fn a_list_that_is_believed_may_break_what_proves_the_sender() {
    let broken = |list: &str| {
        answers_q1(mail(2, GRACE, TALK, ASKED, "listed"))
            .cc(ME)
            .header("Authentication-Results", DISOWNED)
            .header("List-Post", &format!("<mailto:{list}>"))
            .header("List-Id", "<talk.lists.example.net>")
    };
    assert!(answered_by(&[came(broken(TALK))]));
    assert!(!answered_by(&[came(broken("other@lists.example.net"))]));
}

#[test]
fn only_a_failure_that_my_server_tells_disowns() {
    for results in [
        "mail.example.com; dmarc=none",
        "mail.example.com; dmarc=temperror",
        "mail.example.com; spf=fail; dkim=fail",
        "mx.evil.example; dmarc=fail",
    ] {
        let answer = answers_q1(mail(2, GRACE, ME, ASKED, "answer"));
        assert!(
            answered_by(&[came(answer.header("Authentication-Results", results))]),
            "{results}"
        );
    }
}

#[test]
fn a_mail_that_is_no_junk_after_all_joins_its_conversation() {
    let knot = mail(2, GRACE, ME, "Hello", "knot")
        .header("References", "<q1@example.org> <q2@example.org>");
    let honest = honest();
    let mut desk = Desk::new();
    honest.iter().for_each(|piece| desk.file("work", piece));
    desk.file("work", &lies_in("Junk", knot.clone()));
    desk.measure();
    let in_junk = desk.learned(NOW);
    desk.file("work", &came(knot.clone()));
    desk.measure();
    let rescued = desk.learned(NOW);
    assert!(!differences(&in_junk, &rescued).is_empty());
    let expect = Desk::holding(honest.iter().chain([&came(knot)])).learned(NOW);
    assert_eq!(differences(&expect, &rescued), Vec::<String>::new());
}

#[test]
fn check_proposes_my_servers_name_and_what_was_read_before_is_judged_by_it() {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    let inbox = Maildir::create(world.home().join("Mail"));
    let configure = |account: &str| {
        world.configure(&format!(
            "[me]\naddresses = [\"ada@example.com\"]\nzone = \"UTC\"\n[alerts]\ndesktop = false\n\
             {}{account}",
            inbox.account("box")
        ));
        world.run(&["sync"]);
    };
    for number in 0..30 {
        let news = mail(60, "news@example.net", ME, "News", &format!("news-{number}"));
        let news = news.header("Authentication-Results", "mx.example.com; dmarc=pass");
        inbox.deliver(news.time(), &news.bytes());
    }
    let forged = mail(1, GRACE, ME, "Can you pay this?", "forged")
        .header("Authentication-Results", "mx.example.com; dmarc=fail");
    inbox.deliver(forged.time(), &forged.bytes());
    let cards =
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Grace\r\nEMAIL:grace@example.org\r\nEND:VCARD\r\n";
    let cards = world.write("grace.vcf", cards);
    configure("");
    world.run(&["import", cards.to_str().unwrap()]);
    let senders = || {
        let check: serde_json::Value =
            serde_json::from_slice(&world.output(&["check", "--json"]).stdout).unwrap();
        let mut parts = check["parts"].as_array().unwrap().clone().into_iter();
        parts.find(|part| part["part"] == "senders of box").unwrap()
    };
    let owed = || world.json(&["show", "Grace", "--json"])["turns"].as_array().unwrap().len();
    assert_eq!(owed(), 1, "without a name nobody's word is taken");
    let proposal = senders()["fix"].as_str().unwrap().to_owned();
    assert!(proposal.contains("authserv_id = \"mx.example.com\""), "{proposal}");

    configure("authserv_id = \"mx.example.com\"\n");
    assert_eq!(owed(), 0);
    assert!(world.run(&["show", "Grace", "--all"]).contains("unverified"));
    assert_eq!(senders()["detail"], "checked by mx.example.com in 31 mails");
    configure("authserv_id = \"mx.example.org\"\n");
    assert_eq!((owed(), &senders()["ok"]), (1, &false.into()));
}
