//! What texts say, by examples in many languages.

use proptest::prelude::*;

use super::*;

const QUESTION: Traits = Traits::TEXT_QUESTION;
const REQUEST: Traits = Traits::TEXT_REQUEST;
const BOTH: Traits = QUESTION.with(REQUEST);
const NEITHER: Traits = Traits::NONE;

fn of(text: &str) -> Traits {
    cues(text, &["Ada Lovelace".to_owned()])
}

/// Which of the two kinds of asking a text has.
#[track_caller]
fn asks_with(text: &str, expect: Traits) {
    assert_eq!(Traits(of(text).0 & BOTH.0), expect, "of {text:?}");
}

#[track_caller]
fn has(text: &str, cue: Traits, expect: bool) {
    assert_eq!(of(text).contains(cue), expect, "of {text:?}: {:?}", of(text));
}

#[test]
fn questions_in_many_languages() {
    for text in [
        "Is the budget enough?",
        "The budget (is it enough?) is here.",
        "Do you have the numbers",
        "I was wondering whether the hall is free.",
        "Any news on the hall.",
        "Reicht das Budget?",
        "Ich wollte fragen, ob der Saal frei ist.",
        "Weißt du ob der Saal frei ist",
        "Le budget suffit-il ?",
        "Est-ce que la salle est libre",
        "¿Alcanza el presupuesto?",
        "Me preguntaba si la sala está libre.",
        "Is de zaal vrij?",
        "Weet je of de zaal vrij is",
        "Il budget basta?",
        "O orçamento chega?",
        "予算は足りますか？",
    ] {
        asks_with(text, QUESTION);
    }
}

#[test]
fn requests_in_many_languages() {
    for (text, expect) in [
        ("Could you send the plan?", BOTH),
        ("Please send the plan.", REQUEST),
        ("Let me know what suits you best.", REQUEST),
        ("Once that is done, let\nme know.", REQUEST),
        ("Kannst du den Plan schicken?", BOTH),
        ("Können Sie das prüfen?", BOTH),
        ("Schick mir bitte den Plan.", REQUEST),
        ("Pourriez-vous relire le plan ?", BOTH),
        ("Merci de relire le plan.", REQUEST),
        ("Veuillez m'envoyer le plan.", REQUEST),
        ("¿Podrías enviarme el plan?", BOTH),
        ("Avísame cuando esté.", REQUEST),
        ("Kun je het plan sturen?", BOTH),
        ("Laat me weten wat past.", REQUEST),
        ("Mi puoi mandare il piano?", BOTH),
        ("Você pode mandar o plano?", BOTH),
    ] {
        asks_with(text, expect);
    }
}

#[test]
fn what_only_looks_like_asking_does_not_ask() {
    for text in [
        "The plan is attached.",
        "Please find the plan attached.",
        "Please do not hesitate to let me know if anything is missing.",
        "Let me know if you have any questions.",
        "Hi Ada, how are you? The plan is attached.",
        "How are you, Ada?",
        "Wie geht's? Der Plan liegt bei.",
        "Ça va ? Le plan est joint.",
        "Merci de votre réponse.",
        "It is at https://example.org/plan?id=3 now.",
        "It is at example.org/plan?id=3 now.",
        "I am pleased that I could. You know him.",
        "The request was refused; asking again is urgent.",
        "int plan = due ? now : later;",
        "Der Plan ist fertig. Viele Grüße",
    ] {
        asks_with(text, NEITHER);
    }
}

#[test]
fn called_by_name() {
    for text in [
        "Ada, the plan is here.",
        "Hi ada,\nthe plan is here.",
        "Dear Ms. Lovelace,\n\nthe plan is here.",
        "Sehr geehrte Frau Lovelace,\n\nder Plan liegt bei.",
        "Cher Ada Lovelace, voici le plan.",
        "The plan is for Ada.",
    ] {
        has(text, Traits::TEXT_NAMES_ME, true);
    }
    for text in ["Hi all,\nthe plan is here.", "Adam has the plan.", "Ask about lovelace.", ""] {
        has(text, Traits::TEXT_NAMES_ME, false);
    }
    let named =
        |text: &str, name: &str| cues(text, &[name.to_owned()]).contains(Traits::TEXT_NAMES_ME);
    assert!(named("Hola Jose,\nel plan.", "José Ejemplo"));
    assert!(named("hi will, here it is", "Will Example"));
    assert!(!named("It will be here.", "Will Example"));
    assert!(!named("Hi all", "") && !named("A plan", "A. Example"));
}

