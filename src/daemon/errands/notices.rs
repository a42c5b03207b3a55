//! What is wrong with accounts, told once a day each, and what such a notice says.
//!
//! Shows nothing. What is wrong, the sources say; an account that was mended meanwhile is passed
//! over.

use crate::deliver::{Alert, Urgency};
use crate::domain::model::Moment;
use crate::domain::text;
use crate::error::Result;
use crate::source::{Problem, Problems};
use crate::store::{OutboxItem, Store};

const KIND: &str = "notice";

/// Marks what is to be told on this day.
pub fn plan_notices(store: &Store, problems: &Problems, day: &str, now: Moment) -> Result<()> {
    for (account, problem) in problems {
        store.plan(KIND, &subject(account, problem), day, "", now)?;
    }
    Ok(())
}

/// What was marked and not told yet. `None`: it is not of this day, or mended.
pub fn waiting(
    store: &Store,
    problems: &Problems,
    day: &str,
) -> Result<Vec<(OutboxItem, Option<Alert>)>> {
    let still_so = |item: OutboxItem| {
        let is_it = |(account, problem): &(&String, &Problem)| {
            item.period == day && item.subject == subject(account, problem)
        };
        let found = problems.iter().find(is_it);
        let told = found.map(|(account, problem)| notice(account, problem));
        (item, told)
    };
    Ok(store.unsent(KIND)?.into_iter().map(still_so).collect())
}

fn subject(account: &str, problem: &Problem) -> String {
    format!("{account}: {}", problem.name)
}

fn notice(account: &str, problem: &Problem) -> Alert {
    Alert {
        id: None,
        title: format!("Mail of {} can't be read", text::clean(account)),
        body: problem.detail.clone(),
        urgency: Urgency::Normal,
    }
}

#[cfg(test)]
mod tests {
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
    fn told(store: &Store, problems: &Problems, day: &str) -> Vec<(String, String)> {
        plan_notices(store, problems, day, NOW).unwrap();
        let waiting = waiting(store, problems, day).unwrap().into_iter();
        let notices = waiting.filter_map(|(item, notice)| {
            store.set_outbox_state(item.id, "sent", NOW).unwrap();
            notice
        });
        notices.map(|notice| (notice.title, notice.body)).collect()
    }

    #[test]
    fn each_problem_of_each_account_is_told_once_a_day_in_whatever_words() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let (monday, tuesday) = ("2026-11-23", "2026-11-24");
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
        let told = told(&store, &problems(&[("work", other_certificate("A"))]), "2026-11-23");
        let body = "mail.example.org shows another certificate\nfound A\nask who runs it";
        assert_eq!(told, [("Mail of work can't be read".to_owned(), body.to_owned())]);
    }

    #[test]
    fn what_was_mended_or_waited_for_another_day_is_not_told() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let refused = problems(&[("work", refused("no"))]);
        plan_notices(&store, &refused, "2026-11-23", NOW).unwrap();
        for (problems, day) in [(&Problems::default(), "2026-11-23"), (&refused, "2026-11-24")] {
            let waiting = waiting(&store, problems, day).unwrap();
            assert!(matches!(waiting.as_slice(), [(_, None)]));
        }
    }

    #[test]
    fn what_may_pass_is_no_problem_of_the_user() {
        assert_eq!(Problem::of(&Error::temporary("no connection")), None);
    }
}
