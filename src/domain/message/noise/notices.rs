//! How programs begin the subjects of what they write: vacation notices and bounces.
//!
//! Two tables for notices, since people announce their own absence too: what no person types is
//! proof alone, the rest only beside another sign. In lower case, in many languages; never reads
//! a body.

use super::Traits;

/// What mail programs put before the subject that they answer, with a colon behind it. Proof alone.
const BY_PROGRAMS: &[&str] = &[
    "automatic reply",
    "automatic response",
    "automated reply",
    "automated response",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto response",
    "auto-response",
    "autoresponse",
    "[auto-reply]",
    "[auto reply]",
    "[autoreply]",
    "out of office reply",
    "out of office autoreply",
    "out of office auto reply",
    "out of office auto-reply",
    "out of office automatic reply",
    "out-of-office reply",
    "vacation reply",
    "automatische antwort",
    "automatische rückantwort",
    "abwesenheitsnotiz",
    "abwesenheitsbenachrichtigung",
    "réponse automatique",
    "reponse automatique",
    "respuesta automática",
    "respuesta automatica",
    "resposta automàtica",
    "resposta automática",
    "resposta automatica",
    "risposta automatica",
    "automatisch antwoord",
    "automatische beantwoording",
    "automatische reactie",
    "afwezigheidsbericht",
    "autosvar",
    "automatiskt svar",
    "automatisk svar",
    "frånvaromeddelande",
    "fraværsmeddelelse",
    "fraværsmelding",
    "automaattinen vastaus",
    "poissaoloilmoitus",
    "automaatvastus",
    "automātiska atbilde",
    "automatinis atsakymas",
    "automatyczna odpowiedź",
    "odpowiedź automatyczna",
    "autoodpowiedź",
    "automatická odpověď",
    "automatická odpoveď",
    "automatski odgovor",
    "samodejni odgovor",
    "automatikus válasz",
    "răspuns automat",
    "otomatik yanıt",
    "αυτόματη απάντηση",
    "автоматический ответ",
    "автоматична відповідь",
    "автоматичен отговор",
    "автоответ",
    "תשובה אוטומטית",
    "מענה 'אני לא נמצא'",
    "رد تلقائي",
    "balasan otomatis",
    "trả lời tự động",
    "自动答复",
    "自动回复",
    "自動回覆",
    "自動応答",
    "自動返信",
    "자동 회신",
];

/// What a notice may begin with, and what a person may write too. A word that is common in
/// subjects is listed with the colon that programs put behind it.
const BY_ANYBODY: &[&str] = &[
    "auto:",
    "out of office:",
    "out of office re:",
    "out of the office:",
    "out-of-office:",
    "ooo:",
    "away:",
    "away from my mail",
    "vacation:",
    "on vacation:",
    "on holiday:",
    "[vacation]",
    "abwesenheitsassistent",
    "abwesenheit:",
    "abwesend:",
    "nicht im büro:",
    "message d'absence",
    "message d’absence",
    "notification d'absence",
    "notification d’absence",
    "absence:",
    "absence :",
    "absent du bureau",
    "absence du bureau",
    "fuera de la oficina:",
    "fuera de oficina:",
    "ausente:",
    "ausencia:",
    "afwezigheidsassistent",
    "afwezig:",
    "niet aanwezig:",
    "fuori ufficio:",
    "fuori sede:",
    "assente:",
    "ausência temporária",
    "ausência:",
    "fora do escritório:",
    "frånvaro:",
    "ej på kontoret:",
    "fravær:",
    "ikke på kontoret:",
    "ikke til stede:",
    "poza biurem:",
    "nieobecność:",
    "poissa:",
];

/// How mail systems begin when something could not be delivered. People forward and discuss such
/// mail: proof only from a sender who is called as a mail system is.
const UNDELIVERED: &[&str] = &[
    "undeliverable",
    "undelivered",
    "delivery status notification",
    "delivery notification",
    "delivery failure",
    "delivery failed",
    "delivery report",
    "failed delivery",
    "failure notice",
    "failure delivery",
    "non-delivery",
    "mail delivery",
    "mail failure",
    "mail failed",
    "mail could not be delivered",
    "mail system error",
    "message delivery",
    "message could not be delivered",
    "your message could not be delivered",
    "returned mail",
    "returned to sender",
    "warning: could not send",
    "unzustellbar",
    "nicht zustellbar",
    "zustellung fehlgeschlagen",
    "non remis",
    "échec de la remise",
    "no se puede entregar",
    "no entregado",
    "non recapitabile",
    "mancato recapito",
    "onbestelbaar",
    "niet te bezorgen",
    "não entregue",
    "não é possível entregar",
    "недоставленное",
    "ваше сообщение не доставлено",
    "無法傳遞",
    "无法传递",
    "配信不能",
];

