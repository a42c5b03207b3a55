//! Which files are résumés, whose they are, and to whom passing them on was a gift.

use super::super::tests::{mail, person};
use super::*;

#[test]
fn files_that_are_called_a_resume() {
    for file in [
        "JaneCV.pdf",
        "CV.pdf",
        "cv",
        "janecv.pdf",
        "Jane_Doe_cv2026.pdf",
        "resume-jane.docx",
        "Résumé Jane.pdf",
        "Re\u{301}sume\u{301}.pdf",
        "RESUMÉ.odt",
        "Lebenslauf_Moss.pdf",
        "curriculum vitae.pdf",
        "Curriculum_Vitae.pdf",
        "Amélie (CV).pdf",
    ] {
        assert!(is_resume(file), "{file}");
    }
    for file in [
        "CVE-2026-1234.pdf",
        "cvs.txt",
        "resumes.zip",
        "MCV.pdf",
        "7CV.jpg",
        "Invoice.pdf",
        "curricula.pdf",
        "",
    ] {
        assert!(!is_resume(file), "{file}");
    }
}

#[test]
fn the_candidates_name_stands_in_the_file_name() {
    for (file, expect) in [
        ("JaneDoeCV.pdf", "Jane Doe"),
        ("CVJaneDoe.pdf", "Jane Doe"),
        ("Jane_Doe_CV_2026_final.pdf", "Jane Doe"),
        ("cv-jane-doe-v2.docx", "jane doe"),
        ("janecv.pdf", "jane"),
        ("Lebenslauf Jörg Müller (neu).pdf", "Jörg Müller"),
        ("Résumé_Zoë.O'Neill_EN.pdf", "Zoë Neill"),
        ("Curriculum Vitae.pdf", ""),
        ("CV 2026.pdf", ""),
    ] {
        assert_eq!(name_in(file).join(" "), expect, "in {file}");
    }
}

const HIRER: &str = "Hana Ito <hana@example.com>";
const JANE: &str = "Jane Doe <jane@example.org>";

/// "who → to whom (how plainly)" for each résumé.
fn told(to: &[&str], cc: &[&str], files: &[&str]) -> Vec<String> {
    let people = |people: &[&str]| people.iter().map(|p| person(p)).collect::<Vec<_>>();
    let (to, cc) = (people(to), people(cc));
    let files: Vec<String> = files.iter().map(|file| (*file).to_owned()).collect();
    let mail = Outbound { attachments: &files, ..mail(5, "For your team", &to, &cc) };
    let told = |resume: &Resume| {
        let candidate = match &resume.candidate {
            WhoseResume::Person(person) => person.address.clone(),
            WhoseResume::Named(name) => name.clone(),
            WhoseResume::Unknown => "?".to_owned(),
        };
        let to: Vec<&str> = resume.recipients.iter().map(|p| p.address.as_str()).collect();
        format!("{candidate} → {} ({})", to.join(","), resume.strength.name())
    };
    resumes(&mail, &["Max Power"]).iter().map(told).collect()
}

#[track_caller]
fn check(to: &[&str], cc: &[&str], file: &str, expect: &str) {
    assert_eq!(told(to, cc, &[file]).join("; "), expect, "{file}");
}

#[test]
fn the_candidate_is_who_is_copied_or_named() {
    check(&[HIRER], &[JANE], "CV.pdf", "jane@example.org → hana@example.com (strong)");
    check(&[HIRER], &[JANE], "JaneCV.pdf", "jane@example.org → hana@example.com (strong)");
    check(&[HIRER], &[JANE], "janedoe_cv.pdf", "jane@example.org → hana@example.com (strong)");
    check(&[HIRER], &[JANE], "Welder_CV.pdf", "jane@example.org → hana@example.com (medium)");
    check(
        &[HIRER],
        &["Bo <bo@example.com>", JANE],
        "CV Jane Doe.pdf",
        "jane@example.org → hana@example.com (strong)",
    );
    check(&[HIRER, JANE], &[], "CV_Doe.pdf", "jane@example.org → hana@example.com (strong)");
    check(&[HIRER], &[], "Jane_Doe_CV.pdf", "Jane Doe → hana@example.com (medium)");
    check(&[HIRER], &[], "CV.pdf", "? → hana@example.com (medium)");
}

#[test]
fn no_gift_to_send_somebody_their_own_resume_or_mine() {
    check(&[JANE], &[], "Jane_Doe_CV.pdf", "");
    check(&[JANE], &[JANE], "Jane_Doe_CV.pdf", "");
    check(&[HIRER], &[JANE], "CV-Max-Power.pdf", "");
    check(&[HIRER], &[], "MaxPower_Resume_2026.pdf", "");
}

#[test]
fn one_mail_may_carry_several_candidates() {
    assert_eq!(
        told(
            &[HIRER],
            &[],
            &["CV Jane Doe.pdf", "plan.pdf", "CV Jane Doe.docx", "CV Ada Lark.pdf"]
        ),
        ["Jane Doe → hana@example.com (medium)", "Ada Lark → hana@example.com (medium)"]
    );
}

#[test]
fn both_sides_were_given_something() {
    let (to, files) = ([person(HIRER)], ["CV Jane Doe.pdf".to_owned()]);
    let mail = Outbound { attachments: &files, ..mail(5, "", &to, &[]) };
    let contact_of = |address: &str| (address == "hana@example.com").then_some(ContactId(4));
    let contact_named = |name: &str| (name == "Jane Doe").then_some(ContactId(2));
    let found: Vec<Finding> =
        resumes(&mail, &[]).iter().map(|resume| resume.found(contact_of, contact_named)).collect();
    assert_eq!(found[0].contacts, [ContactId(2), ContactId(4)]);
    assert_eq!(found[0].id.to_string(), "r5");
}
