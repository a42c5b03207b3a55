//! How touches become turns, by example.

use super::*;
use crate::domain::measure::need::Features;
use crate::domain::measure::need::model::Model;
use crate::domain::model::{Channel, EntryNumber, MessageNumber, Moment, Side, TouchId};

mod channels;
mod clocks;
mod laws;

const BEGIN: i64 = 1_700_000_000;

/// A mail that asks a question of one person, in a thread and under a subject of its own, sent so
/// many hours after the beginning.
fn mail(author: Author, id: i64, hours: f64) -> Touch {
    Touch {
        id: TouchId::Message(MessageNumber(id)),
        author,
        at: Moment(BEGIN).plus_hours(hours),
        channel: Channel::Mail,
        thread: id,
        subject: Some(id),
        own_id: Some(id),
        parent: None,
        references: Vec::new(),
        asks: true,
        addressed: true,
        forward: false,
        by_lists_word: false,
        reaction: false,
        spoken: false,
        marked_answered: false,
        discarded: false,
        retracts: false,
        features: Features::PLAIN_QUESTION,
    }
}

/// The turns of one contact, as the shipped model judges them.
fn judged(touches: Vec<Touch>, corrections: &[Correction]) -> Vec<Turn> {
    let turns = turns(ContactId(1), touches, corrections).0.into_iter();
    turns.map(|turn| turn.judged(&Model::default())).collect()
}

fn theirs(id: i64, hours: f64) -> Touch {
    mail(Author::Them, id, hours)
}

fn mine(id: i64, hours: f64) -> Touch {
    mail(Author::Me, id, hours)
}

fn anothers(id: i64, hours: f64) -> Touch {
    mail(Author::Other, id, hours)
}

/// A call or a meeting, entered by hand.
fn spoken(id: i64, hours: f64, channel: Channel) -> Touch {
    Touch {
        id: TouchId::Entry(EntryNumber(id)),
        channel,
        thread: i64::MIN + id,
        subject: None,
        own_id: None,
        asks: channel == Channel::Phone,
        spoken: true,
        features: Features::CALL,
        ..mine(id, hours)
    }
}

impl Touch {
    /// With reply headers, in the thread that `parent` began.
    fn answering(self, parent: i64) -> Touch {
        Touch { parent: Some(parent), references: vec![parent], thread: parent, ..self }
    }

    fn in_thread(self, thread: i64) -> Touch {
        Touch { thread, ..self }
    }

    fn about(self, subject: i64) -> Touch {
        Touch { subject: Some(subject), ..self }
    }

    /// The other side stands in Cc only.
    fn in_copy(self) -> Touch {
        Touch { asks: false, ..self }
    }

    /// Asks for nothing.
    fn idle(self) -> Touch {
        Touch { features: Features::PLAIN_THANKS, ..self }
    }

    /// "Never mind."
    fn taking_back(self) -> Touch {
        Touch { retracts: true, ..self.idle() }
    }
}

fn done(id: i64, hours: f64) -> Correction {
    Correction {
        touch: TouchId::Message(MessageNumber(id)),
        at: Moment(BEGIN).plus_hours(hours),
        due: false,
    }
}

fn due(id: i64, hours: f64) -> Correction {
    Correction { due: true, ..done(id, hours) }
}

/// "theirs 1,2 answered by 3 (reply) after 5 h"
fn told(turn: &Turn, now: Moment) -> String {
    let touches: Vec<String> = turn.touches.iter().map(TouchId::to_string).collect();
    let state = match (turn.status(now), turn.answer, turn.closed) {
        (Status::Answered, Some(Answer { touch, link, .. }), _) => {
            let hours = (turn.hours(now) * 1e4).round() / 1e4;
            format!("answered by {touch} ({}) after {hours} h", link.name())
        }
        (Status::Closed, _, Some(closed)) => format!("closed: {}", closed.text()),
        (status, ..) => status.name().to_owned(),
    };
    format!("{} {} {state}", turn.side.name(), touches.join(","))
}

/// As they stand `hours` after the beginning.
#[track_caller]
fn check_at(hours: f64, touches: Vec<Touch>, said: &[Correction], expect: &[&str]) {
    let found = judged(touches, said);
    let now = Moment(BEGIN).plus_hours(hours);
    let told: Vec<String> = found.iter().map(|turn| told(turn, now)).collect();
    assert_eq!(told, expect);
}

