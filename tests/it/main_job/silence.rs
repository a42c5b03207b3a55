//! A made-up year: who answers, who never does, and whom I leave waiting. Silence counts.

use super::*;

const NOW: &str = "2026-12-31T12:00:00Z";
const QUESTIONS: [&str; 13] = [
    "Could you send me the plan?",
    "When does the hall open?",
    "Do you have the keys?",
    "Can we meet on Thursday?",
    "Would you read the draft?",
    "Which of the two do you prefer?",
    "Who looks after the garden?",
    "Did the parcel arrive?",
    "Are you free in June?",
    "Is the budget enough?",
    "What did the doctor say?",
    "Could you call the printer?",
    "Will you bring the projector?",
];

/// How a contact and I treat each other: hours until an answer, `None` for silence.
#[derive(Clone, Copy)]
struct Habit {
    name: &'static str,
    /// So many of my questions, and how soon they answer each.
    mine: (usize, Option<i64>),
    theirs: (usize, Option<i64>),
}

/// Twenty people who answer within a day, and are answered within a day.
const REGULARS: [&str; 20] = [
    "Bea", "Carl", "Dora", "Emil", "Fay", "Gus", "Hal", "Ida", "Jon", "Kim", "Leo", "Mia", "Ned",
    "Oda", "Pia", "Quin", "Rob", "Sue", "Tim", "Una",
];

fn regular(name: &'static str) -> Habit {
    Habit { name, mine: (12, Some(20)), theirs: (12, Some(20)) }
}

fn person(name: &str) -> String {
    format!("{name} Example <{}@example.org>", name.to_lowercase())
}

fn year(habits: &[Habit]) -> World {
    let world = world();
    let inbox = Maildir::create(world.home().join("Mail"));
    let sent = inbox.folder("Sent");
    let mut cards = String::new();
    for habit in habits {
        let them = person(habit.name);
        let address = format!("{}@example.org", habit.name.to_lowercase());
        cards += &vcard(&[(&format!("{} Example", habit.name), &address)]);
        for (mine, (count, answer)) in [(true, habit.mine), (false, habit.theirs)] {
            let from_me = |mine, at, id: &str, subject: &str| {
                let mail = if mine {
                    by_me(&them, at, id, subject)
                } else {
                    to_me(&them, at, id, subject)
                };
                let folder = if mine { &sent } else { &inbox };
                (folder, mail)
            };
            for (round, subject) in QUESTIONS.iter().take(count).enumerate() {
                let begin: Timestamp = "2026-01-15T09:00:00Z".parse().unwrap();
                let days = 24 * round as i64 + if mine { 0 } else { 12 };
                let at = begin + SignedDuration::from_hours(24 * days);
                let id = format!("{}-{mine}-{round}@example.com", habit.name);
                let (folder, mail) = from_me(mine, at, &id, subject);
                folder.keep(at, "S", &mail.bytes());
                if let Some(hours) = answer {
                    let at = at + SignedDuration::from_hours(hours);
                    let (folder, mail) =
                        from_me(!mine, at, &format!("re-{id}"), &format!("Re: {subject}"));
                    folder.keep(at, "S", &mail.in_reply_to(&id).body("It is all done.\n").bytes());
                }
            }
        }
    }
    world.configure(&configuration(&[SILENT, &maildir_account(&inbox)]));
    let cards = world.write("people.vcf", cards);
    world.run(&["import", cards.to_str().unwrap()]);
    world.run(&["sync"]);
    world
}

/// The share within the limit of the contact and of me, and the score.
#[track_caller]
fn measured(world: &World, name: &str) -> (f64, f64, f64) {
    let shown = world.json(&["show", &format!("{name} Example"), "--json", "--at", NOW]);
    let share = |side: &str| shown[side]["within_limit"]["mean"].as_f64().unwrap();
    (share("them"), share("me"), shown["score"]["value"].as_f64().unwrap_or(f64::NAN))
}

#[test]
fn whoever_leaves_my_questions_unanswered_is_seen_to() {
    let silent = Habit { name: "Vera", mine: (13, None), theirs: (0, None) };
    let left = Habit { name: "Walt", mine: (12, Some(20)), theirs: (12, None) };
    let regulars = REGULARS.map(regular);
    let world = year(&[&[silent, left], &regulars[..]].concat());

    let (they, _, score) = measured(&world, "Vera");
    assert!(they <= 0.30, "Vera answers in time: {they}");
    assert!(score <= 35.0, "Vera's score: {score}");

    let (they, i, _) = measured(&world, "Walt");
    assert!(i <= 0.40, "I answer Walt in time: {i}");
    assert!(they >= 0.75, "Walt answers in time: {they}");

    let (they, i, _) = measured(&world, "Bea");
    assert!(they >= 0.75 && i >= 0.75, "Bea and I answer in time: {they}, {i}");
}

#[test]
fn where_nobody_answers_anybody_silence_counts_too() {
    let mute = |name| Habit { name, mine: (12, None), theirs: (12, None) };
    let world = year(&REGULARS.map(mute));
    let (they, i, _) = measured(&world, "Bea");
    assert!(they <= 0.40 && i <= 0.40, "in time: {they}, {i}");
}
