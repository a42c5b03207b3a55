//! A mistake in the configuration file, shown with its line, a caret and what to do.
//!
//! Plain text without colour; a password that stands in the file by accident is blotted out.

use std::ops::Range;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::error::Error;

/// What is wrong, and where in the file.
#[derive(Debug)]
pub(super) struct Mistake(Box<Parts>);

#[derive(Debug, Default)]
struct Parts {
    message: String,
    /// `None` when something is missing altogether.
    at: Option<Range<usize>>,
    /// Beside the caret: what is expected there.
    label: String,
    /// A second place that the mistake has to do with.
    also: Option<(Range<usize>, String)>,
    hint: Option<String>,
}

impl Mistake {
    pub(super) fn at(
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        let (message, label) = (message.into(), label.into());
        Mistake(Box::new(Parts { message, label, at: Some(span), ..Parts::default() }))
    }

    pub(super) fn nowhere(message: impl Into<String>) -> Self {
        Mistake(Box::new(Parts { message: message.into(), ..Parts::default() }))
    }

    pub(super) fn also(mut self, span: Range<usize>, label: impl Into<String>) -> Self {
        self.0.also = Some((span, label.into()));
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    pub(super) fn into_error(self, text: &str, path: &Path) -> Error {
        let error = Error::config(self.0.render(text, path));
        match self.0.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

impl Parts {
    fn render(&self, text: &str, path: &Path) -> String {
        let Some(at) = &self.at else {
            return format!("{}: {}", path.display(), self.message);
        };
        let blotted = blot_passwords(text);
        let primary =
            AnnotationKind::Primary.span(first_line_of(at, text)).label(self.label.as_str());
        let also = self.also.as_ref().map(|(span, label)| {
            AnnotationKind::Context.span(first_line_of(span, text)).label(label.as_str())
        });
        let snippet = Snippet::source(blotted)
            .path(path.display().to_string())
            .annotation(primary)
            .annotations(also);
        let title = Level::ERROR.no_name().primary_title(self.message.as_str());
        Renderer::plain().render(&[title.element(snippet)])
    }
}

impl From<toml::de::Error> for Mistake {
    fn from(error: toml::de::Error) -> Self {
        let span = error.span().unwrap_or(0..0);
        let message = error.message();
        if let Some(rest) = message.strip_prefix("unknown field ") {
            let (unknown, known) = quoted(rest);
            return Mistake::at(span, format!("unknown key `{unknown}`"), nearest(unknown, &known));
        }
        if let Some(rest) = message.strip_prefix("unknown variant ") {
            let (unknown, known) = quoted(rest);
            let message = format!("\"{unknown}\" is not a value of this key");
            return Mistake::at(span, message, nearest(unknown, &known));
        }
        if let Some((what, expected)) = message.rsplit_once(", expected ") {
            let expected = match expected {
                "u16" => "a number up to 65535",
                "u32" => "a number, not negative",
                other => other,
            };
            return Mistake::at(span, what, format!("expected {expected}"));
        }
        Mistake::at(span, message, "here")
    }
}

/// The words in backticks: the unknown one, then the known ones.
fn quoted(message: &str) -> (&str, Vec<&str>) {
    let mut words = message.split('`').skip(1).step_by(2);
    (words.next().unwrap_or_default(), words.collect())
}

/// Names the known word that was probably meant; if none is near, all of them.
pub(super) fn nearest(word: &str, known: &[&str]) -> String {
    let word = word.to_lowercase();
    let best = known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(&word, candidate), candidate))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((similarity, candidate)) if similarity > 0.7 => format!("did you mean `{candidate}`?"),
        _ => format!("known here: {}", known.join(", ")),
    }
}

/// The part of a span that lies on its first line, within the text.
fn first_line_of(span: &Range<usize>, text: &str) -> Range<usize> {
    let start = span.start.min(text.len());
    let end = span.end.clamp(start, text.len());
    let line = text.get(start..end).and_then(|part| part.lines().next()).unwrap_or_default();
    start..start + line.len()
}

/// Replaces, byte for byte, what looks like a password written straight into the file.
fn blot_passwords(text: &str) -> String {
    text.split_inclusive('\n').map(blot_line).collect()
}

fn blot_line(line: &str) -> String {
    const SOURCES: [&str; 4] = ["command", "file", "credential", "keyring"];
    let Some((key, value)) = line.split_once('=') else { return line.to_owned() };
    let mut parts = key.split('.').map(|part| part.trim().trim_matches(['"', '\'', '#']));
    let names_password =
        parts.any(|part| part.to_lowercase().starts_with("pass") || part == "client_secret");
    let names_source = parts.next().is_some_and(|part| SOURCES.contains(&part));
    let table = value.trim_start().starts_with('{');
    let inside = value.replace(' ', "").contains("client_secret=\"");
    if !inside && (!names_password || names_source || table) {
        return line.to_owned();
    }
    let blot = |c: char| if c.is_whitespace() { c.to_string() } else { "*".repeat(c.len_utf8()) };
    format!("{key}={}", value.chars().map(blot).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_the_file_never_reaches_a_message() {
        for line in [
            "password = \"hünter2\"",
            "  passwort=\"x\"",
            "password.word = 'hunter2'",
            "oauth.client_secret = \"hunter2\"",
            "oauth = { client_secret = \"hunter2\" }",
        ] {
            let blotted = blot_passwords(&format!("a = 1\n{line}\nb = 2"));
            assert_eq!(blotted.len(), line.len() + "a = 1\n\nb = 2".len());
            assert!(blotted.starts_with("a = 1\n") && blotted.ends_with("\nb = 2"));
            assert!(!blotted.contains("nter2") && !blotted.contains('x'), "{blotted}");
        }
    }

    #[test]
    fn where_a_password_comes_from_may_be_seen() {
        for line in ["password.command = [\"pass\"]", "password.file = \"x\"", "password = {}"] {
            assert_eq!(blot_passwords(line), line);
        }
    }
}
