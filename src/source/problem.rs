//! What is wrong with an account, as far as its user has to know.
//!
//! Decides neither when an account is tried again nor how its user is told; only the log hears of
//! it from here.

use std::collections::BTreeMap;

use tracing::{info, warn};

use crate::domain::text::clean;
use crate::error::{Error, Kind};

/// What keeps an account from being read until its user mends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The same for the same problem, whatever words the server finds for it this time.
    pub name: String,
    /// What happened and what to do about it, one thought a line.
    pub detail: String,
}

/// The problem of each account that has one now.
pub type Problems = BTreeMap<String, Problem>;

impl Problem {
    /// `None` where waiting may help.
    pub fn of(error: &Error) -> Option<Problem> {
        match error.kind() {
            Kind::LoginRefused => Some(Problem::named("login", error)),
            // What follows says what was found this time, in words that may not be ours.
            Kind::Config => {
                let text = error.to_string();
                Some(Problem::named(text.split([':', '\n']).next().unwrap_or_default(), error))
            }
            Kind::Temporary | Kind::Untrusted | Kind::Usage | Kind::NoRoom | Kind::Failed => None,
        }
    }

    /// Waiting may have helped, but hasn't for long.
    pub fn outage(error: &Error) -> Problem {
        Problem::named("outage", error)
    }

    fn named(name: &str, error: &Error) -> Problem {
        let text = error.to_string();
        let lines: Vec<&str> = text.lines().chain(error.advice()).collect();
        Problem { name: name.to_owned(), detail: lines.join("\n") }
    }
}

/// Puts an account's problem in the place of the one before, and logs it unless it is the same.
pub(super) fn replace(problems: &mut Problems, account: &str, problem: Option<Problem>) {
    let before = problems.remove(account);
    match (&before, &problem) {
        (Some(before), Some(problem)) if before.name == problem.name => {}
        (_, Some(problem)) => warn!(account, "{}", on_one_line(&problem.detail)),
        (Some(_), None) => info!(account, "it can be read again"),
        (None, None) => {}
    }
    problems.extend(problem.map(|problem| (account.to_owned(), problem)));
}

/// A server's words may be among these.
fn on_one_line(detail: &str) -> String {
    detail.lines().map(clean).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use std::io::{self, Seek};
    use std::sync::Arc;

    use tracing_subscriber::fmt::layer;
    use tracing_subscriber::prelude::*;

    use super::*;

    /// What stands in the log at the normal level, once the problems of one account were these.
    fn logged(course: impl IntoIterator<Item = Option<Problem>>) -> Vec<String> {
        let mut file = tempfile::tempfile().unwrap();
        let log = Arc::new(file.try_clone().unwrap());
        let lines = layer().with_writer(log).with_ansi(false).without_time().with_target(false);
        let subscriber = tracing_subscriber::registry().with(lines);
        tracing::subscriber::with_default(subscriber, || {
            let mut problems = Problems::new();
            for problem in course {
                let now = problem.clone();
                replace(&mut problems, "work", problem);
                assert_eq!(problems.get("work"), now.as_ref());
            }
        });
        file.rewind().unwrap();
        let text = io::read_to_string(file).unwrap();
        text.lines().map(|line| line.trim().to_owned()).collect()
    }

    fn refused(words: &str) -> Option<Problem> {
        Problem::of(&Error::login_refused(words).hint("fix the password"))
    }

    #[test]
    fn the_log_hears_of_a_problem_when_it_begins_changes_and_ends() {
        let outage = Some(Problem::outage(&Error::temporary("no connection")));
        let course = [None, refused("no"), refused("never"), outage.clone(), outage, None, None];
        assert_eq!(
            logged(course),
            [
                "WARN no; fix the password account=\"work\"",
                "WARN no connection account=\"work\"",
                "INFO it can be read again account=\"work\"",
            ]
        );
    }

    #[test]
    fn a_servers_words_stay_on_their_line_of_the_log() {
        assert_eq!(
            logged([refused("no\u{1b}[2J\r\nERROR\u{202e} me")]),
            ["WARN no [2J; ERROR me; fix the password account=\"work\""]
        );
    }
}
