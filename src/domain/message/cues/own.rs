//! What a person wrote themselves: a text without what it quotes or forwards, and without what
//! a program put below it.
//!
//! Line by line, by the marks that mail programs leave in many languages. Where a mark is
//! ambiguous, the line stays.

/// Lines that an attribution may be wrapped over.
const ATTRIBUTION_LINES: usize = 3;
/// Lines below the first of a copied header in which its others stand.
const COPIED_HEADER_LINES: usize = 5;
/// Lines above the fields of a copied header that may still belong to it.
const LEAD_LINES: usize = 3;
/// How a change to a program begins.
const DIFF: [&str; 6] = ["diff --git ", "diff -u", "@@ -", "+++ b/", "--- a/", "Index: "];
/// No line that a program writes is longer, in bytes.
const LONGEST_MARK: usize = 300;

/// What somebody wrote themselves in a text, and what stood around it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// Without quotations, attributions, forwarded messages, signatures, disclaimers and patches.
    pub text: String,
    /// Where in it something begins that stands below a quotation.
    pub below_quotes: Vec<usize>,
    /// A message is quoted or forwarded as a whole below it.
    pub copies: bool,
    /// It holds a change to a program, as a diff.
    pub patch: bool,
}

/// Takes a text apart, line by line.
pub fn own(text: &str) -> Own {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let mut own = Own { text: String::with_capacity(text.len()), ..Own::default() };
    let mut quoted = false;
    let mut at = 0;
    while let Some((line, below)) = lines.get(at..).and_then(<[&str]>::split_first) {
        at += 1;
        if is_quoted(line) {
            quoted = true;
            continue;
        }
        if DIFF.iter().any(|start| line.starts_with(start)) {
            own.patch = true;
            break;
        }
        let lower = mark(line);
        if is_added(&lower) || is_trailer(line, &lower) || is_diffstat(line) {
            continue;
        }
        if copies_message(line, &lower) {
            own.copies = true;
            break;
        }
        if copies_header(&lower, below) {
            own.copies = true;
            drop_lead(&mut own.text);
            break;
        }
        if ends(line, &lower, own.text.is_empty()) {
            break;
        }
        if let Some(further) = attribution(&lower, below) {
            at += further;
            if is_answered_inline(lines.get(at..).unwrap_or_default()) {
                continue;
            }
            own.copies = true;
            break;
        }
        if line.is_empty() {
            if !own.text.is_empty() {
                own.text.push('\n');
            }
            continue;
        }
        if std::mem::take(&mut quoted) {
            own.below_quotes.push(own.text.len());
        }
        own.text.push_str(line);
        own.text.push('\n');
    }
    own.text.truncate(own.text.trim_end().len());
    own
}

/// A line as marks are looked for in it: lower case, bold stars of plain-text copies dropped.
/// Empty for lines that are too long to be one.
fn mark(line: &str) -> String {
    if line.len() > LONGEST_MARK {
        return String::new();
    }
    let mut lower = String::with_capacity(line.len());
    for c in line.trim().chars().filter(|c| *c != '*') {
        match c {
            _ if c.is_whitespace() => lower.push(' '),
            _ if c.is_ascii() => lower.push(c.to_ascii_lowercase()),
            _ => lower.extend(c.to_lowercase()),
        }
    }
    lower
}

/// `> text`, also with initials in front as old programs put them.
fn is_quoted(line: &str) -> bool {
    let line = line.trim_start();
    let initials = line.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let short = line.len() - initials.len() <= 3;
    short && initials.starts_with('>') || line.starts_with("| ")
}

/// A line that a program puts among mine.
fn is_added(lower: &str) -> bool {
    ADDED.iter().any(|start| lower.starts_with(start))
        || lower.starts_with("hash: sha")
        || SENT_WITH.iter().any(|end| lower.ends_with(end)) && lower.len() < 80
}

/// A line below a change that names who had to do with it; those who agree speak for themselves.
fn is_trailer(line: &str, lower: &str) -> bool {
    const AGREEING: [&str; 3] = ["acked-by:", "reviewed-by:", "tested-by:"];
    let name = line.split(':').next().unwrap_or_default();
    let by = name.ends_with("-by") && !name.contains(' ');
    let of_patch = ["Fixes: ", "Link: ", "Closes: ", "Cc: "];
    by && !AGREEING.iter().any(|start| lower.starts_with(start))
        || of_patch.iter().any(|start| line.starts_with(start))
}

