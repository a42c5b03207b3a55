//! Questions to whoever sits at the terminal. Where there is none nothing is asked: what is missing
//! is an error that names the option.

use std::fmt::Display;
use std::io::{self, IsTerminal};

use inquire::{Confirm, InquireError, MultiSelect, Password, PasswordDisplayMode, Select, Text};
use secrecy::SecretString;

use crate::error::{Error, Result};

/// Whether an answer will do; if not, why.
pub(super) type AnswerCheck = fn(&str) -> std::result::Result<(), String>;

pub(super) struct Asker {
    can_ask: bool,
}

impl Asker {
    pub(super) fn of_terminal() -> Asker {
        Asker { can_ask: io::stdin().is_terminal() && io::stderr().is_terminal() }
    }

    pub(super) fn can_ask(&self) -> bool {
        self.can_ask
    }

    /// What has to be known.
    ///
    /// # Errors
    /// `Usage` with the `option` where nobody can be asked; `Failed` where the answer is to stop.
    pub(super) fn needed(
        &self,
        option: &str,
        question: &str,
        check: AnswerCheck,
    ) -> Result<String> {
        if !self.can_ask {
            return Err(missing(option));
        }
        self.text(question, "", check)
    }

    /// An answer that may stay as it is proposed.
    ///
    /// # Errors
    /// `Failed` where the answer is to stop.
    pub(super) fn text(
        &self,
        question: &str,
        proposed: &str,
        check: AnswerCheck,
    ) -> Result<String> {
        let validate = move |text: &str| {
            Ok(match check(text.trim()) {
                Ok(()) => inquire::validator::Validation::Valid,
                Err(why) => inquire::validator::Validation::Invalid(why.into()),
            })
        };
        let text = Text::new(question).with_initial_value(proposed).with_validator(validate);
        text.prompt().map(|answer| answer.trim().to_owned()).map_err(broken_off)
    }

    /// # Errors
    /// `Failed` where the answer is to stop.
    pub(super) fn secret(&self, question: &str) -> Result<SecretString> {
        let password = Password::new(question)
            .with_display_mode(PasswordDisplayMode::Masked)
            .without_confirmation();
        password.prompt().map(SecretString::from).map_err(broken_off)
    }

    /// One of several; the first is proposed.
    ///
    /// # Errors
    /// `Failed` where the answer is to stop.
    pub(super) fn one_of<T: Display>(&self, question: &str, choices: Vec<T>) -> Result<T> {
        Select::new(question, choices).without_filtering().prompt().map_err(broken_off)
    }

    /// Any of several; none is proposed.
    ///
    /// # Errors
    /// `Failed` where the answer is to stop.
    pub(super) fn any_of<T: Display>(&self, question: &str, choices: Vec<T>) -> Result<Vec<T>> {
        MultiSelect::new(question, choices).without_filtering().prompt().map_err(broken_off)
    }

    /// # Errors
    /// `Failed` where the answer is to stop.
    pub(super) fn confirmed(&self, question: &str, proposed: bool) -> Result<bool> {
        Confirm::new(question).with_default(proposed).prompt().map_err(broken_off)
    }
}

pub(super) fn missing(option: &str) -> Error {
    Error::usage("something is missing, and there's no terminal to ask in")
        .hint(format!("add {option}"))
}

fn broken_off(cause: InquireError) -> Error {
    match cause {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => {
            Error::failed("setup cancelled")
        }
        cause => Error::failed("can't ask").because(cause),
    }
}