#[track_caller]
fn check(touches: Vec<Touch>, expect: &[&str]) {
    check_at(600.0, touches, &[], expect);
}

/// A change to a program, numbered within its series.
fn part(touch: Touch) -> Touch {
    let offers = Features::PATCH_SUBJECT.with(Features::SERIES_PART).with(Features::TO_YOU_ALONE);
    Touch { features: offers, ..touch }
}

#[test]
fn an_answer_to_a_part_of_a_series_answers_the_series() {
    let sent = vec![part(theirs(1, 0.0)), part(theirs(2, 0.01)), part(theirs(3, 0.02))];
    check(sent.clone(), &["theirs 1,2,3 open"]);
    check(
        [sent, vec![mine(4, 5.0).answering(2).idle()]].concat(),
        &[
            "theirs 1,2,3 answered by 4 (reply) after 5 h",
            "mine 4 closed: didn't ask for an answer",
        ],
    );
    let days_apart = vec![part(theirs(1, 0.0)), part(theirs(2, 24.0))];
    check(days_apart, &["theirs 1 open", "theirs 2 open"]);
}

#[test]
fn a_reply_answers_and_begins_a_turn_of_its_own_side() {
    check(
        vec![theirs(1, 0.0), mine(2, 5.0).answering(1)],
        &["theirs 1 answered by 2 (reply) after 5 h", "mine 2 open"],
    );
}

#[test]
fn a_mail_of_the_same_thread_answers_even_when_it_names_another() {
    check(
        vec![mine(1, 0.0), theirs(2, 3.0).answering(9).in_thread(1)],
        &["mine 1 answered by 2 (thread) after 3 h", "theirs 2 open"],
    );
}

#[test]
fn the_same_subject_answers_within_thirty_days() {
    check(
        vec![theirs(1, 0.0).about(7), mine(2, 4.0).about(7)],
        &["theirs 1 answered by 2 (subject) after 4 h", "mine 2 open"],
    );
    check_at(
        740.0,
        vec![theirs(1, 0.0).about(7), mine(2, 30.0 * 24.0 + 1.0).about(7)],
        &[],
        &["theirs 1 expired", "mine 2 open"],
    );
}

#[test]
fn the_same_subject_answers_nothing_that_is_longer_ago() {
    let between = anothers(2, 25.0 * 24.0).about(7);
    let late = theirs(3, 31.0 * 24.0).about(7);
    check_at(
        800.0,
        vec![mine(1, 0.0).about(7), between, late],
        &[],
        &["mine 1 expired", "theirs 3 open"],
    );
}

#[test]
fn of_two_mails_in_one_second_a_copy_does_not_change_which_came_first() {
    let (mine, theirs) = (mine(20, 0.0).about(7), theirs(30, 0.0).about(7));
    let copy =
        Touch { id: TouchId::Message(MessageNumber(10)), own_id: Some(10), ..theirs.clone() };
    let answered = |touches| -> Vec<Side> {
        let turns = judged(touches, &[]);
        turns.iter().filter(|turn| turn.answer.is_some()).map(|turn| turn.side).collect()
    };
    assert_eq!(answered(vec![mine.clone(), theirs.clone()]), [Side::Mine]);
    assert_eq!(answered(vec![mine, theirs, copy]), [Side::Mine]);
}

#[test]
fn an_empty_subject_joins_like_any_other() {
    check(
        vec![theirs(1, 0.0).about(0), mine(2, 4.0).about(0)],
        &["theirs 1 answered by 2 (subject) after 4 h", "mine 2 open"],
    );
}

#[test]
fn a_subject_never_joins_threads_that_both_have_reply_headers() {
    check(
        vec![theirs(1, 0.0).answering(8).about(7), mine(2, 4.0).answering(9).about(7)],
        &["theirs 1 open", "mine 2 open"],
    );
}

#[test]
fn an_answer_by_subject_is_addressed_to_who_asked() {
    check(vec![mine(1, 0.0).about(7), theirs(2, 3.0).about(7).in_copy()], &["mine 1 open"]);
}

#[test]
fn a_new_mail_answers_nothing_that_was_asked_elsewhere() {
    check(vec![mine(1, 0.0), theirs(2, 2.0)], &["mine 1 open", "theirs 2 open"]);
    check(vec![theirs(1, 0.0), mine(2, 2.0)], &["theirs 1 open", "mine 2 open"]);
}

