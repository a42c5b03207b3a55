//! What becomes of touches whose clocks disagree, and of copies of the same touch.

use super::*;

/// Their reply to 1, by a clock that is so many seconds off.
fn off_by(seconds: i64, id: i64) -> Touch {
    Touch { at: Moment(BEGIN + seconds), ..theirs(id, 0.0).answering(1) }
}

const MISTIMED: &str = "mine 1 closed: answered, by a clock that is wrong";

#[test]
fn a_clock_ten_minutes_ahead_is_forgiven() {
    let second = "mine 1 answered by 2 (reply) after 0.0003 h";
    for seconds in [0, -1, -600] {
        check(vec![mine(1, 0.0), off_by(seconds, 2)], &[second, "theirs 2 open"]);
    }
}

#[test]
fn an_exchange_by_a_clock_further_off_does_not_count_but_its_messages_do() {
    check(vec![mine(1, 0.0), off_by(-601, 2)], &["theirs 2 open", MISTIMED]);
    check(
        vec![mine(1, 0.0), off_by(-7200, 2), mine(3, 5.0).answering(2).in_thread(1)],
        &["theirs 2 answered by 3 (reply) after 7 h", MISTIMED, "mine 3 open"],
    );
}

#[test]
fn a_reply_to_what_a_wrong_clock_dated_later_is_itself_answered_in_time() {
    check(
        vec![
            theirs(1, 0.6),
            mine(2, 0.0).answering(1),
            theirs(3, 0.5).answering(2).in_thread(1),
            mine(4, 2.5).answering(3).in_thread(1),
        ],
        &[
            "mine 2 answered by 3 (reply) after 0.5 h",
            "theirs 3 answered by 4 (reply) after 2 h",
            "theirs 1 closed: answered, by a clock that is wrong",
            "mine 4 open",
        ],
    );
}

#[test]
fn replies_in_a_row_wait_for_each_other() {
    let minutes = |touch: Touch, minutes: i64| Touch { at: Moment(BEGIN + minutes * 60), ..touch };
    check(
        vec![
            mine(1, 0.0),
            minutes(theirs(2, 0.0).answering(1), -5),
            minutes(mine(3, 0.0).answering(2).in_thread(1), -3),
        ],
        &[
            "mine 1 answered by 2 (reply) after 0.0003 h",
            "theirs 2 answered by 3 (reply) after 0.0003 h",
            "mine 3 open",
        ],
    );
}

#[test]
fn copies_under_several_message_ids_are_one_message() {
    let copy = |id| theirs(id, 0.0).about(7);
    check(
        vec![
            copy(1),
            copy(2),
            mine(3, 2.0).answering(1).about(7),
            mine(4, 9.0).answering(2).about(7),
        ],
        &["theirs 1,2 answered by 3 (reply) after 2 h", "mine 3,4 open"],
    );
}

#[test]
fn of_copies_that_differ_the_one_whose_text_was_read_says_what_is_asked() {
    let read = |id| theirs(id, 0.0).about(7);
    let unread = |id| Touch { features: Features::NONE, ..read(id) };
    check(vec![read(1), unread(2)], &["theirs 1,2 open"]);
    check(vec![unread(1), read(2)], &["theirs 2,1 open"]);
}