#[test]
fn nothing_but_thanks() {
    for text in [
        "Thanks!",
        "Thank you so much, Bob.\n\nBest regards,\nAda Lovelace\nLondon office, third floor",
        "Hi Ada,\n\ngot it, many thanks!\n\nBob",
        "Ok, thanks.",
        "Will do.",
        "Vielen Dank!\nViele Grüße\nBob",
        "Super, danke dir.",
        "Merci beaucoup !",
        "Muchas gracias, Ada.",
        "Dank je wel!",
        "Grazie mille.",
        "Obrigado!",
    ] {
        has(text, Traits::TEXT_THANKS_ONLY, true);
    }
    for text in [
        "",
        "Hi Ada,",
        "See attached.\n\nThanks,\nBob",
        "Thanks, could you send the plan as well?",
        "Thanks in advance.",
        "Thanks, but no.",
        "Thanks. The plan still lacks the numbers of last year and the year before.",
        "Danke, aber wer kommt denn nun?",
    ] {
        has(text, Traits::TEXT_THANKS_ONLY, false);
    }
}

#[test]
fn acknowledgements() {
    for text in [
        "Applied to the main branch, thanks.",
        "Hi Ada,\n\nthanks, merged.",
        "Noted.",
        "Ok.",
        "Will do. The rest follows on Monday when I am back at my desk again.",
        "The plan is attached. Thanks, Bob",
        "It took me a while to read all of it.\n\nReviewed-by: Bob Example <bob@example.org>",
        "Alles klar, bis morgen.",
        "C'est noté, merci.",
        "De acuerdo, gracias.",
        "Komt goed!",
    ] {
        has(text, Traits::TEXT_ACKNOWLEDGES, true);
    }
    for text in ["Great pains were taken.", "Is it merged?", "Ok to go?", "The plan is attached."] {
        has(text, Traits::TEXT_ACKNOWLEDGES, false);
    }
    let long = format!("Thanks. {}", "It took me a while to read it. ".repeat(9));
    has(&long, Traits::TEXT_ACKNOWLEDGES, false);
}

#[test]
fn a_patch_is_code_and_not_prose() {
    let patch = "Fix the plan.\n\nReviewed-by: Bob Example\n---\n plan.c | 2 +-\n\ndiff --git a/plan.c b/plan.c\n@@ -1 +1 @@\n-could you?\n+int a = b ? c : d\n";
    assert_eq!(of(patch), Traits::TEXT_PATCH | Traits::TEXT_ACKNOWLEDGES);
    has("The difference --git makes", Traits::TEXT_PATCH, false);
}

#[test]
fn a_question_at_the_end_waits_for_its_answer() {
    has("The plan is ready.\n\nWhen do we meet?\n\nBob Example", Traits::TEXT_ENDS_ASKING, true);
    has("When do we meet? The plan is ready by Monday, 9:00.", Traits::TEXT_ENDS_ASKING, true);
    has("When do we meet?\n\nThe plan is ready by Monday, 9:00.", Traits::TEXT_ENDS_ASKING, false);
    has("Bob\nBob\nBob\nBob\nBob", Traits::TEXT_ENDS_ASKING, false);
}

#[test]
fn every_phrase_can_be_found() {
    for table in [&words::REQUESTS, &words::COURTESIES, &words::QUESTIONS, &words::THANKS] {
        for phrase in table.phrases() {
            let parted = clauses::sentences(&phrase);
            let [sentence] = parted.as_slice() else { panic!("{phrase:?}") };
            assert_eq!(sentence.clauses.len(), 1, "{phrase:?}");
            assert_eq!(sentence.clauses[0].join(" "), phrase);
        }
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), name in any::<String>()) {
        cues(&own_text(&text), &[name]);
    }

    #[test]
    fn what_is_quoted_says_nothing(text in "[a-zA-Z ,.?!\n]{0,200}", quoted in "[a-zA-Z ,.?!]{0,80}") {
        let whole = format!("{text}\n\nOn 3 May 2027, Bob Example wrote:\n> {quoted}\n");
        prop_assert_eq!(of(&own_text(&whole)), of(&own_text(&text)));
    }
}
