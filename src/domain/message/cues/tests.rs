//! What texts say, by examples in many languages.

use proptest::prelude::*;

use super::*;

/// To Ada first and Carol second, with Dan in copy; Bob writes.
fn people() -> People {
    let mut people = People::default();
    people.add("Ada Lovelace", Some(1));
    people.add("Carol Example", Some(2));
    people.add("Dan Example", None);
    let mut author = People::default();
    author.add("Bob Beispiel", None);
    people.without(&author)
}

fn of(text: &str) -> Cues {
    read(text, &people())
}

#[track_caller]
fn has(text: &str, mark: Marks, expect: bool) {
    let marks = of(text).marks;
    assert_eq!(
        marks.contains(mark),
        expect,
        "of {text:?}: {:?}",
        marks.words().collect::<Vec<_>>()
    );
}

#[test]
fn questions_in_many_languages() {
    for text in [
        "Is the budget enough?",
        "The budget (is it enough?) is here.",
        "Do you have the numbers",
        "Reicht das Budget?",
        "Weißt du ob der Saal frei ist",
        "Le budget suffit-il ?",
        "¿Alcanza el presupuesto?",
        "Is de zaal vrij?",
        "Weet je of de zaal vrij is",
        "Il budget basta?",
        "O orçamento chega?",
        "予算は足りますか？",
    ] {
        has(text, Marks::QUESTION, true);
        has(text, Marks::ENDS_ASKING, true);
    }
    for text in [
        "I was wondering whether the hall is free.",
        "Ich wollte fragen, ob der Saal frei ist.",
        "Je me demandais si la salle est libre.",
        "Me preguntaba si la sala está libre.",
        "Ik vroeg me af of de zaal vrij is.",
        "Mi chiedevo se la sala è libera.",
        "Queria saber se a sala está livre.",
    ] {
        has(text, Marks::WONDERS, true);
    }
}

#[test]
fn a_question_to_you_says_you_or_names_you() {
    has("Do you know the way?", Marks::QUESTION_TO_YOU, true);
    has("Kennen Sie den Weg?", Marks::QUESTION_TO_YOU, true);
    has("Is it far, Ada?", Marks::QUESTION_TO_YOU, true);
    has("Is it far?", Marks::QUESTION_TO_YOU, false);
    has("Does anybody know the way?", Marks::QUESTION_TO_ANYONE, true);
}

#[test]
fn requests_in_many_languages() {
    for text in [
        "Could you send the plan?",
        "Please send the plan.",
        "Kannst du den Plan schicken?",
        "Können Sie das prüfen?",
        "Schick mir bitte den Plan.",
        "Pourriez-vous relire le plan ?",
        "Merci de relire le plan.",
        "¿Podrías enviarme el plan?",
        "Kun je het plan sturen?",
        "Mi puoi mandare il piano?",
        "Você pode mandar o plano?",
    ] {
        has(text, Marks::REQUEST, true);
    }
    for text in [
        "Let me know what suits you best.",
        "Once that is done, let\nme know.",
        "Sag mir, was dir besser passt.",
        "Dites-moi ce qui vous convient.",
        "Avísame cuando esté.",
        "Laat me weten wat past.",
        "Fammi sapere quando è pronto.",
        "Me avise quando estiver pronto.",
    ] {
        has(text, Marks::WANTS_ANSWER, true);
    }
    for text in ["Please RSVP by Friday.", "U. A. w. g.", "Merci de confirmer votre présence."] {
        has(text, Marks::RSVP, true);
    }
}

#[test]
fn what_only_looks_like_asking_does_not_ask() {
    let asking = [Marks::QUESTION, Marks::REQUEST, Marks::WANTS_ANSWER, Marks::WANTS_CALL];
    for text in [
        "The plan is attached.",
        "Please find the plan attached.",
        "Please do not hesitate to let me know if anything is missing.",
        "Let me know if you have any questions.",
        "If you have any questions, please give me a call.",
        "If it hasn't arrived by Monday, and if you don't see it, please let me know.",
        "Hi Ada, how are you? The plan is attached.",
        "How are you, Ada?",
        "Wie geht's? Der Plan liegt bei.",
        "Bei Fragen melden Sie sich bitte.",
        "Ça va ? Le plan est joint.",
        "Merci de votre réponse.",
        "It is at https://example.org/plan?id=3 now.",
        "It is at example.org/plan?id=3 now.",
        "I am pleased that I could. You know him.",
        "int plan = due ? now : later;",
        "Der Plan ist fertig. Viele Grüße",
    ] {
        for mark in asking {
            has(text, mark, false);
        }
    }
    has("Please review the plan and let me know if you have any questions.", Marks::REQUEST, true);
}

