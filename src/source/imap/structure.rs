//! Where in a multipart its text stands (BODYSTRUCTURE, RFC 3501 §7.4.2).
//!
//! Asked of one message at a time, below the capped reader, and only where the beginning of the body
//! doesn't hold the text: a structure may be nested as deep as a stranger likes.

use async_imap::imap_proto::{
    AttributeValue, BodyStructure, MessageSection, Response, SectionPath,
};

use super::failure::Failure;
use super::folders::Folder;
use super::reader::Reader;
use crate::mail;

/// A part as it came: the fields that say how to read it, and the beginning of what it holds.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub fields: Vec<u8>,
    pub start: Vec<u8>,
}

impl Reader<'_> {
    /// The part of a message that holds its text; `None` where there is none.
    pub(super) async fn text_part(
        &mut self,
        folder: &Folder,
        uid: u32,
    ) -> Result<Option<Part>, Failure> {
        let mut path = None;
        let link = self.opened(folder).await?;
        link.exec(&format!("UID FETCH {uid} (UID BODYSTRUCTURE)"), |response| {
            let Response::Fetch(_, attributes) = response else { return };
            for attribute in attributes {
                if let AttributeValue::BodyStructure(root) = attribute {
                    path = path.take().or_else(|| text_path(root));
                }
            }
        })
        .await?;
        let Some(path) = path else { return Ok(None) };
        let name: Vec<String> = path.iter().map(u32::to_string).collect();
        let name = name.join(".");
        let most = mail::TEXT_START;
        let command =
            format!("UID FETCH {uid} (UID BODY.PEEK[{name}.MIME] BODY.PEEK[{name}]<0.{most}>)");
        let mut part = Part::default();
        let link = self.opened(folder).await?;
        link.exec(&command, |response| {
            let Response::Fetch(_, attributes) = response else { return };
            for attribute in attributes {
                let AttributeValue::BodySection {
                    section: Some(SectionPath::Part(found, section)),
                    data: Some(data),
                    ..
                } = attribute
                else {
                    continue;
                };
                match section {
                    _ if *found != path => {}
                    Some(MessageSection::Mime) => part.fields = data.to_vec(),
                    None => part.start = data.get(..most).unwrap_or(data).to_vec(),
                    Some(_) => {}
                }
            }
        })
        .await?;
        Ok((!part.start.is_empty()).then_some(part))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(structure: &str, expect: Option<&[u32]>) {
        let line = format!("* 1 FETCH (UID 1 BODYSTRUCTURE {structure})\r\n");
        let (_, response) = Response::parse(line.as_bytes()).unwrap();
        let Response::Fetch(_, attributes) = response else { panic!("{response:?}") };
        let root = attributes.iter().find_map(|attribute| match attribute {
            AttributeValue::BodyStructure(root) => Some(root),
            _ => None,
        });
        assert_eq!(text_path(root.unwrap()).as_deref(), expect, "{structure}");
    }

    const PLAIN: &str =
        r#"("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 20 1 NIL NIL NIL NIL)"#;
    const HTML: &str = r#"("text" "html" ("charset" "utf-8") NIL NIL "7bit" 20 1 NIL NIL NIL NIL)"#;
    const IMAGE: &str = r#"("image" "png" NIL NIL NIL "base64" 9000 NIL ("inline" NIL) NIL NIL)"#;
    const NOTES: &str = r#"("text" "plain" NIL NIL NIL "7bit" 9 1 NIL ("attachment" ("filename" "a.txt")) NIL NIL)"#;

    #[test]
    fn the_text_is_found_wherever_it_stands() {
        check(&format!(r#"({IMAGE}{PLAIN} "mixed" ("boundary" "b") NIL NIL NIL)"#), Some(&[2]));
        let both = format!(r#"({PLAIN}{HTML} "alternative" ("boundary" "c") NIL NIL NIL)"#);
        check(&format!(r#"({IMAGE}{both} "mixed" ("boundary" "b") NIL NIL NIL)"#), Some(&[2, 1]));
        check(&format!(r#"({IMAGE}{HTML} "related" ("boundary" "b") NIL NIL NIL)"#), Some(&[2]));
        check(&format!(r#"({NOTES}{IMAGE} "mixed" ("boundary" "b") NIL NIL NIL)"#), None);
    }
}