/// ` src/plan.c | 2 +-`.
fn is_diffstat(line: &str) -> bool {
    let changed = |counts: &str| {
        let counts = counts.trim();
        let number = counts.trim_end_matches(['+', '-']).trim_end();
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    line.starts_with(' ') && line.rsplit_once(" | ").is_some_and(|(_, counts)| changed(counts))
}

/// Whether nothing of one's own follows. `first`: nothing has come before.
fn ends(line: &str, lower: &str, first: bool) -> bool {
    let signature = line == "--" || line == "—" && !first;
    let rule = line.len() >= 10 && line.chars().all(|c| c == '_') && !first;
    // A program says that a message was opened, and copies its subject.
    let receipt = lower == "return receipt" && first;
    signature || rule || receipt || ENDING.iter().any(|start| lower.starts_with(start))
}

/// The line above a message that is quoted or forwarded as a whole.
fn copies_message(line: &str, lower: &str) -> bool {
    let framed = line.starts_with('-') || line.starts_with('_') || line.starts_with('=');
    let indented = || line.trim_start().starts_with("--");
    if !framed && !indented() && !lower.ends_with(':') {
        return false;
    }
    let dashed = lower.trim_matches(|c: char| matches!(c, '-' | '_' | '=' | ' ' | ':'));
    let copied = COPIED.iter().any(|title| dashed.starts_with(title));
    (lower.starts_with("--") || lower.starts_with("__") || lower.starts_with("==")) && copied
        || lower.ends_with(':') && COPIED.contains(&dashed)
}

/// Without who wrote a copied message and when, where Notes sets that above its fields.
fn drop_lead(own: &mut String) {
    for _ in 0..LEAD_LINES {
        let text = own.trim_end();
        let start = text.rfind('\n').map_or(0, |at| at + 1);
        let Some(last) = text.get(start..) else { return };
        let dated = last.contains(':')
            && last.contains('/')
            && (last.ends_with("AM") || last.ends_with("PM") || last.contains("@"));
        let by_notes = ["Sent by:", "Please respond to "].iter().any(|it| last.starts_with(it));
        let above = text.get(..start).unwrap_or_default();
        if !(dated || by_notes) {
            return;
        }
        // A line that is all date has the author's name above it.
        let bare = last.trim_start().starts_with(|c: char| c.is_ascii_digit());
        let above = if bare { above.trim_end() } else { above };
        let end = if bare { above.rfind('\n').map_or(0, |at| at + 1) } else { above.len() };
        own.truncate(end);
    }
}

/// The head of a message as Outlook, Notes and others copy it above what they quote.
fn copies_header(lower: &str, below: &[&str]) -> bool {
    let names = |line: &str, fields: &[&str]| {
        let (name, _) = line.split_once(':').unwrap_or_default();
        fields.contains(&name.trim())
    };
    let filled = || below.iter().filter(|line| !line.is_empty());
    let near = || filled().take(COPIED_HEADER_LINES).map(|line| mark(line));
    names(lower, &["from", "von", "de", "van", "da", "to", "an"])
        && near().filter(|line| names(line, COPIED_FIELDS)).count() >= 2
}

/// How many more lines belong to an attribution that begins here, if one does.
fn attribution(lower: &str, below: &[&str]) -> Option<usize> {
    if WROTE.iter().any(|end| lower.ends_with(end)) {
        // "As Bob wrote:" may be anybody's own words.
        let certain = lower.contains(|c: char| c.is_ascii_digit() || c == '@');
        return (certain || is_answered_inline(below)).then_some(0);
    }
    let begins = BEGINNINGS.iter().any(|start| lower.starts_with(start));
    if !begins || !lower.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mut whole = lower.to_owned();
    for further in 0..ATTRIBUTION_LINES {
        let wrote = WROTE.iter().any(|end| whole.ends_with(end))
            || whole.ends_with(':') && WROTE_WITHIN.iter().any(|verb| whole.contains(verb));
        if wrote {
            return Some(further);
        }
        whole.push(' ');
        whole.push_str(&mark(below.get(further)?));
    }
    None
}

/// Whether a quotation follows that is marked as such, line by line, so that answers may stand
/// between its parts.
fn is_answered_inline(below: &[&str]) -> bool {
    below.iter().find(|line| !line.is_empty()).is_some_and(|line| is_quoted(line))
}

const BEGINNINGS: &[&str] =
    &["on ", "am ", "le ", "el ", "op ", "il ", "em ", "den ", "w dniu ", "a ", "in "];

/// How an attribution ends.
const WROTE: &[&str] = &[
    " wrote:",
    " wrote :",
    " writes:",
    " schrieb:",
    " a écrit :",
    " a écrit\u{a0}:",
    " a écrit:",
    " écrit :",
    " escribió:",
    " schreef:",
    " ha scritto:",
    " escreveu:",
    " napisał(a):",
    " skrev:",
    "写道:",
    "写道：",
];

/// The verb of an attribution whose name comes behind it: "Am 3. Mai schrieb Bob:".
const WROTE_WITHIN: &[&str] =
    &[" schrieb ", " schreef ", " ha scritto ", " a écrit ", " escribió ", " escreveu ", " wrote "];

/// The titles above a message that is quoted or forwarded as a whole.
const COPIED: &[&str] = &[
    "original message",
    "original appointment",
    "ursprüngliche nachricht",
    "originalnachricht",
    "message d'origine",
    "message d’origine",
    "message original",
    "mensaje original",
    "oorspronkelijk bericht",
    "messaggio originale",
    "mensagem original",
    "forwarded message",
    "forwarded by",
    "begin forwarded message",
    "weitergeleitete nachricht",
    "anfang der weitergeleiteten nachricht",
    "message transféré",
    "message réexpédié",
    "début du message transféré",
    "début du message réexpédié",
    "mensaje reenviado",
    "inicio del mensaje reenviado",
    "doorgestuurd bericht",
    "begin doorgestuurd bericht",
    "messaggio inoltrato",
    "inizio messaggio inoltrato",
    "mensagem encaminhada",
    "início da mensagem reencaminhada",
    "begin pgp message",
    "begin pgp signature",
];

/// The fields that follow a copied sender.
const COPIED_FIELDS: &[&str] = &[
    "sent",
    "date",
    "to",
    "cc",
    "subject",
    "gesendet",
    "datum",
    "an",
    "betreff",
    "envoyé",
    "à",
    "objet",
    "enviado",
    "enviado el",
    "fecha",
    "para",
    "asunto",
    "verzonden",
    "aan",
    "onderwerp",
    "inviato",
    "data",
    "a",
    "oggetto",
    "enviada em",
    "assunto",
];

/// How programs advertise themselves, and the frame of a signed text.
const ADDED: &[&str] = &[
    "sent from my ",
    "sent from mail for",
    "sent from outlook",
    "sent from yahoo",
    "sent via ",
    "sent with ",
    "get outlook for ",
    "gesendet mit ",
    "gesendet von ",
    "von meinem iphone gesendet",
    "von meinem ipad gesendet",
    "outlook für ",
    "envoyé de mon ",
    "envoyé depuis ",
    "télécharger outlook",
    "enviado desde ",
    "enviado do ",
    "enviado de ",
    "obtener outlook",
    "verzonden vanaf ",
    "verstuurd vanaf ",
    "outlook voor ",
    "inviato da ",
    "scarica outlook",
    "-----begin pgp signed message",
];

const SENT_WITH: &[&str] = &[" gesendet.", "samsung gesendet", "android gesendet"];

/// How the small print begins that companies put below every message.
const ENDING: &[&str] = &[
    "confidentiality notice",
    "disclaimer:",
    "this e-mail and any",
    "this email and any",
    "this message and any",
    "this e-mail is confidential",
    "this email is confidential",
    "this message is confidential",
    "the information contained in this",
    "the information transmitted",
    "please consider the environment",
    "diese e-mail enthält",
    "diese e-mail ist vertraulich",
    "diese nachricht enthält",
    "ce message et ",
    "ce courriel et ",
    "ce message est confidentiel",
    "este mensaje y ",
    "este mensaje contiene",
    "este correo electrónico",
    "dit bericht is",
    "dit e-mailbericht",
    "de informatie in dit",
    "questo messaggio",
    "esta mensagem",
    "to unsubscribe from this",
    "you received this message because",
];

#[cfg(test)]
mod tests {
    use super::own;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(own(text).text, expect, "of {text:?}");
    }

    #[test]
    fn quoted_lines_go_and_answers_between_them_stay() {
        check("> Are you there?\n\nYes.\n> > And Bob?\nNo.", "Yes.\nNo.");
        check("Yes.\n\nBP> Are you there?", "Yes.");
        check(
            "On Mon, 3 May 2027, Bob Example wrote:\n> First?\nYes.\n> Second?\nNo.\n",
            "Yes.\nNo.",
        );
        check("a > b holds", "a > b holds");
    }

    #[test]
    fn below_an_attribution_of_any_language_nothing_is_ones_own() {
        for attribution in [
            "On Mon, 3 May 2027 at 10:00, Bob Example <bob@example.org> wrote:",
            "On Monday, 3 May 2027 at 10:00, Bob Example\n<bob@example.org> wrote:",
            "On 3 May 2027, Bob Example <bob.with.a.long.name@department.example.org>\n\nwrote:",
            "Bob Example <bob@example.org> writes:",
            "Am 3. Mai 2027 um 10:00 schrieb Bob Beispiel <bob@example.org>:",
            "Am 03.05.27 um 10:00 schrieb Bob Beispiel:",
            "Le lun. 3 mai 2027 à 10:00, Bob Exemple <bob@example.org> a écrit :",
            "Le 3 mai 2027 à 10:00, Bob Exemple a écrit\u{a0}:",
            "El lun, 3 may 2027 a las 10:00, Bob Ejemplo (<bob@example.org>) escribió:",
            "Op ma 3 mei 2027 om 10:00 schreef Bob Voorbeeld <bob@example.org>:",
            "Il giorno lun 3 mag 2027 alle ore 10:00 Bob Esempio ha scritto:",
            "Em seg., 3 de mai. de 2027 às 10:00, Bob Exemplo escreveu:",
        ] {
            check(&format!("Mine.\n\n{attribution}\n\nCan you come?\n"), "Mine.");
        }
        check("As Bob wrote:\nit is late.", "As Bob wrote:\nit is late.");
        check("Bob wrote:\n> Late?\nNo.", "No.");
        check("On 3 May we meet.\nBob wrote a book.", "On 3 May we meet.\nBob wrote a book.");
    }

    #[test]
    fn a_receipt_says_nothing_of_its_own() {
        check("Return Receipt\n\nYour   Can you come?\ndocument:\nwas received", "");
        check("The return receipt\nis here.", "The return receipt\nis here.");
    }

    #[test]
    fn messages_copied_as_a_whole_are_not_ones_own() {
        for copied in [
            "-----Original Message-----\nFrom: Bob",
            "----- Ursprüngliche Nachricht -----",
            "-------- Message d'origine --------",
            "---------- Forwarded message ---------\nFrom: Bob",
            "Begin forwarded message:\n\nFrom: Bob",
            "From: Bob Example\nSent: Monday, 3 May 2027 10:00\nTo: Ada\nSubject: Plan",
            "*Von:* Bob Beispiel\n*Gesendet:* Montag\n*An:* Ada\n*Betreff:* Plan",
            "De : Bob Exemple\nEnvoyé : lundi 3 mai 2027\nÀ : Ada\nObjet : Plan",
            "De: Bob Ejemplo\nEnviado: lunes\nPara: Ada\nAsunto: Plan",
            "Van: Bob Voorbeeld\nVerzonden: maandag\nAan: Ada\nOnderwerp: Plan",
            "________________________________\nFrom: Bob",
            "To: Ada Example/Home\n\ncc:\n\nSubject: Plan",
        ] {
            check(&format!("Mine.\n\n{copied}\n\nCan you come?\n"), "Mine.");
        }
        check("From: here\nto there", "From: here\nto there");
        check("The original message was lost.", "The original message was lost.");
    }

    #[test]
    fn signatures_and_small_print_are_not_ones_own() {
        for below in [
            "-- \nBob Example\nCan do?",
            "--\nBob",
            "Sent from my iPhone",
            "Von meinem iPhone gesendet",
            "Envoyé de mon iPhone",
            "Enviado desde mi iPhone",
            "Verzonden vanaf mijn iPhone",
            "Get Outlook for iOS<https://example.org/o>",
            "Confidentiality Notice: please delete this",
            "_______________________________________________\ntalk mailing list",
            "-----BEGIN PGP SIGNATURE-----\n\nabc",
        ] {
            check(&format!("Mine.\n\n{below}"), "Mine.");
        }
        check("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nMine.", "Mine.");
    }
}
