//! What messages ask, what moves that, and why it is said, by example.

use proptest::prelude::*;

use super::fit::{Example, Wander, fit};
use super::model::{Model, UserLabel};
use super::*;
use crate::domain::message::cues::{self, People};
use crate::domain::message::noise::Traits;
use crate::domain::model::{ContactId, Moment};

const BOB: ContactId = ContactId(1);
const CAROL: ContactId = ContactId(2);

/// A mail to me alone that says `text`.
fn saying(text: &str) -> Message {
    Message {
        traits: Traits::NONE,
        cues: Some(cues::read(text, &People::default())),
        addressing: Some(Addressing::To(1)),
        to_count: 1,
        recipients: 1,
    }
}

fn theirs(message: &Message) -> f64 {
    d(Side::Theirs, Features::of(message))
}

/// A weekly report that is taken for something that may need an answer.
fn report() -> Features {
    Features::TEXT
        .with(Features::FIRST_IN_TO)
        .with(Features::FEW_RECIPIENTS)
        .with(Features::PROPOSES)
        .with(Features::SAYS_YOU)
}

fn done(contact: ContactId, features: Features, at: i64) -> UserLabel {
    UserLabel { at: Moment(at), side: Side::Theirs, contact, features, due: false }
}

#[test]
fn what_asks_is_told_from_what_thanks_in_seven_languages() {
    for (asks, thanks) in [
        ("Could you send me the plan by Friday?", "Works fine, thanks!"),
        ("Kannst du mir bitte den Plan schicken?", "Passt, vielen Dank!"),
        ("Pourriez-vous m'envoyer le plan ?", "Bien reçu, merci beaucoup !"),
        ("¿Podrías enviarme el plan?", "Recibido, muchas gracias."),
        ("Mi puoi mandare il piano per favore?", "Ricevuto, grazie mille."),
        ("Você pode me enviar o plano, por favor?", "Recebido, muito obrigado."),
        ("Kun je me het plan sturen?", "Ontvangen, hartelijk dank."),
    ] {
        let (asked, thanked) = (theirs(&saying(asks)), theirs(&saying(thanks)));
        assert_eq!(Likelihood::of(asked), Likelihood::Due, "{asks} {asked}");
        assert_eq!(Likelihood::of(thanked), Likelihood::AsksNothing, "{thanks} {thanked}");
    }
}

#[test]
fn a_text_in_a_language_without_phrases_is_judged_by_its_header() {
    let unknown = saying("Plán pošlu v pondělí ráno, hned jak budu zpátky z dovolené.");
    let unread = Message { cues: None, ..unknown };
    assert_eq!(Features::of(&unknown), Features::of(&unread));
    let question = saying("Můžeš mi poslat plán?");
    assert!(theirs(&question) >= DUE, "a question mark is one in any language");
}

#[test]
fn the_subject_of_a_forward_asks_for_nobody() {
    let traits = Traits::FORWARD.with(Traits::QUESTION).with(Traits::REQUEST);
    let forwarded = Message { traits, ..saying("") };
    assert!(!Features::of(&forwarded).intersects(Features::ASKS_YOU_ALONE));
    assert_eq!(Likelihood::of(theirs(&forwarded)), Likelihood::AsksNothing);
}

#[test]
fn a_missed_call_is_always_returned() {
    assert_eq!(d(Side::Theirs, Features::CALL), 1.0);
    let because = because(Side::Theirs, Features::CALL, 1.0);
    assert_eq!(because, ["you missed their call"]);
}

#[test]
fn reasons_say_what_it_asks_and_whom() {
    let question = saying("Could you send me the plan?");
    let features = Features::of(&question);
    let said = because(Side::Theirs, features, d(Side::Theirs, features));
    assert!(said.contains(&"ends with a question"), "{said:?}");
    assert_eq!(said.last(), Some(&"to you alone"));
    let unread = Features::of(&Message { cues: None, ..question });
    let said = because(Side::Mine, unread, d(Side::Mine, unread));
    assert_eq!(said, ["to them alone", "text not read"]);
}

