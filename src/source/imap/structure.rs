//! What a multipart is made of (BODYSTRUCTURE, RFC 3501 §7.4.2): where its text stands, and what its
//! attachments are called.
//!
//! Asked of one message at a time, below the capped reader, and only where the beginning of the body
//! doesn't say it: a structure may be nested as deep as a stranger likes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use async_imap::imap_proto::{
    AttributeValue, BodyStructure, MessageSection, Response, SectionPath,
};

use super::failure::Failure;
use super::texts::TextPass;
use crate::mail;
use crate::source::RawMail;

/// Questions that are put before the first of them is answered.
const AHEAD: usize = 20;

/// What of a message the beginning of its body doesn't tell.
#[derive(Debug, Default)]
struct Missing {
    text: bool,
    names: bool,
}

/// What the server said of a message.
#[derive(Debug, Default)]
struct Structure {
    text_path: Option<Vec<u32>>,
    names: Vec<String>,
    /// The fields that say how to read the part that holds the text, and its beginning.
    fields: Vec<u8>,
    start: Vec<u8>,
}

type Findings = BTreeMap<u32, Structure>;

impl TextPass<'_, '_> {
    /// Completes mails that came with the beginnings of their bodies, as far as a server tells more;
    /// what it refuses is done without. After a failure, of this or `so_far`, only those are left
    /// that lack nothing, and the one that it failed for where the reply can't be read, or
    /// it was asked for as often as it ever is.
    pub(super) async fn complete(
        &mut self,
        mails: &mut Vec<RawMail>,
        so_far: Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut open = BTreeMap::new();
        for mail in mails.iter_mut() {
            let missing = missing(mail);
            if let (true, Some(uid)) = (missing.text || missing.names, uid(mail)) {
                open.insert(uid, missing);
            }
        }
        let (mut found, mut lacking) =
            (Findings::new(), open.keys().copied().collect::<BTreeSet<u32>>());
        if so_far.is_err() {
            retain(mails, &lacking);
            return so_far;
        }
        let outcome = self.look_into(&open, &mut found, &mut lacking).await;
        if let Err((uid, failure)) = &outcome
            && (matches!(failure, Failure::Unreadable(_)) || self.is_spent(*uid))
        {
            lacking.remove(uid);
        }
        retain(mails, &lacking);
        for mail in mails {
            let Some(found) = uid(mail).and_then(|uid| found.remove(&uid)) else { continue };
            let part = (!found.start.is_empty())
                .then(|| mail::with_part(&mail.header, &found.fields, &found.start));
            mail.body_start = part.flatten().or(mail.body_start.take());
            mail.attachments = found.names;
        }
        outcome.map_err(|(_, failure)| failure)
    }

    /// Asks for the structures and then for the parts; `lacking` are those that aren't done.
    async fn look_into(
        &mut self,
        open: &BTreeMap<u32, Missing>,
        found: &mut Findings,
        lacking: &mut BTreeSet<u32>,
    ) -> Result<(), (u32, Failure)> {
        let question = |uid: &u32| (*uid, format!("UID FETCH {uid} (UID BODYSTRUCTURE)"));
        let questions: Vec<_> = open.keys().rev().map(question).collect();
        self.ask_each(&questions, |uid, attributes, is_answered| {
            let found = found.entry(uid).or_default();
            for attribute in attributes {
                if let AttributeValue::BodyStructure(root) = attribute {
                    found.text_path = text_path(root);
                    found.names = names(root);
                }
            }
            let wants_text = open.get(&uid).is_some_and(|missing| missing.text);
            if is_answered && !(wants_text && found.text_path.is_some()) {
                lacking.remove(&uid);
            }
        })
        .await?;

        let question = |uid: &u32| {
            let path: Vec<String> =
                found.get(uid)?.text_path.as_ref()?.iter().map(u32::to_string).collect();
            let (path, most) = (path.join("."), mail::TEXT_START);
            let parts = format!("BODY.PEEK[{path}.MIME] BODY.PEEK[{path}]<0.{most}>");
            Some((*uid, format!("UID FETCH {uid} (UID {parts})")))
        };
        let questions: Vec<_> = lacking.iter().rev().filter_map(question).collect();
        self.ask_each(&questions, |uid, attributes, is_answered| {
            attributes.iter().for_each(|it| found.entry(uid).or_default().take_part(it));
            if is_answered {
                lacking.remove(&uid);
            }
        })
        .await
    }

