//! Splits a header block into its fields (RFC 5322 §2.2), without decoding anything.

use std::io::BufRead;

/// Longer header blocks are read up to here, in bytes.
pub const HEADER_CAP: usize = 256 * 1024;
/// No field that matters has a longer name.
pub(super) const LONGEST_NAME: usize = 32;
/// Longer fields are cut: no boundary and no charset needs more (RFC 2046 §5.1.1).
pub(super) const LONGEST_FIELD: usize = 2 * 1024;

/// One field as it stands in the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field<'x> {
    pub name: &'x [u8],
    /// Everything behind the colon, with folds and line ends.
    pub value: &'x [u8],
}

impl Field<'_> {
    /// The name in lower case, written into `buffer`; `None` when it doesn't fit.
    pub(super) fn lower_name<'b>(&self, buffer: &'b mut [u8; LONGEST_NAME]) -> Option<&'b str> {
        let name = buffer.get_mut(..self.name.len())?;
        name.copy_from_slice(self.name);
        name.make_ascii_lowercase();
        std::str::from_utf8(name).ok()
    }
}

/// The fields from the top to the first empty line. Lines that are no fields, such as the `From `
/// of an mbox, are passed over with their continuations; so are empty lines before the first field.
pub(super) struct Fields<'x> {
    rest: &'x [u8],
    started: bool,
}

impl<'x> Fields<'x> {
    pub(super) fn of(header: &'x [u8]) -> Self {
        Fields { rest: header, started: false }
    }

    /// The next line with those that continue it.
    fn unit(&mut self) -> &'x [u8] {
        let mut end = line_end(self.rest);
        while !is_blank(&self.rest[..end])
            && self.rest.get(end).is_some_and(|byte| matches!(byte, b' ' | b'\t'))
        {
            end += line_end(&self.rest[end..]);
        }
        let (unit, rest) = self.rest.split_at(end);
        self.rest = rest;
        unit
    }
}

impl<'x> Iterator for Fields<'x> {
    type Item = Field<'x>;

    fn next(&mut self) -> Option<Field<'x>> {
        while !self.rest.is_empty() {
            let unit = self.unit();
            if is_blank(unit) && self.started {
                self.rest = &[];
            } else if let Some(field) = field(unit) {
                self.started = true;
                return Some(field);
            }
        }
        None
    }
}

/// Where the first line ends, its line feed included.
fn line_end(mut bytes: &[u8]) -> usize {
    // Reading from a slice can't fail, and searches many bytes at a time.
    bytes.skip_until(b'\n').unwrap_or_default()
}

fn is_blank(line: &[u8]) -> bool {
    matches!(line, b"\n" | b"\r\n")
}

/// White space between name and colon is obsolete, but allowed (RFC 5322 §4.5).
fn field(unit: &[u8]) -> Option<Field<'_>> {
    let colon = unit.iter().position(|byte| matches!(byte, b':' | b'\n'))?;
    let (name, rest) = unit.split_at(colon);
    let name = name.trim_ascii_end();
    let value = rest.strip_prefix(b":")?;
    let named = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    named.then_some(Field { name, value })
}

/// The first of each of these fields that say what a body is, and an empty line.
pub(super) fn picked(header: &[u8], names: &[&'static str]) -> Vec<u8> {
    let header = header.get(..HEADER_CAP).unwrap_or(header);
    let mut picked = Vec::new();
    let mut found = Vec::new();
    for field in Fields::of(header) {
        let mut buffer = [0; LONGEST_NAME];
        let Some(name) = field.lower_name(&mut buffer) else { continue };
        let Some(name) = names.iter().copied().find(|it| *it == name) else { continue };
        if !found.contains(&name) {
            found.push(name);
            picked.extend_from_slice(name.as_bytes());
            picked.push(b':');
            let value = field.value.get(..LONGEST_FIELD).unwrap_or(field.value);
            picked.extend_from_slice(value.trim_ascii_end());
            picked.extend_from_slice(b"\r\n");
        }
    }
    if picked.is_empty() {
        // The parser takes a body without any field above it for a header.
        picked.extend_from_slice(b"mime-version: 1.0\r\n");
    }
    picked.extend_from_slice(b"\r\n");
    picked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, expect: &[(&str, &str)]) {
        let fields: Vec<(String, String)> = Fields::of(header.as_bytes())
            .map(|field| (field.name, field.value))
            .map(|(name, value)| (String::from_utf8_lossy(name), String::from_utf8_lossy(value)))
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let expect: Vec<_> = expect.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
        assert_eq!(fields, expect, "of {header:?}");
    }

    #[test]
    fn fields_end_at_the_first_empty_line() {
        check("A: 1\r\nB:2\r\n\r\nC: 3\r\n", &[("A", " 1\r\n"), ("B", "2\r\n")]);
        check("A: 1\n\nB: 2\n", &[("A", " 1\n")]);
        check("A: 1", &[("A", " 1")]);
    }

    #[test]
    fn folded_lines_belong_to_their_field() {
        check("A: 1\r\n 2\r\n\t3\r\nB: 4\r\n", &[("A", " 1\r\n 2\r\n\t3\r\n"), ("B", " 4\r\n")]);
        check("A: 1\n \n 2\n", &[("A", " 1\n \n 2\n")]);
    }

    #[test]
    fn lines_that_are_no_fields_are_passed_over() {
        check("From ada@example.org Mon Jan  1 00:00:00 2024\nA: 1\n", &[("A", " 1\n")]);
        check("A: 1\n>From here: x\nnonsense\n B: 2\nC: 3\n", &[("A", " 1\n"), ("C", " 3\n")]);
        check("\r\n\nA : 1\n", &[("A", " 1\n")]);
        check(": nameless\n\n", &[]);
        check("", &[]);
    }
}
