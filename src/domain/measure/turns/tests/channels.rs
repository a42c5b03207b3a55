//! Calls, meetings and messages of other channels: what they answer, and what answers them.

use super::*;

fn by_them(touch: Touch) -> Touch {
    Touch { author: Author::Them, ..touch }
}

/// A call of mine that they didn't take.
fn missed(id: i64, hours: f64) -> Touch {
    Touch { spoken: false, ..spoken(id, hours, Channel::Phone) }
}

/// On LinkedIn, in this conversation.
fn message(touch: Touch, conversation: i64) -> Touch {
    Touch {
        channel: Channel::Linkedin,
        own_id: None,
        thread: i64::MIN + 1_000 + conversation,
        ..touch
    }
}

#[test]
fn a_call_that_was_picked_up_is_answered_at_once_and_answers_what_is_open() {
    check(
        vec![theirs(1, 0.0), mine(2, 1.0), spoken(1, 5.0, Channel::Phone)],
        &[
            "theirs 1 answered by e1 (open_turn) after 5 h",
            "mine 2 answered by e1 (open_turn) after 4 h",
            "mine e1 answered by e1 (manual) after 0 h",
        ],
    );
}

#[test]
fn a_call_that_they_began_is_a_promise_of_mine_that_was_kept() {
    check(
        vec![by_them(spoken(1, 5.0, Channel::Phone))],
        &["theirs e1 answered by e1 (manual) after 0 h"],
    );
}

#[test]
fn a_missed_call_opens_a_turn_and_answers_no_mail() {
    check(vec![theirs(1, 0.0), missed(1, 5.0)], &["theirs 1 open", "mine e1 open"]);
}

#[test]
fn calls_in_vain_wait_for_one_call_back() {
    let called =
        || vec![by_them(missed(1, 0.0)), by_them(missed(2, 1.0)), by_them(missed(3, 30.0))];
    check(called(), &["theirs e1,e2,e3 open"]);
    check(
        [called(), vec![spoken(4, 31.0, Channel::Phone)]].concat(),
        &[
            "theirs e1,e2,e3 answered by e4 (open_turn) after 31 h",
            "mine e4 answered by e4 (manual) after 0 h",
        ],
    );
}

#[test]
fn who_calls_back_has_returned_the_call_though_nobody_took_it() {
    check(
        vec![by_them(missed(1, 0.0)), missed(2, 3.0), by_them(missed(3, 5.0))],
        &[
            "theirs e1 answered by e2 (open_turn) after 3 h",
            "mine e2 answered by e3 (open_turn) after 2 h",
            "theirs e3 open",
        ],
    );
}

#[test]
fn a_mail_about_something_new_answers_a_call_and_a_message_and_no_mail() {
    check(
        vec![
            theirs(9, 0.0),
            by_them(missed(1, 0.5)),
            message(by_them(mine(2, 1.0)), 5),
            mine(3, 4.0),
        ],
        &[
            "theirs 9 open",
            "theirs e1 answered by 3 (open_turn) after 3.5 h",
            "theirs 2 answered by 3 (open_turn) after 3 h",
            "mine 3 open",
        ],
    );
}

#[test]
fn a_mail_that_answers_another_answers_no_call() {
    check(
        vec![theirs(1, 0.0), by_them(missed(2, 1.0)), mine(3, 4.0).answering(1)],
        &["theirs 1 answered by 3 (reply) after 4 h", "theirs e2 open", "mine 3 open"],
    );
}

#[test]
fn messages_of_one_conversation_are_one_turn_until_they_are_answered() {
    check(
        vec![
            message(by_them(mine(1, 0.0)), 7),
            message(by_them(mine(2, 1.0)), 7),
            message(mine(3, 5.0), 7),
        ],
        &["theirs 1,2 answered by 3 (thread) after 5 h", "mine 3 open"],
    );
}

#[test]
fn a_meeting_answers_what_is_open_and_asks_nothing() {
    check(
        vec![theirs(1, 0.0), spoken(1, 5.0, Channel::Meeting)],
        &["theirs 1 answered by e1 (open_turn) after 5 h"],
    );
}

#[test]
fn a_meeting_is_no_answer_to_what_asks_for_none() {
    check(
        vec![theirs(1, 0.0).idle(), spoken(1, 5.0, Channel::Meeting)],
        &["theirs 1 closed: didn't ask for an answer"],
    );
}

#[test]
fn a_message_elsewhere_answers_what_is_open_on_the_other_side() {
    check(
        vec![theirs(1, 0.0), mine(2, 1.0), message(mine(3, 2.0), 7)],
        &["theirs 1 answered by 3 (open_turn) after 2 h", "mine 2 open", "mine 3 open"],
    );
}