#[test]
fn three_times_done_quiets_a_persons_reports() {
    let before = Model::default().d(Side::Theirs, BOB, report());
    assert!(before >= PERHAPS, "{before}");
    let said = [1, 2, 3].map(|at| done(BOB, report(), at));
    let model = Model::of(&said, true);
    let (bobs, carols) =
        (model.d(Side::Theirs, BOB, report()), model.d(Side::Theirs, CAROL, report()));
    assert!(bobs < PERHAPS && bobs < carols && carols < before, "{bobs} {carols} {before}");
}

#[test]
fn done_never_takes_a_question_to_me_from_the_list() {
    let question = Features::PLAIN_QUESTION;
    let said: Vec<UserLabel> = (0..50).map(|at| done(BOB, question, at)).collect();
    assert!(Model::of(&said, true).d(Side::Theirs, BOB, question) >= DUE);
}

#[test]
fn due_lists_what_was_thought_to_ask_nothing() {
    let thanks = Features::PLAIN_THANKS;
    let said: Vec<UserLabel> =
        (0..8).map(|at| UserLabel { due: true, ..done(BOB, thanks, at) }).collect();
    let before = Model::default().d(Side::Theirs, BOB, thanks);
    assert!(Model::of(&said, true).d(Side::Theirs, BOB, thanks) > before);
}

#[test]
fn without_reading_nothing_is_more_than_perhaps() {
    let model = Model::of(&[], false);
    let offered = Features::PATCH_SUBJECT.with(Features::TO_YOU_ALONE);
    assert!(d(Side::Theirs, offered) > MOST_WITHOUT_TEXT);
    assert_eq!(model.d(Side::Theirs, BOB, offered), MOST_WITHOUT_TEXT);
}

fn example() -> impl Strategy<Value = Example> {
    let features = proptest::collection::btree_set(0_usize..4, 0..4);
    let due = prop_oneof![Just(0.0), Just(0.5), Just(1.0)];
    (-3.0..3.0, features, proptest::option::of(0_usize..3), due).prop_map(
        |(offset, features, person, due)| Example {
            offset,
            features: features.into_iter().map(|place| (place, 1.0)).collect(),
            person,
            due,
        },
    )
}

const WANDER: Wander = Wander { intercept: 0.5, feature: 0.5, person: 1.0 };

proptest! {
    #[test]
    fn the_order_of_what_was_said_doesnt_matter(
        examples in proptest::collection::vec(example(), 1..12)
    ) {
        let backwards: Vec<Example> = examples.iter().rev().cloned().collect();
        let (one, other) = (fit(4, &examples, WANDER), fit(4, &backwards, WANDER));
        prop_assert!((one.intercept - other.intercept).abs() < 1e-8);
        for (one, other) in one.features.iter().zip(&other.features) {
            prop_assert!((one - other).abs() < 1e-8);
        }
    }

    #[test]
    fn one_more_word_moves_d_its_way(
        examples in proptest::collection::vec(example(), 0..8), last in example(), due: bool
    ) {
        let last = Example { due: f64::from(u8::from(due)), ..last };
        let z = |shift: &fit::Shift| {
            let of = |place: &(usize, f64)| shift.features.get(place.0).copied().unwrap_or(0.0);
            let person = last.person.and_then(|it| shift.persons.get(it)).copied();
            shift.intercept
                + last.features.iter().map(of).sum::<f64>()
                + person.unwrap_or_default()
        };
        let before = z(&fit(4, &examples, WANDER));
        let after = z(&fit(4, &[examples, vec![last.clone()]].concat(), WANDER));
        prop_assert!(if due { after >= before } else { after <= before }, "{before} {after}");
    }

    #[test]
    fn any_features_have_a_d_and_a_reason(bits: u64, mine: bool) {
        let features = Features(bits & ((1 << Features::COUNT) - 1) | Features::TEXT.0);
        let side = if mine { Side::Mine } else { Side::Theirs };
        let d = d(side, features);
        prop_assert!((0.0..=1.0).contains(&d));
        let said = because(side, features, d);
        prop_assert!((1..=4).contains(&said.len()), "{said:?}");
    }
}