#[test]
fn who_is_spoken_to_by_name() {
    #[track_caller]
    fn check(text: &str, named: u16, others: bool) {
        let cues = of(text);
        assert_eq!(cues.named, named, "{text}");
        assert_eq!(cues.marks.contains(Marks::NAMES_OTHERS), others, "{text}");
    }
    check("Ada, the plan is here.", 0b01, false);
    check("Hi ada,\nthe plan is here.", 0b01, false);
    check("Dear Ms. Lovelace,\n\nthe plan is here.", 0b01, false);
    check("Sehr geehrte Frau Lovelace,\n\nder Plan liegt bei.", 0b01, false);
    check("Cher Ada Lovelace, voici le plan.", 0b01, false);
    check("Carol and Ada,\n\nthe plan is here.", 0b11, false);
    check("The plan is here. Carol, can you read it?", 0b10, false);
    check("Hi Dan,\n\nthe plan is here.", 0, true);
    check("Thanks, Bob", 0, false);
    check("The plan is for Ada.", 0, false);
    check("Hi Eve,\nthe plan is here.", 0, false);
    has("Hi all,\nthe plan is here.", Marks::GREETS_ALL, true);
    has("Liebe alle,\nder Plan ist da.", Marks::GREETS_ALL, true);
    has("All is well.", Marks::GREETS_ALL, false);
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
        has(text, Marks::ONLY_THANKS, true);
    }
    for text in [
        "",
        "Hi Ada,",
        "Thanks, could you send the plan as well?",
        "Thanks in advance.",
        "Thanks. The plan still lacks the numbers of last year and of the year before that one.",
        "Danke, aber wer kommt denn nun?",
    ] {
        has(text, Marks::ONLY_THANKS, false);
    }
}

#[test]
fn acknowledgements_come_early() {
    for text in [
        "Applied to the main branch, thanks.",
        "Hi Ada,\n\nthanks, merged.",
        "Noted.",
        "Ok.",
        "Will do. The rest follows on Monday when I am back at my desk again.",
        "Alles klar, bis morgen.",
        "C'est noté, merci.",
        "De acuerdo, gracias.",
        "Komt goed!",
    ] {
        has(text, Marks::ACKNOWLEDGES, true);
    }
    for text in ["Great pains were taken.", "Is it merged?", "Ok to go?", "The plan is attached."] {
        has(text, Marks::ACKNOWLEDGES, false);
    }
    has("Yes, it is.", Marks::BEGINS_ANSWERING, true);
    has("Thanks for the plan. Is it final?", Marks::BEGINS_THANKING, true);
}

#[test]
fn what_is_taken_back_says_so() {
    for text in ["Never mind.", "Found it, thanks.", "Hat sich erledigt.", "J'ai trouvé, merci."] {
        has(text, Marks::RETRACTS, true);
    }
    has("I never minded the rain.", Marks::RETRACTS, false);
}

#[test]
fn a_patch_is_code_and_not_prose() {
    let patch = "Fix the plan.\n\nSigned-off-by: Bob Example\n---\n plan.c | 2 +-\n\ndiff --git a/plan.c b/plan.c\n@@ -1 +1 @@\n-could you?\n+int a = b ? c : d\n";
    has(patch, Marks::PATCH, true);
    has(patch, Marks::QUESTION, false);
    has("The difference --git makes", Marks::PATCH, false);
    has("Fine.\n\nReviewed-by: Bob Example <bob@example.org>", Marks::ACKNOWLEDGES, true);
}

#[test]
fn a_question_at_the_end_waits_for_its_answer() {
    has("The plan is ready.\n\nWhen do we meet?\n\nBob Example", Marks::ENDS_ASKING, true);
    has("The plan is ready.\n\nWhen do we meet?  Thanks. Bob", Marks::ENDS_ASKING, true);
    has(
        "When do we meet?\n\nThe plan is ready by Monday, nine o'clock.",
        Marks::ENDS_ASKING,
        false,
    );
    has("Bob\nBob\nBob\nBob\nBob", Marks::ENDS_ASKING, false);
}

#[test]
fn a_question_between_quoted_lines_asks_about_them() {
    let between = "> We meet at nine.\n\nOn which day?\n\n> Bring the plan.\n\nI will.";
    has(between, Marks::QUESTION_BELOW_QUOTE, true);
    has(between, Marks::BETWEEN_QUOTES, true);
    has("On which day?\n\n> We meet at nine.", Marks::QUESTION_BELOW_QUOTE, false);
}

#[test]
fn what_machines_write() {
    let letter = "Special offer: save up to 50 % on your order! Click here. To unsubscribe, log in to \
                  your account. Privacy policy.";
    has(letter, Marks::MACHINE_OFTEN, true);
    has("The plan is attached.", Marks::MACHINE, false);
}

#[test]
fn how_long_it_is() {
    has("", Marks::NO_WORDS, true);
    has("> Quoted only.", Marks::NO_WORDS, true);
    has("See you there.", Marks::FEW_WORDS, true);
    has(&"word ".repeat(101), Marks::LONG, true);
    has(&"word ".repeat(251), Marks::VERY_LONG, true);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), name in any::<String>()) {
        let mut people = People::default();
        people.add(&name, Some(1));
        read(&text, &people);
    }

    #[test]
    fn no_bytes_of_many_lines_make_it_panic(
        lines in prop::collection::vec("[-a-zA-Z0-9 >:,.?!|@/_\"'()\t]{0,40}", 0..20)
    ) {
        of(&lines.join("\n"));
    }

    #[test]
    fn what_is_quoted_says_nothing(
        text in "[a-zA-Z ,.?!\n]{0,200}", one in "[a-zA-Z ,.?!]{0,80}", other in "[a-zA-Z ,.?!]{0,80}",
    ) {
        let whole =
            |quoted: &str| format!("{text}\n\nOn 3 May 2027, Bob Example wrote:\n> {quoted}\n");
        prop_assert_eq!(of(&whole(&one)), of(&whole(&other)));
        let copied = |quoted: &str| format!("{text}\n\n-----Original Message-----\nFrom: Bob\n{quoted}");
        prop_assert_eq!(of(&copied(&one)), of(&copied(&other)));
    }
}