    /// Puts one question for each message, and gives away what is said of it, and that all was. A
    /// refusal is an answer. What fails says for which message.
    async fn ask_each(
        &mut self,
        questions: &[(u32, String)],
        mut take: impl FnMut(u32, &[AttributeValue<'_>], bool),
    ) -> Result<(), (u32, Failure)> {
        for some in questions.chunks(AHEAD) {
            let mut sent = Vec::with_capacity(some.len());
            for (uid, question) in some {
                let tag = match self.reader.opened(self.folder).await {
                    Ok(connection) => connection.send(question).await,
                    Err(failure) => Err(failure),
                };
                sent.push((*uid, tag.map_err(|failure| (*uid, failure))?));
            }
            for (uid, tag) in sent {
                let on_response = |response: &Response<'_>| {
                    let Response::Fetch(_, attributes) = response else { return };
                    let answered = attributes.iter().find_map(|attribute| match attribute {
                        AttributeValue::Uid(uid) => Some(*uid),
                        _ => None,
                    });
                    if let Some(uid) =
                        answered.filter(|it| some.iter().any(|(asked, _)| asked == it))
                    {
                        take(uid, attributes, false);
                    }
                };
                let connection =
                    self.reader.opened(self.folder).await.map_err(|failure| (uid, failure))?;
                match connection.finish(&tag, on_response).await {
                    Ok(()) => {}
                    Err(failure) if failure.is_meant() => {}
                    Err(failure) => return Err((uid, failure)),
                }
                take(uid, &[], true);
            }
        }
        Ok(())
    }
}

/// Leaves those that lack nothing.
fn retain(mails: &mut Vec<RawMail>, lacking: &BTreeSet<u32>) {
    mails.retain(|mail| uid(mail).is_some_and(|uid| !lacking.contains(&uid)));
}

/// A server's numbers have 32 bits (RFC 3501 §2.3.1.1).
fn uid(mail: &RawMail) -> Option<u32> {
    u32::try_from(mail.uid).ok()
}

/// What the beginning of a body leaves open, after what it tells was taken.
fn missing(mail: &mut RawMail) -> Missing {
    let Some(start) = &mail.body_start else { return Missing::default() };
    let mut attachments = mail::Attachments::of(&mail.header);
    // Reading from a slice can't fail.
    attachments.read(start.as_slice()).unwrap_or_default();
    let is_cut = start.len() >= mail::TEXT_START;
    let missing = Missing {
        text: is_cut && mail::holds_text_further_down(&mail.header, start),
        names: is_cut && attachments.may_go_on(),
    };
    mail.attachments = attachments.into_names();
    missing
}

impl Structure {
    fn take_part(&mut self, attribute: &AttributeValue<'_>) {
        if let AttributeValue::BodySection {
            section: Some(SectionPath::Part(path, section)),
            data: Some(data),
            ..
        } = attribute
            && Some(path) == self.text_path.as_ref()
        {
            match section {
                Some(MessageSection::Mime) => self.fields = data.to_vec(),
                None => self.start = data.get(..mail::TEXT_START).unwrap_or(data).to_vec(),
                Some(_) => {}
            }
        }
    }
}

/// The first plain text that is no attachment, else the first HTML; what is forwarded as a message
/// is somebody else's.
fn text_path(root: &BodyStructure<'_>) -> Option<Vec<u32>> {
    let mut texts = Vec::new();
    collect(root, &mut Vec::new(), &mut texts);
    let of = |kind: &str| texts.iter().find(|(subtype, _)| subtype.eq_ignore_ascii_case(kind));
    of("plain").or_else(|| of("html")).map(|(_, path)| path.clone())
}

fn collect(part: &BodyStructure<'_>, path: &mut Vec<u32>, texts: &mut Vec<(String, Vec<u32>)>) {
    match part {
        BodyStructure::Multipart { bodies, .. } => {
            for (number, body) in (1..).zip(bodies) {
                path.push(number);
                collect(body, path, texts);
                path.pop();
            }
        }
        BodyStructure::Text { common, .. } => {
            let attached = common.disposition.as_ref();
            if !attached.is_some_and(|it| it.ty.eq_ignore_ascii_case("attachment")) {
                texts.push((common.ty.subtype.to_string(), path.clone()));
            }
        }
        BodyStructure::Basic { .. } | BodyStructure::Message { .. } => {}
    }
}

/// What is attached, however deep; not what is attached to a message that is.
fn names(part: &BodyStructure<'_>) -> Vec<String> {
    let common = match part {
        BodyStructure::Multipart { bodies, .. } => {
            return bodies.iter().flat_map(names).take(mail::MOST_NAMES).collect();
        }
        BodyStructure::Text { common, .. }
        | BodyStructure::Basic { common, .. }
        | BodyStructure::Message { common, .. } => common,
    };
    type Parameters<'x> = Option<Vec<(Cow<'x, str>, Cow<'x, str>)>>;
    fn pairs<'x>(parameters: &'x Parameters<'_>) -> Vec<(&'x str, &'x str)> {
        parameters.iter().flatten().map(|(key, value)| (key.as_ref(), value.as_ref())).collect()
    }
    let kind = format!("{}/{}", common.ty.ty, common.ty.subtype);
    let disposition = common.disposition.as_ref();
    let disposition = disposition.map(|it| (it.ty.as_ref(), pairs(&it.params)));
    let disposition = disposition.as_ref().map(|(kind, pairs)| (*kind, pairs.as_slice()));
    mail::attachment_name((&kind, &pairs(&common.ty.params)), disposition).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(structure: &str, path: Option<&[u32]>, named: &[&str]) {
        let line = format!("* 1 FETCH (UID 1 BODYSTRUCTURE {structure})\r\n");
        let (_, response) = Response::parse(line.as_bytes()).unwrap();
        let Response::Fetch(_, attributes) = response else { panic!("{response:?}") };
        let root = attributes.iter().find_map(|attribute| match attribute {
            AttributeValue::BodyStructure(root) => Some(root),
            _ => None,
        });
        assert_eq!(text_path(root.unwrap()).as_deref(), path, "{structure}");
        assert_eq!(names(root.unwrap()), named, "{structure}");
    }