#[test]
fn each_link_says_how_sure_it_is() {
    let confidences = Link::ALL.map(Link::confidence);
    assert_eq!(confidences, [1.0, 0.95, 0.8, 0.8, 0.8]);
}

#[test]
fn a_reminder_does_not_move_the_start() {
    check(
        vec![theirs(1, 0.0), theirs(2, 48.0).answering(1), mine(3, 50.0).answering(2).in_thread(1)],
        &["theirs 1,2 answered by 3 (reply) after 50 h", "mine 3 open"],
    );
}

#[test]
fn a_mail_more_than_720_hours_later_begins_a_new_turn() {
    check_at(
        721.0,
        vec![theirs(1, 0.0), theirs(2, 720.0).answering(1)],
        &[],
        &["theirs 1,2 expired"],
    );
    check_at(
        721.0,
        vec![theirs(1, 0.0), theirs(2, 720.1).answering(1)],
        &[],
        &["theirs 1 expired", "theirs 2 open"],
    );
}

#[test]
fn a_late_answer_still_answers() {
    check_at(
        1000.0,
        vec![theirs(1, 0.0), mine(2, 900.0).answering(1)],
        &[],
        &["theirs 1 answered by 2 (reply) after 900 h", "mine 2 open"],
    );
}

#[test]
fn who_is_in_copy_only_is_not_asked_but_may_answer() {
    check(vec![theirs(1, 0.0).in_copy()], &[]);
    check(
        vec![mine(1, 0.0), theirs(2, 2.0).answering(1).in_copy()],
        &["mine 1 answered by 2 (reply) after 2 h"],
    );
}

#[test]
fn a_header_reply_answers_whomever_it_addresses() {
    let elsewhere = |touch: Touch| Touch { asks: false, addressed: false, ..touch };
    check(
        vec![theirs(1, 0.0), elsewhere(mine(2, 2.0).answering(1))],
        &["theirs 1 answered by 2 (reply) after 2 h"],
    );
    let forward = |touch: Touch| Touch { forward: true, ..touch };
    check(vec![theirs(1, 0.0), forward(elsewhere(mine(2, 2.0).answering(1)))], &["theirs 1 open"]);
    check(
        vec![theirs(1, 0.0), forward(mine(2, 2.0).answering(1))],
        &["theirs 1 answered by 2 (reply) after 2 h", "mine 2 open"],
    );
}

#[test]
fn what_counts_depends_on_what_it_asks_and_never_on_the_answer() {
    #[track_caller]
    fn check(touches: Vec<Touch>, counts: bool) {
        let found = judged(touches, &[]);
        assert_eq!(found[0].counts(Moment(BEGIN).plus_hours(900.0)), counts);
    }
    let answer = |hours| mine(2, hours).answering(1);
    for answers in [vec![], vec![answer(1.0)], vec![answer(100.0)], vec![answer(800.0)]] {
        check([vec![theirs(1, 0.0)], answers.clone()].concat(), true);
        check([vec![theirs(1, 0.0).idle()], answers].concat(), false);
    }
}

#[test]
fn what_is_taken_back_is_closed_until_they_ask_again() {
    let taken_back = "theirs 1,2 closed: taken back later";
    let asked = || vec![theirs(1, 0.0), theirs(2, 1.0).answering(1).taking_back()];
    check(asked(), &[taken_back]);
    let again = theirs(3, 2.0).answering(1);
    check([asked(), vec![again]].concat(), &[taken_back, "theirs 3 open"]);
    check(vec![theirs(1, 0.0).taking_back()], &["theirs 1 closed: didn't ask for an answer"]);
}

#[test]
fn a_reaction_closes_without_answering() {
    let reaction = |touch: Touch| Touch { reaction: true, ..touch };
    check(
        vec![theirs(1, 0.0), reaction(mine(2, 1.0).answering(1))],
        &["theirs 1 closed: acknowledged with a reaction"],
    );
    check(
        vec![theirs(1, 0.0), reaction(mine(2, 1.0).answering(1)), theirs(3, 2.0).answering(1)],
        &["theirs 1 closed: acknowledged with a reaction", "theirs 3 open"],
    );
}

