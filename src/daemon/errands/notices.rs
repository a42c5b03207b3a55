//! What is wrong with accounts, told once a day each, and what such a notice says.
//!
//! Shows nothing. What is wrong, the sources say; an account that was mended meanwhile is passed
//! over.

use jiff::civil::Date;

use crate::deliver::{Alert, Choices};
use crate::domain::decide::outbox::{Delivery, DeliveryKind, DeliveryMark, DeliveryState};
use crate::domain::model::Moment;
use crate::domain::policy::AlertUrgency;
use crate::domain::text;
use crate::error::Result;
use crate::source::{Problem, Problems};
use crate::store::Store;

/// Whether the user hasn't been told of all of it on this day.
///
/// # Errors
/// Where the database can't be read.
pub fn has_untold(store: &Store, problems: &Problems, day: Date) -> Result<bool> {
    for (account, problem) in problems {
        let state = store.state_of(&delivery(account, problem, day))?;
        if state != Some(DeliveryState::Sent) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Marks what is to be told on this day.
///
/// # Errors
/// Where the database can't be written.
pub fn plan(store: &Store, problems: &Problems, day: Date, now: Moment) -> Result<()> {
    for (account, problem) in problems {
        store.plan(&delivery(account, problem, day), DeliveryMark::Plain, now)?;
    }
    Ok(())
}

/// What was marked and not told yet, as the outbox numbers it. `None`: it is not of this day, or
/// mended.
///
/// # Errors
/// Where the database can't be read.
pub fn waiting(store: &Store, problems: &Problems, day: Date) -> Result<Vec<(i64, Option<Alert>)>> {
    let unsent = store.unsent(DeliveryKind::Notice)?.into_iter();
    let still_so = unsent.map(|item| {
        let mut open = problems.iter();
        let found = open.find(|(account, problem)| item.what == delivery(account, problem, day));
        (item.id, found.map(|(account, problem)| notice(account, problem)))
    });
    Ok(still_so.collect())
}

fn delivery(account: &str, problem: &Problem, day: Date) -> Delivery {
    Delivery::Notice { problem: format!("{account}: {}", problem.name), day }
}

fn notice(account: &str, problem: &Problem) -> Alert {
    Alert {
        about: about(account),
        title: format!("Can't read mail for {}", text::clean(account)),
        body: problem.detail.clone(),
        urgency: AlertUrgency::Normal,
        choices: Choices::None,
    }
}

/// What a notice of an account is about.
pub fn about(account: &str) -> String {
    format!("notice {account}")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::error::Error;

    const NOW: Moment = Moment(1_795_608_000);

    fn problems(errors: &[(&str, Error)]) -> Problems {
        let problem = |error| Problem::of(error).unwrap();
        errors.iter().map(|(account, error)| ((*account).to_owned(), problem(error))).collect()
    }

    fn refused(words: &str) -> Error {
        Error::login_refused(format!("mail.example.org refused the login: {words}"))
    }

    fn other_certificate(found: &str) -> Error {
        Error::config(format!("mail.example.org shows another certificate\nfound {found}"))
            .hint("ask who runs it")
    }

    fn no_token(words: &str) -> Error {
        Error::config(format!("login.example.org gives no token: {words}"))
    }

    /// Tells what has to be told, and returns it.
    fn told(store: &Store, problems: &Problems, day: Date) -> Vec<(String, String)> {
        plan(store, problems, day, NOW).unwrap();
        let waiting = waiting(store, problems, day).unwrap().into_iter();
        let notices = waiting.filter_map(|(id, notice)| {
            store.set_delivery_state(id, DeliveryState::Sent, NOW).unwrap();
            notice
        });
        notices.map(|notice| (notice.title, notice.body)).collect()
    }

    #[test]
    fn each_problem_of_each_account_is_told_once_a_day_in_whatever_words() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let (monday, tuesday) = (date(2026, 11, 23), date(2026, 11, 24));
        let count = |errors: &[(&str, Error)], day| told(&store, &problems(errors), day).len();
        assert_eq!(count(&[("work", refused("no (1)")), ("play", refused("no"))], monday), 2);
        assert_eq!(count(&[("work", refused("no (2)"))], monday), 0);
        assert_eq!(count(&[("work", other_certificate("A"))], monday), 1);
        assert_eq!(count(&[("work", other_certificate("B"))], monday), 0);
        assert_eq!(count(&[("work", no_token("trace 1"))], monday), 1);
        assert_eq!(count(&[("work", no_token("trace 2"))], monday), 0);
        assert_eq!(count(&[("work", refused("no (3)"))], tuesday), 1);
        assert_eq!(count(&[], tuesday), 0);
    }

    #[test]
    fn a_notice_says_what_happened_and_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let told = told(&store, &problems(&[("work", other_certificate("A"))]), date(2026, 11, 23));
        let body = "mail.example.org shows another certificate\nfound A\nask who runs it";
        assert_eq!(told, [("Can't read mail for work".to_owned(), body.to_owned())]);
    }

    #[test]
    fn what_was_mended_or_waited_for_another_day_is_not_told() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let refused = problems(&[("work", refused("no"))]);
        let monday = date(2026, 11, 23);
        plan(&store, &refused, monday, NOW).unwrap();
        let tuesday = date(2026, 11, 24);
        for (problems, day) in [(&Problems::default(), monday), (&refused, tuesday)] {
            let waiting = waiting(&store, problems, day).unwrap();
            assert!(matches!(waiting.as_slice(), [(_, None)]));
        }
    }

    #[test]
    fn what_may_pass_is_no_problem_of_the_user() {
        assert_eq!(Problem::of(&Error::temporary("no connection")), None);
    }
}