    const PLAIN: &str =
        r#"("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 20 1 NIL NIL NIL NIL)"#;
    const HTML: &str = r#"("text" "html" ("charset" "utf-8") NIL NIL "7bit" 20 1 NIL NIL NIL NIL)"#;
    const IMAGE: &str = r#"("image" "png" NIL NIL NIL "base64" 9000 NIL ("inline" NIL) NIL NIL)"#;
    const NOTES: &str = r#"("text" "plain" NIL NIL NIL "7bit" 9 1 NIL ("attachment" ("filename" "a.txt")) NIL NIL)"#;

    #[test]
    fn text_and_attachments_are_found_wherever_they_stand() {
        check(
            &format!(r#"({IMAGE}{PLAIN} "mixed" ("boundary" "b") NIL NIL NIL)"#),
            Some(&[2]),
            &[],
        );
        let both = format!(r#"({PLAIN}{HTML} "alternative" ("boundary" "c") NIL NIL NIL)"#);
        check(
            &format!(r#"({IMAGE}{both} "mixed" ("boundary" "b") NIL NIL NIL)"#),
            Some(&[2, 1]),
            &[],
        );
        check(
            &format!(r#"({IMAGE}{HTML} "related" ("boundary" "b") NIL NIL NIL)"#),
            Some(&[2]),
            &[],
        );
        let cv = r#"("application" "pdf" ("name" "cv.pdf") NIL NIL "base64" 9 NIL NIL NIL NIL)"#;
        let named = format!(r#"({PLAIN}{cv}{NOTES} "mixed" ("boundary" "b") NIL NIL NIL)"#);
        check(&named, Some(&[1]), &["cv.pdf", "a.txt"]);
        check(
            &format!(r#"({NOTES}{IMAGE} "mixed" ("boundary" "b") NIL NIL NIL)"#),
            None,
            &["a.txt"],
        );
    }
}