#[test]
fn done_closes_and_a_reminder_after_it_asks_anew() {
    let touches = || vec![theirs(1, 0.0), theirs(2, 10.0).answering(1)];
    let said = "closed: you marked it as done";
    check_at(50.0, touches(), &[done(1, 20.0)], &[&format!("theirs 1,2 {said}")]);
    check_at(50.0, touches(), &[done(1, 5.0)], &[&format!("theirs 1 {said}"), "theirs 2 open"]);
    check_at(50.0, touches(), &[done(2, 20.0)], &[&format!("theirs 1,2 {said}")]);
}

#[test]
fn what_was_answered_before_it_was_said_to_be_done_stays_answered() {
    check_at(
        50.0,
        vec![mine(1, 0.0), theirs(2, 5.0).answering(1)],
        &[done(1, 20.0)],
        &["mine 1 answered by 2 (reply) after 5 h", "theirs 2 open"],
    );
}

#[test]
fn what_the_user_says_is_due_is_due_whatever_it_says_itself() {
    let thanks = || vec![theirs(1, 0.0).idle()];
    check_at(50.0, thanks(), &[due(1, 20.0)], &["theirs 1 open"]);
    check_at(
        50.0,
        thanks(),
        &[due(1, 20.0), done(1, 30.0)],
        &["theirs 1 closed: you marked it as done"],
    );
    check_at(50.0, vec![theirs(1, 0.0)], &[done(1, 20.0), due(1, 30.0)], &["theirs 1 open"]);
    let found = judged(thanks(), &[due(1, 20.0)]);
    assert_eq!(found[0].needs_reply, 1.0);
}

#[test]
fn another_recipients_answer_closes_until_they_ask_me_again() {
    let another = "theirs 1 closed: another recipient answered";
    check(vec![theirs(1, 0.0), anothers(2, 1.0).answering(1)], &[another]);
    check(
        vec![theirs(1, 0.0), anothers(2, 1.0).answering(1), theirs(3, 2.0).answering(1)],
        &[another, "theirs 3 open"],
    );
    check(
        vec![theirs(1, 0.0), anothers(2, 1.0).answering(1), mine(3, 2.0).answering(1)],
        &["theirs 1 answered by 3 (reply) after 2 h", "mine 3 open"],
    );
    check(vec![mine(1, 0.0), anothers(2, 1.0).answering(1)], &["mine 1 open"]);
}

#[test]
fn what_asks_for_nothing_is_closed() {
    check(vec![theirs(1, 0.0).idle()], &["theirs 1 closed: didn't ask for an answer"]);
    check(vec![theirs(1, 0.0).idle(), theirs(2, 1.0).answering(1)], &["theirs 1,2 open"]);
}

#[test]
fn what_the_mailbox_says_closes_too() {
    let discarded = |touch: Touch| Touch { discarded: true, ..touch };
    let marked = |touch: Touch| Touch { marked_answered: true, ..touch };
    check(vec![discarded(theirs(1, 0.0))], &["theirs 1 closed: every copy is deleted"]);
    check(vec![discarded(theirs(1, 0.0)), theirs(2, 1.0).answering(1)], &["theirs 1,2 open"]);
    check(
        vec![marked(theirs(1, 0.0))],
        &["theirs 1 closed: your mail program marked it as answered"],
    );
    check(vec![marked(mine(1, 0.0))], &["mine 1 open"]);
}

#[test]
fn answered_beats_closed_beats_expired_beats_open() {
    let reply = || mine(2, 5.0).answering(1);
    let (idle, plain) = (theirs(1, 0.0).idle(), theirs(1, 0.0));
    let answered = "theirs 1 answered by 2 (reply) after 5 h";
    check_at(900.0, vec![idle.clone(), reply()], &[], &[answered, "mine 2 expired"]);
    check_at(900.0, vec![idle], &[], &["theirs 1 closed: didn't ask for an answer"]);
    check_at(719.9, vec![plain.clone()], &[], &["theirs 1 open"]);
    check_at(720.0, vec![plain.clone()], &[], &["theirs 1 expired"]);
    check_at(4.0, vec![plain, reply()], &[], &["theirs 1 open", "mine 2 open"]);
}

#[test]
fn only_the_first_touch_of_a_conversation_opens_it() {
    let found = judged(vec![theirs(1, 0.0), mine(2, 1.0).answering(1), mine(3, 2.0)], &[]);
    let opened: Vec<bool> = found.iter().map(|turn| turn.opens_thread).collect();
    assert_eq!(opened, [true, false, true]);
}