/// What a subject in lower case says.
pub fn judge(lower: &str) -> Traits {
    let begins = |table: &[&str]| table.iter().any(|prefix| after(lower, prefix).is_some());
    let mut traits = Traits::NONE;
    let announced = |prefix: &&str| after(lower, prefix).is_some_and(is_announcement);
    if BY_PROGRAMS.iter().any(announced) {
        traits |= Traits::OUT_OF_OFFICE_SUBJECT | Traits::AUTO_REPLIED | Traits::AUTOMATIC;
    } else if begins(BY_PROGRAMS) || begins(BY_ANYBODY) {
        traits |= Traits::OUT_OF_OFFICE_SUBJECT;
    }
    if begins(UNDELIVERED) {
        traits |= Traits::BOUNCE_SUBJECT;
    }
    traits
}

/// What follows a prefix. Nearly all differ in their first byte, and bulk history has many
/// subjects.
pub(super) fn after<'x>(text: &'x str, prefix: &str) -> Option<&'x str> {
    let same = text.as_bytes().first() == prefix.as_bytes().first();
    if same { text.strip_prefix(prefix) } else { None }
}

/// Whether what follows a prefix shows that it stands before another subject.
fn is_announcement(rest: &str) -> bool {
    rest.trim_start().starts_with([':', '：'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(subject: &str, expect: Traits) {
        assert_eq!(judge(&subject.to_lowercase()), expect, "of {subject:?}");
    }

    #[test]
    fn what_programs_put_before_a_subject_is_proof_alone() {
        let notice = Traits::OUT_OF_OFFICE_SUBJECT | Traits::AUTO_REPLIED | Traits::AUTOMATIC;
        for subject in [
            "Automatic reply: Offer",
            "AutoReply:",
            "[Auto-Reply]: Offer",
            "Out of Office AutoReply: offer",
            "Automatische Antwort: Angebot",
            "Abwesenheitsnotiz: Angebot",
            "Réponse automatique : offre",
            "Réponse automatique\u{a0}: offre",
            "Respuesta automática: oferta",
            "Automatisch antwoord: aanbod",
            "Risposta automatica: offerta",
            "Resposta automática: oferta",
            "Automatiskt svar: erbjudande",
            "Automatisk svar: tilbud",
            "Odpowiedź automatyczna: oferta",
            "מענה 'אני לא נמצא': הצעה",
            "自动答复: 报价",
            "自動応答：見積",
        ] {
            check(subject, notice);
        }
    }

    #[test]
    fn what_a_person_may_write_too_is_only_a_sign() {
        for subject in [
            "Out of Office: offer",
            "Away: back on Monday",
            "Vacation: who takes over?",
            "Abwesenheit: 3. bis 5. Mai",
            "Absence : lundi",
            "Automatic reply does not work",
            "Auto reply",
        ] {
            check(subject, Traits::OUT_OF_OFFICE_SUBJECT);
        }
        for subject in [
            "Absence next week",
            "Away in May",
            "Out of office space",
            "Vacation photos",
            "Re: Automatic reply: Offer",
            "Fwd: Out of Office AutoReply: offer",
        ] {
            check(subject, Traits::NONE);
        }
    }

    #[test]
    fn mail_systems_say_what_they_could_not_deliver() {
        for subject in [
            "Undeliverable: Offer",
            "Undelivered Mail Returned to Sender",
            "Delivery Status Notification (Failure)",
            "failure notice",
            "Mail delivery failed: returning message to sender",
            "Returned mail: see transcript for details",
            "Unzustellbar: Angebot",
        ] {
            check(subject, Traits::BOUNCE_SUBJECT);
        }
        check("Re: Undeliverable: Offer", Traits::NONE);
        check("Delivery on Friday", Traits::NONE);
    }
}
